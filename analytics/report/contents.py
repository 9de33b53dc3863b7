"""Which sections, figures and tables a study's report has: those its analyses call for."""

from collections.abc import Iterable, Sequence

from analytics.plural import plural
from analytics.report.audit_tables import (
    analyses_table,
    attrition_table,
    checks_table,
    concordance_lines,
    concordance_summary,
    conventions_table,
    endpoints_table,
    failed_checks_table,
    files_table,
    inferred_table,
    methods_table,
    moved_numbers_table,
    populations_table,
)
from analytics.report.cure_tables import cure_models_table
from analytics.report.descriptive_tables import baseline_table, outcomes_table
from analytics.report.difference_tables import (
    median_differences_table,
    outcome_differences_table,
    restricted_mean_differences_table,
    survival_differences_table,
)
from analytics.report.elements import Bi, Figure, Row, Section, Table
from analytics.report.external_figures import external_figure
from analytics.report.external_tables import (
    external_balances_table,
    external_checks_table,
    external_comparisons_table,
    external_medians_table,
)
from analytics.report.factor_tables import (
    hazard_ratio_table,
    joint_tests_table,
    proportional_hazards_table,
    selection_table,
    subgroups_table,
)
from analytics.report.flow_figure import flow_figure
from analytics.report.forest_figures import forest_figure
from analytics.report.formats import whole
from analytics.report.incidence_figures import incidence_figure
from analytics.report.long_term_figures import hazard_figures, parametric_figures
from analytics.report.long_term_tables import (
    conditional_survival_table,
    incidence_rates_table,
    parametric_table,
    quantiles_table,
    times_lost_table,
)
from analytics.report.pooling_figures import pooling_figures
from analytics.report.pooling_tables import pooled_curves_table, pooled_models_table
from analytics.report.provenance import (
    Provenance,
    inputs_table,
    parameters_table,
    provenance_table,
)
from analytics.report.relative_figures import relative_survival_figures
from analytics.report.relative_tables import excess_mortality_table, relative_survival_table
from analytics.report.result_tables import (
    group_tests_table,
    incidence_table,
    plateau_table,
    restricted_means_table,
    summary_table,
    survival_table,
)
from analytics.report.state_figures import state_figure
from analytics.report.state_tables import (
    state_probabilities_table,
    state_times_table,
    state_transitions_table,
    transition_hazards_table,
    transition_probabilities_table,
)
from analytics.report.subgroup_figures import subgroup_figures
from analytics.report.survival_figures import survival_figure
from analytics.report.wording import counted

Item = Figure | Table
_CURVES = {
    "kaplan_meier": survival_figure,
    "cumulative_incidence": incidence_figure,
    "multi_state": state_figure,
    "external_control": external_figure,
}
_STEPS = {
    "kaplan_meier": "survival_curves",
    "cumulative_incidence": "relapse_incidence",
    "multi_state": "state_probabilities",
    "external_control": "external_curves",
}
_FIGURES_OF_THEIR_OWN = ("multi_state", "external_control")
_MODELS = (
    "cox_univariate",
    "cox_stepwise",
    "cox_multivariable",
    "fine_gray",
    "fine_gray_multivariable",
)
_DESCRIPTIONS = {"baseline_table": baseline_table, "outcomes_table": outcomes_table}


def contents(bi: Bi) -> list[Section]:
    """The sections of the report, empty ones left out."""
    analyses = bi["analyses"].to_dicts()
    main = {row["analysis_id"] for row in (*_main_curves(analyses), *_main_models(analyses))}
    first = {
        row["analysis_id"]
        for method in _DESCRIPTIONS
        for row in [row for row in analyses if row["method"] == method][:1]
    }
    sections = (
        Section("summary", "Results at a glance", _summary(bi), _some([summary_table(bi)])),
        Section(
            "survival",
            "Survival",
            items=_some(
                [
                    *_curves(bi, analyses, main, "kaplan_meier"),
                    survival_table(bi),
                    survival_differences_table(bi),
                    median_differences_table(bi),
                ]
            ),
        ),
        Section(
            "incidence",
            "Cumulative incidence",
            items=_some(
                [*_curves(bi, analyses, main, "cumulative_incidence"), incidence_table(bi)]
            ),
        ),
        Section(
            "patients",
            "Patients",
            items=_some(
                [
                    flow_figure(bi),
                    attrition_table(bi),
                    *_descriptions(bi, analyses, first, "baseline_table"),
                    populations_table(bi),
                ]
            ),
        ),
        Section(
            "outcomes",
            "Clinical outcomes",
            items=_descriptions(bi, analyses, first, "outcomes_table"),
        ),
        Section(
            "states",
            "The course through states",
            items=_some(
                [
                    *_curves(bi, analyses, main, "multi_state"),
                    state_probabilities_table(bi),
                    state_times_table(bi),
                    state_transitions_table(bi),
                    transition_hazards_table(bi),
                    transition_probabilities_table(bi),
                ]
            ),
        ),
        Section(
            "external",
            "External controls",
            items=_some(
                [
                    *_curves(bi, analyses, main, "external_control"),
                    external_medians_table(bi),
                    external_comparisons_table(bi),
                    external_balances_table(bi),
                    external_checks_table(bi),
                ]
            ),
        ),
        Section(
            "factors",
            "Factors",
            items=_some(
                [
                    hazard_ratio_table(bi, analyses),
                    *_forests(bi, analyses, main, is_main=True),
                    selection_table(bi),
                    *_subgroups(bi, analyses),
                    subgroups_table(bi),
                    proportional_hazards_table(bi),
                ]
            ),
        ),
        Section(
            "pooling",
            "Pooled trials",
            items=_some(
                [
                    pooled_curves_table(bi),
                    *(figure for row in analyses for figure in pooling_figures(bi, row)),
                    pooled_models_table(bi),
                ]
            ),
        ),
        Section(
            "long_term",
            "Long-term survival",
            items=_some(
                [
                    plateau_table(bi),
                    cure_models_table(bi),
                    relative_survival_table(bi),
                    *relative_survival_figures(bi),
                    excess_mortality_table(bi),
                    restricted_means_table(bi),
                    restricted_mean_differences_table(bi),
                    quantiles_table(bi),
                    conditional_survival_table(bi),
                    times_lost_table(bi),
                    incidence_rates_table(bi),
                    *hazard_figures(bi),
                    parametric_table(bi),
                    *parametric_figures(bi),
                ]
            ),
        ),
        Section("supporting", "Supporting analyses", items=_supporting(bi, analyses, main, first)),
        Section(
            "concordance",
            "Agreement with the published numbers",
            items=_some(
                [
                    concordance_summary(bi),
                    concordance_lines(bi, agreeing=False),
                    concordance_lines(bi, agreeing=True),
                ]
            ),
        ),
        Section(
            "conventions",
            "Sensitivity to conventions",
            [
                "Each convention with an alternative, and how the alternative changes the "
                "headline numbers."
            ],
            _some([conventions_table(bi), moved_numbers_table(bi)]),
        ),
        Section(
            "quality",
            "Data quality",
            _quality(bi),
            _some([failed_checks_table(bi), files_table(bi), checks_table(bi)]),
        ),
        Section(
            "methods",
            "Methods",
            items=_some(
                [endpoints_table(bi), methods_table(bi), analyses_table(bi), inferred_table(bi)]
            ),
        ),
    )
    return [section for section in sections if section.items or section.name == "summary"]


def provenance_section(provenance: Provenance) -> Section:
    """The section on where the numbers come from."""
    tables = (provenance_table, parameters_table, inputs_table)
    return Section("provenance", "Provenance", items=_some([table(provenance) for table in tables]))


def _some(items: Iterable[Item | None]) -> list[Item]:
    """The items that have something to show."""
    return [
        item
        for item in items
        if item is not None and not (isinstance(item, Table) and not item.lines)
    ]


def _main_curves(analyses: Sequence[Row]) -> list[Row]:
    """The curves that the plan marks as headline; without marks those that stand for themselves.

    With them, of each of their endpoints, the first that compares treatment arms.
    """
    curves = [row for row in analyses if row["method"] in _CURVES]
    courses = [row for row in curves if row["method"] in _FIGURES_OF_THEIR_OWN]
    alone = [
        row
        for row in curves
        if row["strata_label"] is None
        and row["delayed_entry_of"] is None
        and row["alternative_to"] is None
    ]
    first = [row for row in curves if row["is_headline"]] or alone
    return [*first, *_comparisons_of_arms(curves, {row["endpoint"] for row in first}), *courses]


def _comparisons_of_arms(curves: Sequence[Row], endpoints: set[str]) -> list[Row]:
    """The first comparison of treatment arms of each endpoint, its strata left aside."""
    found: dict[str, Row] = {}
    for row in curves:
        stands_alone = row["delayed_entry_of"] is None and row["alternative_to"] is None
        if row["groups_are_arms"] and stands_alone and row["endpoint"] in endpoints:
            found.setdefault(row["endpoint"], row)
    return list(found.values())


def _main_models(analyses: Sequence[Row]) -> list[Row]:
    """The selections shown first and the models they start from; without any, all models.

    Stratified ones are among the supporting analyses.
    """
    selections = [
        row
        for row in analyses
        if row["method"] == "cox_stepwise"
        and row["stratified_by_label"] is None
        and row["delayed_entry_of"] is None
    ]
    sources = {row["candidates_from"] for row in selections}
    univariate = [
        row
        for row in analyses
        if row["method"] == "cox_univariate"
        and (row["analysis_id"] in sources if sources else row["stratified_by_label"] is None)
    ]
    return [*univariate, *selections]


def _curves(bi: Bi, analyses: Sequence[Row], main: set[str], method: str) -> list[Item]:
    draw = _CURVES[method]
    return [
        draw(bi, row, is_main=True)
        for row in analyses
        if row["method"] == method and row["analysis_id"] in main and _has_curve(bi, row)
    ]


def _has_curve(bi: Bi, analysis: Row) -> bool:
    """Whether any step of the analysis is published: limits of publication may withhold all."""
    steps = bi[_STEPS[analysis["method"]]].filter(analysis_id=analysis["analysis_id"])
    return not (steps.filter(point="day") if "point" in steps.columns else steps).is_empty()


def _forests(bi: Bi, analyses: Sequence[Row], main: set[str], *, is_main: bool) -> list[Item]:
    return _some(
        forest_figure(bi, row, is_main=is_main)
        for row in analyses
        if row["method"] in _MODELS and (row["analysis_id"] in main) == is_main
    )


def _subgroups(bi: Bi, analyses: Sequence[Row]) -> list[Item]:
    return [figure for row in analyses for figure in subgroup_figures(bi, row)]


def _descriptions(bi: Bi, analyses: Sequence[Row], first: set[str], method: str) -> list[Item]:
    return [
        item
        for row in analyses
        if row["method"] == method and row["analysis_id"] in first
        for item in _description(bi, row, is_main=True)
    ]


def _description(bi: Bi, analysis: Row, *, is_main: bool) -> list[Item]:
    """A table of groups, and below it the comparison of two of them."""
    table = _DESCRIPTIONS[analysis["method"]](bi, analysis, is_main=is_main)
    return _some([table, outcome_differences_table(bi, analysis)])


def _supporting(bi: Bi, analyses: Sequence[Row], main: set[str], first: set[str]) -> list[Item]:
    """The other curves, then tests, the other models and the other tables of groups."""
    curves = [
        _CURVES[row["method"]](bi, row, is_main=False)
        for row in analyses
        if row["method"] in _CURVES and row["analysis_id"] not in main and _has_curve(bi, row)
    ]
    tables = [
        item
        for row in analyses
        if row["method"] in _DESCRIPTIONS and row["analysis_id"] not in first
        for item in _description(bi, row, is_main=False)
    ]
    forests = _forests(bi, analyses, main, is_main=False)
    tests = _some([group_tests_table(bi)])
    return [*curves, *tests, *forests, *_some([joint_tests_table(bi)]), *tables]


def _summary(bi: Bi) -> list[str]:
    about = bi["about"].to_dicts()[0]
    sentences = [
        f"{counted(about['n_subjects'], 'patient')} of {counted(about['n_trials'], 'trial')} "
        f"({whole(about['n_treated'])} treated), "
        f"{counted(about['n_analyses'], 'analysis', 'analyses')}."
    ]
    compared = bi["concordance"].filter(
        (bi["concordance"]["kind"] == "computed") & (bi["concordance"]["verdict"] != "not compared")
    )
    if not compared.is_empty():
        agreeing = int((compared["verdict"] == "agrees").sum())
        sentences.append(f"{agreeing} of {compared.height} published numbers agree.")
    return [" ".join(sentences)]


def _quality(bi: Bi) -> list[str]:
    checks = bi["data_quality"].filter(bi["data_quality"]["topic"] == "check")
    files = bi["data_quality"].filter(bi["data_quality"]["topic"] == "file")
    passed = int(checks["passed"].sum())
    sentences = (
        f"{passed} of {counted(checks.height, 'check')} passed. No critical check failed: a "
        "release with one is not published."
    )
    if files["n_read"].null_count():
        return [sentences]
    read = int(files["n_read"].sum() or 0)
    rejected = None if files["n_rejected"].null_count() else int(files["n_rejected"].sum() or 0)
    told = f"{whole(rejected)} rejected" if rejected is not None else "some may have been rejected"
    return [f"{sentences} {counted(read, 'record')} {plural(read, 'was', 'were')} read and {told}."]
