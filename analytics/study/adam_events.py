"""adam_events.csv, which a study may leave out: what CNSR and EVNTDESC of ADTTE mean.

Without a line CNSR 0 is the event and every other number a reason of censoring. A line is needed
for each competing event, and where an endpoint counts otherwise.
"""

from collections.abc import Collection
from pathlib import Path
from typing import Final

from analytics.study.errors import StudyError
from analytics.study.rows import Row, read_rows
from analytics.study.specification import AdamEvent, AdamRole

FILE: Final = "adam_events.csv"
_COLUMNS: Final = ("paramcd", "cnsr", "evntdesc", "role")


def read_adam_events(folder: Path, endpoints: Collection[str]) -> tuple[AdamEvent, ...]:
    """The lines of adam_events.csv; none when the study has no such file.

    Raises StudyError for an unknown endpoint or role, a line that says nothing of CNSR or
    EVNTDESC, and two lines for the same rows.
    """
    if not (folder / FILE).exists():
        return ()
    events: dict[tuple[str, int | None, str | None], AdamEvent] = {}
    for row in read_rows(folder / FILE, _COLUMNS):
        event = _event(row, endpoints)
        key = (event.paramcd, event.cnsr, _wording(event.evntdesc))
        if key in events:
            raise StudyError(
                f"{row.where}: {events[key].where} already says what these rows of "
                f"{event.paramcd} mean; keep one of them."
            )
        events[key] = event
    return tuple(events.values())


def _event(row: Row, endpoints: Collection[str]) -> AdamEvent:
    if row.text("cnsr") is None and row.text("evntdesc") is None:
        raise StudyError(
            f"{row.where}: neither cnsr nor evntdesc is given; give the value that the rows have."
        )
    cnsr = None if row.text("cnsr") is None else row.integer("cnsr")
    return AdamEvent.model_validate(
        {
            "paramcd": row.one_of("paramcd", endpoints, "endpoint"),
            "cnsr": cnsr,
            "evntdesc": row.text("evntdesc"),
            "role": row.choice("role", AdamRole),
            "where": row.where,
        }
    )


def _wording(text: str | None) -> str | None:
    return None if text is None else " ".join(text.upper().split())
