"""The models over time of plan.toml: Cox and Fine-Gray, one factor each, and selected ones."""

from typing import Final, get_args

from analytics.study.cautions import (
    SELECTED_MODEL_CAUTION,
    censoring_caution,
    join_cautions,
)
from analytics.study.contrasts import entry_facts, read_baseline_contrasts, read_contrasts
from analytics.study.definitions import Definitions
from analytics.study.errors import StudyError
from analytics.study.guard import check_has_groups
from analytics.study.keys import Table
from analytics.study.siblings import guarded
from analytics.study.specification import Analysis, Limits, ModelTies
from analytics.study.strata import (
    check_varies_within_strata,
    check_varies_within_subgroups,
    read_pooled_over,
    read_stratified_by,
    read_subgroups,
)

LIMITS: Final[dict[str, Limits]] = {"wald": "wald", "profile": "profile_likelihood"}


def read_univariate(
    table: Table, base: Analysis, definitions: Definitions, _earlier: list[Analysis]
) -> list[Analysis]:
    """Cox models of one factor each, stratified or not; siblings are models of the analysis."""
    analysis = base.model_copy(
        update={
            "endpoint": definitions.endpoint(table),
            "population": definitions.population(table),
            "stratified_by": read_stratified_by(table, definitions),
            "subgroups": read_subgroups(table, definitions),
            "pooled_over": pooled_over_of(table, definitions),
            **likelihood_of(table),
        }
    )
    contrasts = read_contrasts(table, analysis, definitions)
    for contrast in contrasts:
        check_varies_within_strata(table, contrast.factor, analysis.stratified_by)
        check_varies_within_subgroups(table, contrast.factor, analysis.subgroups)
    return [analysis.model_copy(update={"factors": contrasts})]


def read_fine_gray(
    table: Table, base: Analysis, definitions: Definitions, _earlier: list[Analysis]
) -> list[Analysis]:
    """Fine-Gray models of one baseline factor each; groups, if any, are censored unlike."""
    endpoint, population = definitions.endpoint(table), definitions.population(table)
    groups = censoring_groups(table, definitions)
    pooled_over = pooled_over_of(table, definitions)
    return [
        base.model_copy(
            update={
                "endpoint": endpoint,
                "population": population,
                "pooled_over": pooled_over,
                "censoring_groups": groups,
                "factors": read_baseline_contrasts(
                    table, endpoint, population, definitions, pooled_over
                ),
                "caution": join_cautions(censoring_caution(groups), base.caution),
            }
        )
    ]


def pooled_over_of(table: Table, definitions: Definitions) -> str | None:
    """The trials that models pool; none of their factors, and none of their strata."""
    compared = [str(row.get("factor")) for row in table.tables("factors")]
    return read_pooled_over(table, definitions, compared, table.texts("stratified_by"))


def read_stepwise(
    table: Table, base: Analysis, definitions: Definitions, earlier: list[Analysis]
) -> list[Analysis]:
    """A selection among the factors of an earlier univariate analysis, in the strata of it.

    Both are of the same endpoint and treat tied events alike.
    """
    sources = {
        analysis.analysis_id: analysis
        for analysis in earlier
        if analysis.method == "cox_univariate"
    }
    source = sources[table.known("candidates_from", sources, "earlier univariate analysis")]
    analysis = base.model_copy(
        update={
            "endpoint": definitions.endpoint(table),
            "population": definitions.population(table),
            "candidates_from": source.analysis_id,
            "stratified_by": source.stratified_by,
            "ties": source.ties,
            "entry_facts": entry_facts(table, definitions),
            "as_published": table.text("as_published"),
            "caution": join_cautions(SELECTED_MODEL_CAUTION, base.caution),
        }
    )
    if analysis.endpoint != source.endpoint:
        raise StudyError(
            f"{table.where}: endpoint {analysis.endpoint} differs from {source.endpoint} of "
            f"candidates_from '{source.analysis_id}'; select among models of one endpoint."
        )
    candidates = tuple(dict.fromkeys(contrast.factor for contrast in source.factors))
    return guarded(table, analysis, (*candidates, *source.stratified_by), definitions)


def censoring_groups(table: Table, definitions: Definitions) -> str | None:
    """The factor in whose levels the censoring is estimated; a subject's group never changes."""
    name = table.text("censoring_groups")
    if name is None:
        return None
    factor = definitions.factors[table.check(name, definitions.factors, "factor")]
    check_has_groups(table.where, "censoring_groups", factor)
    if factor.timing == "post_baseline":
        raise StudyError(
            f"{table.where}: censoring_groups '{name}' is known only after the origin, but the "
            "groups of a model need a baseline factor; choose one."
        )
    return name


def likelihood_of(table: Table) -> dict[str, object]:
    """The keys `ties`, `firth` and `limits` of Cox models; Firth's limits are of the profile.

    Wald's have to be asked for: after a level without events they are far off.
    """
    firth = table.truth("firth", default=False)
    ties = None
    if "ties" in table.values:
        ties = table.known("ties", get_args(ModelTies), "method for ties")
    if ties == "exact" and firth:
        raise StudyError(
            f'{table.where}: ties = "exact" cannot be combined with firth = true, since the exact '
            "likelihood has no penalised form here; keep one of them."
        )
    if "limits" in table.values:
        limits = table.known("limits", LIMITS, "kind of limits")
    else:
        limits = "profile" if firth else "wald"
    return {"ties": ties, "firth": firth, "limits": LIMITS[limits]}
