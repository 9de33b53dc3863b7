"""`plateau export ard`: analysis results data as Parquet, CSV and Dataset-JSON."""

from pathlib import Path
from typing import Final

import polars as pl

from analytics.export.ard import ARD_COLUMNS, analyses_frame, ard_frame, operations_frame
from analytics.export.dataset_json import write_dataset_json
from analytics.export.datasets import Dataset, Kind, Origin, Variable
from analytics.export.files import new_files
from analytics.export.source import Release

_KINDS: Final[dict[type[pl.DataType], Kind]] = {
    pl.String: "text",
    pl.Int64: "integer",
    pl.Float64: "number",
}
_KEYS: Final = ("result_table", "result_row", "operation_id")


def write_ard(release: Release, target: Path, releases: Path) -> pl.DataFrame:
    """Write ard.parquet, ard.csv, ard.json, and the analyses and operations as CSV; the ARD.

    All files are there in the end, or none was touched. They hold every result; where the study
    limits what is published they are their owner's alone. Raises ExportCallError for a target
    among the releases.
    """
    origin = release.origin
    with release.opened() as connection:
        ard = ard_frame(connection, study_id=origin.study_id, release_id=origin.release_id)
        analyses = analyses_frame(connection)
    with new_files(target, releases, private=release.is_limited) as folder:
        ard.write_parquet(folder / "ard.parquet", metadata=_stamp(origin))
        ard.write_csv(folder / "ard.csv")
        write_dataset_json(as_dataset(ard, origin), origin, folder / "ard.json")
        analyses.write_csv(folder / "ard_analyses.csv")
        operations_frame().write_csv(folder / "ard_operations.csv")
    return ard


def as_dataset(ard: pl.DataFrame, origin: Origin) -> Dataset:
    """The ARD as a dataset in its row order."""
    variables = tuple(
        Variable(name, label, _KINDS[dtype], "results")
        for name, (dtype, label) in ARD_COLUMNS.items()
    )
    return Dataset("ARD", origin.label("Analysis Results Data"), _KEYS, variables, ard)


def _stamp(origin: Origin) -> dict[str, str]:
    return {
        "study": origin.study_id,
        "release_id": origin.release_id,
        "synthetic_note": origin.synthetic_note or "",
    }
