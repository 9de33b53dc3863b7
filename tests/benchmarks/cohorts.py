"""A cohort of any size in SDTM shape, drawn with replacement from the default study's patients.

    python tests/benchmarks/cohorts.py N FOLDER

A copy of a patient has all of the patient's records under an identifier of its own, moved 0 to 11
months towards the past: no date passes the cut-off, and partial dates keep their order. Months
differ in length, so the times of two copies differ by some days. The study around it is the default
one without `expectations/` and `published/`, which hold for the default cohort only.
"""

import argparse
import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final

import duckdb
import numpy as np
import polars as pl

from analytics.study import load_study
from analytics.warehouse import quoted

STUDY: Final = Path(__file__).parent.parent.parent / "studies/blinatumomab"
SEED: Final = 20210554
LONGEST_SHIFT: Final = 11
_LEFT_OUT: Final = ("sdtm", "expectations", "published", "__pycache__")
# A month is moved exactly, the day of a month at most to the month's end, a year not at all.
_MOVED: Final = """
    create temp macro moved(dtc, months) as case
        when try_cast(dtc[:10] as date) is not null and length(dtc) >= 10
            then strftime(try_cast(dtc[:10] as date) - to_months(months), '%Y-%m-%d') || dtc[11:]
        when length(dtc) = 7 and try_cast(dtc || '-01' as date) is not null
            then strftime(try_cast(dtc || '-01' as date) - to_months(months), '%Y-%m')
        else dtc
    end
"""


def write_cohort(n_patients: int, folder: Path, *, seed: int = SEED) -> None:
    """Write a study folder with this many patients, shared between the trials as in the original.

    The seed decides every byte. Memory does not grow with the number of patients: a table of
    copies, one row each, is joined to the records of the originals and streamed to CSV.
    """
    shutil.copytree(STUDY, folder, ignore=shutil.ignore_patterns(*_LEFT_OUT))
    random = np.random.default_rng(seed)
    sources = {trial.path: _patients(STUDY / trial.path) for trial in load_study(STUDY).trials}
    n_sources = sum(map(len, sources.values()))
    shares = _shares(n_patients, [len(patients) / n_sources for patients in sources.values()])
    with duckdb.connect() as connection:
        # the copies stay on the left of their join, so that files come out copy by copy
        connection.execute("set disabled_optimizers = 'join_order,build_side_probe_side'")
        connection.execute(_MOVED)
        for (path, patients), n_copies in zip(sources.items(), shares, strict=True):
            (folder / path).mkdir(parents=True)
            connection.register("copies", _copies(patients, n_copies, random).to_arrow())
            for file in sorted((STUDY / path).glob("*.csv")):
                _write_domain(connection, file, folder / path / file.name)


def _patients(trial: Path) -> list[str]:
    demographics = pl.read_csv(trial / "dm.csv", infer_schema=False)
    return sorted(demographics["USUBJID"].unique())


def _shares(n: int, parts: list[float]) -> list[int]:
    """Whole numbers near n times each part that add up to n."""
    bounds = [round(n * sum(parts[:end])) for end in range(len(parts) + 1)]
    return [upper - lower for lower, upper in pairwise(bounds)]


def _copies(patients: list[str], n: int, random: np.random.Generator) -> pl.DataFrame:
    """A row per copy: whose it is, its identifier, and the months it is moved."""
    source = np.array(patients)[random.integers(len(patients), size=n)]
    return pl.DataFrame(
        {"source": source, "number": np.arange(1, n + 1)},
        schema={"source": pl.String, "number": pl.Int64},
    ).with_columns(
        pl.col("source").str.replace(r"\d+$", "") + pl.col("number").cast(pl.String).str.zfill(7),
        months=random.integers(LONGEST_SHIFT + 1, size=n),
        original=pl.col("source"),
    )


def _write_domain(connection: duckdb.DuckDBPyConnection, file: Path, target: Path) -> None:
    """The records of all copies in one domain."""
    names = pl.read_csv(file, infer_schema=False, n_rows=0).columns
    columns = ", ".join(_column(name) for name in names)
    connection.execute(
        "create or replace temp table moved_records as "
        f"select USUBJID as original, months, {', '.join(_moved_columns(names))} "
        f"from read_csv('{file}', all_varchar = true, header = true) "
        f"cross join range({LONGEST_SHIFT + 1}) as shifts (months)"
    )
    connection.execute(
        f"copy (select {columns} from copies inner join moved_records as records "
        "on copies.original = records.original and copies.months = records.months) "
        f"to '{target}' (header, delimiter ',')"
    )


def _moved_columns(names: list[str]) -> Iterator[str]:
    for name in names:
        yield f"moved({quoted(name)}, months) as {quoted(name)}" if name.endswith("DTC") else name


def _column(name: str) -> str:
    if name == "USUBJID":
        return "copies.source as USUBJID"
    if name == "SUBJID":
        return "regexp_replace(copies.source, '^[A-Z]+-', '') as SUBJID"
    return f"records.{quoted(name)}"


def main() -> int:
    """Write a cohort; the exit code."""
    parser = argparse.ArgumentParser(description="Write a study with a cohort of any size.")
    parser.add_argument("patients", type=int, help="number of patients")
    parser.add_argument("folder", type=Path, help="study folder to make")
    chosen = parser.parse_args()
    write_cohort(chosen.patients, chosen.folder)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
