"""An analysis past the immortal-time guard, and the sibling of one that is shown as published."""

from analytics.study.cautions import (
    delayed_entry_caution,
    immortal_time_caution,
    join_cautions,
    known_by_landmark_caution,
    sibling_id,
)
from analytics.study.definitions import Definitions
from analytics.study.guard import (
    Later,
    check_as_published,
    check_known,
    check_population,
    later_strata,
    later_than_origin,
    not_waited_for,
    sibling_entry_facts,
)
from analytics.study.keys import Table
from analytics.study.specification import CURVE_METHODS, Analysis


def guarded(
    table: Table, analysis: Analysis, factors: tuple[str, ...], definitions: Definitions
) -> list[Analysis]:
    """The analysis, and after one that is shown as published its sibling, if it has one.

    `factors` are those whose assessment the analysis waits for. Raises StudyError for immortal
    time that the plan does nothing about.
    """
    endpoint, population = analysis.endpoint, analysis.population
    assert endpoint is not None and population is not None
    check_population(table.where, endpoint, population, definitions)
    later = (
        *later_than_origin(endpoint, population, factors, definitions),
        *later_strata(analysis, definitions),
    )
    if analysis.as_published is None:
        analysis = _known_by_landmark(analysis, later, definitions)
        waited_for = (*analysis.entry_facts, *analysis.known_by_landmark)
        check_known(table.where, endpoint, later, waited_for, definitions)
        return [analysis]
    check_as_published(table.where, later, analysis.entry_facts)
    return _published_and_sibling(analysis, later, analysis.as_published, definitions)


def _known_by_landmark(
    analysis: Analysis, later: tuple[Later, ...], definitions: Definitions
) -> Analysis:
    """An analysis with a landmark is of those in whom everything is known on the landmark day.

    Groups that change after it go with delayed entry, which the plan has to name.
    """
    if analysis.landmark_days is None or analysis.time_dependent_strata:
        return analysis
    missing = not_waited_for(later, analysis.entry_facts, definitions)
    facts = tuple(dict.fromkeys(item.fact for item in missing if item.fact is not None))
    if not facts:
        return analysis
    caution = known_by_landmark_caution(facts, definitions.facts)
    return analysis.model_copy(
        update={
            "known_by_landmark": facts,
            "caution": join_cautions(analysis.caution, caution),
        }
    )


def _published_and_sibling(
    analysis: Analysis, later: tuple[Later, ...], reason: str, definitions: Definitions
) -> list[Analysis]:
    facts = sibling_entry_facts(later)
    sibling = sibling_id(analysis.analysis_id) if facts else None
    caution = immortal_time_caution(later, reason, has_sibling=sibling is not None)
    published = analysis.model_copy(update={"caution": join_cautions(caution, analysis.caution)})
    if sibling is None:
        return [published]
    caution = delayed_entry_caution(facts, definitions.facts)
    return [
        published,
        analysis.model_copy(
            update={
                "analysis_id": sibling,
                "label": f"{analysis.label}, delayed entry",
                "entry_facts": facts,
                "pooled_over": None if analysis.method in CURVE_METHODS else analysis.pooled_over,
                "as_published": None,
                "caution": join_cautions(caution, analysis.caution),
                "delayed_entry_of": analysis.analysis_id,
            }
        ),
    ]
