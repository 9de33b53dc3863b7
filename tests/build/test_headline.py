"""The headline of a build, from result frames typed by hand."""

from datetime import date
from pathlib import Path

import polars as pl

from analytics.build.headline import headline, headline_lines
from analytics.results.frames import frame_of_rows
from analytics.study.published import PublishedValue
from analytics.study.specification import (
    Analysis,
    Parameters,
    Population,
    StudySpecification,
    Trial,
)


def analysis(analysis_id: str, method: str, **more: object) -> Analysis:
    return Analysis.model_validate(
        {
            "analysis_id": analysis_id,
            "label": analysis_id.upper(),
            "method": method,
            **more,
        }
    )


def study(*analyses: Analysis, synthetic: bool = True) -> StudySpecification:
    return StudySpecification(
        study_id="small",
        title="A small study",
        synthetic=synthetic,
        synthetic_note="SYNTHETIC DATA: nobody.",
        analysis_set="all",
        trials=(
            Trial(trial_id="A", label="A", path="sdtm/A", cutoff=date(2020, 1, 1), display_order=1),
        ),
        parameters=Parameters(),
        inferred_parameters={},
        terms=(),
        factors=(),
        factor_levels=(),
        populations=(),
        endpoints=(),
        endpoint_rules=(),
        analyses=analyses,
        folder=Path("small"),
    )


OS = analysis("os", "kaplan_meier", landmarks_months=(36,))
CIR = analysis("cir", "cumulative_incidence", landmarks_months=(36, 60), caution="Few at risk.")


def results() -> dict[str, pl.DataFrame]:
    row = {"stratum": "all", "status": "ok"}
    return {
        "survival_summary": frame_of_rows(
            "survival_summary",
            [
                {
                    **row,
                    "analysis_id": "os",
                    "n": 259,
                    "n_event": 208,
                    "median_months": 7.45,
                    "median_ci_lower": 5.5,
                    "median_ci_upper": None,
                }
            ],
        ),
        "survival_rate": frame_of_rows(
            "survival_rate",
            [
                {
                    **row,
                    "analysis_id": "os",
                    "n": 259,
                    "n_event": 208,
                    "time_months": 36,
                    "estimate": 0.1768,
                }
            ],
        ),
        "cumulative_incidence_rate": frame_of_rows(
            "cumulative_incidence_rate",
            [
                {
                    **row,
                    "analysis_id": "cir",
                    "event": event,
                    "n": 123,
                    "n_event": 73,
                    "time_months": months,
                    "estimate": estimate,
                }
                for event, months, estimate in (
                    ("event", 36, 0.593),
                    ("event", 60, 0.632),
                    ("competing", 36, 0.173),
                )
            ],
        ),
        "clinical_outcomes": frame_of_rows(
            "clinical_outcomes",
            [
                {
                    "analysis_id": "outcomes",
                    "group_population": group,
                    "outcome": "response",
                    "level": "any",
                    "label": "Response",
                    "indent": 0,
                    "display_order": 1,
                    "status": "ok",
                    **numbers,
                }
                for group, numbers in (
                    (
                        "treated",
                        {
                            "n": 1,
                            "denominator": 3,
                            "percent": 100 / 3,
                            "ci_lower": 0.84,
                            "ci_upper": 90.57,
                        },
                    ),
                    ("untreated", {"n": 0, "denominator": 0}),
                )
            ],
        ),
        "published_concordance": frame_of_rows(
            "published_concordance",
            [
                {
                    "published_id": str(number),
                    "quantity": "value",
                    "kind": kind,
                    "published": "1",
                    "matches": matches,
                }
                for number, (kind, matches) in enumerate(
                    (
                        ("computed", True),
                        ("computed", False),
                        ("computed", True),
                        ("cited", None),
                        ("misprint", False),
                        ("definition", True),
                    )
                )
            ],
        ),
    }


def test_headline_shows_median_rates_and_how_many_published_numbers_agree():
    assert headline_lines(headline(study(OS, CIR), results())) == [
        "A small study",
        "Data cut-off: A 2020-01-01",
        "Endpoint    n  Events  Median, mo (95% CI)  36 mo  60 mo",
        "OS        259     208         7.5 (5.5-NR)  17.7%      -",
        "CIR *     123      73                    -  59.3%  63.2%",
        "Rates: event-free, or incidence of the event; NR: not reached.",
        "* Read the caution first: results.analysis, column caution.",
        "2 of 3 published numbers agree. See bi.concordance for the others.",
        "SYNTHETIC DATA: nobody.",
    ]


def published(
    place: str, column: str, text: str, kind: str = "computed", transform: str = "none"
) -> PublishedValue:
    return PublishedValue.model_validate(
        {
            "published_id": f"{place}.{column}",
            "quantity": "value",
            "kind": kind,
            "source": "Table 9",
            "published": text,
            "table": "any",
            "filters": tuple(tuple(item.split("=")) for item in place.split(";")),
            "column": column,
            "transform": transform,
        }
    )


def test_published_numbers_stand_below_ours():
    printed = (
        published("analysis_id=os", "median_months", "7.4"),
        published("analysis_id=os", "median_ci_lower", "5.6"),
        published("analysis_id=os", "median_ci_upper", "8.6"),
        published("analysis_id=cir;time_months=60", "estimate", "63.3"),
        published(
            "analysis_id=cir;time_months=60", "estimate", "two-thirds", transform="nearest_third"
        ),
        published("analysis_id=cir;time_months=36", "estimate", "1.0", kind="misprint"),
        published("analysis_id=another;time_months=36", "estimate", "2.0"),
    )
    assert headline_lines(headline(study(OS, CIR), results(), printed))[3:7] == [
        "OS              259     208         7.5 (5.5-NR)  17.7%      -",
        "  as published                     7.4 (5.6-8.6)",
        "CIR *           123      73                    -  59.3%  63.2%",
        "  as published                                           63.3%",
    ]


def test_outcomes_that_the_plan_marks_stand_below_the_curves():
    """By hand: one of three is 33.3%, with limits 1 - 0.975^(1/3) and the root of 0.975."""
    line = {"outcome": "response", "level": "any", "label": "Response", "population": "responders"}
    outcomes = analysis(
        "outcomes",
        "outcomes_table",
        groups=("treated", "untreated"),
        lines=({**line, "headline": True}, {**line, "level": "other"}),
    )
    groups = (
        Population(population=name, label=label, display_order=order, conditions=())
        for order, (name, label) in enumerate(
            (("treated", "treated"), ("untreated", "not treated"))
        )
    )
    plan = study(OS, outcomes).model_copy(update={"populations": tuple(groups)})
    lines = headline_lines(headline(plan, results()))
    assert lines[2:7] == [
        "Endpoint    n  Events  Median, mo (95% CI)  36 mo",
        "OS        259     208         7.5 (5.5-NR)  17.7%",
        "Outcome                n  Of  Percent (95% CI)",
        "Response, treated      1   3  33.3% (0.8-90.6)",
        "Response, not treated  0   0                 -",
    ]


def test_strata_siblings_and_models_are_no_headline():
    plan = study(
        OS,
        analysis("os_by_sex", "kaplan_meier", strata="sex"),
        analysis("os__delayed_entry", "kaplan_meier", delayed_entry_of="os"),
        analysis("cox", "cox_univariate"),
    )
    assert [row.label for row in headline(plan, results()).rows] == ["OS"]


def test_plan_chooses_its_headline():
    chosen = analysis("os", "kaplan_meier", landmarks_months=(36,), headline=True)
    assert [row.label for row in headline(study(chosen, CIR), results()).rows] == ["OS"]


def test_long_label_goes_on_below():
    long = OS.model_copy(update={"label": "Overall survival of everybody who was ever treated"})
    lines = headline_lines(headline(study(long), results()))
    assert lines[3].startswith("Overall survival of everybody who")
    assert lines[3].endswith("17.7%")
    assert lines[4] == "  was ever treated"


def test_analysis_that_could_not_be_estimated_keeps_its_line():
    shown = headline(study(analysis("rfs", "kaplan_meier", landmarks_months=(36,))), results())
    assert headline_lines(shown)[3].split() == ["RFS", "-", "-", "-", "-"]


def test_real_data_without_published_values_has_neither_remark():
    empty = results() | {"published_concordance": frame_of_rows("published_concordance", [])}
    assert headline(study(OS, synthetic=False), empty).remarks == (
        "Rates: event-free, or incidence of the event; NR: not reached.",
    )
