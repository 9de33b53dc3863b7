"""The methods of a study as paragraphs for a paper, written from its own definitions.

Patients and cut-offs, endpoints, methods with their conventions, software: each sentence is of what
the release holds, and nothing is said of what it does not use.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

import polars as pl

from analytics import __version__
from analytics.report.elements import Bi, Row, distinct, rows_of
from analytics.report.formats import decimal_places, whole
from analytics.report.provenance import Provenance
from analytics.report.wording import (
    counted,
    in_a_row,
    listed,
    named_test,
    sentence,
    with_article,
    within,
)

_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_LAST_OF: Final = "Last of: "
_ELSE: Final = ", else "
_SCALES: Final = {"log-log": "complementary log-log", "log": "logarithmic", "plain": "linear"}
_INCIDENCE_VARIANCES: Final = {
    "aalen": "Aalen's variance",
    "delta": "the variance of the delta method",
    "infinitesimal_jackknife": "the variance of the infinitesimal jackknife",
}
_TIES: Final = {
    "efron": "Efron's method",
    "breslow": "Breslow's method",
    "exact": "the exact method",
}
_DAYS: Final = {
    "difference": "the difference of two dates",
    "adam": "the difference of two dates plus 1 day",
}
_OF_A_PAIR: Final = " of a pair"
_COX: Final = ("cox_univariate", "cox_stepwise", "cox_multivariable")


def methods_paragraphs(bi: Bi, provenance: Provenance) -> list[str]:
    """Patients, endpoints, statistical methods and software, a paragraph each."""
    paragraphs = (
        _patients(bi),
        _endpoints(bi),
        [*_estimates(bi), *_models(bi, provenance), *_further(bi), *_conventions(bi, provenance)],
        _software(bi, provenance),
    )
    return [" ".join(map(sentence, found)) for found in map(list, paragraphs) if found]


def _patients(bi: Bi) -> Iterator[str]:
    about = bi["about"].to_dicts()[0]
    cutoffs = [_cutoff(text) for text in str(about["data_cutoffs"]).split("; ")]
    n = about["n_trials"]
    trials = "One trial was analyzed" if n == 1 else f"{_number(n)} trials were pooled"
    yield f"{trials}, with the data cut-off{'s' if n > 1 else ''} {listed(cutoffs)}"
    treated, analysed = about["n_treated"], about["n_subjects"]
    sets = bi["populations"].filter(pl.col("is_analysis_set"))["population_label"].to_list()
    name = f' "{sets[0]}"' if sets else ""
    if treated is None or analysed is None:
        return
    yield f"The analysis set{name} has {counted(analysed)}; {whole(treated)} received treatment"


def _cutoff(text: str) -> str:
    """The trial and its date as people write it: 30 June 2015 (MT103-206)."""
    trial, _, day = text.rpartition(" ")
    try:
        found = date.fromisoformat(day)
    except ValueError:
        return text
    return f"{found.day} {_MONTHS[found.month - 1]} {found.year} ({trial})"


def _number(n: int) -> str:
    words = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")
    return words[n] if n < len(words) else whole(n)


# Endpoints


def _endpoints(bi: Bi) -> Iterator[str]:
    used = set(bi["analyses"]["endpoint"].drop_nulls().to_list())
    for row in bi["endpoint_definitions"].to_dicts():
        if row["endpoint"] in used:
            yield from _endpoint(row)


def _endpoint(row: Row) -> Iterator[str]:
    label = row["endpoint_label"]
    if row["starts_at"] is None or row["events"] is None:
        yield f"{label} was taken from the analysis data set ADTTE as delivered"
        return
    events = [with_article(text) for text in str(row["events"]).split("; ")]
    first = ", whichever came first" if len(events) > 1 else ""
    comma = "," if ", " in label else ""
    yield (
        f"{label}{comma} was measured from {with_article(row['starts_at'])} to "
        f"{listed(events, 'or')}{first}"
    )
    if row["competing_events"]:
        others = [within(text) for text in str(row["competing_events"]).split("; ")]
        verb = "was a competing event" if len(others) == 1 else "were competing events"
        yield f"{listed(others)} {verb}"
    if row["observation_ends"]:
        ends = [within(text) for text in str(row["observation_ends"]).split("; ")]
        yield f"Observation ended at {listed(ends, 'or')}"
    if row["longest_gap_days"] is not None:
        yield (
            f"An event more than {counted(row['longest_gap_days'], 'day')} after the assessment "
            "before it was not counted, and the patient was censored at that assessment"
        )
    if row["censored_at"]:
        yield f"Patients without an event were censored at {_censored(row['censored_at'])}"


def _censored(text: str) -> str:
    """The dates of censoring in words: the last visit or, without one, the last contact."""
    if text.startswith(_LAST_OF):
        label = within(text.removeprefix(_LAST_OF))
        return f"the last of: {label}" if ", " in label else f"the last {label}"
    dates = [with_article(one) for one in text.split(_ELSE)]
    return " or, without one, at ".join(dates)


# Methods


def _estimates(bi: Bi) -> Iterator[str]:
    analyses = bi["analyses"]
    for row in _first_of(analyses, "kaplan_meier"):
        yield (
            "Survival was estimated by the Kaplan-Meier method with Greenwood's variance; "
            f"pointwise {_level(row)} confidence intervals (CIs) are on the "
            f"{_SCALES[row['ci_transform']]} scale, and those of medians follow from "
            "them (Brookmeyer and Crowley)"
        )
        yield "Follow-up was estimated by the reverse Kaplan-Meier method"
    for row in _first_of(analyses, "cumulative_incidence"):
        yield (
            "Cumulative incidence in the presence of competing events was estimated by the "
            f"Aalen-Johansen method with {_INCIDENCE_VARIANCES[row['variance']]} and "
            f"{_level(row)} CIs on the {_SCALES[row['ci_transform']]} scale"
        )
    tests = distinct([_named(one) for one in bi["group_tests"]["test_label"].to_list()])
    if tests:
        yield f"Groups were compared by {listed(tests)}"
    if bi["group_tests"]["p_adjusted"].is_not_null().any():
        yield "P values of pairs of groups were adjusted by Holm's method"
    if not bi["restricted_means"].is_empty():
        yield "Restricted mean survival times are areas under the survival curve up to a horizon"
    yield from _differences(bi)
    yield from _proportions(bi)
    if analyses["landmark_days"].is_not_null().any():
        yield (
            "Landmark analyses count time from the landmark day and leave out patients with an "
            "earlier event or censoring"
        )
    if analyses["delayed_entry_of"].is_not_null().any():
        yield (
            "Where a group is known only after the start, the analysis was repeated with delayed "
            "entry, in which a patient is at risk from the day on which the group is known"
        )


def _named(label: str) -> str:
    """A test by its name; one of a pair without its groups."""
    name, of_a_pair, _ = label.partition(_OF_A_PAIR)
    return named_test(name) + (" of pairs of groups" if of_a_pair else "")


def _differences(bi: Bi) -> Iterator[str]:
    """How survival was compared between two groups; only what has a number."""
    if _any(bi["survival_differences"], "p_value"):
        yield (
            "Survival at a month was compared on the log(-log) scale (Klein et al.), with limits "
            "of the difference on the plain scale; the two need not agree"
        )
    if _any(bi["median_differences"], "difference_months"):
        yield (
            "Medians were compared by the method of Su and Wei; the limits of their difference "
            "are the ends of an open interval"
        )
    if _any(bi["restricted_mean_differences"], "p_value"):
        yield "Restricted means were compared by Wald tests of their differences"


def _proportions(bi: Bi) -> Iterator[str]:
    if _any(bi["table_2"], "ci_lower_percent"):
        yield "Percentages of outcomes have exact (Clopper-Pearson) limits"
    table = bi["outcome_differences"]
    methods = {
        "difference_points": "differences with Miettinen-Nurminen limits",
        "odds_ratio": "odds ratios with Wald limits",
        "fisher_p": "Fisher's exact test",
    }
    found = [words for column, words in methods.items() if _any(table, column)]
    if found:
        yield f"Proportions were compared by {listed(found)}"
    stratified = {
        "cmh_p": "the Cochran-Mantel-Haenszel test",
        "common_odds_ratio": "a common odds ratio (Mantel-Haenszel)",
    }
    found = [words for column, words in stratified.items() if _any(table, column)]
    strata = [in_a_row(one) for one in distinct(table["stratified_by_label"].to_list())]
    if found and strata:
        yield f"They were also compared by {listed(found)}, stratified by {listed(strata, 'or by')}"


def _any(table: pl.DataFrame, column: str) -> bool:
    return table[column].is_not_null().any()


def _models(bi: Bi, provenance: Provenance) -> Iterator[str]:
    cox = bi["analyses"].filter(pl.col("method").is_in(_COX)).to_dicts()
    if cox:
        ties = listed([_TIES[name] for name in distinct([row["ties"] for row in cox])], "or")
        yield (
            f"Hazard ratios are from Cox proportional-hazards models ({ties} for ties), with "
            f"{_level(cox[0])} CIs"
        )
        robust = [row["analysis_label"] for row in cox if row["variance"] == "robust"]
        if robust:
            yield f"Robust variances were used for: {'; '.join(robust)}"
        penalised = [row["analysis_label"] for row in cox if row["penalty"] == "firth"]
        if penalised:
            yield f"Firth's penalised likelihood was maximised for: {'; '.join(penalised)}"
        published = bi["forest"].filter(pl.col("ci_lower").is_not_null())["analysis_id"].to_list()
        yield from _limits_of_ratios([row for row in cox if row["analysis_id"] in published])
        if (bi["forest"]["timing"] == "post_baseline").any():
            yield "Factors known only after the start entered the models as time-dependent"
    for _ in _first_of(bi["analyses"], "cox_stepwise"):
        enter, stay = (provenance.parameters.get(name) for name in ("slentry", "slstay"))
        levels = (
            f" (P to enter {decimal_places(enter)}, to stay {decimal_places(stay)})"
            if enter is not None and stay is not None
            else ""
        )
        yield f"Factors of the multivariable models were selected stepwise{levels}"
    if not bi["proportional_hazards"].is_empty():
        yield "Proportional hazards were tested with scaled Schoenfeld residuals"
    fine_gray = bi["analyses"].filter(
        pl.col("method").is_in(["fine_gray", "fine_gray_multivariable"])
    )
    if not fine_gray.is_empty():
        yield "Subdistribution hazard ratios are from models of Fine and Gray"
    if not bi["subgroups"].is_empty():
        yield (
            "Subgroups were analyzed by a model for each level; interactions were tested by the "
            "likelihood ratio without adjustment for the number of subgroups"
        )


def _limits_of_ratios(cox: Sequence[Row]) -> Iterator[str]:
    """Where the limits and P values of hazard ratios are from."""
    profile = [row["analysis_label"] for row in cox if row["ratio_limits"] != "wald"]
    if len(profile) < len(cox):
        but = ", but limits and P values are of the profile likelihood for: " if profile else ""
        yield f"P values of hazard ratios are from Wald tests{but}{'; '.join(profile)}"
    elif profile:
        yield "Limits and P values of hazard ratios are of the profile likelihood"


def _further(bi: Bi) -> Iterator[str]:
    analyses = bi["analyses"]
    sentences = {
        "multi_state": "Courses through several states were estimated by the Aalen-Johansen method",
        "external_control": "Published curves were read back into times and events and compared "
        "as external controls",
        "mixture_cure": "Cured fractions are from mixture cure models",
        "relative_survival": "Net survival relative to the general population was estimated by "
        "the method of Pohar Perme, expected survival by that of Ederer (II)",
    }
    for method, text in sentences.items():
        if not analyses.filter(pl.col("method") == method).is_empty():
            yield text


def _conventions(bi: Bi, provenance: Provenance) -> Iterator[str]:
    days = provenance.parameters.get("days_per_month")
    convention = _DAYS.get(provenance.parameters.get("day_convention", ""))
    if days is not None and convention is not None:
        yield f"A month has {decimal_places(days)} days, and a time in days is {convention}"
    if bi["group_tests"].height or bi["forest"].height:
        yield "All tests are two-sided"


def _software(bi: Bi, provenance: Provenance) -> Iterator[str]:
    found: dict[str, str] = {}
    for row in bi["analyses"].to_dicts():
        names, versions = (
            str(row[key] or "").split(", ") for key in ("software", "software_version")
        )
        found |= {n: v for n, v in zip(names, versions, strict=False) if n and n != "plateau"}
    others = listed([f"{name} {version}" for name, version in sorted(found.items())])
    using = f", using {others}" if others else ""
    yield (
        f"Analyses were done with Plateau {__version__} (release {provenance.release_id} of study "
        f"{bi['about']['study_id'][0]}){using}"
    )


def _first_of(analyses: pl.DataFrame, method: str) -> Sequence[Row]:
    return rows_of(analyses.filter(pl.col("method") == method).head(1))


def _level(row: Row) -> str:
    return f"{decimal_places(100 * row['conf_level'])}%"
