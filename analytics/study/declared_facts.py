"""facts.csv and fact_conditions.csv: the dated facts a study declares, and which records count.

A declared fact is the first or last record of a domain that meets all its conditions. The same
conditions, under the name of a category, say which records count as a dose, a response, an MRD
result, a transplant, a contact or a death, and, under the name of a factor, which of its records
do. Conditions are rows that SQL joins to: nothing of what stands in them is ever part of a
statement.
"""

import csv
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from analytics.study.codes import is_variable
from analytics.study.errors import StudyError
from analytics.study.factors import FACTOR_COLUMNS, FACTORS_FILE
from analytics.study.facts import BUILT_IN_FACTS, Fact, Facts, happened_by
from analytics.study.rows import Row, read_rows
from analytics.study.specification import (
    DeclaredFact,
    FactCondition,
    FactConditionAbout,
    FactConditionKind,
    Take,
    Term,
)
from analytics.study.wording import choices

FACTS_FILE: Final = "facts.csv"
CONDITIONS_FILE: Final = "fact_conditions.csv"
_FACT_COLUMNS: Final = (
    "fact",
    "label",
    "domain",
    "date",
    "take",
    "value",
    "known_by",
    "description",
)
_CONDITION_COLUMNS: Final = (
    "trial_id",
    "fact",
    "condition_order",
    "kind",
    "name",
    "operator",
    "value",
)

# The categories of records that a study may put conditions on, with the domains they come from.
RECORD_CATEGORIES: Final[dict[str, tuple[str, ...]]] = {
    "dose": ("EX",),
    "response": ("RS",),
    "mrd": ("LB",),
    "transplant": ("PR",),
    "contact": (),
    "death": ("DM", "DD", "DS", "SS"),
}
"""No domain: records of every domain that a contact may come from."""

TEXT_OPERATORS: Final = ("=", "!=", "in", "not in", "matches", "does not match")
NUMBER_OPERATORS: Final = ("<", "<=", ">", ">=")
PRESENCE_OPERATORS: Final = ("given", "missing")
TIME_OPERATORS: Final = (
    "after",
    "on or after",
    "before",
    "on or before",
    "not after",
    "not on or after",
    "within days after",
    "within days before",
    "at least days after",
    "at most days after",
)
OPERATORS: Final[dict[str, tuple[str, ...]]] = {
    "variable": (*TEXT_OPERATORS, *NUMBER_OPERATORS, *PRESENCE_OPERATORS),
    "term": ("=", "!=", "in", "not in", *PRESENCE_OPERATORS),
    "fact": TIME_OPERATORS,
    "cycle": ("=", "!=", *NUMBER_OPERATORS),
    "confirmed": (">=",),
}
# Those by which the other fact has happened when this one does, and those by which this one is
# settled on the day of the other.
_LATER: Final = ("after", "on or after", "within days after", "at least days after")
_EARLIER: Final = (
    *("before", "on or before", "not after", "not on or after", "within days before"),
)
# Kinds of condition that are about other records than the one that is judged.
_PLACING: Final = ("fact", "confirmed")
# Each level is a step of its own in the SQL that dates the facts (int_declared_facts).
MOST_LEVELS: Final = 6
_SEPARATOR: Final = "|"
_READY_MADE: Final = Path(__file__).parent / "ready_made"
_PLAN_FILE: Final = "plan.toml"
# The columns of a study's tables that name facts.
_NAMING_FACTS: Final[dict[str, tuple[str, ...]]] = {
    FACTS_FILE: ("known_by",),
    CONDITIONS_FILE: ("name",),
    FACTORS_FILE: ("fact", "assessed_fact"),
    "populations.csv": ("name",),
    "endpoints.csv": ("origin_fact", "assessments"),
    "endpoint_rules.csv": ("fact",),
}
_QUOTED: Final = re.compile(r"\"([a-z][a-z0-9_]*)\"")
# How a factor is made of records, of which conditions may choose.
_MADE_OF_RECORDS: Final = ("last_value", "any_record", "count_records")


@dataclass(frozen=True)
class _Names:
    """What a condition may be about, and what it may name: `facts` includes the built-in ones.

    `declared` and `factors` map the declared facts, and the factors made of records, to the domain
    of their records.
    """

    declared: Mapping[str, str]
    factors: Mapping[str, str]
    facts: Collection[str]
    categories: Collection[str]

    def about(self, name: str) -> FactConditionAbout:
        """What bears the name; a category before a factor of the same name."""
        if name in self.declared:
            return "fact"
        return "category" if name in RECORD_CATEGORIES else "factor"

    def domain(self, name: str, variable: str | None) -> str:
        """The domain of its records; of a category of several, the one the variable belongs to."""
        domains = RECORD_CATEGORIES.get(name, ())
        if name in self.declared:
            return self.declared[name]
        if name not in RECORD_CATEGORIES:
            return self.factors[name]
        return domains[0] if len(domains) == 1 else (variable or "")[:2]


def read_declared_facts(
    folder: Path, terms: tuple[Term, ...], trial_ids: Collection[str]
) -> tuple[tuple[DeclaredFact, ...], tuple[FactCondition, ...]]:
    """The declared facts, each after those it is placed by, and the conditions on other records.

    The others are those of categories and of factors. Either file may be absent. A ready-made fact
    that the study names and does not declare is declared for it. Errors: a name
    that is taken or no name, an unknown domain's form, category, operator or fact, a condition on
    nothing, facts that rest on each other in a circle or more than `MOST_LEVELS` deep.
    """
    own_rows = _optional(folder, FACTS_FILE, _FACT_COLUMNS)
    own_names = [row.name("fact", "fact") for row in own_rows]
    factors = _factors_of_records(folder)
    for row, name in zip(own_rows, own_names, strict=True):
        _check_name(row, name, own_names, factors)
    rows = [*own_rows, *_ready_made_facts(folder, {*own_names, *factors})]
    names = [row.required("fact") for row in rows]
    known = (*BUILT_IN_FACTS, *names)
    categories = {term.category for term in terms}
    declared = {row.required("fact"): row.domain("domain") for row in rows}
    named = _Names(declared, factors, known, categories)
    conditions: dict[str, list[FactCondition]] = {}
    for row in (
        *_optional(folder, CONDITIONS_FILE, _CONDITION_COLUMNS),
        *_ready_made_conditions({*names} - {*own_names}),
    ):
        condition = _condition(row, trial_ids, named)
        _check_order(row, condition, conditions.setdefault(condition.fact, []))
        conditions[condition.fact].append(condition)
    placed_by = {name: _placed_by(conditions.get(name, ()), names) for name in names}
    for name in names:
        _check_circle(name, placed_by, ())
    facts = [
        _fact(row, tuple(conditions.get(row.required("fact"), ())), known, categories, placed_by)
        for row in rows
    ]
    on_records = [item for items in conditions.values() for item in items if item.about != "fact"]
    return tuple(sorted(facts, key=lambda fact: fact.level)), tuple(on_records)


def own_categories(folder: Path) -> frozenset[str]:
    """The categories of terms.csv that the study's own facts name: their values and conditions."""
    facts = _optional(folder, FACTS_FILE, _FACT_COLUMNS)
    conditions = _optional(folder, CONDITIONS_FILE, _CONDITION_COLUMNS)
    asked = [row.text("name") for row in conditions if row.text("kind") == "term"]
    values = [row.text("value") for row in facts]
    return frozenset(name for name in (*asked, *values) if name is not None)


def all_facts(
    declared: Iterable[DeclaredFact], terms: tuple[Term, ...], responses: tuple[str, ...]
) -> Facts:
    """Every fact of the study by name, built-in ones first; `responses` are its response values."""
    built_in = {
        name: replace(fact, values=responses) if fact.is_response else fact
        for name, fact in BUILT_IN_FACTS.items()
    }
    return built_in | {fact.fact: _as_fact(fact, terms) for fact in declared}


def needing_first_dose(declared: Iterable[DeclaredFact]) -> frozenset[str]:
    """The declared facts of which nothing is known for a subject without a dose.

    These are placed by a built-in fact, all of which are told from the first dose, or by such a
    fact. `declared` has each fact after those that it is placed by.
    """
    needing = set[str]()
    for fact in declared:
        placed_by = {item.name for item in fact.conditions if item.kind in ("fact", "cycle")}
        if placed_by & {None, *BUILT_IN_FACTS, *needing}:
            needing.add(fact.fact)
    return frozenset(needing)


def check_known_by(declared: Iterable[DeclaredFact], facts: Facts) -> None:
    """A fact that certainly happens after another one is not settled by that one's day."""
    for fact in declared:
        if fact.known_by is not None and happened_by(fact.known_by, fact.fact, facts):
            raise StudyError(
                f"{fact.where}: by its conditions fact '{fact.fact}' happens on or after "
                f"'{fact.known_by}', so it is not known by that day; leave known_by empty."
            )


def _ready_made_facts(folder: Path, taken: Collection[str]) -> list[Row]:
    """The ready-made facts that the study's files name, but for those of a name that is taken."""
    named = _names_in_use(folder)
    return [
        replace(row, where=f"ready-made fact '{name}'")
        for row in read_rows(_READY_MADE / FACTS_FILE, _FACT_COLUMNS)
        if (name := row.required("fact")) in named and name not in taken
    ]


def _ready_made_conditions(names: Collection[str]) -> list[Row]:
    return [
        replace(row, where=f"ready-made fact '{name}'")
        for row in read_rows(_READY_MADE / CONDITIONS_FILE, _CONDITION_COLUMNS)
        if (name := row.required("fact")) in names
    ]


def _names_in_use(folder: Path) -> set[str]:
    """Every text that stands where the study's tables name a fact, or in quotes in its plan."""
    found = set[str]()
    for file, columns in _NAMING_FACTS.items():
        for cells in csv.DictReader(_lines(folder / file)):
            found |= {(cells.get(column) or "").strip() for column in columns}
    return found | set(_QUOTED.findall("\n".join(_lines(folder / _PLAN_FILE))))


def _lines(path: Path) -> list[str]:
    """The lines of a study file that are no comments; none where there is no file."""
    if not path.is_file():
        return []
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    return [line for line in text.splitlines() if not line.startswith("#")]


def _factors_of_records(folder: Path) -> dict[str, str]:
    """The factors that are made of records, with their domain."""
    return {
        row.required("factor"): row.domain("domain")
        for row in _optional(folder, FACTORS_FILE, FACTOR_COLUMNS)
        if row.text("derivation") in _MADE_OF_RECORDS and row.text("domain") != "SUPP"
    }


def _optional(folder: Path, file: str, columns: tuple[str, ...]) -> list[Row]:
    return read_rows(folder / file, columns) if (folder / file).is_file() else []


def _check_name(row: Row, name: str, names: list[str], factors: Collection[str]) -> None:
    if name in BUILT_IN_FACTS or name in RECORD_CATEGORIES:
        raise StudyError(f"{row.where}: '{name}' is a built-in name; give the fact another one.")
    if name in factors:
        raise StudyError(
            f"{row.where}: '{name}' is a factor of {FACTORS_FILE}; give the fact another name."
        )
    if names.count(name) > 1:
        raise StudyError(f"{row.where}: fact '{name}' is declared twice; keep one of them.")


def _fact(
    row: Row,
    conditions: tuple[FactCondition, ...],
    known: Collection[str],
    categories: Collection[str],
    placed_by: Mapping[str, tuple[str, ...]],
) -> DeclaredFact:
    name = row.required("fact")
    domain = row.domain("domain")
    date = row.text("date")
    value, known_by = row.text("value"), row.text("known_by")
    if value is not None:
        row.known(value, categories, "category of terms.csv")
    if known_by is not None:
        row.known(known_by, known, "fact")
    if not conditions and domain != "DM":
        raise StudyError(
            f"{row.where}: fact '{name}' has no condition in {CONDITIONS_FILE}, so that any record "
            f"of {domain} would be it; add the conditions that make a record this fact."
        )
    return DeclaredFact(
        fact=name,
        label=row.required("label"),
        domain=domain,
        date=_variable(
            row, date or row.required("date"), "a variable with a date, such as AESTDTC"
        ),
        take="first" if row.choice("take", Take) == "first" else "last",
        value=value,
        known_by=known_by,
        level=_level(name, placed_by),
        conditions=conditions,
        where=row.where,
        description=row.text("description"),
    )


def _variable(row: Row, value: str, what: str) -> str:
    if not is_variable(value):
        raise StudyError(f"{row.where}: '{value}' is not {what}; write it in capitals.")
    return value


def _condition(row: Row, trial_ids: Collection[str], names: _Names) -> FactCondition:
    trial_id = row.text("trial_id")
    if trial_id is not None:
        row.known(trial_id, trial_ids, "trial")
    choices_of_name = (*names.declared, *RECORD_CATEGORIES, *names.factors)
    fact = row.one_of("fact", choices_of_name, "fact, category of records or factor of records")
    kind = row.choice("kind", FactConditionKind)
    if names.about(fact) != "fact" and kind != "variable":
        raise StudyError(
            f"{row.where}: which records count as a {fact} is said by their variables; use the "
            "kind variable, or declare a fact for the rest."
        )
    operator = row.one_of("operator", OPERATORS[kind], f"{kind} operator")
    name = _asked(row, fact, kind, names)
    return FactCondition.model_validate(
        {
            "trial_id": trial_id,
            "fact": fact,
            "about": names.about(fact),
            "domain": names.domain(fact, name),
            "condition_order": row.integer("condition_order"),
            "kind": kind,
            "name": name,
            "operator": operator,
            "values": _values(row, kind, operator),
            "where": row.where,
        }
    )


def _asked(row: Row, fact: str, kind: str, names: _Names) -> str | None:
    """What the condition asks about: a variable, a category of terms, a fact, or nothing."""
    if kind in ("cycle", "confirmed"):
        if row.text("name"):
            raise StudyError(
                f"{row.where}: a condition of the kind {kind} takes no name; remove it."
            )
        return None
    name = row.required("name")
    if kind == "variable":
        return _variable(row, name, "a variable or qualifier such as AEDECOD")
    if kind == "term":
        return row.known(name, names.categories, "category of terms.csv")
    if name == fact:
        raise StudyError(f"{row.where}: fact '{fact}' is placed by itself; name another fact.")
    return row.known(name, names.facts, "fact")


def _values(row: Row, kind: str, operator: str) -> tuple[str, ...]:
    """The texts of `value`: none, one, or several with | between them."""
    text = row.text("value")
    if operator in PRESENCE_OPERATORS or (operator in TIME_OPERATORS and "days" not in operator):
        if text is not None:
            raise StudyError(f"{row.where}: '{operator}' takes no value; leave the column empty.")
        return ()
    value = row.required("value")
    if operator in ("in", "not in", "matches", "does not match"):
        values = tuple(part.strip() for part in value.split(_SEPARATOR) if part.strip())
        if not values:
            raise StudyError(f"{row.where}: column 'value' is empty; put | between the values.")
        return values
    if kind in ("cycle", "confirmed") or "days" in operator:
        _check_not_negative(row, row.integer("value"))
    elif operator in NUMBER_OPERATORS and row.number("value") is None:
        raise StudyError(f"{row.where}: '{operator}' compares numbers; write one.")
    return (value,)


def _check_not_negative(row: Row, value: int) -> None:
    if value < 0:
        raise StudyError(
            f"{row.where}: column 'value' is {value}, but cycles and days are counted from 0; "
            "choose another operator."
        )


def _check_order(row: Row, condition: FactCondition, earlier: list[FactCondition]) -> None:
    if any(condition.condition_order == other.condition_order for other in earlier):
        raise StudyError(
            f"{row.where}: '{condition.fact}' has condition_order {condition.condition_order} "
            "twice; number its conditions 1, 2, ..."
        )


def _placed_by(conditions: Iterable[FactCondition], names: Collection[str]) -> tuple[str, ...]:
    """The declared facts that the conditions name."""
    named = [item.name for item in conditions if item.kind == "fact" and item.name in names]
    return tuple(dict.fromkeys(name for name in named if name is not None))


def _check_circle(
    name: str, placed_by: Mapping[str, tuple[str, ...]], path: tuple[str, ...]
) -> None:
    if name in path:
        circle = " -> ".join((*path[path.index(name) :], name))
        raise StudyError(
            f"{CONDITIONS_FILE}: fact '{name}' is placed by itself ({circle}); remove one of these "
            "conditions."
        )
    if len(path) >= MOST_LEVELS:
        raise StudyError(
            f"{CONDITIONS_FILE}: {' -> '.join((*path, name))} rest on each other, and "
            f"{MOST_LEVELS} facts in a row are the most; place one of them by an earlier fact."
        )
    for other in placed_by[name]:
        _check_circle(other, placed_by, (*path, name))


def _level(name: str, placed_by: Mapping[str, tuple[str, ...]]) -> int:
    return 1 + max((_level(other, placed_by) for other in placed_by[name]), default=0)


def _as_fact(fact: DeclaredFact, terms: tuple[Term, ...]) -> Fact:
    # what holds in one trial alone says nothing of the others
    in_all = [item for item in fact.conditions if item.trial_id is None]
    after = [item.name for item in in_all if item.operator in _LATER]
    before = [item.name for item in in_all if item.operator in _EARLIER]
    known_by = (*before, fact.known_by)
    return Fact(
        fact.fact,
        fact.label,
        follows=tuple(name for name in after if name is not None),
        known_by=tuple(name for name in known_by if name is not None),
        values=tuple(dict.fromkeys(term.value for term in terms if term.category == fact.value)),
        has_cycle=True,
        level=fact.level,
        domain=fact.domain,
    )


def definition_of(fact: DeclaredFact) -> str:
    """What makes a record this fact, for people: first RSDTC of RS where response = PD; after X."""
    of_records = [item for item in fact.conditions if item.kind not in _PLACING]
    placing = [item for item in fact.conditions if item.kind in _PLACING]
    where = f" where {conditions_said(of_records)}" if of_records else ""
    placed = f"; {conditions_said(placing)}" if placing else ""
    return f"{fact.take} {fact.date} of {fact.domain}{where}{placed}"


def conditions_said(conditions: Iterable[FactCondition]) -> str:
    """The conditions as a sentence's list, for people: AEDECOD in X or Y; after first_dose."""
    return "; ".join(_said(item) for item in conditions)


def _said(item: FactCondition) -> str:
    value = choices(item.values) if item.values else ""
    trial = f"in trial {item.trial_id}: " if item.trial_id is not None else ""
    if item.kind == "fact":
        return f"{trial}{item.operator.replace('days', f'{value} days')} {item.name}"
    if item.kind == "confirmed":
        return f"{trial}confirmed by another such record at least {value} days later"
    return trial + " ".join(part for part in (item.name or "cycle", item.operator, value) if part)
