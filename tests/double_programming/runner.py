"""`make qc`: the results of the published release against an independent program in R.

    python tests/double_programming/runner.py STUDY [--releases FOLDER] [--out FOLDER]

The release is only read. What was found goes to qc.duckdb (table quality.double_programming) and
summary.txt, by default in <releases>/<study>/qc/<release id>. Exit codes: 0 every number is the
same; 1 one is not, or is missing; 2 called wrongly; 4 the comparison could not be made.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import duckdb
import polars as pl
from comparison import QcError, compare, numbers_of
from export import export_inputs
from findings import DATABASE, NOT_COMPARED, Findings, summary_lines, write

from analytics.errors import PlateauError
from analytics.release.digests import file_digest
from analytics.release.folders import WAREHOUSE, StudyReleases
from analytics.release.manifest import read_manifest
from analytics.results.schemas import RESULT_TABLES
from analytics.warehouse import connect

PROGRAM: Final = Path(__file__).parent / "qc.R"


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare, write, tell; the exit code."""
    parser = argparse.ArgumentParser(description="Compare the results with an R program's.")
    parser.add_argument("study", type=Path, help="folder of the study")
    parser.add_argument("--releases", type=Path, default=Path("releases"))
    parser.add_argument("--out", type=Path, help="folder to write to")
    chosen = parser.parse_args(arguments)
    try:
        releases = published(chosen.study, chosen.releases)
        findings = find(chosen.study, releases.current)
        out = chosen.out or releases.folder / "qc" / findings.release_id
        write(findings, out)
    except PlateauError as error:
        print(f"qc: {error}", file=sys.stderr)
        return error.exit_code
    print("\n".join(summary_lines(findings)))
    print(f"Written to {out / DATABASE}, table quality.double_programming.")
    return 0 if findings.is_same else 1


def published(study: Path, releases: Path) -> StudyReleases:
    """The releases of the study in that folder. Raises QcError when none is published."""
    try:
        text = (study / "study.toml").read_text(encoding="utf-8")
        study_id = str(tomllib.loads(text)["study_id"])
    except (OSError, KeyError, ValueError) as error:
        raise QcError(f"{study} has no readable study.toml; name the folder of a study.") from error
    found = StudyReleases(releases, study_id)
    if not (found.current / WAREHOUSE).is_file():
        raise QcError(f"Study '{study_id}' is not published in {releases}; run `make build`.")
    return found


def find(study: Path, release: Path) -> Findings:
    """The numbers of a release beside R's. Raises QcError when they cannot be compared."""
    manifest = read_manifest(release)
    _refuse_another_study(study, manifest["inputs"])
    with (
        tempfile.TemporaryDirectory(prefix="plateau-qc-") as work,
        connect(release / WAREHOUSE, read_only=True) as connection,
    ):
        given, returned = Path(work, "given"), Path(work, "returned")
        given.mkdir()
        returned.mkdir()
        export_inputs(connection, study, given)
        _run_r(given, returned)
        known = pl.read_csv(returned / "tables.csv")["table"].to_list()
        tables = _tables_to_compare(connection)
        return Findings(
            release_id=manifest["release_id"],
            numbers=compare(
                pl.concat(_numbers(connection, table) for table in tables),
                _independent_numbers(returned / "values.csv"),
            ),
            unknown_tables=tuple(table for table in tables if table not in known),
            software=(returned / "software.txt").read_text(encoding="utf-8").strip(),
        )


def _refuse_another_study(study: Path, inputs: dict[str, str]) -> None:
    """What is read from the folder, not from the release, must be what the release was made of."""
    read = (study / "plan.toml", *study.glob("external.toml"))
    for path in (*read, *sorted(study.glob("published/*.csv")), *sorted(study.glob("external/*"))):
        if inputs.get(path.relative_to(study).as_posix()) != file_digest(path):
            raise QcError(f"{path} is not the one the release was built from; run `make build`.")


def _run_r(given: Path, returned: Path) -> None:
    program = shutil.which("Rscript")
    if program is None:
        raise QcError(
            "Rscript is not installed; on Debian: "
            "apt-get install r-base-core r-cran-survival r-cran-cmprsk."
        )
    run = subprocess.run(
        [program, "--vanilla", str(PROGRAM), str(given), str(returned)],
        env={**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC"},
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode != 0:
        raise QcError(f"The R program stopped: {run.stderr.strip()}")


def _tables_to_compare(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Every table of schema results but those not compared, known to R or not."""
    rows = connection.execute(
        "select table_name from information_schema.tables "
        "where table_schema = 'results' order by table_name"
    ).fetchall()
    return [table for (table,) in rows if table not in NOT_COMPARED]


def _numbers(connection: duckdb.DuckDBPyConnection, table: str) -> pl.DataFrame:
    if table not in RESULT_TABLES:
        raise QcError(f"Result table '{table}' is of another version; run `make build`.")
    left_out = [name.partition(".")[2] for name in NOT_COMPARED if name.startswith(f"{table}.")]
    return numbers_of(connection, table, RESULT_TABLES[table].key, left_out)


def _independent_numbers(path: Path) -> pl.DataFrame:
    frame = pl.read_csv(path, schema_overrides={"key": pl.String, "value": pl.Float64})
    return frame.rename(
        {
            "table": "result_table",
            "key": "result_key",
            "column": "result_column",
            "value": "independent",
        }
    )


if __name__ == "__main__":
    sys.exit(main())
