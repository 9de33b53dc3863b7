"""What a published count may be of, from the row that it stands in."""

from collections.abc import Iterator, Mapping
from itertools import permutations
from typing import Any, Final

from analytics.release.subject_sets import (
    EVERYBODY,
    Atom,
    SubjectSets,
    Who,
    among,
    ended_within,
    ends,
    followed,
    known,
    level,
    opposite,
)
from analytics.study.group_tests import PAIRWISE
from analytics.study.specification import Analysis, Contrast, PopulationCondition

Row = Mapping[str, Any]
_OF_REFERENCE: Final = {
    "n_reference": "n",
    "n_event_reference": "n_event",
    "n_risk_reference": "n_risk",
    "denominator_reference": "denominator",
}
_MONTHS: Final = {"n_risk_from": "from_months", "n_risk_to": "to_months"}
FLOW: Final[dict[str, Atom]] = {
    "remission": ("fact", "first_remission"),
    "no_remission": opposite(("fact", "first_remission")),
    "transplant_in_remission": ("fact", "hsct_in_remission"),
    "no_transplant_in_remission": opposite(("fact", "hsct_in_remission")),
    "transplant_without_remission": ("fact", "hsct"),
    "no_transplant": opposite(("fact", "hsct")),
    "relapse": ("fact", "relapse"),
    "no_relapse": opposite(("fact", "relapse")),
    "transplant_after_relapse": ("fact", "hsct"),
    "no_transplant_after_relapse": opposite(("fact", "hsct")),
    "died": ("fact", "death"),
    "alive": opposite(("fact", "death")),
}


_DIGITS: Final = 9  # of days: months times days per month are not whole in the last digits


def descriptions(column: str, row: Row, sets: SubjectSets) -> Iterator[Who]:
    """What a count may be of, the likeliest first."""
    if "node" in row:
        yield from _of_flow(column, row, sets)
    elif "step" in row and "n_out" in row:
        yield from _of_attrition(column, row, sets)
    elif row.get("group_population"):
        yield from _of_group(column, row, sets)
    elif "is_analysis_set" in row:
        yield sets.population(row["population"])
    elif "n_treated" in row:
        yield frozenset({("treated",)})
        yield sets.population(sets.study.analysis_set)
    elif column == "n_subjects" and "analysis_id" in row:
        yield sets.population(sets.study.analysis_set)
    elif row.get("analysis_id"):
        yield from _of_analysis(column, row, sets)


def _of_flow(column: str, row: Row, sets: SubjectSets) -> Iterator[Who]:
    path = str(row["parent"] if column == "denominator" else row["node"]).split("/")
    who: set[Atom] = {("treated",)}
    analysed = sets.population(sets.study.analysis_set)
    if "not_analyzed" in path:
        bits = sets.bits(analysed)
        outside = [opposite(atom) for atom in analysed if sets.of(atom) != sets.everybody]
        yield from (
            frozenset({("treated",), atom})
            for atom in outside
            if sets.bits(frozenset({("treated",), atom})) & bits == 0
        )
        return
    if "analyzed" in path:
        who |= analysed
    yield frozenset(who | {FLOW[state] for state in path if state in FLOW})


def _conditions(sets: SubjectSets, population: str) -> Iterator[PopulationCondition]:
    for condition in sets.study.population(population).conditions:
        if condition.kind == "population":
            yield from _conditions(sets, condition.name)
        else:
            yield condition


def _of_attrition(column: str, row: Row, sets: SubjectSets) -> Iterator[Who]:
    """Who meets every condition up to a step, or all but that of the step."""
    analysis = sets.study.analysis(row["analysis_id"])
    if analysis.population is None:
        return
    conditions = list(dict.fromkeys(_conditions(sets, analysis.population)))
    atoms = [sets.condition(condition) for condition in conditions]
    before, step = frozenset(atoms[: row["step"] - 1]), atoms[row["step"] - 1]
    if column == "n_in":
        yield before
    elif column == "n_remaining":
        yield before | {step}
    else:
        yield before | {opposite(step)}


def _of_group(column: str, row: Row, sets: SubjectSets) -> Iterator[Who]:
    """A line of a table of characteristics or outcomes."""
    is_reference = column in _OF_REFERENCE
    group = sets.population(row["reference_population" if is_reference else "group_population"])
    column = _OF_REFERENCE.get(column, column)
    if "characteristic" in row:
        factor, name = row["characteristic"], row["level"]
        if column == "denominator":
            yield group
        elif name is None:
            yield group | {known([factor])}
        elif name in sets.study.levels_of(factor):
            yield group | {level(factor, name)}
        else:
            yield group | {level(factor, None)}
        return
    analysis = sets.study.analysis(row["analysis_id"])
    for line in analysis.lines:
        if (line.outcome, line.level) == (row["outcome"], row["level"]):
            base = group | (sets.population(line.denominator) if line.denominator else EVERYBODY)
            if column == "n":
                yield base | sets.population(line.population)
            elif column == "denominator":
                yield base
    if column == "n_missing" and analysis.stratified_by:
        yield group | {known(analysis.stratified_by, False)}


def _of_analysis(column: str, row: Row, sets: SubjectSets) -> Iterator[Who]:
    try:
        analysis = sets.study.analysis(row["analysis_id"])
    except KeyError:
        return
    is_reference = column in _OF_REFERENCE
    stratum = row.get("reference_stratum") if is_reference else row.get("stratum")
    column = _OF_REFERENCE.get(column, column)
    members = list(bases(analysis, stratum, row, sets))
    if column == "n_missing":
        yield from _missing(analysis, row, sets)
    for base in members:
        yield from (base | more for more in counted(column, analysis, row, sets))


def bases(analysis: Analysis, stratum: str | None, row: Row, sets: SubjectSets) -> Iterator[Who]:
    """Who is in the row: the population, its group, and those whose factors are known."""
    endpoint = analysis.endpoint
    names = [analysis.population]
    contrast = _contrast(analysis, row)
    if contrast is not None and contrast.population:
        names.insert(0, contrast.population)
    groups = list(_groups(analysis, stratum, row, sets))
    for name in names:
        if name is None:
            continue
        population = sets.population(name)
        if endpoint is not None:
            population |= {("in", endpoint)}
        for complete in _complete(analysis, contrast, sets):
            for group in groups:
                yield population | complete | group
                if analysis.landmark_days is not None and endpoint is not None:
                    for beyond in (True, False):
                        later = followed(endpoint, float(analysis.landmark_days), beyond=beyond)
                        yield population | complete | group | {later}


def _groups(analysis: Analysis, stratum: str | None, row: Row, sets: SubjectSets) -> Iterator[Who]:
    """The group of a row: a stratum, a subgroup, a trial or all but one."""
    group: set[Atom] = set()
    if analysis.strata and stratum not in {None, "all"}:
        is_level = stratum in sets.study.levels_of(analysis.strata)
        group.add(level(analysis.strata, stratum if is_level else None))
    if analysis.strata and PAIRWISE in str(row.get("test")):
        for pair in permutations(sets.study.levels_of(analysis.strata), 2):
            if str(row["test"]).endswith(f"{PAIRWISE}({', '.join(pair)})"):
                group.add(among(analysis.strata, pair))
    if row.get("subgroup") and row.get("level"):
        group.add(level(row["subgroup"], row["level"]))
    if analysis.pooled_over and row.get("part") in {"level", "without"} and row.get("level"):
        trial = level(analysis.pooled_over, row["level"])
        group.add(trial if row["part"] == "level" else opposite(trial))
    yield frozenset(group)


def _contrast(analysis: Analysis, row: Row) -> Contrast | None:
    return next((one for one in analysis.factors if one.model == row.get("model")), None)


def _complete(analysis: Analysis, contrast: Contrast | None, sets: SubjectSets) -> Iterator[Who]:
    """Whose factors are known: of the model, of every model of the analysis, or of nobody asked."""
    strata = frozenset({known(analysis.stratified_by)} if analysis.stratified_by else ())
    if contrast is not None:
        yield strata | {_compared(contrast, sets)}
    if analysis.factors:
        yield strata | {_compared(one, sets) for one in analysis.factors}
    baseline = [_compared(one, sets) for one in analysis.factors if _is_baseline(one, sets)]
    if baseline:
        yield strata | frozenset(baseline)
    names = [one.factor for one in (*analysis.model_factors, *analysis.latency_factors)]
    if names or analysis.matched_on:
        yield strata | {known([*names, *analysis.matched_on])}
    if analysis.life_table is not None:
        table = analysis.life_table
        yield strata | {known([table.age, *(factor for factor, _ in table.groups)])}
    yield strata
    yield EVERYBODY


def _is_baseline(contrast: Contrast, sets: SubjectSets) -> bool:
    return sets.study.factor(contrast.factor).timing == "baseline"


def _compared(contrast: Contrast, sets: SubjectSets) -> Atom:
    """Has a level in the numerator or the denominator of a contrast, or a value."""
    every = set(sets.study.levels_of(contrast.factor))
    if not contrast.numerator and not contrast.denominator:
        return known([contrast.factor])
    numerator = set(contrast.numerator) or every - set(contrast.denominator)
    denominator = set(contrast.denominator) or every - numerator
    levels = numerator | denominator
    return known([contrast.factor]) if levels == every else among(contrast.factor, levels)


def _missing(analysis: Analysis, row: Row, sets: SubjectSets) -> Iterator[Who]:
    """Who is left out of a row, as a factor is not known."""
    contrast = _contrast(analysis, row)
    names = [contrast.population if contrast else None, analysis.population]
    wanted = [one.factor for one in (*analysis.model_factors, *analysis.latency_factors)]
    if analysis.strata:
        wanted.append(analysis.strata)
    wanted += [*analysis.stratified_by, *analysis.matched_on]
    if row.get("subgroup"):
        wanted.append(row["subgroup"])
    for name in filter(None, names):
        base = sets.population(name)
        if analysis.endpoint:
            base |= {("in", analysis.endpoint)}
        if contrast is not None:
            atom = _compared(contrast, sets)
            if atom[0] == "known":
                yield base | {known([contrast.factor, *wanted], False)}
            yield base | {opposite(atom)}
        if analysis.factors:
            every = [one.factor for one in analysis.factors if _is_baseline(one, sets)]
            yield base | {known([*every, *wanted], False)}
        if wanted:
            yield base | {known(wanted, False)}


def counted(column: str, analysis: Analysis, row: Row, sets: SubjectSets) -> Iterator[Who]:
    """What the members of a row are counted for."""
    endpoint = analysis.endpoint
    if column == "n":
        yield EVERYBODY
    if endpoint is None:
        return
    month = sets.study.parameters.days_per_month
    starts = [0.0, *([float(analysis.landmark_days)] if analysis.landmark_days else [])]
    code = 2 if row.get("event") == "competing" else 1
    if column == "n_event":
        if "from_months" in row and "to_months" in row and "n_risk_from" not in row:
            first = row["from_months"] * month if row["from_months"] else None
            last = None if row["to_months"] is None else row["to_months"] * month
            yield frozenset({ended_within(endpoint, code, first, last)})
        yield frozenset({ends(endpoint, code)})
        yield frozenset({ends(endpoint, 1)})
    elif column == "n_competing":
        yield frozenset({ends(endpoint, 2)})
    elif column == "n_censored":
        yield frozenset({ends(endpoint, 0)})
    elif column == "n_event_between":
        limits = row["from_months"] * month, row["to_months"] * month
        yield frozenset({ended_within(endpoint, code, *limits)})
    elif column == "n_given" and "at_months" in row:
        yield frozenset({followed(endpoint, row["at_months"] * month, beyond=True)})
        yield frozenset({followed(endpoint, row["at_months"] * month)})
    elif column in {"n_risk", *_MONTHS}:
        at = row.get(_MONTHS.get(column, "time_months"))
        if "further_months" in row:
            at = row["at_months"] + row["further_months"]
        if at is not None:
            days = [round(start + at * month, _DIGITS) for start in starts]
            yield from (frozenset({followed(endpoint, day)}) for day in days)
