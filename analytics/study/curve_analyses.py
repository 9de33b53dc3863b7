"""The curves of plan.toml: groups, landmarks, and what else is read off a curve."""

from analytics.study.cautions import join_cautions, landmark_caution
from analytics.study.contrasts import entry_facts
from analytics.study.curve_questions import (
    read_conditional_survival,
    read_months,
    read_parametric,
    read_quantiles,
    read_smoothed_hazard,
)
from analytics.study.definitions import Definitions
from analytics.study.errors import StudyError
from analytics.study.group_tests import read_tests
from analytics.study.guard import check_has_groups
from analytics.study.keys import Table
from analytics.study.siblings import guarded
from analytics.study.specification import Analysis
from analytics.study.strata import (
    check_varies_within_strata,
    read_pooled_over,
    read_stratified_by,
)


def read_curve(
    table: Table, base: Analysis, definitions: Definitions, _earlier: list[Analysis]
) -> list[Analysis]:
    """A Kaplan-Meier or cumulative-incidence analysis, and its sibling if it has one."""
    moving = table.text("time_dependent_strata")
    strata = _moving_strata(table, moving, definitions) if moving else _strata(table, definitions)
    landmark_days = _positive(table, "landmark_days")
    caution = landmark_caution(landmark_days, moving=moving is not None)
    stratified_by = _stratified_by(table, strata, definitions)
    pooled_over = _pooled_over(table, strata, stratified_by, definitions)
    analysis = base.model_copy(
        update={
            "endpoint": definitions.endpoint(table),
            "population": definitions.population(table),
            "strata": strata,
            "time_dependent_strata": moving is not None,
            "stratified_by": stratified_by,
            "pooled_over": pooled_over,
            "tests": read_tests(table, strata, definitions),
            "landmarks_months": read_months(table, "landmarks_months"),
            "landmark_days": landmark_days,
            "restricted_mean_months": read_months(table, "restricted_mean_months"),
            "plateau_months": _two_months(table, "plateau_months"),
            "quantiles": read_quantiles(table),
            "conditional_survival": read_conditional_survival(table),
            "incidence_rate_months": read_months(table, "incidence_rate_months"),
            "smoothed_hazard": read_smoothed_hazard(table),
            "parametric": read_parametric(table),
            "caution": join_cautions(caution, base.caution),
            "entry_facts": entry_facts(table, definitions),
            "as_published": table.text("as_published"),
            "headline": table.truth("headline", default=False),
            "alternative_to": table.text("alternative_to"),
        }
    )
    if analysis.headline and strata is not None:
        raise StudyError(
            f"{table.where}: a headline is one line and cannot be stratified; remove headline or "
            "strata."
        )
    assessed = tuple(name for name in (strata, *stratified_by, pooled_over) if name)
    return guarded(table, analysis, assessed, definitions)


def _strata(table: Table, definitions: Definitions) -> str | None:
    strata = table.text("strata")
    if strata is not None:
        factor = definitions.factors[table.check(strata, definitions.factors, "factor")]
        check_has_groups(table.where, "strata", factor)
    return strata


def _stratified_by(table: Table, strata: str | None, definitions: Definitions) -> tuple[str, ...]:
    """The strata of the test between the groups; a curve without groups has no test."""
    names = read_stratified_by(table, definitions)
    if not names:
        return ()
    if strata is None:
        raise StudyError(
            f"{table.where}: stratified_by is for the test between groups, but there are none; "
            "name their factor as strata or remove stratified_by."
        )
    check_varies_within_strata(table, strata, names)
    return names


def _pooled_over(
    table: Table, strata: str | None, stratified_by: tuple[str, ...], definitions: Definitions
) -> str | None:
    """The trials of a curve: all its patients are followed from its first day on."""
    name = read_pooled_over(table, definitions, [strata] if strata else [], stratified_by)
    for key in ("entry_facts", "time_dependent_strata"):
        if name is not None and key in table.values:
            raise StudyError(
                f"{table.where}: pooled_over compares curves that start on the same day, but with "
                f"{key} they do not; remove pooled_over or {key}."
            )
    return name


def _moving_strata(table: Table, strata: str, definitions: Definitions) -> str:
    """Groups between which subjects move after the landmark, by Simon and Makuch."""
    factor = definitions.factors[table.check(strata, definitions.factors, "factor")]
    if factor.timing == "baseline":
        raise StudyError(
            f"{table.where}: time_dependent_strata '{strata}' is a baseline factor and never "
            "changes; name it as strata."
        )
    if "strata" in table.values:
        raise StudyError(
            f"{table.where}: strata and time_dependent_strata cannot be combined; keep one of them."
        )
    if "landmark_days" not in table.values:
        raise StudyError(
            f"{table.where}: time_dependent_strata needs the day on which its curves start; add "
            "landmark_days."
        )
    for key in ("restricted_mean_months", "plateau_months", "parametric"):
        if key in table.values:
            raise StudyError(
                f"{table.where}: {key} needs groups that do not change; remove it or "
                "time_dependent_strata."
            )
    return strata


def _two_months(table: Table, key: str) -> tuple[float, ...]:
    values = read_months(table, key)
    if values and len(values) != 2:
        raise StudyError(
            f"{table.where}: {key} is {table.values[key]}; write two months, such as [36, 48]."
        )
    return values


def _positive(table: Table, key: str) -> float | None:
    value = table.number(key)
    if value is not None and value <= 0:
        raise StudyError(f"{table.where}: {key} is {value:g}; write a positive number of days.")
    return value
