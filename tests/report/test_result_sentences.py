"""Results in sentences: right for what is not reached, did not happen, or is not published."""

import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from project import published_note

from analytics.readers.published_report import provenance_of
from analytics.release.disclosure import limited
from analytics.release.folders import BI
from analytics.release.manifest import read_manifest
from analytics.report.bi_tables import read_bi
from analytics.report.formats import decimal, percent
from analytics.report.methods_text import methods_paragraphs
from analytics.report.result_sentences import Passage, passages
from analytics.report.text_to_copy import SYNTHETIC, TextToCopy, as_plain_text, text_to_copy
from analytics.study.number_styles import STYLE_NAMES, written_as
from analytics.study.specification import Publication

OS = {
    "analysis_order": 1, "analysis_id": "os", "analysis_label": "Overall survival",
    "method": "kaplan_meier", "endpoint": "OS", "endpoint_label": "Overall survival",
    "population_label": "All patients", "strata_label": None, "stratified_by_label": None,
    "starts_at": "First dose", "landmark_days": None, "conf_level": 0.95, "caution": None,
    "groups_change": False,
}  # fmt: skip
CURVE = {
    "analysis_id": "os", "stratum": "all", "stratum_label": "All", "strata_label": None,
    "n": 259, "n_event": 204, "median_months": 7.46, "median_ci_lower": 5.5,
    "median_ci_upper": 8.5, "conditional_from_months": None, "follow_up_median_months": None,
    "status": "ok",
}  # fmt: skip
RATE = {
    "analysis_id": "os", "stratum": "all", "stratum_label": "All", "strata_label": None,
    "time_months": 24.0, "event_free_percent": 23.44, "ci_lower_percent": 18.3,
    "ci_upper_percent": 28.9, "n_risk": 55, "status": "ok",
}  # fmt: skip
EMPTY = (
    "restricted_means", "survival_differences", "median_differences", "group_tests",
    "restricted_mean_differences", "forest",
)  # fmt: skip


def bi(
    analysis: dict[str, Any] = OS,
    curves: list[dict[str, Any]] | None = None,
    rates: list[dict[str, Any]] | None = None,
    **tables: list[dict[str, Any]],
) -> dict[str, pl.DataFrame]:
    place = {"analysis_id": pl.String, "stratum": pl.String}
    empty = {name: pl.DataFrame(schema=place) for name in EMPTY}
    return {
        **empty,
        "analyses": pl.DataFrame([analysis]),
        "endpoint_summary": pl.DataFrame(curves or [CURVE], infer_schema_length=None),
        "event_free_rates": pl.DataFrame(
            [RATE] if rates is None else rates, schema=None if rates != [] else place
        ),
        "populations": pl.DataFrame(
            {"population_label": ["All patients", "Responders"], "is_analysis_set": [True, False]}
        ),
        "endpoint_definitions": pl.DataFrame(
            {"endpoint": ["OS", "RFS"], "events": ["Death from any cause", "Relapse; Death"]}
        ),
        **{name: pl.DataFrame(rows, infer_schema_length=None) for name, rows in tables.items()},
    }


def said(tables: dict[str, pl.DataFrame]) -> str:
    (passage,) = passages(tables)
    return " ".join(passage.sentences)


def test_a_median_and_a_rate_are_said_as_papers_say_them() -> None:
    assert said(bi()) == (
        "Median overall survival was 7.5 months (95% CI, 5.5-8.5); 204 of 259 patients died. "
        "Overall survival was 23.4% (95% CI, 18.3-28.9) at 24 months."
    )


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (
            {"median_ci_upper": None},
            "Median overall survival was 7.5 months (95% CI, 5.5 to not reached); 204 of 259 "
            "patients died.",
        ),
        (
            {"median_months": None, "median_ci_upper": None, "n_event": 100},
            "Median overall survival was not reached (95% CI, 5.5 to not reached); 100 of 259 "
            "patients died.",
        ),
        (
            {"median_months": None, "median_ci_lower": None, "median_ci_upper": None, "n_event": 1},
            "Median overall survival was not reached; 1 of 259 patients died.",
        ),
        (
            {"median_months": None, "median_ci_lower": None, "median_ci_upper": None, "n_event": 0,
             "n": 35, "status": "not estimable: no events"},
            "None of the 35 patients died, so that the median overall survival was not reached.",
        ),
        ({"n": 12, "n_event": 12}, "Median overall survival was 7.5 months (95% CI, 5.5-8.5); "
         "all 12 patients died."),
        (
            {"n_event": None, "n": None, "median_months": None, "median_ci_lower": None,
             "median_ci_upper": None, "status": "suppressed: fewer than 11 subjects"},
            "Median overall survival was not published.",
        ),
        (
            {"conditional_from_months": 2.56},
            "Among patients without an event by month 2.6, median overall survival was 7.5 months "
            "(95% CI, 5.5-8.5). Of 259 patients, 204 died.",
        ),
        ({"n": 0, "n_event": 0}, "No patient could be followed for overall survival."),
    ],
)  # fmt: skip
def test_the_sentence_of_a_median(changed: dict[str, Any], sentence: str) -> None:
    assert said(bi(curves=[CURVE | changed], rates=[])) == sentence


def test_whom_and_from_when_stands_before_what_is_not_of_all_from_the_start() -> None:
    analysis = OS | {"population_label": "Responders", "landmark_days": 61.0, "endpoint": "RFS"}
    assert said(bi(analysis, rates=[])) == (
        'In the population "Responders", counted from day 61 after the first dose, median overall '
        "survival was 7.5 months (95% CI, 5.5-8.5); 204 of 259 patients had an event."
    )


def test_groups_are_said_in_one_sentence_and_a_test_in_another() -> None:
    analysis = OS | {"strata_label": "Transplant"}
    groups = [
        CURVE | {"stratum": "yes", "stratum_label": "Yes", "strata_label": "Transplant",
                 "n": 20, "n_event": 1, "median_months": None, "median_ci_lower": None,
                 "median_ci_upper": None},
        CURVE | {"stratum": "no", "stratum_label": "No", "strata_label": "Transplant"},
    ]  # fmt: skip
    test = {
        "analysis_id": "os", "test_label": "Log-rank test", "compared_label": "Overall survival",
        "stratified_by_label": None, "p_value": 0.00004, "n": 279, "n_event": 205, "n_missing": 1,
        "test": "log_rank", "p_adjusted": None, "status": "ok",
    }  # fmt: skip
    assert said(bi(analysis, groups, [], group_tests=[test])) == (
        "Median overall survival by transplant was not reached (1 of 20 patients died) for "
        'transplant "Yes" and 7.5 months (95% CI, 5.5-8.5; 204 of 259 patients died) for '
        'transplant "No". The log-rank test of overall survival by transplant gave P < .001 '
        "(279 patients, 205 events; 1 patient of an unknown group left out)."
    )
    failed = test | {"p_value": None, "status": "not estimable: no events"}
    assert said(bi(analysis, groups, [], group_tests=[failed])).endswith(
        "The log-rank test of overall survival by transplant could not be computed: no events."
    )


PDL1 = {"low": "Below 1%", "high": "1% or more"}


def groups_of(*groups: dict[str, Any], groups_change: bool = False, **test: Any) -> str:
    analysis = OS | {"strata_label": "PD-L1", "groups_change": groups_change}
    curves = [
        CURVE | {"stratum": name, "stratum_label": label, "strata_label": "PD-L1"} | group
        for (name, label), group in zip(PDL1.items(), groups, strict=True)
    ]
    row = {
        "analysis_id": "os", "test_label": "Log-rank test", "compared_label": "Overall survival",
        "stratified_by_label": None, "p_value": 0.012, "p_adjusted": None, "n": 279,
        "n_event": 205, "n_missing": 0, "test": "log_rank", "status": "ok", **test,
    }  # fmt: skip
    return said(bi(analysis, curves, [], group_tests=[row]))


def test_a_test_of_a_pair_names_its_groups_and_gives_the_adjusted_p_value() -> None:
    text = groups_of(
        {}, {}, test="stratified_pairwise(low, high)", p_adjusted=0.036,
        test_label="Stratified log-rank test of a pair (low, high)", stratified_by_label="Sex, Age",
    )  # fmt: skip
    assert text.endswith(
        'The log-rank test of overall survival by PD-L1, "Below 1%" compared with "1% or more", '
        "stratified by sex and age, gave Holm-adjusted P = .036 (279 patients, 205 events)."
    )
    assert ".012" not in text


def test_groups_that_change_have_events_but_no_number_of_patients() -> None:
    text = groups_of(
        {"n": 63, "n_event": 1, "conditional_from_months": 1.0}, {"n": 113, "n_event": 0},
        groups_change=True, test="mantel_byar", test_label="Mantel-Byar test",
    )  # fmt: skip
    assert text == (
        "Median overall survival by PD-L1 was 7.5 months (95% CI, 5.5-8.5; 1 death while in this "
        "group) for Below 1% (from month 1.0) and 7.5 months (95% CI, 5.5-8.5; no deaths while in "
        "this group) for 1% or more. The Mantel-Byar test of overall survival by PD-L1 gave "
        "P = .012 (205 events)."
    )
    fixed = groups_of({"n": 63, "n_event": 1}, {"n": 113, "n_event": 0})
    assert "1 of 63 patients died" in fixed


def test_a_comma_in_a_label_is_closed() -> None:
    analysis = OS | {"strata_label": "Arm", "endpoint_label": "Survival, all counted"}
    curves = [CURVE | {"stratum": x, "stratum_label": x, "strata_label": "Arm"} for x in "AB"]
    difference = {
        "analysis_id": "os", "stratum_label": "A", "reference_label": "B", "p_value": 0.04,
        "difference_months": 1.8, "ci_lower_months": 0.1, "ci_upper_months": 3.7,
        "conf_level": 0.95, "status": "ok",
    }  # fmt: skip
    test = {
        "analysis_id": "os", "test_label": "Stratified Gehan's Wilcoxon test",
        "compared_label": "Survival, all counted", "stratified_by_label": "Sex",
        "p_value": 0.01, "p_adjusted": None, "n": 279, "n_event": 205, "n_missing": 0,
        "test": "stratified_gehan", "status": "ok",
    }  # fmt: skip
    text = said(bi(analysis, curves, [], median_differences=[difference], group_tests=[test]))
    assert (
        "The difference in median survival, all counted (A minus B), was 1.8 months "
        "(95% CI, 0.1 to 3.7; P = .040). Gehan's Wilcoxon test of survival, all counted, by arm, "
        "stratified by sex, gave P = .010" in text
    )
    cox = analysis | {"analysis_id": "cox", "method": "cox_univariate"}
    rows = [ratio(model="sex__delayed_entry")]
    assert said(bi(cox, forest=rows)).startswith(
        "The hazard ratio for survival, all counted, was 0.996 "
    )
    assert said(bi(cox, forest=rows)).endswith(
        "for sex, male compared with female, with delayed entry."
    )
    stratified = cox | {"stratified_by_label": "Sex, Arm"}
    text = said(bi(stratified, forest=rows))
    assert "for survival, all counted, stratified by sex and arm, was" in text


@pytest.mark.parametrize(
    ("contrast", "words"),
    [
        ("one level higher / level", "age, per one level higher"),
        ("10 higher / value", "age, per 10 higher"),
        ("2 higher / 1", "age, 2 higher compared with 1"),
        ("additional year / year", "age, per additional year"),
    ],
)
def test_a_step_is_per_so_much_higher(contrast: str, words: str) -> None:
    analysis = OS | {"analysis_id": "cox", "method": "cox_multivariable"}
    rows = [ratio(factor_label="Age", contrast=contrast)]
    assert said(bi(analysis, forest=rows)).endswith(f"for {words}.")


def test_an_interaction_with_a_step_names_both() -> None:
    analysis = OS | {"analysis_id": "cox", "method": "cox_multivariable"}
    row = ratio(factor="arm x age", factor_label="Arm x Age", contrast="A x 10 higher / B x value")
    assert "of arm and Age, A compared with B, per 10 higher. With" in said(
        bi(analysis, forest=[row])
    )


OUTCOME = {
    "analysis_id": "os", "group_population": "all", "group_label": "All patients",
    "outcome": "survived", "level": "yes", "label": "Lived 36 months", "n": 4, "denominator": 9,
    "percent": 44.4, "ci_lower_percent": 13.7, "ci_upper_percent": 78.8, "conf_level": 0.95,
    "status": "ok", "is_by_definition": False,
}  # fmt: skip


def test_a_group_made_by_the_outcome_has_no_interval_of_it() -> None:
    whole = {"n": 4, "denominator": 4, "percent": 100.0, "ci_upper_percent": 100.0}
    decided = whole | {"is_by_definition": True}
    rows = [
        OUTCOME,
        OUTCOME | decided | {"group_population": "a", "group_label": "Lived 36 months"},
        OUTCOME | decided | {"group_population": "b", "group_label": "Lived 36 months, HSCT"},
        OUTCOME | whole | {"group_population": "c", "group_label": "HSCT"},
    ]
    compared = {
        "analysis_id": "os", "outcome": "survived", "level": "yes", "label": "Lived 36 months",
        "group_label": "A", "reference_label": "B", "stratified_by_label": "Sex, Prior HSCT",
        "difference_points": None, "ci_lower_points": None, "ci_upper_points": None,
        "fisher_p": None, "odds_ratio": None, "odds_ratio_ci_lower": None,
        "odds_ratio_ci_upper": None, "common_odds_ratio": 2.0, "common_odds_ratio_ci_lower": 1.5,
        "common_odds_ratio_ci_upper": 3.0, "cmh_p": 0.01, "conf_level": 0.95, "status": "ok",
    }  # fmt: skip
    analysis = OS | {"method": "outcomes_table"}
    assert said(bi(analysis, table_2=rows, outcome_differences=[compared])) == (
        "Outcomes are named in the study's own words. Lived 36 months: "
        '4 of 9 patients (44.4%; 95% CI, 13.7-78.8) in the group "All patients", '
        '4 of 4 patients (100.0%) in the group "Lived 36 months", '
        '4 of 4 patients (100.0%) in the group "Lived 36 months, HSCT", and '
        '4 of 4 patients (100.0%; 95% CI, 13.7-100.0) in the group "HSCT". '
        'Lived 36 months, "A" compared with "B": a common odds ratio of 2.00 (95% CI, 1.50-3.00; '
        "stratified by sex and prior HSCT) (Cochran-Mantel-Haenszel test, P = .010)."
    )


def ratio(**changed: Any) -> dict[str, Any]:
    return {
        "analysis_id": "cox", "model": "sex", "population_label": "All patients",
        "factor": "sex",
        "factor_label": "Sex", "contrast": "male / female", "hr": 0.99612, "ci_lower": 0.993,
        "ci_upper": 0.9996, "p_value": 0.0495, "n": 259, "n_event": 1, "status": "ok", **changed,
    }  # fmt: skip


def test_a_hazard_ratio_is_said_with_what_it_compares() -> None:
    analysis = OS | {"analysis_id": "cox", "method": "cox_univariate"}
    rows = [
        ratio(),
        ratio(factor_label="Age", contrast="additional year / year", population_label="Responders",
              hr=None, status="not estimable: no events"),
        ratio(hr=None, status="suppressed: fewer than 11 subjects"),
    ]  # fmt: skip
    assert said(bi(analysis, forest=rows)) == (
        "The hazard ratio for overall survival was 0.996 (95% CI, 0.99-0.9996; P = .0495; "
        "259 patients, 1 event) for sex, male compared with female. "
        'In the population "Responders", the hazard ratio for overall survival was not estimable '
        "for age, per additional year (no events)."
    )


def test_an_interaction_is_a_ratio_of_ratios() -> None:
    analysis = OS | {"analysis_id": "cox", "method": "cox_multivariable"}
    rows = [
        ratio(),
        ratio(
            factor="sex x arm",
            factor_label="Sex x Arm",
            contrast="male x A / female x B",
        ),
    ]
    assert said(bi(analysis, forest=rows)).endswith(
        "The ratio of the hazard ratios for overall survival was 0.996 (95% CI, 0.99-0.9996; "
        "P = .0495; 259 patients, 1 event) for the interaction of sex and Arm, male x A compared "
        "with female x B. With interactions in the model, the ratio of a factor is that at the "
        "reference level of the factors it interacts with."
    )


def texts(releases: Path, style: str | None = None) -> TextToCopy:
    release = next(path for path in releases.glob("*/current"))
    with written_as(style):
        return text_to_copy(read_bi(release / BI), provenance_of(release, read_manifest(release)))


MACHINE_WORDS = re.compile(r"\bNone\b(?! of)|\bnan\b|\binf\b|[a-z]_[a-z]|\{|\}|__")


def check(text: str) -> None:
    assert not MACHINE_WORDS.search(text), text
    assert text.count("(") == text.count(")"), text
    assert text.count('"') % 2 == 0, text
    assert not re.search(r"  | [,;:)]| \.(?!\d)|\(\s|\.\.|,,|;;|\(\)|, \.| and and ", text), text
    assert text.endswith("."), text
    assert text[0].isupper() or text[0] in '[(0123456789"', text
    assert not re.search(r"(?<![\d.·])1 (patients|events|months)\b|\b0 of 0\b", text), text


@pytest.mark.parametrize("study", ["default_releases", "myeloid_releases", "nsclc_releases"])
def test_every_sentence_of_a_study_is_english(study: str, request: pytest.FixtureRequest) -> None:
    releases = request.getfixturevalue(study)
    for style in STYLE_NAMES:
        text = texts(releases, style)
        assert text.label == SYNTHETIC
        for paragraph in text.methods:
            check(paragraph)
            assert text.labelled(paragraph).startswith("[Synthetic data] ")
        for passage in text.results:
            for sentence in passage.sentences:
                check(sentence)


def every(text: TextToCopy) -> dict[str, Passage]:
    return {passage.analysis_id: passage for passage in text.results}


@pytest.mark.parametrize("study", ["default_releases", "myeloid_releases", "nsclc_releases"])
def test_every_median_rate_and_ratio_of_a_study_is_said(
    study: str, request: pytest.FixtureRequest
) -> None:
    releases = request.getfixturevalue(study)
    release = next(path for path in releases.glob("*/current"))
    tables, found = read_bi(release / BI), every(texts(releases))
    curves = [row for row in tables["endpoint_summary"].to_dicts() if row["median_months"]]
    for row in curves:
        said = " ".join(found[row["analysis_id"]].sentences)
        assert f"{decimal(row['median_months'])} months" in said
        assert row["strata_label"] is None or row["stratum_label"] in said
    for row in tables["event_free_rates"].to_dicts():
        if row["event_free_percent"] is not None:
            assert percent(row["event_free_percent"]) in " ".join(
                found[row["analysis_id"]].sentences
            )
    for row in tables["forest"].to_dicts():
        if row["hr"] is not None and " / knots " not in row["contrast"]:
            said = " ".join(found[row["analysis_id"]].sentences)
            assert f"; {row['n']:,} patients, " in said
    assert curves


def test_the_methods_name_patients_endpoints_estimates_and_software(
    default_releases: Path,
) -> None:
    patients, endpoints, estimates, software = texts(default_releases).methods
    assert "30 June 2015 (MT103-206) and 28 February 2017 (MT103-211)" in patients
    assert (
        "Overall survival was measured from the first dose to death from any cause. Patients "
        "without an event were censored at the last date known alive." in endpoints
    )
    assert "Death without relapse was a competing event." in endpoints
    for words in ("Kaplan-Meier", "Aalen-Johansen", "Breslow's method for ties", "30.4375 days"):
        assert words in estimates
    assert re.search(r"Plateau \d+\.\d+\.\d+ \(release [0-9a-f]{12} of study", software)


METHODS_OF_COMPARISONS = {
    "survival_differences": "Survival at a month was compared on the log(-log) scale (Klein et "
    "al.), with limits of the difference on the plain scale; the two need not agree.",
    "median_differences": "ends of an open interval",
    "restricted_mean_differences": "Restricted means were compared by Wald tests",
    "table_2": "exact (Clopper-Pearson) limits",
    "outcome_differences": "the Cochran-Mantel-Haenszel test and a common odds ratio "
    "(Mantel-Haenszel), stratified by sex and prior HSCT.",
    "forest": "P values of hazard ratios are from Wald tests.",
}


def test_the_methods_of_comparisons_are_told_where_there_are_such_numbers(
    default_release: Path,
) -> None:
    tables = dict(read_bi(default_release / BI))
    provenance = provenance_of(default_release, read_manifest(default_release))
    full = methods_paragraphs(tables, provenance)[2]
    for name, words in METHODS_OF_COMPARISONS.items():
        assert words in full
        without = {**tables, name: tables[name].clear()}
        assert words not in methods_paragraphs(without, provenance)[2]


def test_the_methods_tell_pairs_of_groups_and_other_kinds_of_limits(nsclc_releases: Path) -> None:
    methods = texts(nsclc_releases).methods
    assert "censored at the last adequate tumour assessment by the investigator." in methods[1]
    assert "the log-rank test of pairs of groups" in methods[2]
    assert "Gehan's stratified Wilcoxon test" in methods[2]
    firth = "Factors and overall survival, one at a time, by Firth's penalised likelihood."
    assert f"Firth's penalised likelihood was maximised for: {firth}" in methods[2]
    assert (
        "P values of hazard ratios are from Wald tests, but limits and P values are of the "
        f"profile likelihood for: Arm and overall survival, adjusted; {firth}" in methods[2]
    )


def test_the_text_is_in_the_report_and_the_same_each_time(default_releases: Path) -> None:
    release = default_releases / "blinatumomab/current"
    written = (release / "report/sentences.txt").read_text(encoding="utf-8")
    _, day = published_note(default_releases).removesuffix(".").split(", ")
    assert written == as_plain_text(texts(default_releases)).replace(f", {day}", "")
    page = (release / "report/report.html").read_text(encoding="utf-8")
    assert "Median overall survival was 7.5 months (95% CI, 5.5-8.5); 204 of 259" in page


def test_what_is_not_published_is_not_said(default_release: Path) -> None:
    tables = limited(
        read_bi(default_release / BI), Publication(smallest_cell=11, smallest_n_at_risk=60)
    )
    found = passages(tables)
    said = [sentence for passage in found for sentence in passage.sentences]
    assert len(said) > 100
    for sentence in said:
        check(sentence)
        counts = re.findall(
            r"\b(\d[\d,]*) (?:of|at risk|patients|patient|events|event)\b", sentence
        )
        assert [n for n in counts if 0 < int(n.replace(",", "")) < 11] == [], sentence
    assert any("not published" in sentence for sentence in said)
