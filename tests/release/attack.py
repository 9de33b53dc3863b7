"""An attack on a limited release: what its published tables tell of the counts that they hide.

It knows the columns and labels of the tables and how such tables are made, and nothing of the
program that hides. Every count is a variable; every sum that a reader may expect is an equation,
and a sum that holds wherever it can be checked is believed to hold where it cannot. The least and
the largest possible value of each hidden count are linear programs.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import polars as pl
from scipy.optimize import linprog
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

Key = Hashable
Row = Mapping[str, Any]
_LIMIT = re.compile(r"fewer than (\d+) subjects")
ENOUGH = 3  # times that a sum must be seen to hold before it is believed


@dataclass
class Knowledge:
    """Variables, what is seen of them, and the equations and orders between them."""

    seen: dict[Key, float] = field(default_factory=dict)
    hidden: dict[Key, list[tuple[str, int, str]]] = field(default_factory=lambda: defaultdict(list))
    equal: list[tuple[tuple[Key, float], ...]] = field(default_factory=list)
    at_most: list[tuple[tuple[Key, float], ...]] = field(default_factory=list)
    least: dict[Key, float] = field(default_factory=dict)
    most: dict[Key, float] = field(default_factory=dict)
    told: set[Key] = field(default_factory=set)
    """Events between two months of which a shown curve tells some or all."""

    def note(self, key: Key, value: float | None, place: tuple[str, int, str]) -> None:
        """A cell of a table is this variable."""
        if value is None:
            self.hidden[key].append(place)
        else:
            assert self.seen.setdefault(key, float(value)) == value, (key, place, value)

    def sums(self, whole: Key, parts: Iterable[Key]) -> None:
        self.equal.append(((whole, -1.0), *((part, 1.0) for part in parts)))

    def same(self, one: Key, other: Key) -> None:
        if one != other:
            self.equal.append(((one, 1.0), (other, -1.0)))

    def order(self, smaller: Key, larger: Key) -> None:
        if smaller != larger:
            self.at_most.append(((smaller, 1.0), (larger, -1.0)))


def who(population: str | None, *conditions: str) -> Key:
    return ("n", population, frozenset(conditions))


def gather(frames: Mapping[str, pl.DataFrame]) -> Knowledge:
    """Everything that the tables say of counts."""
    found = Knowledge()
    rows = {name: frame.to_dicts() for name, frame in frames.items()}
    labels = {row["population"]: row["population_label"] for row in rows["populations"]}
    for place, row in enumerate(rows["populations"]):
        found.note(who(row["population_label"]), row["n"], ("populations", place, "n"))
    _characteristics(rows["table_1"], labels, found)
    _outcomes(rows, labels, found)
    _curves(rows, found)
    _models(rows, found)
    _pools(rows["pooling"], found)
    _flow(rows, found)
    _steps(rows, found)
    _states(rows, found)
    _steps_of_curves(rows, found)
    _files(rows, found)
    _beside_estimates(rows, found)
    for key in found.hidden:
        if key in found.seen:
            found.least[key] = found.most[key] = found.seen[key]
    return found


def _beside_estimates(rows: Mapping[str, list[Row]], found: Knowledge) -> None:
    """An estimate is shown only of counts that are not small, whether they are hidden or not."""
    statuses = {str(row.get("status")) for table in rows.values() for row in table}
    limits = {int(told[1]) for told in map(_LIMIT.search, statuses) if told}
    for key, places in found.hidden.items():
        for table, place, column in places:
            row = rows[table][place]
            if limits and column in {"n", "n_event"} and row.get("status") == "ok":
                found.least[key] = max(found.least.get(key, 0.0), float(min(limits)))


def _characteristics(rows: list[Row], labels: Mapping[str, str], found: Knowledge) -> None:
    """Levels make up the group; each factor's known and unknown do."""
    levels: dict[tuple[str, str], dict[str, Key]] = defaultdict(dict)
    for place, row in enumerate(rows):
        group, factor = labels[row["group_population"]], row["characteristic_label"]
        found.note(who(group), row["denominator"], ("table_1", place, "denominator"))
        is_level = row["statistic"] == "count_percent"
        said = row["level_label"] if is_level else "known"
        key = who(group, f"{factor}: {said}")
        found.note(key, row["n"], ("table_1", place, "n"))
        found.order(key, who(group))
        if is_level:
            levels[group, factor][row["level_label"]] = key
            if row["level"] == "unknown":
                found.sums(who(group), [key, who(group, f"{factor}: known")])
        if row["n"] is None and row["percent"] is not None and row["denominator"] is not None:
            found.seen[key] = round(row["percent"] * row["denominator"] / 100)
    for (group, _), keys in levels.items():
        found.sums(who(group), dict.fromkeys(keys.values()))
    factors = sorted({row["characteristic_label"] for row in rows})
    for one, other in combinations(factors, 2):
        if one.lower() in other.lower() or other.lower() in one.lower():
            for group in labels.values():
                found.same(who(group, f"{one}: Unknown"), who(group, f"{other}: Unknown"))
    groups: dict[str, dict[Key, Key]] = defaultdict(dict)
    for (group, factor), keys in levels.items():
        for level, key in keys.items():
            groups[group][factor, level] = key
        groups[group]["all"] = who(group)
    _believed(groups, found)


def _outcomes(  # noqa: PLR0912 - a line for each thing that is known
    rows: Mapping[str, list[Row]], labels: Mapping[str, str], found: Knowledge
) -> None:
    """Lines of outcomes: parts of their parents, of their denominators, and of one another."""
    lines: dict[str, dict[Key, Key]] = defaultdict(dict)
    of: dict[str, dict[Key, Key]] = defaultdict(dict)
    groups: dict[str, dict[Key, Key]] = defaultdict(dict)
    for table, sides in (
        ("table_2", (("group_population", "n", "denominator"),)),
        (
            "outcome_differences",
            (
                ("group_population", "n", "denominator"),
                ("reference_population", "n_reference", "denominator_reference"),
            ),
        ),
    ):
        for place, row in enumerate(rows[table]):
            line = f"{row['outcome']}/{row['level']}"
            share = f"of {line} in {row['analysis_id']}"
            for side, n, denominator in sides:
                group = labels[row[side]]
                key, base = who(group, line), who(group, share)
                found.note(key, row[n], (table, place, n))
                found.note(base, row[denominator], (table, place, denominator))
                found.order(key, base)
                found.order(base, who(group))
                lines[line][group], of[share][group] = key, base
                groups[group][line], groups[group][share] = key, base
    everybody = {group: who(group) for group in labels.values()}
    for line, bases in of.items():
        for other in (everybody, *(lines[one] for one in lines if one != line)):
            common = [group for group in bases if group in other]
            if _holds([({bases[g]: -1, other[g]: 1}) for g in common], found):
                for group in common:
                    found.same(bases[group], other[group])
                break
    parents = {f"{r['outcome']}/{r['level']}": r["parent"] for r in rows["table_2"]}
    children: dict[str, list[str]] = defaultdict(list)
    for line, parent in parents.items():
        if parent in lines:
            children[parent].append(line)
            for group in set(lines[line]) & set(lines[parent]):
                found.order(lines[line][group], lines[parent][group])
    for parent, parts in children.items():
        if len(parts) > 1:
            _maybe(lines[parent], [lines[part] for part in parts], found)
    for one, other, whole in combinations(sorted(lines), 3):
        for total, parts in ((whole, (one, other)), (one, (other, whole)), (other, (one, whole))):
            _maybe(lines[total], [lines[part] for part in parts], found)
    _believed(groups, found)


def _believed(groups: Mapping[str, Mapping[Key, Key]], found: Knowledge) -> None:
    """Two groups that make up a third one in every line that can be checked, or by their names."""
    for name in groups:
        yes, _, what = name.rpartition(", ")
        no = f"{yes}, no {what}"
        if yes in groups and no in groups:
            for line in groups[yes]:
                if line in groups[name] and line in groups[no]:
                    found.sums(groups[yes][line], [groups[name][line], groups[no][line]])
    for one, other, whole in combinations(sorted(groups), 3):
        for total, parts in ((whole, (one, other)), (one, (other, whole)), (other, (one, whole))):
            _maybe(groups[total], [groups[part] for part in parts], found, ENOUGH + 2)


def _maybe(
    whole: Mapping[Key, Key],
    parts: list[Mapping[Key, Key]],
    found: Knowledge,
    enough: int = ENOUGH,
) -> None:
    common = [name for name in whole if all(name in part for part in parts)]
    sums = [{whole[name]: -1, **{part[name]: 1 for part in parts}} for name in common]
    if _holds(sums, found, enough):
        for name in common:
            found.sums(whole[name], [part[name] for part in parts])


def _holds(sums: list[dict[Key, int]], found: Knowledge, enough: int = ENOUGH) -> bool:
    """Whether a sum holds wherever all of it is seen, and often enough with numbers in it."""
    times = 0
    for terms in sums:
        if all(key in found.seen for key in terms):
            if sum(factor * found.seen[key] for key, factor in terms.items()):
                return False
            times += sum(found.seen[key] > 0 for key in terms) == len(terms)
    return times >= enough


_OF_ENDPOINT = (
    "endpoint_summary",
    "event_free_rates",
    "restricted_means",
    "times_lost",
    "survival_quantiles",
    "conditional_survival",
    "smoothed_hazards",
    "parametric_fits",
    "parametric_parameters",
    "parametric_curves",
    "relapse_incidence",
    "plateau",
    "relative_survival",
    "incidence_rates",
    "excess_mortality",
    "survival_differences",
    "median_differences",
    "restricted_mean_differences",
)


def _curves(  # noqa: PLR0912 - a line for each thing that is known
    rows: Mapping[str, list[Row]], found: Knowledge
) -> None:
    """Groups of a curve make up its population: subjects, events, numbers at risk, intervals."""
    strata: dict[Key, dict[str, None]] = defaultdict(dict)
    intervals: dict[Key, dict[tuple[float, float | None], Key]] = defaultdict(dict)
    for table in _OF_ENDPOINT:
        for place, row in enumerate(rows[table]):
            if row.get("point") == "day":
                continue
            for side in ("", "_reference"):
                if f"n{side}" not in row:
                    continue
                label = row["reference_label"] if side else row["stratum_label"]
                group = _group(row, label)
                clock = _clock(row)
                base = ("n", row["population_label"], frozenset(group))
                if row["analysis_id"] not in _plain(rows):
                    base = ("own", row["analysis_id"], frozenset(group))
                found.note(base, row[f"n{side}"], (table, place, f"n{side}"))
                about = (clock, base)
                event = row.get("event", "event")
                kind = ("events", event, *about)
                if "from_months" in row and "to_months" in row and table != "plateau":
                    span = (row["from_months"], row["to_months"])
                    key = ("events", event, *about, span)
                    found.note(key, row["n_event"], (table, place, "n_event"))
                    intervals[kind][span] = key
                elif f"n_event{side}" in row:
                    found.note(kind, row[f"n_event{side}"], (table, place, f"n_event{side}"))
                if f"n_risk{side}" in row:
                    at = row.get("time_months")
                    if at is None:
                        at = row["at_months"] + row["further_months"]
                    key = ("at risk", *about, at)
                    found.note(key, row[f"n_risk{side}"], (table, place, f"n_risk{side}"))
                    found.order(key, base)
                if "n_event_between" in row:
                    key = ("events", event, *about, (row["from_months"], row["to_months"]))
                    found.note(key, row["n_event_between"], (table, place, "n_event_between"))
                    found.order(key, kind)
                    for side_, at in (("from", row["from_months"]), ("to", row["to_months"])):
                        key = ("at risk", *about, at)
                        found.note(key, row[f"n_risk_{side_}"], (table, place, f"n_risk_{side_}"))
                if "n_given" in row:
                    found.order(("given", *about, row["at_months"]), base)
                    key = ("given", *about, row["at_months"])
                    found.note(key, row["n_given"], (table, place, "n_given"))
                found.order(kind, base)
                if group:
                    strata[clock, row["population_label"], row["strata_label"]][label] = None
    for kind, spans in intervals.items():
        _add_up(kind, spans, found)
    _strata(strata, found)


def _plain(rows: Mapping[str, list[Row]]) -> set[str]:
    """The analyses whose groups do not form after the origin, as far as a reader can tell."""
    return {
        row["analysis_id"]
        for row in rows["analyses"]
        if row["landmark_days"] is None and row["delayed_entry_of"] is None
    }


def _clock(row: Row) -> Key:
    return row["endpoint"]


def _group(row: Row, label: str) -> list[str]:
    return [f"{row['strata_label']}: {label}"] if row["strata_label"] is not None else []


def _add_up(kind: Key, spans: Mapping[tuple[float, float | None], Key], found: Knowledge) -> None:
    start, path = 0.0, []
    while True:
        after = [span for span in spans if span[0] == start]
        if not after:
            return
        path.append(spans[after[0]])
        if after[0][1] is None:
            found.sums(kind, path)
            return
        start = after[0][1]


def _strata(strata: Mapping[Key, Iterable[str]], found: Knowledge) -> None:
    """What is known of everybody is the sum over groups, of each quantity and month."""
    known: dict[Key, set[Key]] = defaultdict(set)
    for key in (*found.seen, *found.hidden):
        if isinstance(key, tuple) and key[0] in {"events", "at risk"}:
            place = 2 if key[0] == "events" else 1
            base = key[place + 1]
            if base[0] == "n":
                known[key[: place + 1], base[1], key[place + 2 :]].add(base[2])
    for (clock, population, label), levels in strata.items():
        groups = [frozenset({f"{label}: {level}"}) for level in levels]
        found.sums(("n", population, frozenset()), [("n", population, one) for one in groups])
        for (head, whose, tail), bases in known.items():
            if whose == population and clock == head[-1] and bases & {*groups, frozenset()}:
                whole = (*head, ("n", population, frozenset()), *tail)
                found.sums(whole, [(*head, ("n", population, one), *tail) for one in groups])


def _models(rows: Mapping[str, list[Row]], found: Knowledge) -> None:
    """Complete cases and those left out make up the population; events of the left out are few."""
    plain = _plain(rows)
    models: dict[tuple[str, str], Row] = {}
    for table in ("forest", "subdistribution_hazards"):
        for place, row in enumerate(rows[table]):
            models[row["analysis_id"], row["model"]] = row
            key = ("model", row["analysis_id"], row["model"])
            found.note(("n", *key), row["n"], (table, place, "n"))
            found.note(("events", *key), row["n_event"], (table, place, "n_event"))
            found.note(("missing", *key), row["n_missing"], (table, place, "n_missing"))
            if "n_competing" in row:
                found.note(("competing", *key), row["n_competing"], (table, place, "n_competing"))
            base = who(row["population_label"])
            if "__delayed" in row["model"] or row["analysis_id"] not in plain:
                continue
            found.sums(base, [("n", *key), ("missing", *key)])
            events = ("events", "event", row["endpoint"], base)
            found.order(("events", *key), ("n", *key))
            found.order(("events", *key), events)
            found.at_most.append(
                ((events, 1.0), (("events", *key), -1.0), (("missing", *key), -1.0))
            )
            if row["model"] == row["factor"]:
                unknown = who(row["population_label"], f"{row['factor_label']}: Unknown")
                found.order(unknown, ("missing", *key))
    for table in ("joint_tests", "proportional_hazards", "selection_steps"):
        for place, row in enumerate(rows[table]):
            key = ("model", row["analysis_id"], row.get("model", "steps"))
            found.note(("n", *key), row["n"], (table, place, "n"))
            found.note(("events", *key), row["n_event"], (table, place, "n_event"))
    for place, row in enumerate(rows["group_tests"]):
        if "pairwise" in row["test"]:
            _pair(place, row, rows["endpoint_summary"], found)
            continue
        key = ("test", row["analysis_id"], row["test"], row["event"])
        found.note(("n", *key), row["n"], ("group_tests", place, "n"))
        found.note(("events", *key), row["n_event"], ("group_tests", place, "n_event"))
        found.note(("missing", *key), row["n_missing"], ("group_tests", place, "n_missing"))
        if row["analysis_id"] in plain:
            found.sums(who(row["population_label"]), [("n", *key), ("missing", *key)])
    _subgroups(rows["subgroups"], models, found)
    last = max((row["release_order"] for row in rows["release_history"]), default=None)
    for place, row in enumerate(rows["release_history"]):
        if row["release_order"] == last and row["model"] is not None:
            key = ("model", row["analysis_id"], row["model"])
            found.note(("n", *key), row["n"], ("release_history", place, "n"))
            found.note(("events", *key), row["n_event"], ("release_history", place, "n_event"))


def _pair(place: int, row: Row, curves: list[Row], found: Knowledge) -> None:
    """Two groups of a test make up its subjects and its events."""
    key = ("test", row["analysis_id"], row["test"])
    found.note(("n", *key), row["n"], ("group_tests", place, "n"))
    found.note(("events", *key), row["n_event"], ("group_tests", place, "n_event"))
    named = row["test"].partition("(")[2].rstrip(")").split(", ")
    labels = [
        curve["stratum_label"]
        for curve in curves
        if curve["analysis_id"] == row["analysis_id"] and curve["stratum"] in named
    ]
    if len(labels) == 2:
        bases = [("n", row["population_label"], frozenset(_group(row, one))) for one in labels]
        found.sums(("n", *key), bases)
        found.sums(("events", *key), [("events", "event", row["endpoint"], b) for b in bases])


def _subgroups(rows: list[Row], models: Mapping[tuple[str, str], Row], found: Knowledge) -> None:
    levels: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for place, row in enumerate(rows):
        name = (row["analysis_id"], row["model"], row["subgroup"])
        key = ("subgroup", *name)
        found.note(("missing", *key), row["n_missing"], ("subgroups", place, "n_missing"))
        found.note(("n", *key, row["level"]), row["n"], ("subgroups", place, "n"))
        found.note(("events", *key, row["level"]), row["n_event"], ("subgroups", place, "n_event"))
        found.order(("events", *key, row["level"]), ("n", *key, row["level"]))
        said = f"{row['subgroup_label']}: {row['level_label']}"
        found.order(("n", *key, row["level"]), who(row["population_label"], said))
        levels[name].append(row)
    for name, members in levels.items():
        key = ("subgroup", *name)
        parts = [("n", *key, row["level"]) for row in members]
        found.sums(who(members[0]["population_label"]), [*parts, ("missing", *key)])
        if name[:2] in models:
            events = [("events", *key, row["level"]) for row in members]
            terms = [(one, 1.0) for one in events]
            found.at_most.append((*terms, (("events", "model", *name[:2]), -1.0)))


def _pools(rows: list[Row], found: Knowledge) -> None:
    """Trials make up the pool, and a trial and all without it do."""
    lines: dict[Key, dict[tuple[str, str | None], tuple[int, Row]]] = defaultdict(dict)
    for place, row in enumerate(rows):
        names = ("analysis_id", "model", "factor", "contrast", "stratum", "event", "quantity")
        line = tuple(row[name] for name in (*names, "time_months"))
        lines[line][row["part"], row["level"]] = (place, row)
    for line, parts in lines.items():
        if ("all", None) not in parts:
            continue
        _, whole = parts["all", None]
        for column in ("n", "n_event", "n_risk"):
            for (part, level), (place, row) in parts.items():
                if part in {"all", "level", "without"}:
                    key = _pooled(line, column, part, level, row)
                    found.note(key, row[column], ("pooling", place, column)) if not (
                        column == "n_risk" and row["time_months"] is None
                    ) else None
            total = _pooled(line, column, "all", None, whole)
            levels = [level for part, level in parts if part == "level"]
            found.sums(total, [_pooled(line, column, "level", one, whole) for one in levels])
            for one in levels:
                if ("without", one) in parts:
                    sides = [
                        _pooled(line, column, part, one, whole) for part in ("level", "without")
                    ]
                    found.sums(total, sides)


def _pooled(line: Key, column: str, part: str, level: str | None, row: Row) -> Key:
    """The count of a part: of a curve it is that of the other tables."""
    if row["model"] is None and row["stratum"] == "all" and part in {"all", "level"}:
        group = [] if part == "all" else [f"{row['pooled_over_label']}: {_short(row, level)}"]
        base = ("n", row["population_label"], frozenset(group))
        if column == "n":
            return base
        if column == "n_event":
            return ("events", row["event"] or "event", row["endpoint"], base)
        return ("at risk", row["endpoint"], base, row["time_months"])
    if row["model"] is not None and part == "all" and column != "n_risk":
        kind = {"n": "n", "n_event": "events"}[column]
        return (kind, "model", row["analysis_id"], row["model"])
    return ("pool", line, column, part, level)


def _short(row: Row, level: str | None) -> str:
    return row["part_label"] if row["part"] == "level" else str(level)


def _flow(rows: Mapping[str, list[Row]], found: Knowledge) -> None:
    """Who goes on from a place makes it up; its ends are told in the tables too."""
    children: dict[str, list[Key]] = defaultdict(list)
    about = rows["about"][0]
    found.note(("treated",), about["n_treated"], ("about", 0, "n_treated"))
    main = next(row for row in rows["populations"] if row["is_analysis_set"])
    found.note(who(main["population_label"]), about["n_subjects"], ("about", 0, "n_subjects"))
    stages: dict[tuple[str, int], list[Key]] = defaultdict(list)
    for place, row in enumerate(rows["patient_flow"]):
        key = ("flow", row["node"])
        found.note(key, row["n"], ("patient_flow", place, "n"))
        if row["parent"] is not None:
            found.note(
                ("flow", row["parent"]), row["denominator"], ("patient_flow", place, "denominator")
            )
            children[row["parent"]].append(key)
        stages[row["state"], row["stage_order"]].append(key)
    for parent, keys in children.items():
        found.sums(("flow", parent), keys)
    if rows["patient_flow"]:
        found.same(("flow", "treated"), ("treated",))
    # the flow is of treated subjects, and a main population of those randomised holds others
    analysed = {found.seen.get(("flow", "treated/analyzed")), main["n"]}
    if not rows["patient_flow"] or len(analysed - {None}) > 1:
        return
    found.same(("flow", "treated/analyzed"), who(main["population_label"]))
    dead = [key for (state, _), keys in stages.items() if state == "died" for key in keys]
    overall = {r["endpoint"] for r in rows["endpoint_summary"] if r["endpoint"] == "OS"}
    if overall and dead:
        found.sums(("events", "event", "OS", who(main["population_label"])), dead)


def _steps(rows: Mapping[str, list[Row]], found: Knowledge) -> None:
    """Attrition: what comes in goes out or remains, and remains for the next step."""
    labels = {row["analysis_id"]: row["population_label"] for row in rows["analyses"]}
    before: dict[str, Key] = {}
    for place, row in enumerate(rows["attrition"]):
        name = row["analysis_id"]
        said = tuple(
            other["reason"]
            for other in rows["attrition"]
            if other["analysis_id"] == name and other["step"] <= row["step"]
        )
        keys = {"n_in": ("left", said[:-1]), "n_out": ("out", said), "n_remaining": ("left", said)}
        for column, key in keys.items():
            found.note(key, row[column], ("attrition", place, column))
        found.sums(keys["n_in"], [keys["n_out"], keys["n_remaining"]])
        before[name] = keys["n_remaining"]
        step = row["step_population_label"]
        if step is not None:
            others = [
                other
                for other in rows["attrition"]
                if other["analysis_id"] == name and other["step_population_label"] == step
            ]
            if others[-1] is row:
                found.same(keys["n_remaining"], who(step))
    for name, key in before.items():
        if labels.get(name) is not None:
            found.same(key, who(labels[name]))


def _states(  # noqa: PLR0912 - a line for each thing that is known
    rows: Mapping[str, list[Row]], found: Knowledge
) -> None:
    """Moves between states, by group and month."""
    groups: dict[Key, dict[str | None, dict[str, Key]]] = defaultdict(lambda: defaultdict(dict))
    arrived: dict[Key, list[Key]] = defaultdict(list)
    ever: dict[Key, Key] = {}
    for table, columns in (
        ("state_transitions", ("n", "n_moved")),
        ("transition_hazards", ("n_risk", "n_moved")),
        ("state_probabilities", ("n_risk",)),
        ("transition_probabilities", ("n_given",)),
    ):
        for place, row in enumerate(rows[table]):
            if row.get("point") == "day" or row.get("is_sum"):
                continue
            course = (row["endpoint"], row["population_label"])
            state = row.get("from_state", row.get("state"))
            for column in columns:
                at = row.get("from_months") if column == "n_given" else row.get("time_months")
                to = row["to_state"] if column == "n_moved" else None
                key = ("state", course, column, state, to, at, row["strata_label"], row["stratum"])
                found.note(key, row[column], (table, place, column))
                split = groups[course, column, state, to, at]
                split[row["strata_label"]][row["stratum"]] = key
                where = (course, row["strata_label"], row["stratum"])
                if column == "n_moved" and at is None:
                    arrived[where, to].append(key)
                if column == "n":
                    ever[where, state] = key
    moved: dict[Key, list[tuple[float, Key]]] = defaultdict(list)
    for key in (*found.seen, *found.hidden):
        if key[0] == "state" and key[2] == "n_moved":
            moved[key[:5], key[6:]].append((np.inf if key[5] is None else key[5], key))
    for chain in moved.values():
        ordered = [key for _, key in sorted(set(chain), key=lambda pair: pair[0])]
        for earlier, later in pairwise(ordered):
            found.order(earlier, later)
    for split in groups.values():
        for label, parts in split.items():
            if label is not None and None in split:
                found.sums(next(iter(split[None].values())), parts.values())
    for place_, key in ever.items():
        if place_ in arrived:
            found.sums(key, dict.fromkeys(arrived[place_]))


def _steps_of_curves(  # noqa: PLR0912 - a line for each thing that is known
    rows: Mapping[str, list[Row]], found: Knowledge
) -> None:
    """What the steps of a curve tell: at risk on any month, and at least so many events."""
    months = {key[-1] for key in (*found.seen, *found.hidden) if key[0] == "at risk"}
    spans = {key for key in (*found.seen, *found.hidden) if isinstance(key[-1], tuple)}
    spans = {key for key in spans if key[0] == "events" and len(key[-1]) == 2}
    curves: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows["survival_curves"]:
        curves[row["analysis_id"], row["stratum"]].append(row)
    plain = _plain(rows)
    reach: dict[Key, list[tuple[float, Key]]] = defaultdict(list)
    for (analysis, _), steps in curves.items():
        if analysis not in plain:
            continue
        steps.sort(key=lambda row: row["time_days"])
        first, last = steps[0], steps[-1]
        base = ("n", first["population_label"], frozenset(_group(first, first["stratum_label"])))
        about = (first["endpoint"], base)
        found.seen.setdefault(base, float(first["n_risk"]))
        events = sum(row["n_event"] for row in steps)
        left = last["n_risk"]  # of a month: what happened in it is past
        if any(row["time_months"] % 1 for row in steps):
            left -= last["n_event"] + last["n_censored"]
        kind = ("events", "event", *about)
        found.least[kind] = max(found.least.get(kind, 0.0), float(events))
        found.most[kind] = min(found.most.get(kind, np.inf), float(events + left))
        for span in [key[-1] for key in spans if key[1:-1] == ("event", *about)]:
            inside = [row for row in steps if _is_in(row["time_months"], *span)]
            told = float(sum(row["n_event"] for row in inside))
            key = ("events", "event", *about, span)
            if span[0] < last["time_months"]:
                found.told.add(key)
            if span[1] is not None and last["time_months"] >= span[1]:
                assert found.seen.setdefault(key, told) == told, key
            else:
                found.least[key] = max(found.least.get(key, 0.0), told)
                found.most[key] = min(found.most.get(key, np.inf), told + left)
        for month in sorted(months):
            later = [row["n_risk"] for row in steps if row["time_months"] >= month]
            key = ("at risk", *about, month)
            if later:
                found.seen.setdefault(key, float(later[0]))
            else:
                found.most[key] = min(found.most.get(key, np.inf), float(left))
    for row in rows["relapse_incidence"]:
        if row["point"] == "day" and row["analysis_id"] in plain:
            base = ("n", row["population_label"], frozenset(_group(row, row["stratum_label"])))
            for key in spans:
                about = (row["event"], row["endpoint"], base)
                if key[1:-1] == about and key[-1][0] < row["time_months"]:
                    found.told.add(key)
    for key in (*found.seen, *found.hidden):
        if key[0] == "at risk":
            reach[key[1:-1]].append((key[-1], key))
    for chain in reach.values():
        ordered = [key for _, key in sorted(set(chain), key=lambda pair: pair[0])]
        for earlier, later in pairwise(ordered):
            found.order(later, earlier)


def _is_in(month: float, first: float, last: float | None) -> bool:
    return (month > first or first == 0) and (last is None or month <= last)


def _files(rows: Mapping[str, list[Row]], found: Knowledge) -> None:
    for place, row in enumerate(rows["data_quality"]):
        if row["n_read"] is not None:
            key = ("file", place)
            for column in ("n_read", "n_accepted", "n_rejected"):
                found.note((*key, column), row[column], ("data_quality", place, column))
            found.sums((*key, "n_read"), [(*key, "n_accepted"), (*key, "n_rejected")])


def ranges(
    found: Knowledge, few: int, *, only_zeros: bool = False
) -> Iterator[tuple[Key, float, float]]:
    """Values between which a hidden count may be; `only_zeros`: were only zeros shown.

    They are the least and the largest value, or others that tell as much of what is asked: whether
    it is known, and whether it may be 1 as well as `few` - 1.
    """
    keys = list(
        dict.fromkeys(
            key
            for terms in (*found.equal, *found.at_most, *(((k, 1.0),) for k in found.hidden))
            for key, _ in terms
        )
    )
    place = {key: number for number, key in enumerate(keys)}
    low, high = _bounds(found, keys, only_zeros)
    free = low < high
    systems = {
        name: _matrix(sums, place, low, free)
        for name, sums in (("eq", found.equal), ("ub", found.at_most))
    }
    touching = [abs(matrix) for matrix, _ in systems.values()]
    links = sum((matrix.T @ matrix for matrix in touching), csr_array((len(keys), len(keys))))
    _, part = connected_components(links, directed=False)
    for one in dict.fromkeys(part[place[key]] for key in found.hidden if free[place[key]]):
        columns = np.flatnonzero((part == one) & free)
        sums: dict[str, Any] = {}
        for name, (matrix, right) in systems.items():
            own = np.flatnonzero(abs(matrix[:, columns]).sum(axis=1) > 0)
            if len(own):
                sums |= {f"A_{name}": matrix[own][:, columns], f"b_{name}": right[own]}
        sums["bounds"] = np.stack([low[columns], high[columns]], axis=1)
        lowest, highest = np.full(len(columns), np.inf), np.full(len(columns), -np.inf)
        for number, column in enumerate(columns):
            if keys[column] in found.hidden:
                ends = _ends(number, few, sums, lowest, highest)
                yield keys[column], *ends
    for key in found.hidden:
        if not free[place[key]]:
            yield key, low[place[key]], high[place[key]]


def _ends(
    number: int, few: int, sums: Mapping[str, Any], lowest: np.ndarray, highest: np.ndarray
) -> tuple[float, float]:
    """The ends of one count, from what other solutions have shown to be possible where it does."""
    ends = []
    for sign, seen, enough in ((1.0, lowest, 1.0), (-1.0, highest, few - 1.0)):
        is_wide = highest[number] - lowest[number] >= 1.0
        if not is_wide or sign * (seen[number] - enough) > 1e-9:
            cost = np.zeros(len(lowest))
            cost[number] = sign
            solved = linprog(cost, method="highs-ds", **sums)
            assert solved.status in {0, 3}, solved.message
            if solved.status == 3:
                ends.append(np.inf)
                continue
            np.minimum(lowest, solved.x, out=lowest)
            np.maximum(highest, solved.x, out=highest)
        ends.append(float(seen[number]))
    return ends[0], ends[1]


def _bounds(found: Knowledge, keys: list[Key], only_zeros: bool) -> tuple[np.ndarray, np.ndarray]:
    """What is known of each variable by itself; a count that is not zero is one at least."""
    seen = {k: v for k, v in found.seen.items() if v == 0} if only_zeros else found.seen
    low = np.array([float(key in found.hidden or found.seen.get(key, 0) > 0) for key in keys])
    high = np.full(len(keys), np.inf)
    for number, key in enumerate(keys):
        if key in seen:
            low[number] = high[number] = seen[key]
        elif not only_zeros:
            low[number] = max(low[number], found.least.get(key, 0.0))
            high[number] = min(high[number], found.most.get(key, np.inf))
    return low, high


def _matrix(
    sums: list[tuple[tuple[Key, float], ...]],
    place: Mapping[Key, int],
    low: np.ndarray,
    free: np.ndarray,
) -> tuple[csr_array, np.ndarray]:
    """The sums over what is free, and what the rest of them comes to."""
    right = np.zeros(len(sums))
    entries: list[tuple[int, int, float]] = []
    for number, terms in enumerate(sums):
        for key, factor in terms:
            if free[place[key]]:
                entries.append((number, place[key], factor))
            else:
                right[number] -= factor * low[place[key]]
    rows, columns, factors = zip(*entries, strict=True) if entries else ((), (), ())
    shape = (len(sums), len(place))
    return csr_array(coo_array((factors, (rows, columns)), shape=shape)), right


def rounded_ranges(
    sums: Knowledge, rounded: Mapping[Key, float], base: int, reach: int
) -> Iterator[tuple[Key, float, float]]:
    """Each rounded count with values that it can have, up to `base` in a row.

    A count is at most `reach` away from what is shown. `sums` are all that hold of the exact
    counts: more than a reader could believe of rounded ones.
    """
    keys = list(
        dict.fromkeys(key for terms in (*sums.equal, *sums.at_most) for key, _ in terms)
        | dict.fromkeys(rounded)
    )
    place = {key: number for number, key in enumerate(keys)}
    low = np.array([max(0.0, rounded.get(key, 0.0) - reach) for key in keys])
    high = np.array([rounded.get(key, np.inf) + reach for key in keys])
    free = np.ones(len(keys), dtype=bool)
    systems = {
        name: _matrix(terms, place, low, free)[0]
        for name, terms in (("eq", sums.equal), ("ub", sums.at_most))
    }
    links = sum(
        (abs(matrix).T @ abs(matrix) for matrix in systems.values()),
        csr_array((len(keys), len(keys))),
    )
    _, part = connected_components(links, directed=False)
    for one in dict.fromkeys(part[place[key]] for key in rounded):
        columns = np.flatnonzero(part == one)
        system: dict[str, Any] = {"bounds": np.stack([low[columns], high[columns]], axis=1)}
        for name, matrix in systems.items():
            own = np.flatnonzero(abs(matrix[:, columns]).sum(axis=1) > 0)
            if len(own):
                system |= {f"A_{name}": matrix[own][:, columns], f"b_{name}": np.zeros(len(own))}
        lowest, highest = np.full(len(columns), np.inf), np.full(len(columns), -np.inf)
        for number, column in enumerate(columns):
            if keys[column] in rounded:
                _stretch(number, base, system, lowest, highest)
                yield keys[column], float(lowest[number]), float(highest[number])


def _stretch(
    number: int, base: int, system: Mapping[str, Any], lowest: np.ndarray, highest: np.ndarray
) -> None:
    """Look for solutions with less and with more of a count, until it may be `base` values."""
    for sign in (1.0, -1.0):
        if highest[number] - lowest[number] < base - 1:
            cost = np.zeros(len(lowest))
            cost[number] = sign
            solved = linprog(cost, method="highs-ds", **system)
            assert solved.status == 0, solved.message
            np.minimum(lowest, solved.x, out=lowest)
            np.maximum(highest, solved.x, out=highest)


def small_changes(frames: Mapping[str, pl.DataFrame], few: int) -> list[tuple[int, Key, float]]:
    """Changes of counts from 1 to `few` - 1 that a history tells: since which release, of what.

    What adds up in the last release added up in the earlier ones, and what is zero was zero.
    """
    last = gather(frames)
    equal = [terms for terms in last.equal if not _is_wrong(terms, last.seen)]
    found = []
    for release, seen in _earlier_counts(frames).items():
        zeros = {key: 0.0 for key, now in last.seen.items() if now == 0}
        told = Knowledge(equal=equal, at_most=last.at_most, seen=zeros | seen)
        for key, now in last.seen.items():
            if now >= few and key not in seen:
                told.hidden[key] = []
        ends = {key: (value, value) for key, value in seen.items() if key in last.seen}
        ends |= {key: (low, high) for key, low, high in ranges(told, few)}
        for key, (low, high) in ends.items():
            change = abs(last.seen[key] - low)
            if high - low < 1e-6 and 0.5 < change < few - 0.5:
                found.append((release, key, change))
    return found


def _is_wrong(terms: tuple[tuple[Key, float], ...], seen: Mapping[Key, float]) -> bool:
    """Whether a sum that was expected does not hold where all of it is seen."""
    if any(key not in seen for key, _ in terms):
        return False
    return sum(factor * seen[key] for key, factor in terms) != 0


def _earlier_counts(frames: Mapping[str, pl.DataFrame]) -> dict[int, dict[Key, float]]:
    """What a history shows of earlier releases, by what it is of."""
    about = {row["analysis_id"]: row for row in frames["analyses"].to_dicts()}
    rows = frames["release_history"].to_dicts()
    last = max((row["release_order"] for row in rows), default=None)
    counts: dict[int, dict[Key, float]] = defaultdict(dict)
    for row in rows:
        analysis = about.get(row["analysis_id"])
        if row["release_order"] == last or analysis is None:
            continue
        base = who(analysis["population_label"])
        model = ("model", row["analysis_id"], row["model"])
        keys = {"n": ("n", *model), "n_event": ("events", *model)}
        if row["model"] is None:
            keys = {
                "n": base,
                "n_event": ("events", row["event"] or "event", analysis["endpoint"], base),
            }
            if row["time_months"] is not None:
                keys["n_risk"] = ("at risk", analysis["endpoint"], base, row["time_months"])
        for column, key in keys.items():
            if row[column] is not None:
                counts[row["release_order"]][key] = float(row[column])
    return counts
