"""Groups that form after the origin: the landmark analysis, and curves with moving groups.

Whoever lives long enough to change looks protected when "ever changed" is compared with "never"
from the origin (immortal time). Both ways here look only at what was known at the time: a landmark
freezes the groups on one day, Simon and Makuch let each subject move on the day of the change.
Subjects: `time` (days), `event_code` (0 censored, 1 event, 2 competing event), `changed` (the day
of the change, null when it never came while under observation), a row each, any other columns.
"""

import polars as pl

from analytics.methods.checked import event_codes, known_day, known_days
from analytics.methods.counts import counts_from_times

_CODES = "An event code is 0 (censored), 1 (event) or 2 (competing event)."


def landmark_subjects(subjects: pl.DataFrame, *, landmark: float) -> pl.DataFrame:
    """The subjects still under observation after the landmark day, their groups as known on it.

    Whoever had the event or was censored up to and on that day is left out, at a landmark of 0
    nobody; `has_changed` is whether the change came up to and on it, later changes do not count.
    `time` becomes days since the landmark. All other columns stay.
    Reference: Anderson, Cain and Gelber, J Clin Oncol 1983;1:710.
    """
    known_day(landmark, "The landmark")
    _refuse_unusable(subjects)
    if landmark < 0:
        raise ValueError(f"The landmark is day {landmark:g}, but must not lie before the origin.")
    has_changed = (pl.col("changed") <= landmark) & (pl.col("changed") < pl.col("time"))
    return subjects.filter((pl.col("time") > landmark) | pl.lit(landmark == 0)).with_columns(
        time=pl.col("time").cast(pl.Float64) - landmark,
        has_changed=has_changed.fill_null(value=False),
    )


def simon_makuch_counts(subjects: pl.DataFrame, *, landmark: float) -> dict[str, pl.DataFrame]:
    """Counts for the curves `no` (not yet changed) and `yes` (changed) from the landmark on.

    A subject that changes after the landmark leaves `no` on that day as censored, and enters `yes`
    late, at risk from the next day; an event on the day of the change belongs to `no`. Feed each to
    `kaplan_meier_curve`, both to `log_rank_test`: the test of Mantel and Byar. Days count from the
    landmark. References: Simon and Makuch, Stat Med 1984;3:35; Mantel and Byar, JASA 1974;69:81.
    """
    known = landmark_subjects(subjects, landmark=landmark)
    day = pl.col("changed") - landmark
    moving = known.filter(~pl.col("has_changed") & (day < pl.col("time")))
    staying = known.filter(~pl.col("has_changed") & ~(day < pl.col("time")).fill_null(value=False))
    left = moving.with_columns(time=day.cast(pl.Float64), event_code=0)
    joined = moving.with_columns(entry=day.cast(pl.Float64))
    from_the_start = known.filter("has_changed").with_columns(entry=0.0)
    return {
        "no": _counts(pl.concat([staying, left], how="vertical_relaxed").with_columns(entry=0.0)),
        "yes": _counts(pl.concat([from_the_start, joined], how="vertical_relaxed")),
    }


def _refuse_unusable(subjects: pl.DataFrame) -> None:
    """ValueError for unknown times or codes, and for a day of change that is not a number.

    A null change never came; a NaN, which compares as later than every day, is a mistake.
    """
    known_days(subjects["time"], "Time")
    event_codes(subjects["event_code"], (0, 1, 2), _CODES)
    known_days(subjects["changed"].drop_nulls(), "Day of change")


def _counts(spells: pl.DataFrame) -> pl.DataFrame:
    return counts_from_times(spells["time"], spells["event_code"], entry=spells["entry"])
