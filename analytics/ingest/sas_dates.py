"""SAS days, moments and times of day, which are numbers, as ISO 8601 text.

A SAS date counts days and a datetime seconds from 1 January 1960; a time counts seconds from
midnight. The variable's format says which of them a number is, if any.
"""

import re
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]

from analytics.ingest.texts import as_text

_SEPARATORS: Final = ("", "B", "C", "D", "N", "P", "S")
_DATE_FORMATS: Final = frozenset(
    [
        *("DATE", "DAY", "DOWNAME", "JULDAY", "JULIAN", "MONNAME", "MONTH", "MONYY", "NENGO"),
        *("NLDATE", "NLDATEMD", "NLDATEMN", "NLDATEW", "NLDATEWN", "NLDATEYM", "QTR", "QTRR"),
        *("WEEKDATE", "WEEKDATX", "WEEKDAY", "WEEKU", "WEEKV", "WEEKW", "WORDDATE", "WORDDATX"),
        *("YEAR", "YYMON", "E8601DA", "B8601DA", "IS8601DA"),
        *(f"{order}{mark}" for order in ("DDMMYY", "MMDDYY", "YYMMDD") for mark in _SEPARATORS),
        *(f"{order}{mark}" for order in ("MMYY", "YYMM", "YYQ", "YYQR") for mark in _SEPARATORS),
    ]
)
_DATETIME_FORMATS: Final = frozenset(
    [
        *("DATETIME", "DATEAMPM", "DTDATE", "DTMONYY", "DTWKDATX", "DTYEAR", "DTYYQC", "MDYAMPM"),
        *("NLDATM", "NLDATMAP", "NLDATMDT", "NLDATMTM", "NLDATMW", "E8601DT", "E8601DN"),
        *("E8601DX", "E8601DZ", "E8601LX", "B8601DT", "B8601DN", "B8601DX", "B8601DZ"),
        *("B8601LX", "IS8601DT", "IS8601DN", "IS8601DZ"),
    ]
)
_TIME_FORMATS: Final = frozenset(
    [
        *("TIME", "TIMEAMPM", "HHMM", "HOUR", "MMSS", "NLTIME", "NLTIMAP", "TOD"),
        *("E8601TM", "E8601TZ", "E8601LZ", "B8601TM", "B8601TZ", "B8601LZ", "IS8601TM"),
    ]
)
_EPOCH: Final = np.datetime64("1960-01-01", "D")
# ISO 8601 writes a year in four digits, and SAS counts no day before 1582
_FIRST_DAY: Final = int((np.datetime64("1582-01-01", "D") - _EPOCH).astype(int))
_LAST_DAY: Final = int((np.datetime64("9999-12-31", "D") - _EPOCH).astype(int))
_DAY: Final = 86_400_000_000  # microseconds


def iso_texts(values: pa.Array, sas_format: str | None) -> pa.Array:
    """Numbers as text; those of a date, datetime or time format as ISO 8601.

    A number that its format cannot show (half a day, the year 12000, a negative time) stays
    the number it is.
    """
    name = re.sub(r"\d*(\.\d*)?$", "", (sas_format or "").upper())
    numbers = values.to_numpy(zero_copy_only=False)
    if name in _DATE_FORMATS:
        whole = (numbers >= _FIRST_DAY) & (numbers <= _LAST_DAY) & (numbers == np.floor(numbers))
        days = _EPOCH + np.where(whole, numbers, 0).astype("timedelta64[D]")
        return _chosen(whole, pa.array(days), values)
    microseconds = np.rint(numbers * 1e6)
    if name in _DATETIME_FORMATS:
        inside = (microseconds >= _FIRST_DAY * _DAY) & (microseconds < (_LAST_DAY + 1) * _DAY)
        past = np.where(inside, microseconds, 0).astype("timedelta64[us]")
        return _chosen(inside, pa.array(_EPOCH.astype("datetime64[us]") + past), values)
    if name in _TIME_FORMATS:
        inside = (microseconds >= 0) & (microseconds < _DAY)
        past = np.where(inside, microseconds, 0).astype(np.int64)
        return _chosen(inside, pa.array(past).cast(pa.time64("us")), values)
    return as_text(values)


def _chosen(holds: npt.NDArray[np.bool_], shown: pa.Array, values: pa.Array) -> pa.Array:
    """The text of `shown` where the format holds, the number's own elsewhere; NULL stays NULL."""
    return pc.if_else(pa.array(holds), as_text(shown), as_text(values))
