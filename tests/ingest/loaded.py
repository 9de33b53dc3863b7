"""A small study around a trial's files, and what loading makes of them."""

from datetime import date
from pathlib import Path

import duckdb

from analytics.ingest import IngestedFile, load_raw
from analytics.study.domains import DOMAINS
from analytics.study.specification import FileFormat, Parameters, StudySpecification, Trial
from analytics.warehouse import connect, quoted

DM = "STUDYID,DOMAIN,USUBJID,AGE\nT1,DM,T1-1,38\nT1,DM,T1-2,41\n"
EX = "STUDYID,DOMAIN,USUBJID,EXSTDTC\nT1,EX,T1-1,2012-05\n"
FILE_NAMES = ", ".join(code.lower() for code in DOMAINS if code != "SUPP") + " or supp--"


def trial(
    trial_id: str = "T1",
    *,
    path: str | None = None,
    file_format: FileFormat | None = None,
    files: dict[str, FileFormat] | None = None,
    order: int = 1,
) -> Trial:
    return Trial(
        trial_id=trial_id,
        label=trial_id,
        path=path or f"sdtm/{trial_id}",
        cutoff=date(2015, 6, 30),
        display_order=order,
        file_format=file_format or FileFormat(),
        files=files or {},
    )


def study(folder: Path, *trials: Trial) -> StudySpecification:
    return StudySpecification(
        study_id="small",
        title="Small",
        synthetic=True,
        synthetic_note="None exists.",
        analysis_set="all",
        trials=trials or (trial(),),
        parameters=Parameters(),
        inferred_parameters={},
        terms=(),
        factors=(),
        factor_levels=(),
        populations=(),
        endpoints=(),
        endpoint_rules=(),
        analyses=(),
        folder=folder,
    )


def write(folder: Path, files: dict[str, str | bytes], trial_id: str = "T1") -> Path:
    place = folder / "sdtm" / trial_id
    place.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (place / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return place


def loaded(folder: Path, *trials: Trial) -> tuple[duckdb.DuckDBPyConnection, list[IngestedFile]]:
    connection = connect(":memory:")
    return connection, load_raw(study(folder, *trials), connection)


def rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[object, ...]]:
    return connection.execute(query).fetchall()


def records(connection: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[object, ...]]]:
    """Every table of records without the names of files: what stands in it, in file order."""
    tables = [
        name
        for (name,) in rows(
            connection,
            "select table_name from information_schema.tables "
            "where table_schema = 'raw' and starts_with(table_name, 'sdtm_') order by 1",
        )
    ]
    return {
        str(table): rows(
            connection,
            f"select * exclude (src_file, src_row) from raw.{quoted(str(table))} "
            "order by src_trial, src_file, src_row",
        )
        for table in tables
    }
