"""plan.toml: the analyses, each checked against the study's definitions and the guard."""

from collections.abc import Callable
from pathlib import Path
from typing import Final, get_args

from analytics.study.alternatives import check_alternatives
from analytics.study.codes import LONGEST, is_analysis_id
from analytics.study.cure_analyses import read_mixture_cure
from analytics.study.curve_analyses import read_curve
from analytics.study.definitions import Definitions
from analytics.study.errors import StudyError
from analytics.study.external_analyses import read_external_control
from analytics.study.inference import inferred_conventions
from analytics.study.keys import Table, read_toml
from analytics.study.lists import LISTS, check_lists_are_used, read_lists, with_lists
from analytics.study.model_analyses import read_fine_gray, read_stepwise, read_univariate
from analytics.study.multivariable import read_fine_gray_multivariable, read_multivariable
from analytics.study.plan_tables import (
    read_characteristics,
    read_compared,
    read_groups,
    read_lines,
    read_strata_of_comparison,
)
from analytics.study.relative_analyses import read_relative_survival
from analytics.study.specification import Analysis, Method
from analytics.study.state_analyses import read_multi_state
from analytics.study.strata import check_keys_of_strata
from analytics.study.wording import shortened

_COMMON: Final = ("id", "label", "method", "caution", "inferred")
_CURVE_KEYS: Final = (
    "endpoint",
    "population",
    "strata",
    "stratified_by",
    "pooled_over",
    "landmarks_months",
    "landmark_days",
    "entry_facts",
    "as_published",
    "headline",
    "alternative_to",
)
_METHOD_KEYS: Final[dict[str, tuple[str, ...]]] = {
    "kaplan_meier": (
        *_CURVE_KEYS,
        "time_dependent_strata",
        "tests",
        "restricted_mean_months",
        "plateau_months",
        "quantiles",
        "conditional_survival",
        "incidence_rate_months",
        "smoothed_hazard",
        "parametric",
    ),
    "cumulative_incidence": (*_CURVE_KEYS, "restricted_mean_months", "incidence_rate_months"),
    "cox_univariate": (
        "endpoint",
        "population",
        "stratified_by",
        "subgroups",
        "pooled_over",
        "factors",
        "ties",
        "firth",
        "limits",
    ),
    "cox_multivariable": (
        "endpoint",
        "population",
        "factors",
        "interactions",
        "stratified_by",
        "pooled_over",
        "entry_facts",
        "as_published",
        "ties",
        "variance",
        "cluster",
        "limits",
        "firth",
    ),
    "fine_gray_multivariable": (
        "endpoint",
        "population",
        "factors",
        "interactions",
        "pooled_over",
        "censoring_groups",
    ),
    "cox_stepwise": (
        "endpoint",
        "population",
        "candidates_from",
        "entry_facts",
        "as_published",
    ),
    "fine_gray": ("endpoint", "population", "pooled_over", "factors", "censoring_groups"),
    "multi_state": (
        "endpoint",
        "population",
        "strata",
        "states",
        "sums",
        "from_months",
        "landmarks_months",
        "restricted_mean_months",
    ),
    "external_control": ("endpoint", "population", "external", "matched_on", "landmarks_months"),
    "mixture_cure": (
        "endpoint",
        "population",
        "latency",
        "factors",
        "latency_factors",
        "entry_facts",
        "as_published",
    ),
    "relative_survival": (
        "endpoint",
        "population",
        "strata",
        "life_table",
        "landmarks_months",
        "excess_mortality_months",
    ),
    "baseline_table": ("groups", "characteristics"),
    "outcomes_table": ("groups", "compared", "stratified_by", "lines"),
    "attrition": ("population",),
}


def read_plan(folder: Path, definitions: Definitions) -> tuple[Analysis, ...]:
    """plan.toml in its order, delayed-entry siblings right after their analysis."""
    file = read_toml(folder / "plan.toml")
    file.allow((LISTS, "analyses"))
    lists = read_lists(file)
    analyses: list[Analysis] = []
    for position, values in enumerate(file.tables("analyses"), start=1):
        name = shortened(str(values.get("id", position)))
        table = with_lists(Table(f"{file.where} analysis '{name}'", values), lists)
        analyses += _analysis(table, definitions, analyses)
    if not analyses:
        raise StudyError("plan.toml: no [[analyses]]; define at least one analysis.")
    check_lists_are_used(file, lists)
    _check_ids(analyses)
    check_alternatives(analyses)
    return tuple(
        analysis.model_copy(update={"display_order": order})
        for order, analysis in enumerate(analyses, start=1)
    )


def _analysis(table: Table, definitions: Definitions, earlier: list[Analysis]) -> list[Analysis]:
    method = table.known("method", get_args(Method), "method")
    check_keys_of_strata(table, method)
    table.allow((*_COMMON, *_METHOD_KEYS[method]))
    base = Analysis.model_validate(
        {
            "analysis_id": _identifier(table),
            "label": table.required("label"),
            "method": method,
            "caution": table.text("caution"),
            "inferred": table.text("inferred"),
        }
    )
    analyses = _READERS[method](table, base, definitions, earlier)
    return [inferred_conventions(analysis, definitions) for analysis in analyses]


def _baseline_table(
    table: Table, base: Analysis, definitions: Definitions, _earlier: list[Analysis]
) -> list[Analysis]:
    return [
        base.model_copy(
            update={
                "groups": read_groups(table, definitions),
                "characteristics": read_characteristics(table, definitions),
            }
        )
    ]


def _outcomes_table(
    table: Table, base: Analysis, definitions: Definitions, _earlier: list[Analysis]
) -> list[Analysis]:
    groups = read_groups(table, definitions)
    compared = read_compared(table, groups, definitions)
    return [
        base.model_copy(
            update={
                "groups": groups,
                "compared": compared,
                "stratified_by": read_strata_of_comparison(table, compared, definitions),
                "lines": read_lines(table, definitions),
            }
        )
    ]


def _attrition(
    table: Table, base: Analysis, definitions: Definitions, _earlier: list[Analysis]
) -> list[Analysis]:
    return [base.model_copy(update={"population": definitions.population(table)})]


_Reader = Callable[[Table, Analysis, Definitions, list[Analysis]], list[Analysis]]
_READERS: Final[dict[str, _Reader]] = {
    "kaplan_meier": read_curve,
    "cumulative_incidence": read_curve,
    "cox_univariate": read_univariate,
    "cox_stepwise": read_stepwise,
    "cox_multivariable": read_multivariable,
    "fine_gray_multivariable": read_fine_gray_multivariable,
    "fine_gray": read_fine_gray,
    "multi_state": read_multi_state,
    "external_control": read_external_control,
    "mixture_cure": read_mixture_cure,
    "relative_survival": read_relative_survival,
    "baseline_table": _baseline_table,
    "outcomes_table": _outcomes_table,
    "attrition": _attrition,
}


def _identifier(table: Table) -> str:
    name = table.required("id")
    if not is_analysis_id(name):
        raise StudyError(
            f"{table.where}: id '{shortened(name)}' must be lower-case letters, digits and single "
            f"underscores, {LONGEST} characters at most; rename it."
        )
    return name


def _check_ids(analyses: list[Analysis]) -> None:
    names = [analysis.analysis_id for analysis in analyses]
    for name in names:
        if names.count(name) > 1:
            raise StudyError(f"plan.toml: analysis id '{name}' is given twice; rename one of them.")
