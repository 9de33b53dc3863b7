"""The file formats that can be read, by suffix, each as two functions of a file."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import pyarrow as pa  # type: ignore[import-untyped]

from analytics.ingest.csv_dialect import csv_variables
from analytics.ingest.csv_records import csv_batches
from analytics.ingest.dataset_json_records import json_batches, json_variables
from analytics.ingest.parquet_records import parquet_batches, parquet_variables
from analytics.ingest.sas_records import sas_batches, sas_variables
from analytics.ingest.source_file import SourceFile, Variable


@dataclass(frozen=True)
class Format:
    """`variables`: what the file holds, in order; `batches`: its records in file order as text.

    Batches have the variables as columns, named as they were asked for. Both raise IngestError.
    """

    name: str
    variables: Callable[[SourceFile], list[Variable]]
    batches: Callable[[SourceFile, list[str]], Iterator[pa.RecordBatch]]


_CSV: Final = Format("CSV", csv_variables, csv_batches)
_SAS: Final = Format("SAS", sas_variables, sas_batches)
_JSON: Final = Format("Dataset-JSON", json_variables, json_batches)

FORMATS: Final[dict[str, Format]] = {
    ".csv": _CSV,
    ".tsv": _CSV,
    ".txt": _CSV,
    ".parquet": Format("Parquet", parquet_variables, parquet_batches),
    ".xpt": _SAS,
    ".sas7bdat": _SAS,
    ".json": _JSON,
    ".ndjson": _JSON,
}
