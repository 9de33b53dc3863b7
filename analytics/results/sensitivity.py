"""What moves when a convention changes: every headline number beside its alternative."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import polars as pl

from analytics.methods.statuses import not_estimable
from analytics.results.alternatives import Alternative, other_analyses, other_parameters
from analytics.results.concordance import DERIVED, as_printed
from analytics.results.frames import frame_of_rows
from analytics.results.headline_numbers import Frames, Number, Place
from analytics.results.marts import Marts
from analytics.results.statuses import NO_SUCH_NUMBER
from analytics.results.strata import ALL
from analytics.study.published import PublishedValue
from analytics.study.specification import StudySpecification

_ABSENT: Final = Number(None, not_estimable(NO_SUCH_NUMBER))


def sensitivity_frame(
    study: StudySpecification,
    marts: Marts,
    results: Frames,
    published: Sequence[PublishedValue] = (),
) -> pl.DataFrame:
    """`convention_sensitivity`: one row per convention, alternative and number it can touch.

    `results` holds the frames under the study's own conventions. A number that only one side
    has, as of a factor selected under one choice alone, keeps its row with a status. Beside
    it stands the first reported value of that number. Rows come by convention, alternative
    and place in the results.
    """
    alternatives = [*other_parameters(study, marts, results), *other_analyses(study, results)]
    return frame_of_rows(
        "convention_sensitivity",
        (row for alternative in alternatives for row in _rows(alternative, published)),
    )


def _rows(
    alternative: Alternative, published: Sequence[PublishedValue]
) -> Iterator[dict[str, Any]]:
    for place in dict.fromkeys([*alternative.numbers, *alternative.others]):
        chosen = alternative.numbers.get(place, _ABSENT)
        other = alternative.others.get(place, _ABSENT)
        yield {
            "convention": alternative.convention,
            "chosen": alternative.chosen,
            "alternative": alternative.alternative,
            "alternative_analysis": alternative.alternative_analysis,
            **place._asdict(),
            "value": chosen.value,
            "value_alternative": other.value,
            "change": _change(chosen.value, other.value),
            **_as_published(place, chosen, other, published),
            "status": chosen.status,
            "status_alternative": other.status,
            "caution": alternative.caution,
        }


def _change(chosen: float | None, other: float | None) -> float | None:
    return None if chosen is None or other is None else other - chosen


def _as_published(
    place: Place, chosen: Number, other: Number, published: Sequence[PublishedValue]
) -> dict[str, Any]:
    """The reported value of the place, and which of the two numbers prints like it."""
    for value in published:
        if value.kind != DERIVED and _is_at(value, place):
            return {
                "published_id": value.published_id,
                "published": value.published,
                "matches_chosen": _prints(chosen, value),
                "matches_alternative": _prints(other, value),
            }
    return {}


def _is_at(value: PublishedValue, place: Place) -> bool:
    if (value.table, value.column) != (place.result_table, place.quantity):
        return False
    cells = {**place._asdict(), "stratum": ALL}
    return all(_reads(cells.get(column), text) for column, text in value.filters)


def _reads(cell: str | float | None, text: str) -> bool:
    """Numbers compare as numbers, so that 36 is 36.0."""
    if not isinstance(cell, float):
        return cell == text
    try:
        return cell == float(text)
    except ValueError:
        return False


def _prints(number: Number, value: PublishedValue) -> bool:
    if number.value is None:
        return False
    return as_printed(number.value, str(value.transform), value.published)[1] == value.published
