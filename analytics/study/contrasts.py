"""The models of one factor each: contrasts, guarded, with delayed-entry siblings where they may."""

from collections.abc import Iterator
from typing import Final

from analytics.study.cautions import (
    delayed_entry_caution,
    immortal_time_caution,
    join_cautions,
    sibling_id,
)
from analytics.study.definitions import Definitions
from analytics.study.errors import StudyError
from analytics.study.guard import (
    check_as_published,
    check_describes_baseline,
    check_known,
    check_known_at_origin,
    check_population,
    later_than_origin,
    sibling_entry_facts,
)
from analytics.study.keys import Table
from analytics.study.specification import Analysis, Contrast, Factor

_BASELINE_KEYS: Final = (
    "factor",
    "model",
    "numerator",
    "denominator",
    "numerator_label",
    "denominator_label",
    "population",
    "inferred",
    "caution",
)
_KEYS: Final = (*_BASELINE_KEYS, "as_published", "entry_facts", "alternative_to")


def read_contrasts(
    table: Table, analysis: Analysis, definitions: Definitions
) -> tuple[Contrast, ...]:
    """The `factors` of a cox_univariate analysis; a sibling follows each as-published model."""
    contrasts = tuple(
        guarded
        for row in _rows(table, _KEYS)
        for guarded in _guarded(row, _contrast(row, definitions), analysis, definitions)
    )
    _check_models(table, contrasts)
    return contrasts


def read_baseline_contrasts(
    table: Table,
    endpoint: str,
    population: str,
    definitions: Definitions,
    pooled_over: str | None = None,
) -> tuple[Contrast, ...]:
    """The `factors` of a fine_gray analysis; they and their patients are known at the origin.

    So is the factor whose levels are pooled.
    """
    pooled = (pooled_over,) if pooled_over else ()
    contrasts: list[Contrast] = []
    for row in _rows(table, _BASELINE_KEYS):
        contrast = _contrast(row, definitions)
        if definitions.factors[contrast.factor].timing == "post_baseline":
            raise StudyError(
                f"{row.where}: this factor is post-baseline, but a Fine-Gray model does not "
                "allow time-dependent factors; use cox_univariate."
            )
        own = contrast.population or population
        check_population(row.where, endpoint, own, definitions)
        later = later_than_origin(endpoint, own, (contrast.factor, *pooled), definitions)
        check_known_at_origin(row.where, endpoint, later, definitions)
        contrasts.append(contrast)
    _check_models(table, tuple(contrasts))
    return tuple(contrasts)


def entry_facts(table: Table, definitions: Definitions) -> tuple[str, ...]:
    """The key entry_facts, every fact one of the study's."""
    return tuple(
        table.check(fact, definitions.facts, "fact") for fact in table.texts("entry_facts")
    )


def _rows(table: Table, keys: tuple[str, ...]) -> Iterator[Table]:
    """Each entry of `factors`, with none but these keys."""
    values = table.tables("factors")
    if not values:
        raise StudyError(f"{table.where}: no factors; list at least one contrast.")
    for value in values:
        row = Table(f"{table.where} factor '{value.get('factor', '?')}'", value)
        row.allow(keys)
        yield row


def _check_models(table: Table, contrasts: tuple[Contrast, ...]) -> None:
    models = [contrast.model for contrast in contrasts]
    for model in models:
        if models.count(model) > 1:
            raise StudyError(
                f"{table.where}: the model '{model}' is given twice; distinguish them with the "
                "key model."
            )


def _contrast(row: Table, definitions: Definitions) -> Contrast:
    factor = definitions.factors[row.known("factor", definitions.factors, "factor")]
    check_describes_baseline(row.where, factor)
    numerator, denominator = _levels(row, factor, definitions)
    if factor.type == "continuous":
        labels = (row.required("numerator_label"), row.required("denominator_label"))
    else:
        labels = (
            row.text("numerator_label") or definitions.label_of(factor.factor, numerator),
            row.text("denominator_label") or definitions.label_of(factor.factor, denominator),
        )
    return Contrast(
        factor=factor.factor,
        model=row.part_of_a_path("model") or factor.factor,
        numerator=numerator,
        denominator=denominator,
        numerator_label=labels[0],
        denominator_label=labels[1],
        population=definitions.optional_population(row),
        as_published=row.text("as_published"),
        inferred=row.text("inferred"),
        caution=row.text("caution"),
        entry_facts=entry_facts(row, definitions),
        alternative_to=row.text("alternative_to"),
    )


def _levels(
    row: Table, factor: Factor, definitions: Definitions
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if factor.type == "continuous":
        for key in ("numerator", "denominator"):
            if key in row.values:
                raise StudyError(
                    f"{row.where}: factor '{factor.factor}' is continuous and has no levels; "
                    f"remove {key}."
                )
        return (), ()
    known = definitions.levels[factor.factor]
    numerator = tuple(
        row.check(level, known, f"{factor.factor} level") for level in row.texts("numerator")
    )
    if not numerator:
        raise StudyError(f"{row.where}: key 'numerator' is missing; list one or more levels.")
    denominator = tuple(
        row.check(level, known, f"{factor.factor} level") for level in row.texts("denominator")
    ) or tuple(level for level in known if level not in numerator)
    for level in numerator:
        if level in denominator:
            raise StudyError(
                f"{row.where}: level '{level}' is in both the numerator and the denominator; "
                "keep it in one."
            )
    if not denominator:
        raise StudyError(
            f"{row.where}: the numerator holds every level of factor '{factor.factor}'; leave one "
            "for the denominator."
        )
    return numerator, denominator


def _guarded(
    row: Table, contrast: Contrast, analysis: Analysis, definitions: Definitions
) -> list[Contrast]:
    endpoint, own = analysis.endpoint, contrast.population or analysis.population
    assert endpoint is not None and own is not None
    check_population(row.where, endpoint, own, definitions)
    pooled = (analysis.pooled_over,) if analysis.pooled_over else ()
    assessed = (contrast.factor, *analysis.stratified_by, *analysis.subgroups, *pooled)
    later = later_than_origin(endpoint, own, assessed, definitions)
    if contrast.as_published is None:
        check_known(row.where, endpoint, later, contrast.entry_facts, definitions)
        return [contrast]
    check_as_published(row.where, later, contrast.entry_facts)
    facts = sibling_entry_facts(later)
    sibling = sibling_id(contrast.model) if facts else None
    caution = immortal_time_caution(later, contrast.as_published, has_sibling=sibling is not None)
    published = contrast.model_copy(update={"caution": join_cautions(caution, contrast.caution)})
    if sibling is None:
        return [published]
    caution = delayed_entry_caution(facts, definitions.facts)
    return [
        published,
        contrast.model_copy(
            update={
                "model": sibling,
                "as_published": None,
                "entry_facts": facts,
                "caution": join_cautions(caution, contrast.caution),
                "delayed_entry_of": contrast.model,
            }
        ),
    ]
