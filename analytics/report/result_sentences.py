"""The results in sentences that can be copied into a paper, written from schema bi alone.

Each analysis is a passage. A number that is not published is not hinted at, and what cannot be
estimated is said to be so with its reason.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Final

import polars as pl

from analytics.report.elements import Bi, Row, distinct, rows_of
from analytics.report.factor_words import is_sibling
from analytics.report.formats import (
    confidence,
    decimal,
    decimal_places,
    p_phrase,
    percent,
    ratio,
    ratio_interval,
    since,
)
from analytics.report.survival_figures import FEW_AT_RISK
from analytics.report.wording import (
    bracketed,
    counted,
    enclosed,
    how_many,
    how_many_alone,
    in_a_row,
    in_months,
    limits,
    listed,
    months_or_not,
    named_test,
    not_shown,
    percent_limits,
    rate,
    reason,
    sentence,
    with_article,
    within,
)
from analytics.study.number_styles import style

_SPLINE: Final = " / knots "
_CROSSED: Final = " x "
_HIGHER: Final = " higher"
_STEPS_OF: Final = frozenset(("level", "value"))
_OF_A_PAIR: Final = " of a pair"
_SHORT_LABELS: Final = frozenset(("yes", "no", "unknown", "missing", "positive", "negative"))
_COX: Final = ("cox_univariate", "cox_stepwise", "cox_multivariable")
_FINE_GRAY: Final = ("fine_gray", "fine_gray_multivariable")
_MODELS: Final = {
    "cox_stepwise": "in the model of the factors that the selection kept",
    "cox_multivariable": "in the multivariable model",
    "fine_gray_multivariable": "in the multivariable model",
}
_ALL: Final = "all"


@dataclass(frozen=True)
class Passage:
    """What is said of one analysis: its heading, its sentences, and what to read before."""

    analysis_id: str
    heading: str
    sentences: tuple[str, ...]
    caution: str | None


def passages(bi: Bi) -> list[Passage]:
    """A passage per analysis that has something to say, in the order of the plan."""
    found = [
        Passage(
            row["analysis_id"],
            row["analysis_label"],
            tuple(map(sentence, _sentences(bi, row))),
            row["caution"],
        )
        for row in bi["analyses"].to_dicts()
    ]
    return [passage for passage in found if passage.sentences]


def _sentences(bi: Bi, analysis: Row) -> Iterator[str]:
    method = analysis["method"]
    if method == "kaplan_meier":
        yield from _survival(bi, analysis)
    elif method == "cumulative_incidence":
        yield from _incidence(bi, analysis)
    elif method in _COX:
        yield from _ratios(bi, analysis, "forest", "hr", "hazard ratio")
    elif method in _FINE_GRAY:
        name = "subdistribution hazard ratio"
        yield from _ratios(bi, analysis, "subdistribution_hazards", "shr", name)
    elif method == "outcomes_table":
        yield from _outcomes(bi, analysis)
    yield from _tests(bi, analysis)


# Survival


def _survival(bi: Bi, analysis: Row) -> Iterator[str]:
    rows = rows_of(bi["endpoint_summary"], analysis_id=analysis["analysis_id"])
    rates = rows_of(bi["event_free_rates"], analysis_id=analysis["analysis_id"])
    did = _verbs(bi, analysis)
    if not rows:
        return
    if len(rows) == 1 and rows[0]["stratum"] == _ALL:
        yield from _one_curve(bi, analysis, rows[0], rates, did)
    else:
        yield from _curves(bi, analysis, rows, rates, did)
    yield from _differences(bi, analysis)


def _one_curve(
    bi: Bi, analysis: Row, row: Row, rates: Sequence[Row], did: tuple[str, str]
) -> Iterator[str]:
    before, level = _before(bi, analysis, row), analysis["conf_level"]
    name = enclosed(analysis["endpoint_label"])
    if row["n"] == 0:
        yield f"{before}no patient could be followed for {within(analysis['endpoint_label'])}"
        return
    events = how_many(row["n_event"], row["n"], *did)
    median = months_or_not(row, level)
    if row["conditional_from_months"] is not None:
        # the counts are of all patients, and not of those without an event by that month
        yield f"{before}median {name} was {median}"
        if events:
            yield how_many_alone(row["n_event"], row["n"], *did)
    elif row["n_event"] == 0:
        yield f"{before}{events}, so that the median {name} was not reached"
    else:
        yield f"{before}median {name} was {median}" + (f"; {events}" if events else "")
    known = [one for one in rates if one["event_free_percent"] is not None]
    if known:
        shown = [f"{_event_free(one, level)} at {in_months(one['time_months'])}" for one in known]
        yield f"{_share(analysis)} was {listed(shown)}"
    yield from _restricted(bi, analysis, row)
    follow_up = row["follow_up_median_months"]
    if follow_up is not None:
        yield f"The median follow-up (reverse Kaplan-Meier method) was {decimal(follow_up)} months"


def _curves(
    bi: Bi, analysis: Row, rows: Sequence[Row], rates: Sequence[Row], did: tuple[str, str]
) -> Iterator[str]:
    before, level = _before(bi, analysis, None), analysis["conf_level"]
    name = enclosed(analysis["endpoint_label"])
    is_changing = analysis["groups_change"]
    shown = [
        f"{months_or_not(row, level, _events_of(row, did, is_changing=is_changing))} "
        f"{_for_group(row)}{since(row)}"
        for row in rows
        if row["n"] != 0
    ]
    if shown:
        yield f"{before}median {name} by {within(analysis['strata_label'])} was {listed(shown)}"
    for month in sorted({one["time_months"] for one in rates}):
        at = [
            f"{_event_free(one, level)} {_for_group(one)}"
            for one in rates
            if one["time_months"] == month and one["event_free_percent"] is not None
        ]
        if at:
            yield f"at {in_months(month)}, {_share(analysis)} was {listed(at)}"


def _events_of(row: Row, did: tuple[str, str], *, is_changing: bool) -> str:
    """How many of a group had the event; without their number where patients change group."""
    n_event = row["n_event"]
    if not is_changing:
        return how_many(n_event, row["n"], *did)
    if n_event is None:
        return ""
    events = counted(n_event, "death" if did[0] == "died" else "event")
    return f"{events if n_event else events.replace('0', 'no', 1)} while in this group"


def _event_free(row: Row, level: float | None) -> str:
    return rate(row["event_free_percent"], row, level, _few(row))


def _few(row: Row) -> str:
    n = row["n_risk"]
    if n is None or n >= FEW_AT_RISK:
        return ""
    return f"{n} at risk" if n else "nobody at risk any more"


def _restricted(bi: Bi, analysis: Row, row: Row) -> Iterator[str]:
    means = rows_of(
        bi["restricted_means"], analysis_id=analysis["analysis_id"], stratum=row["stratum"]
    )
    shown = [
        f"{decimal(one['restricted_mean_months'])} months"
        + bracketed(limits(one["ci_lower_months"], one["ci_upper_months"], analysis["conf_level"]))
        + f" to month {decimal_places(one['horizon_months'])}"
        for one in means
        if one["restricted_mean_months"] is not None
    ]
    if shown:
        yield f"The restricted mean {enclosed(analysis['endpoint_label'])} was {listed(shown)}"


def _share(analysis: Row) -> str:
    """What a percentage of a curve is of: the endpoint itself where it is a survival."""
    label = analysis["endpoint_label"]
    if "surviv" in label.lower():
        return enclosed(label)
    return f"the proportion without an event ({within(label)})"


def _differences(bi: Bi, analysis: Row) -> Iterator[str]:
    name = enclosed(analysis["endpoint_label"])
    place = {"analysis_id": analysis["analysis_id"]}
    for row in rows_of(bi["survival_differences"], **place):
        what = f"{_share(analysis)} at {in_months(row['time_months'])}"
        yield from _difference(row, what, "points", "percentage point")
    for row in rows_of(bi["median_differences"], **place):
        yield from _difference(row, f"median {name}", "months", "month")
    for row in rows_of(bi["restricted_mean_differences"], **place):
        what = f"restricted mean {name} to month {decimal_places(row['horizon_months'])}"
        yield from _difference(row, what, "months", "month")


def _difference(row: Row, what: str, unit: str, noun: str) -> Iterator[str]:
    value = row[f"difference_{unit}"]
    groups = f"({row['stratum_label']} minus {row['reference_label']})"
    what = f"The difference in {what} {groups}"
    if f", {groups}" in what:  # the comma that closes a label stands behind the groups
        what = f"{what.replace(f', {groups}', f' {groups}')},"
    if value is None:
        if not not_shown(row):
            yield f"{what} was not estimable: {reason(row['status'])}"
        return
    lower, upper = row[f"ci_lower_{unit}"], row[f"ci_upper_{unit}"]
    yield (
        f"{what} was {_signed(value, lower, upper)} {noun}s"
        + bracketed(_signed_limits(lower, upper, row["conf_level"]), _p(row["p_value"]))
    )


def _signed(value: float, lower: float | None, upper: float | None) -> str:
    excludes = (lower is not None and lower > 0) or (upper is not None and upper < 0)
    return style().apart(value, 1, *((0.0,) if excludes else ()))


def _signed_limits(lower: float | None, upper: float | None, level: float | None) -> str:
    if lower is None and upper is None:
        return ""
    shown = ("not bounded" if one is None else style().apart(one, 1, 0.0) for one in (lower, upper))
    return f"{confidence(level)}{style().ci_gap}{' to '.join(shown)}"


# Incidence


def _incidence(bi: Bi, analysis: Row) -> Iterator[str]:
    points = rows_of(bi["relapse_incidence"], analysis_id=analysis["analysis_id"], point="landmark")
    events = [row for row in points if row["event"] == "event"]
    others = [row["event_label"] for row in points if row["event"] == "competing"]
    if not events:
        return
    before, level = _before(bi, analysis, None), analysis["conf_level"]
    what = f"the cumulative incidence of {enclosed(events[0]['event_label'])}"
    competing = f", with {within(others[0])} as the competing event" if others else ""
    strata = distinct([row["stratum"] for row in events])
    for stratum in strata:
        own = [row for row in events if row["stratum"] == stratum]
        group = f" {_for_group(own[0])}{since(own[0])}" if len(strata) > 1 else since(own[0])
        shown = [
            f"{rate(one['incidence_percent'], one, level, _few(one))} at "
            f"{in_months(one['time_months'])}"
            for one in own
            if one["incidence_percent"] is not None
        ]
        n = how_many(own[0]["n_event"], own[0]["n"], "had the event", "did not have the event")
        if shown:
            yield f"{before}{what}{group} was {listed(shown)}{competing}{f'; {n}' if n else ''}"
            before = competing = ""


# Ratios


def _ratios(bi: Bi, analysis: Row, table: str, column: str, name: str) -> Iterator[str]:
    rows = [
        row
        for row in rows_of(bi[table], analysis_id=analysis["analysis_id"])
        if _SPLINE not in row["contrast"]
    ]
    model = _MODELS.get(analysis["method"], "")
    strata = analysis["stratified_by_label"]
    endpoint = analysis["endpoint_label"]
    endpoint = within(endpoint) if strata else enclosed(endpoint)
    stratified = f", stratified by {in_a_row(strata)}," if strata else ""
    told: str | None = None
    for row in rows:
        place = [_in_population(bi, row["population_label"], told), model]
        told, model = row["population_label"], ""
        late = ", with delayed entry" if is_sibling(row) else ""
        about = f"for {_compared(row)}{late}"
        before = "".join(f"{part}, " for part in place if part)
        measure = f"ratio of the {name}s" if _is_interaction(row) else name
        what = f"{before}the {measure} for {endpoint}{stratified}"
        value = row[column]
        if value is None:
            if not not_shown(row):
                yield f"{what} was not estimable {about} ({reason(row['status'])})"
            continue
        lower, upper = row["ci_lower"], row["ci_upper"]
        excludes = (lower is not None and lower > 1) or (upper is not None and upper < 1)
        shown = ""
        if lower is not None and upper is not None:
            level = confidence(analysis["conf_level"])
            shown = f"{level}{style().ci_gap}{ratio_interval(lower, upper)}"
        sizes = _sizes(row["n"], row["n_event"])
        yield (
            f"{what} was {ratio(value, is_apart=excludes)}"
            f"{bracketed(shown, _p(row['p_value']), sizes)} {about}"
        )
    if any(map(_is_interaction, rows)):
        yield (
            "With interactions in the model, the ratio of a factor is that at the reference level "
            "of the factors it interacts with"
        )


def _is_interaction(row: Row) -> bool:
    return _CROSSED in str(row["factor"])


def _compared(row: Row) -> str:
    """A factor with what is compared within it: sex, male compared with female."""
    label = within(row["factor_label"])
    if _is_interaction(row):
        label = f"the interaction of {label.replace(_CROSSED, ' and ')}"
    numerator, _, denominator = str(row["contrast"]).partition(" / ")
    if numerator.startswith("additional "):
        return f"{label}, per {numerator}"
    if not denominator:
        return f"{label}, {numerator}"
    parts = list(zip(numerator.split(_CROSSED), denominator.split(_CROSSED), strict=False))
    if any(_is_step(*part) for part in parts):
        return ", ".join((label, *(_contrast(*part) for part in parts)))
    return f"{label}, {_contrast(numerator, denominator)}"


def _contrast(numerator: str, denominator: str) -> str:
    if _is_step(numerator, denominator):
        return f"per {numerator}"
    return f"{numerator} compared with {denominator}"


def _is_step(numerator: str, denominator: str) -> bool:
    """Whether a number or an ordered level is compared with itself: 10 higher / value."""
    return numerator.endswith(_HIGHER) and denominator in _STEPS_OF


# Outcomes


def _outcomes(bi: Bi, analysis: Row) -> Iterator[str]:
    place = {"analysis_id": analysis["analysis_id"]}
    compared = {
        (row["outcome"], row["level"]): row for row in rows_of(bi["outcome_differences"], **place)
    }
    rows = rows_of(bi["table_2"], **place)
    groups = distinct([row["group_population"] for row in rows])
    if any(row["n"] is not None and row["percent"] is not None for row in rows):
        yield "Outcomes are named in the study's own words"
    for key in dict.fromkeys((row["outcome"], row["level"]) for row in rows):
        own = [row for row in rows if (row["outcome"], row["level"]) == key]
        shown = [
            _share_of(row) + (f' in the group "{row["group_label"]}"' if len(groups) > 1 else "")
            for row in own
            if row["n"] is not None and row["percent"] is not None
        ]
        if shown:
            yield f"{own[0]['label']}: {listed(shown)}"
        if key in compared:
            yield from _compared_outcome(compared[key])


def _share_of(row: Row) -> str:
    shown = percent_limits(row["ci_lower_percent"], row["ci_upper_percent"], row["conf_level"])
    if row["is_by_definition"]:  # nothing was estimated
        shown = ""
    return f"{row['n']:,} of {counted(row['denominator'])}" + bracketed(
        percent(row["percent"]), shown
    )


def _compared_outcome(row: Row) -> Iterator[str]:
    """Difference, odds ratio and tests of one outcome; the parts that there are."""
    lower, upper = row["ci_lower_points"], row["ci_upper_points"]
    strata = row["stratified_by_label"]
    by = f"stratified by {in_a_row(strata)}" if strata else ""
    parts = []
    if row["difference_points"] is not None:
        parts.append(
            f"a difference of {_signed(row['difference_points'], lower, upper)} percentage points"
            + bracketed(_signed_limits(lower, upper, row["conf_level"]))
        )
    for name, words, more in (
        ("odds_ratio", "an odds ratio", ""),
        ("common_odds_ratio", "a common odds ratio", by),
    ):
        value, low, high = (row[f"{name}{end}"] for end in ("", "_ci_lower", "_ci_upper"))
        if value is not None and low is not None and high is not None:
            shown = f"{confidence(row['conf_level'])}{style().ci_gap}{ratio_interval(low, high)}"
            is_apart = low > 1 or high < 1
            parts.append(f"{words} of {ratio(value, is_apart=is_apart)}{bracketed(shown, more)}")
    tests = [
        f"{words}, {p_phrase(row[name])}"
        for name, words in (
            ("fisher_p", "Fisher's exact test"),
            ("cmh_p", "Cochran-Mantel-Haenszel test"),
        )
        if row[name] is not None
    ]
    if parts:
        groups = f'"{row["group_label"]}" compared with "{row["reference_label"]}"'
        yield f"{row['label']}, {groups}: {listed(parts)}{bracketed(*tests)}"


# Tests


def _tests(bi: Bi, analysis: Row) -> Iterator[str]:
    for row in rows_of(bi["group_tests"], analysis_id=analysis["analysis_id"]):
        strata = row["stratified_by_label"]
        by = f", stratified by {in_a_row(strata)}" if strata else ""
        label = str(row["test_label"]).removeprefix("Stratified ")
        name = named_test(label.partition(_OF_A_PAIR)[0])
        of = f"{enclosed(row['compared_label'])} by {within(analysis['strata_label'])}"
        by = f"{_pair(bi, row)}{by}"
        what = f"{name} of {of}{by}"
        if row["p_value"] is None:
            if not not_shown(row):
                yield f"{what}{',' if by else ''} could not be computed: {reason(row['status'])}"
            continue
        p = p_phrase(row["p_value"])
        if row["p_adjusted"] is not None:
            p = f"Holm-adjusted {p_phrase(row['p_adjusted'])}"
        what = f"{what}{',' if by else ''} gave {p}"
        if row["test"].endswith("mantel_byar"):  # its n counts the intervals of patients
            n_event = row["n_event"]
            yield what + bracketed("" if n_event is None else counted(n_event, "event"))
            continue
        missing = row["n_missing"]
        left_out = f"{counted(missing)} of an unknown group left out" if missing else ""
        yield what + bracketed(_sizes(row["n"], row["n_event"]), left_out)


def _pair(bi: Bi, row: Row) -> str:
    """The two groups of a test of a pair, by their labels; empty for a test of all groups."""
    if _OF_A_PAIR not in row["test_label"]:
        return ""
    curves = rows_of(bi["endpoint_summary"], analysis_id=row["analysis_id"])
    labels = {curve["stratum"]: curve["stratum_label"] for curve in curves}
    for one, other in permutations(labels, 2):
        if row["test"].endswith(f"pairwise({one}, {other})"):
            return f', "{labels[one]}" compared with "{labels[other]}"'
    return f", {row['test_label'].partition(_OF_A_PAIR)[2].strip(' ()')}"


# Words


def _verbs(bi: Bi, analysis: Row) -> tuple[str, str]:
    """What patients with an event did: they died, where death alone is the event."""
    defined = rows_of(bi["endpoint_definitions"], endpoint=analysis["endpoint"])
    events = str(defined[0]["events"] or "") if defined else ""
    if events.lower().startswith("death") and "; " not in events:
        return "died", "did not die"
    return "had an event", "had no event"


def _before(bi: Bi, analysis: Row, row: Row | None) -> str:
    """Whom and from when a sentence is about, where that is not all patients from the start."""
    population = _in_population(bi, analysis["population_label"])
    parts = [population] if population else []
    if analysis["landmark_days"] is not None:
        start = with_article(analysis["starts_at"]) if analysis["starts_at"] else "the start"
        parts.append(f"counted from day {decimal_places(analysis['landmark_days'])} after {start}")
    if row is not None and row["conditional_from_months"] is not None:
        month = decimal(row["conditional_from_months"])
        parts.append(f"among patients without an event by month {month}")
    return f"{', '.join(parts)}, " if parts else ""


def _in_population(bi: Bi, label: str | None, told: str | None = None) -> str:
    """The population, unless it is the one just told or, first of all, the whole analysis set."""
    whole = bi["populations"].filter(pl.col("is_analysis_set"))["population_label"].to_list()
    if label is None or label == told or (told is None and label in whole):
        return ""
    return f'in the population "{label}"'


def _for_group(row: Row) -> str:
    """A group by its label; a label that says little alone with the factor before it."""
    label = str(row["stratum_label"])
    if label.lower() in _SHORT_LABELS and row["strata_label"]:
        return f'for {within(row["strata_label"])} "{label}"'
    return f"for {label}"


def _sizes(n: int | None, n_event: int | None) -> str:
    if n is None or n_event is None:
        return ""
    return f"{counted(n)}, {counted(n_event, 'event')}"


def _p(value: float | None) -> str:
    return "" if value is None else p_phrase(value)
