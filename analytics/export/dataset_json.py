"""Datasets as CDISC Dataset-JSON 1.1, one file each."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import polars as pl

from analytics.export.datasets import Dataset, Kind, Origin, Variable
from analytics.export.define_xml import FILE as DEFINE

_VERSION: Final = "1.1.0"
_BATCH: Final = 10_000
_TYPES: Final[dict[Kind, dict[str, str]]] = {
    "text": {"dataType": "string"},
    "flag": {"dataType": "string"},
    "integer": {"dataType": "integer"},
    "number": {"dataType": "double"},
    "date": {"dataType": "date", "targetDataType": "integer", "displayFormat": "DATE9."},
}


def write_dataset_json(dataset: Dataset, origin: Origin, path: Path) -> None:
    """Write the dataset; numbers in the shortest form that reads back to the same double."""
    with path.open("w", encoding="utf-8") as file:
        head = json.dumps(header(dataset, origin), ensure_ascii=False, indent=1)
        file.write(head.removesuffix("\n}") + ',\n "rows": [')
        for number, row in enumerate(_rows(dataset.rows)):
            file.write(("," if number else "") + "\n  " + json.dumps(row, ensure_ascii=False))
        file.write("\n ]\n}\n")


def header(dataset: Dataset, origin: Origin) -> dict[str, Any]:
    """Everything of the file but its rows."""
    return {
        "datasetJSONCreationDateTime": origin.published,
        "datasetJSONVersion": _VERSION,
        "fileOID": f"plateau/{origin.study_id}/{origin.release_id}/{dataset.name}",
        "dbLastModifiedDateTime": origin.published,
        "sourceSystem": {"name": "Plateau", "version": origin.version},
        "studyOID": origin.study_id,
        "metaDataVersionOID": f"MDV.{origin.study_id}.{origin.release_id}",
        "metaDataRef": DEFINE,
        "itemGroupOID": f"IG.{dataset.name}",
        "records": dataset.rows.height,
        "name": dataset.name,
        "label": dataset.label,
        "columns": [_column(dataset, variable) for variable in dataset.variables],
    }


def _column(dataset: Dataset, variable: Variable) -> dict[str, Any]:
    known = dataset.rows[variable.name].drop_nulls()
    is_text = known.dtype == pl.String
    return {
        "itemOID": f"IT.{dataset.name}.{variable.name}",
        "name": variable.name,
        "label": variable.label,
        **_TYPES[variable.kind],
        **({"length": max(known.str.len_chars().to_list(), default=1) or 1} if is_text else {}),
        **(
            {"keySequence": dataset.keys.index(variable.name) + 1}
            if variable.name in dataset.keys
            else {}
        ),
    }


def _rows(rows: pl.DataFrame) -> Iterator[list[Any]]:
    texts = rows.with_columns(pl.col(pl.Date).dt.to_string("%Y-%m-%d"))
    for row in texts.iter_rows(buffer_size=_BATCH):
        yield list(row)
