"""Listings of patients, for the owner of the data alone: events, censoring, exclusions.

They are read from the warehouse, are written with mode 0600 outside the releases, and are in no
report. Their numbers are those of `plateau explain`.
"""

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import duckdb

from analytics.readers.published_report import (
    FOLDER,
    ReportError,
    check_format,
    outside_releases,
    provenance_of,
    style_for,
)
from analytics.readers.published_tables import WRITERS
from analytics.release.folders import WAREHOUSE
from analytics.release.manifest import read_manifest
from analytics.report.elements import Column, Line, Section, Table, as_of
from analytics.report.formats import decimal, decimal_places
from analytics.report.printed_tables import printed_tables
from analytics.study.number_styles import written_as
from analytics.warehouse import connect

LABEL: Final = "PATIENT-LEVEL DATA: not for publication."
_FIRST: Final = "line"
_TIMES: Final = """
    select
        times.param,
        times.usubjid,
        times.trial_id,
        times.startdt,
        times.adt,
        times.aval as days,
        times.aval / $days as months,
        case times.cnsr
            when 2 then times.evntdesc || ' (competing)'
            else times.evntdesc
        end as event,
        times.cnsdtdsc as rests_on
    from marts.time_to_event as times
    inner join bi.endpoint_definitions as endpoints on times.paramcd = endpoints.endpoint
    where (times.cnsr = 1) = $censored
    order by endpoints.endpoint_order, times.trial_id, times.usubjid
"""
_EXCLUSIONS: Final = """
    select
        populations.population_label,
        conditions.usubjid,
        subjects.trial_id,
        coalesce(
            arg_min(conditions.reason, conditions.condition_order)
                filter (where conditions.reason is not null),
            'Not in the population that this one is part of'
        ) as reason
    from marts.population_conditions as conditions
    inner join bi.populations as populations using (population)
    inner join marts.subjects as subjects using (usubjid)
    where
        not coalesce(conditions.is_met, false)
        and (
            populations.is_analysis_set
            or populations.population_label in
                (select population_label from bi.endpoint_definitions)
        )
    group by all
    order by any_value(populations.population_order), subjects.trial_id, conditions.usubjid
"""


def write_listings(  # noqa: PLR0913, PLR0917 - what is chosen of the listings
    release: Path,
    releases: Path,
    kind: str,
    only: Sequence[str],
    output: Path | None,
    number_style: str | None = None,
) -> tuple[Path, int]:
    """Write the listings of a release into one file that only its owner can read.

    The path and their number. `only` are names of listings; none means every one. Raises
    ReportError for an unknown format, style or listing, and for a file among the releases.
    """
    check_format(kind, WRITERS)
    manifest = read_manifest(release)
    study = manifest["study"]
    path = output or FOLDER / f"{study['study_id']}-patient-level" / f"listings.{kind}"
    outside_releases(path.parent, releases, release)
    with connect(release / WAREHOUSE, read_only=True) as connection:
        about = {"about": connection.sql("select * from bi.about").pl()}
        with written_as(style_for(about, number_style)):
            tables = _chosen(_tables(connection, study["parameters"]["days_per_month"]), only)
            source = f"{LABEL} {as_of(about)} {provenance_of(release, manifest).note}"
            section = Section("listings", "Listings", items=tables)
            printed = [
                replace(table, number=f"Listing {i}")
                for i, table in enumerate(printed_tables([section], source), start=1)
            ]
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            WRITERS[kind](printed, f"Listings of patients. {LABEL}", path)
    path.chmod(0o600)
    return path, len(tables)


def _tables(connection: duckdb.DuckDBPyConnection, days_per_month: float) -> list[Table]:
    """Events, censorings and exclusions, a line per patient and endpoint or population."""
    events, censored = (
        connection.execute(_TIMES, {"days": days_per_month, "censored": is_censored})
        .pl()
        .to_dicts()
        for is_censored in (False, True)
    )
    excluded = connection.sql(_EXCLUSIONS).pl().to_dicts()
    return [
        Table("events", "Events by endpoint", _columns("event", "Event"), _lines(events, "event")),
        Table(
            "censoring",
            "Censoring by endpoint",
            _columns("rests_on", "Censored at"),
            _lines(censored, "rests_on"),
        ),
        Table(
            "exclusions",
            "Exclusions from the populations of the endpoints",
            [
                Column(_FIRST, "Patient", is_text=True),
                Column("trial", "Trial", is_text=True),
                Column("reason", "Reason", is_text=True),
            ],
            [
                Line(
                    {_FIRST: row["usubjid"], "trial": row["trial_id"], "reason": row["reason"]},
                    group=row["population_label"],
                    indent=1,
                )
                for row in excluded
            ],
            notes=["The first condition of the population that the patient does not meet."],
        ),
    ]


def _columns(key: str, heading: str) -> list[Column]:
    return [
        Column(_FIRST, "Patient", is_text=True),
        Column("trial", "Trial", is_text=True),
        Column("start", "Start", is_text=True),
        Column("date", "Date", is_text=True),
        Column("days", "Days"),
        Column("months", "Months"),
        Column(key, heading, is_text=True),
    ]


def _lines(rows: Sequence[dict[str, Any]], key: str) -> list[Line]:
    return [
        Line(
            {
                _FIRST: row["usubjid"],
                "trial": row["trial_id"],
                "start": _day(row["startdt"]),
                "date": _day(row["adt"]),
                "days": decimal_places(row["days"]),
                "months": decimal(row["months"]),
                key: row[key] or "",
            },
            group=row["param"],
            indent=1,
        )
        for row in rows
    ]


def _day(value: date | None) -> str:
    return "" if value is None else value.isoformat()


def _chosen(tables: Sequence[Table], only: Sequence[str]) -> list[Table]:
    names = [table.name for table in tables]
    for name in only:
        if name not in names:
            raise ReportError(f"There is no listing '{name}'; choose among {', '.join(names)}.")
    return [table for table in tables if not only or table.name in only]
