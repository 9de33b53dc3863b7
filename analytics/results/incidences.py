"""Cumulative incidence analyses: curves, rates and tests of the event and the competing event."""

from collections.abc import Mapping
from functools import partial
from typing import Final, Literal

import polars as pl

from analytics.methods.competing_risks import (
    cumulative_incidence_at,
    cumulative_incidence_curve,
)
from analytics.methods.gray import n_informative_strata, stratified_gray_test
from analytics.results.clock import in_days
from analytics.results.curves import Row, Rows, curve_rows, rate_rows
from analytics.results.frames import frame_of_rows
from analytics.results.group_tests import Compared, group_test_row
from analytics.results.known_curves import Estimator, known_curve
from analytics.results.long_term import incidence_rate_rows
from analytics.results.strata import n_subjects, n_with
from analytics.results.times_lost import time_lost_rows
from analytics.study.specification import Analysis, Parameters

CountedEvent = Literal["event", "competing"]
EVENTS: Final[tuple[CountedEvent, ...]] = ("event", "competing")


def incidence_frames(
    analysis: Analysis,
    strata: Mapping[str, pl.DataFrame],
    compared: Compared | None,
    parameters: Parameters,
) -> dict[str, pl.DataFrame]:
    """The tables of one cumulative incidence analysis, by name.

    `n_event` of a rate counts the event of its row; `n_event` and `n_competing` of a curve
    count the two events of the day, whatever incidence is in the row. Rates are carried
    forward past the last observation. Strata are `compared` by Gray's test of either event.
    """
    curves: list[Row] = []
    rates: list[Row] = []
    lost: list[Row] = []
    by_time: list[Row] = []
    for stratum, counts in strata.items():
        for event in EVENTS:
            labels = {
                "analysis_id": analysis.analysis_id,
                "stratum": stratum,
                "event": event,
            }
            row = {**labels, "n": n_subjects(counts), "n_event": n_with(counts, event)}
            curve = known_curve(
                counts, incidence_estimator(event, parameters), parameters, event=event
            )
            days = in_days(analysis.landmarks_months, parameters)
            found = cumulative_incidence_at(curve.shown, days)
            curves += curve_rows(curve, labels, parameters)
            lost += time_lost_rows(curve, event, row, analysis, parameters)
            by_time += incidence_rate_rows(counts, event, row, analysis, parameters)
            rates += rate_rows(found, curve, row, analysis, parameters)
    return {
        "cumulative_incidence_curve": frame_of_rows("cumulative_incidence_curve", curves),
        "cumulative_incidence_rate": frame_of_rows("cumulative_incidence_rate", rates),
        "restricted_mean_time_lost": frame_of_rows("restricted_mean_time_lost", lost),
        "incidence_rate": frame_of_rows("incidence_rate", by_time),
        "group_test": frame_of_rows("group_test", _gray_tests(analysis, compared)),
    }


def _gray_tests(analysis: Analysis, compared: Compared | None) -> Rows:
    if compared is None:
        return
    for event in EVENTS:
        yield group_test_row(
            analysis,
            {"test": "gray", "event": event},
            compared,
            stratified_gray_test(compared.strata, event=event),
            n_informative_strata(compared.strata, event=event),
        )


def incidence_estimator(event: CountedEvent, parameters: Parameters) -> Estimator:
    """The incidence of the event by the counts, under the conventions of the study."""
    return partial(
        cumulative_incidence_curve,
        event=event,
        variance=parameters.cif_variance,
        conf_level=parameters.conf_level,
        ci_transform=parameters.ci_transform,
    )
