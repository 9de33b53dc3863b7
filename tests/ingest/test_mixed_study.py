"""The default study from files of every format is the default study."""

import shutil
from pathlib import Path

import pytest
from project import Plateau
from written_trials import (
    Domain,
    read_domain,
    write_csv,
    write_json,
    write_ndjson,
    write_parquet,
    write_sas7bdat,
    write_xpt,
    write_zip,
)

from analytics.ingest import load_raw
from analytics.release.manifest import read_manifest
from analytics.study import load_study
from analytics.warehouse import connect, quoted

ZIPPED, OPEN = "MT103-206", "MT103-211"
WRITERS = {
    "cm": write_parquet,
    "dd": write_sas7bdat,
    "dm": write_xpt,
    "ds": write_ndjson,
    "ex": write_json,
    "gf": write_xpt,
    "mh": write_parquet,
    "pr": write_sas7bdat,
    "qs": write_json,
    "rs": write_parquet,
    "ss": write_ndjson,
    "suppdm": write_xpt,
    "supprs": write_sas7bdat,
    "sv": write_parquet,
}


@pytest.fixture
def mixed_study(study_copy: Path) -> Path:
    """One trial a .zip of semicolon files in Latin-1, the other in all formats, LB in parts."""
    sdtm = study_copy / "sdtm"
    domains = {
        trial: [read_domain(path) for path in sorted((sdtm / trial).glob("*.csv"))]
        for trial in (ZIPPED, OPEN)
    }
    shutil.rmtree(sdtm)
    (sdtm / OPEN).mkdir(parents=True)
    for domain in domains[OPEN]:
        if domain.stem == "lb":
            _write_parts(domain, sdtm / OPEN)
        else:
            WRITERS[domain.stem](domain, sdtm / OPEN)
    written = study_copy / "written"
    written.mkdir()
    files = [
        write_csv(domain, written, delimiter=";", encoding="latin-1", line="\r\n")
        for domain in domains[ZIPPED]
    ]
    write_zip(files, sdtm / f"{ZIPPED}.zip", folder=f"{ZIPPED}/")
    shutil.rmtree(written)
    toml = study_copy / "study.toml"
    toml.write_text(
        toml.read_text(encoding="utf-8").replace(
            f'path = "sdtm/{ZIPPED}"', f'path = "sdtm/{ZIPPED}.zip"\nencoding = "latin-1"'
        ),
        encoding="utf-8",
    )
    return study_copy


def _write_parts(domain: Domain, folder: Path) -> None:
    """The records of LB by their place: sponsors split it by laboratory."""
    first, second = len(domain.rows) // 3, 2 * len(domain.rows) // 3
    write_xpt(domain.named("lbch", domain.rows[:first]), folder)
    write_csv(domain.named("lb_hematology", domain.rows[first:second]), folder)
    write_parquet(domain.named("lbmr", domain.rows[second:]), folder)


def test_every_staged_record_is_that_of_the_csv_files(
    mixed_study: Path, default_release: Path, tmp_path: Path
) -> None:
    """Staging is views on raw: loaded anew beneath them, they show the same typed records."""
    warehouse = tmp_path / "warehouse.duckdb"
    shutil.copy(default_release / "warehouse.duckdb", warehouse)
    with connect(warehouse, reach=(default_release,)) as connection:
        load_raw(load_study(mixed_study), connection)
        connection.execute(f"attach '{default_release / 'warehouse.duckdb'}' as csv (read_only)")
        views = [
            name
            for (name,) in connection.execute(
                "select table_name from information_schema.tables where table_schema = 'staging' "
                "and table_catalog = 'warehouse' and table_name like 'stg!_sdtm!_!___' escape '!' "
            ).fetchall()
        ]
        views.append("stg_sdtm__supp")
        assert len(views) == 14
        for view in views:
            n_records, n_equal = connection.execute(_compared(view)).fetchall()[0]
            assert n_records == n_equal, view


def _compared(view: str) -> str:
    """How many records the CSV files have, and how many of them stand in both with equal text."""
    return f"""
        with mixed as (
            select * exclude (src_file, src_row) from warehouse.staging.{quoted(view)}
        ),
        csv as (select * exclude (src_file, src_row) from csv.staging.{quoted(view)})
        select
            (select greatest((select count(*) from mixed), (select count(*) from csv))),
            (select count(*) from (select * from mixed intersect all select * from csv))
    """


def test_release_has_the_results_of_the_csv_files(
    mixed_study: Path, default_release: Path, tmp_path: Path, plateau: Plateau
) -> None:
    result = plateau("build", mixed_study, "--releases", tmp_path / "releases")
    assert result.returncode == 0, result.stderr
    mixed = read_manifest(tmp_path / "releases/blinatumomab/current")
    assert mixed["results"] == read_manifest(default_release)["results"]
