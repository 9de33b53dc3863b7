"""The plateau of a survival curve: how far it is flat, on whom that rests, and who is cured."""

from collections.abc import Iterator
from typing import Any, Final

import polars as pl

from analytics.methods.cure_fraction import mixture_cure
from analytics.methods.kaplan_meier import survival_at
from analytics.methods.statuses import OK, not_estimable
from analytics.results.clock import in_days
from analytics.results.known_curves import KnownCurve
from analytics.results.statuses import BEYOND
from analytics.study.cautions import join_cautions
from analytics.study.specification import Analysis, Parameters

Row = dict[str, Any]

CURE_MODEL: Final = "weibull_mixture"


def plateau_rows(
    curve: KnownCurve, row: Row, analysis: Analysis, parameters: Parameters
) -> Iterator[Row]:
    """The curve between the two months of the analysis's plateau; none without them.

    The estimates are NULL, with a status, beyond the last
    observation. Events between the months are those after the first and up to the second.
    """
    if not analysis.plateau_months:
        return
    begin, end = in_days(analysis.plateau_months, parameters)
    first, last = survival_at(curve.shown, [begin, end]).iter_rows(named=True)
    ends = [curve.status_at(day) for day in (begin, end)]
    status = next((status for status in ends if status != OK), OK)
    if status == OK and last["estimate"] is None:
        status = not_estimable(BEYOND)
    numbers = {}
    if status == OK:
        numbers = {
            "estimate_from": first["estimate"],
            "estimate_to": last["estimate"],
            "change": last["estimate"] - first["estimate"],
        }
    between = curve.shown.filter((pl.col("time") > begin) & (pl.col("time") <= end))
    yield {
        **row,
        **numbers,
        "from_months": analysis.plateau_months[0],
        "to_months": analysis.plateau_months[1],
        "conditional_from_months": curve.from_months(parameters),
        "n_risk_from": first["n_risk"],
        "n_risk_to": last["n_risk"],
        "n_event_between": int(between["n_event"].sum()),
        "caution": join_cautions(analysis.caution, _caution(analysis, last["n_risk"])),
        "status": status,
    }


def cure_fraction_rows(
    counts: pl.DataFrame, row: Row, analysis: Analysis, parameters: Parameters
) -> Iterator[Row]:
    """The cured fraction of a mixture model beside the plateau; none without a plateau."""
    if not analysis.plateau_months:
        return
    cure = mixture_cure(counts, conf_level=parameters.conf_level)
    yield {
        **row,
        "model": CURE_MODEL,
        "estimate": cure.cure_fraction,
        "std_error": cure.std_error,
        "ci_lower": cure.ci_lower,
        "ci_upper": cure.ci_upper,
        "status": cure.status,
    }


def _caution(analysis: Analysis, n_risk: int) -> str:
    return (
        f"At month {analysis.plateau_months[1]:g} the plateau rests on {n_risk} "
        f"{'subject' if n_risk == 1 else 'subjects'} at risk; what comes later is not known."
    )
