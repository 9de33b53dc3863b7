"""The answer to a question that was not planned, as `plateau ask` gives it."""

from dataclasses import dataclass
from html import escape
from typing import Any

import polars as pl

from analytics.readers.asking import COLUMNS, Question, lines, rows
from analytics.readers.asking import Answer as Found


@dataclass(frozen=True)
class Answer:
    """What a release answers: numbers as frames, and all of them in words with `print`.

    `rows` has a row per number, as `plateau ask --format csv` does. The other frames are those of
    the functions in SQL: `medians`, `rates`, `follow_up`, `test` (None without groups), `at_risk`
    (stratum, time_months, n_risk), `cox` (term, quantity, value, status; None unless asked).
    """

    question: Question
    _found: Found

    @property
    def rows(self) -> pl.DataFrame:
        """Every number: part, stratum, event, term, quantity, time_months, value, status."""
        return pl.DataFrame(
            [dict(zip(COLUMNS, row, strict=True)) for row in rows(self._found)],
            schema=dict.fromkeys(COLUMNS, pl.String) | dict.fromkeys(_NUMBERS, pl.Float64),
        )

    @property
    def medians(self) -> pl.DataFrame:
        """A row per stratum: n, n_event, the median in months with its limits, status."""
        return _frame(self._found.medians)

    @property
    def rates(self) -> pl.DataFrame:
        """A row per stratum and month, and event where there is a competing one."""
        return _frame(self._found.rates)

    @property
    def follow_up(self) -> pl.DataFrame:
        """A row per stratum: the reverse Kaplan-Meier median of its follow-up in months."""
        return _frame(self._found.follow_up)

    @property
    def test(self) -> dict[str, Any] | None:
        """The test of the groups: test, n, n_event, n_missing, statistic, df, p_value, status."""
        return self._found.test

    @property
    def at_risk(self) -> pl.DataFrame:
        """Stratum, month and how many are at risk just before it."""
        names = {"stratum": pl.String, "time_months": pl.Float64, "n_risk": pl.Int64}
        return pl.DataFrame(self._found.at_risk, schema=names, orient="row")

    @property
    def cox(self) -> pl.DataFrame | None:
        """The terms and tests of the Cox model; None unless asked for."""
        if self._found.cox is None:
            return None
        own = self.rows.filter(pl.col("part") == "cox")
        return own.select("term", "quantity", "value", "status")

    def __str__(self) -> str:
        """The answer as the command prints it."""
        return "\n".join(lines(self.question, self._found))

    __repr__ = __str__

    def _repr_html_(self) -> str:
        heading, *others = str(self).split("\n\n")
        told = "".join(f"<pre>{escape(part)}</pre>" for part in others)
        return f"<p><b>{escape(heading)}</b></p>{told}"


_NUMBERS = ("time_months", "value")


def _frame(found: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(found, infer_schema_length=None)
