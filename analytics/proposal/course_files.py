"""The endpoints, populations, facts and analyses of a proposed study, as rows of its files."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from analytics.proposal.course import Choice, Course
from analytics.proposal.factors import Cells
from analytics.proposal.skeleton_files import (
    add_rows,
    analysis_text,
    fill_list,
    fill_rows,
    replace_text,
    toml_text,
)
from analytics.study.vocabularies import merged, read_vocabularies

_CONTROL: Final = re.compile(
    r"placebo|control|standard|comparator|observation|\b(soc|ctl|ctrl|pbo)\b", re.IGNORECASE
)
_ARM: Final = "arm"
_MOST_ARMS: Final = 6
_ABOUT: Final = "Proposed from the files: look at every row."
_ALWAYS: Final = ("", "")  # no parameter of study.toml decides
_EVERYBODY: Final = {"randomisation": "itt", "first_dose": "all"}
_NEW_THERAPIES: Final = {
    "CM": ("new_therapy", "New anti-cancer therapy"),
    "PR": ("new_procedure", "New anti-cancer procedure"),
}


@dataclass(frozen=True)
class Arms:
    """The levels of the factor `arm`, the control last, and their labels."""

    labels: Mapping[str, str]

    @property
    def control(self) -> str:
        """The level that the others are compared with."""
        return list(self.labels)[-1]


def arms_of(course: Course, levels: Sequence[Cells]) -> Arms | None:
    """The arms of a randomised study with two or more of them."""
    labels = {level: label for name, level, label, *_ in levels if name == _ARM and level}
    if course.randomised is None or len(labels) < 2:
        return None
    return Arms(labels)


def control_last(levels: Sequence[Cells]) -> list[Cells]:
    """The levels with the control after the other arms: the others are compared with it."""
    arms = [row for row in levels if row[0] == _ARM and row[1]]
    control = control_of([row[2] for row in arms])
    controls = [row[1] for row in arms if row[2] == control]
    arms.sort(key=lambda row: row[1] in controls[:1])
    orders = {level: str(place) for place, level in enumerate(dict.fromkeys(r[1] for r in arms), 1)}
    placed = iter([[*row[:3], orders[row[1]], *row[4:]] for row in arms])
    return [next(placed) if row[0] == _ARM and row[1] else row for row in levels]


def control_of(labels: Sequence[str]) -> str | None:
    """The label with a word for a control, if there is one.

    Of several it is the shortest: the others add something to it.
    """
    return next((label for label in sorted(labels, key=len) if _CONTROL.search(label)), None)


def write_course(
    folder: Path, course: Course, factors: Sequence[Cells], levels: Sequence[Cells]
) -> tuple[str, ...]:
    """Fill in what is followed, in the files of a skeleton; returns the endpoints.

    The skeleton follows a remission itself: there a randomisation and its arms are added.
    """
    arms = arms_of(course, levels)
    if course.vocabularies:
        fill_list(folder / "study.toml", "vocabularies", course.vocabularies)
    if course.outcome == "remission":
        if course.randomised is not None:
            _randomise_skeleton(folder, course.randomised, arms)
        add_rows(folder / "fact_conditions.csv", _sources(course))
        return ("OS", "RFS", "CIR")
    people = _EVERYBODY[course.origin]
    replace_text(folder / "study.toml", 'analysis_set = "all"', f'analysis_set = "{people}"')
    endpoints = _endpoints(course, people)
    for name, rows in (
        ("facts.csv", _facts(course)),
        ("fact_conditions.csv", [*_conditions(course), *_sources(course)]),
        ("populations.csv", _populations(course, people, arms)),
        ("endpoints.csv", endpoints),
        ("endpoint_rules.csv", _rules(course)),
    ):
        fill_rows(folder / name, rows, _ABOUT)
    plan = _plan(course, people, arms, factors, endpoints)
    (folder / "plan.toml").write_text(plan, encoding="utf-8")
    return tuple(row[0] for row in endpoints)


def _randomise_skeleton(folder: Path, randomised: Choice, arms: Arms | None) -> None:
    """Everybody randomised is followed from then on; who is in remission, from the remission."""
    replace_text(
        folder / "populations.csv",
        "all,All patients,1,1,fact,first_dose,exists,,Not treated",
        "all,All randomised patients,1,1,fact,randomisation,exists,,Not randomised",
    )
    replace_text(folder / "endpoints.csv", "OS,Overall survival,all,first_dose,", _OS_RANDOMISED)
    plan = folder / "plan.toml"
    replace_text(plan, "The course after the first dose", "The course after randomisation")
    # who is in remission was randomised before, as the first dose comes in between
    add_rows(folder / "facts.csv", [[*_RANDOMISATION[:6], "first_dose", ""]])
    add_rows(folder / "fact_conditions.csv", [_condition("randomisation", 1, randomised)])
    if arms is not None:
        compared = "\n".join(
            (
                _by_arm("OS", "Overall survival", "all", arms),
                _hazard_ratio("OS", "Overall survival", "all", arms),
                _by_arm("RFS", "Relapse-free survival after remission", "responders", arms),
            )
        )
        text = plan.read_text(encoding="utf-8")
        plan.write_text(f"{text}\n# ---- the arms {'-' * 86}\n{compared}", encoding="utf-8")


_OS_RANDOMISED: Final = "OS,Overall survival,all,randomisation,"
_RANDOMISATION: Final = ["randomisation", "Randomisation", "DS", "DSSTDTC", "first", "", "", ""]


def _facts(course: Course) -> list[Cells]:
    rows: list[Cells] = []
    if course.randomised is not None:
        rows.append(_RANDOMISATION)
    if course.recurrence is not None:
        rows.append(["recurrence", "Recurrence", "CE", "CESTDTC", "first", "", "", ""])
    if course.outcome == "progression":
        rows += [
            ["progression", "Progression", "RS", "RSDTC", "first", "", "", ""],
            ["tumour_assessment", "Tumour assessment", "RS", "RSDTC", "last", "", "", ""],
            [
                *("objective_response", "Objective response", "RS", "RSDTC", "first", "", ""),
                "Not confirmed: a condition of the kind confirmed asks for it.",
            ],
        ]
    for therapy in course.new_therapies:
        fact, label = _NEW_THERAPIES[therapy.domain]
        day = f"{therapy.domain}STDTC"
        rows.append([fact, label, therapy.domain, day, "first", *[""] * 3])
    return rows


def _conditions(course: Course) -> list[Cells]:
    rows: list[Cells] = []
    if course.randomised is not None:
        rows.append(_condition("randomisation", 1, course.randomised))
    if course.recurrence is not None:
        rows += [
            _condition("recurrence", 1, course.recurrence),
            ["", "recurrence", "2", "fact", course.origin, "on or after", ""],
        ]
    if course.outcome == "progression":
        remissions = merged(read_vocabularies()[name] for name in course.vocabularies).remissions
        rows += [
            ["", "progression", "1", "term", "response", "=", "progression"],
            ["", "progression", "2", "fact", course.origin, "after", ""],
            ["", "tumour_assessment", "1", "term", "response", "given", ""],
            ["", "tumour_assessment", "2", "term", "response", "!=", "not_evaluable"],
            [
                *("", "objective_response", "1", "term", "response", "in"),
                " | ".join(remissions or ("CR", "PR")),
            ],
            ["", "objective_response", "2", "fact", course.origin, "after", ""],
            ["", "objective_response", "3", "fact", "progression", "not on or after", ""],
        ]
    for order, therapy in enumerate(course.new_therapies, start=4):
        fact, _ = _NEW_THERAPIES[therapy.domain]
        told = [_condition(fact, place, one) for place, one in enumerate(therapy.choices, start=1)]
        rows += [
            ["", "objective_response", str(order), "fact", fact, "not after", ""],
            *told,
            ["", fact, str(len(told) + 1), "fact", course.origin, "on or after", ""],
        ]
    return rows


def _sources(course: Course) -> list[Cells]:
    """Which readings count as responses: conditions of each trial, numbered together."""
    return [
        [source.trial_id, "response", str(order), "variable", source.variable, "=", source.value]
        for order, source in enumerate(course.sources, start=1)
    ]


def _condition(fact: str, order: int, choice: Choice) -> Cells:
    operator = "=" if len(choice.values) == 1 else "in"
    values = " | ".join(choice.values)
    return ["", fact, str(order), "variable", choice.variable, operator, values]


def _populations(course: Course, people: str, arms: Arms | None) -> list[Cells]:
    whole = (
        ["all", "All patients", "1", "1", "fact", "first_dose", "exists", "", "Not treated"]
        if course.randomised is None
        else [
            *("itt", "Intention to treat", "1", "1", "fact", "randomisation", "exists", ""),
            "Not randomised",
        ]
    )
    parts: list[tuple[str, str, Cells]] = []
    if course.randomised is not None:
        treated = ["fact", "first_dose", "exists", "", "Not treated"]
        parts.append(("treated", "Treated", treated))
    if course.outcome == "progression":
        response = ["fact", "objective_response", "exists", "", "No objective response"]
        parts.append(("responders", "Objective response", response))
    died = ["endpoint", "OS", "event_code =", "1", "Not known to have died"]
    parts.append(("died", "Died", died))
    for number, (level, label) in enumerate(_groups(arms), start=1):
        parts.append((f"arm_{number}", label, ["factor", _ARM, "=", level, "Other arm"]))
    rows = [whole]
    for order, (name, label, condition) in enumerate(parts, start=2):
        rows += [
            [name, label, str(order), "1", "population", people, "", "", ""],
            [name, "", "", "2", *condition],
        ]
    return rows


def _groups(arms: Arms | None) -> list[tuple[str, str]]:
    """The arms that are columns of tables; none where there are too many for a page."""
    if arms is None or len(arms.labels) > _MOST_ARMS:
        return []
    return list(arms.labels.items())


def _endpoints(course: Course, people: str) -> list[Cells]:
    rows = [["OS", "Overall survival", people, course.origin, "1", "", "", ""]]
    if course.outcome == "progression":
        rows += [
            [
                *("PFS", "Progression-free survival", people, course.origin, "2", ""),
                *("tumour_assessment", ""),
            ],
            [
                *("DOR", "Duration of response", "responders", "objective_response", "3", ""),
                *("tumour_assessment", ""),
            ],
        ]
    if course.outcome == "recurrence":
        rows.append(["DFS", "Disease-free survival", people, course.origin, "2", "", "", ""])
    return rows


def _rules(course: Course) -> list[Cells]:
    known_alive = "last_known_alive"
    rows = [
        ["OS", "death", "event", "death", "1", "Death from any cause", *_ALWAYS],
        ["OS", known_alive, "censor", known_alive, "1", "Last date known alive", *_ALWAYS],
    ]
    if course.outcome == "progression":
        for code in ("PFS", "DOR"):
            rows += [
                [code, "progression", "event", "progression", "1", "Progression", *_ALWAYS],
                [code, "death", "event", "death", "2", "Death without progression", *_ALWAYS],
            ]
            for order, therapy in enumerate(course.new_therapies, start=1):
                fact, label = _NEW_THERAPIES[therapy.domain]
                rows.append([code, fact, "end", fact, str(order), label, *_ALWAYS])
    if course.outcome == "recurrence":
        rows += [
            ["DFS", "recurrence", "event", "recurrence", "1", "Recurrence", *_ALWAYS],
            ["DFS", "death", "event", "death", "2", "Death without recurrence", *_ALWAYS],
            ["DFS", "visit", "censor", "last_documented_visit", "1", "Last visit", *_ALWAYS],
            ["DFS", "alive", "censor", known_alive, "2", "Last date known alive", *_ALWAYS],
        ]
    return rows


def _plan(
    course: Course,
    people: str,
    arms: Arms | None,
    factors: Sequence[Cells],
    endpoints: Sequence[Cells],
) -> str:
    parts = [
        "# Proposed from the files: look at every analysis. `plateau init FOLDER` without --from\n"
        "# writes a plan.toml in which every method and key is explained.\n"
    ]
    strata = [name for name, _, _, _, _, domain, *_ in factors if domain == "SUPP"]
    followed = [(code, label) for code, label, population, *_ in endpoints if population == people]
    for number, (_, arm) in enumerate(_groups(arms), start=1):
        for code, label in followed:
            parts.append(
                _curve(f"{code.lower()}_arm_{number}", f"{label}, {arm}", code, f"arm_{number}")
            )
    for code, label, population, *_ in endpoints:
        if arms is None:
            parts.append(_curve(code.lower(), label, code, population))
        else:
            parts.append(_by_arm(code, label, population, arms))
            if population == people:
                parts.append(_hazard_ratio(code, label, population, arms))
            if population == people and strata:
                parts.append(_by_arm(code, label, population, arms, strata))
                parts.append(_hazard_ratio(code, label, population, arms, strata))
    if arms is None:
        parts.append(_models(people))
    parts.append(_tables(course, people, arms, factors))
    return "\n".join(parts)


def _curve(name: str, label: str, code: str, population: str, **more: str) -> str:
    return analysis_text(
        name,
        label,
        "kaplan_meier",
        endpoint=toml_text(code),
        population=toml_text(population),
        **more,
        landmarks_months="[6, 12, 24]",
    )


def _by_arm(code: str, label: str, population: str, arms: Arms, strata: Sequence[str] = ()) -> str:
    """The curves of the arms, with their log-rank test."""
    name, shown = f"{code.lower()}_by_arm", f"{label} by arm"
    if strata:
        name, shown = f"{name}_stratified", f"{shown}, stratified test"
    return _curve(name, shown, code, population, strata=toml_text(_ARM), **_stratified(strata))


def _hazard_ratio(
    code: str, label: str, population: str, arms: Arms, strata: Sequence[str] = ()
) -> str:
    """The hazard ratio of each arm to the control."""
    control = f"denominator = {json.dumps([arms.control])}"
    lines = "".join(
        f"    {{ factor = {toml_text(_ARM)}, model = {toml_text(level)}, "
        f"numerator = {json.dumps([level])}, {control} }},\n"
        for level in arms.labels
        if level != arms.control
    )
    name, shown = f"{code.lower()}_hazard_ratio", f"{label}, hazard ratio"
    if strata:
        name, shown = f"{name}_stratified", f"{shown}, stratified"
    return analysis_text(
        name,
        shown,
        "cox_univariate",
        endpoint=toml_text(code),
        population=toml_text(population),
        **_stratified(strata),
        factors=f"[\n{lines}]",
    )


def _stratified(strata: Sequence[str]) -> dict[str, str]:
    """The strata of the randomisation, as the key of an analysis."""
    return {"stratified_by": json.dumps(list(strata))} if strata else {}


def _models(people: str) -> str:
    age = 'numerator_label = "additional year", denominator_label = "year"'
    sex = 'numerator = ["male"], denominator = ["female"]'
    return analysis_text(
        "cox_os",
        "Factors and overall survival, one at a time",
        "cox_univariate",
        endpoint='"OS"',
        population=toml_text(people),
        factors=f'[\n    {{ factor = "age", {age} }},\n    {{ factor = "sex", {sex} }},\n]',
    )


def _tables(course: Course, people: str, arms: Arms | None, factors: Sequence[Cells]) -> str:
    arm_groups = [f"arm_{number}" for number, _ in enumerate(_groups(arms), start=1)]
    groups = json.dumps([*arm_groups, people])
    compared = {}
    if arms is not None and len(arm_groups) == 2:
        compared["compared"] = json.dumps(arm_groups)
    shown = [
        f"    {{ factor = {toml_text(name)}"
        + (', statistics = ["n", "median", "min", "max"]' if kind == "continuous" else "")
        + " },\n"
        for name, _, timing, kind, *_ in factors
        if timing == "baseline" and name != _ARM
    ]
    lines = [("death", "any", "Died", "died")]
    if course.outcome == "progression":
        lines.insert(0, ("response", "objective", "Objective response", "responders"))
    outcomes = "".join(
        f"    {{ outcome = {toml_text(outcome)}, level = {toml_text(level)}, "
        f"label = {toml_text(label)}, population = {toml_text(population)} }},\n"
        for outcome, level, label, population in lines
    )
    last = "treated" if course.randomised is not None else people
    return "\n".join(
        (
            analysis_text(
                "table_1",
                "Table 1. Baseline characteristics",
                "baseline_table",
                groups=groups,
                characteristics=f"[\n{''.join(shown)}]",
            ),
            analysis_text(
                "table_2",
                "Table 2. Outcomes",
                "outcomes_table",
                groups=groups,
                **compared,
                lines=f"[\n{outcomes}]",
            ),
            analysis_text(
                "attrition",
                "From all patients to those treated",
                "attrition",
                population=toml_text(last),
            ),
        )
    )
