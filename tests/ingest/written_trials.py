"""Records of a domain, and the same records written in every format that can be read."""

import csv
import ctypes
import io
import json
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
from pyreadstat import _readstat_writer

_NUMBERS = ("SEQ", "STRESN", "LLOD", "LLOQ", "DOSE")


@dataclass(frozen=True)
class Domain:
    """A file's records: `stem` names it, None is what a record does not give."""

    stem: str
    names: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]

    def is_number(self, name: str) -> bool:
        return name in ("AGE", "VISITNUM") or name[2:] in _NUMBERS

    def values(self, name: str) -> list[float | str | None]:
        """A variable as SAS would hold it."""
        texts = [row[self.names.index(name)] for row in self.rows]
        if not self.is_number(name):
            return list(texts)
        return [None if text is None else float(text) for text in texts]

    def frame(self) -> pl.DataFrame:
        return pl.DataFrame(
            {name: self.values(name) for name in self.names},
            schema={name: pl.Float64 if self.is_number(name) else pl.String for name in self.names},
        )

    def labels(self) -> list[str]:
        return [f"Label of {name}" for name in self.names]

    def named(self, stem: str, rows: Iterable[tuple[str | None, ...]] | None = None) -> "Domain":
        return Domain(stem, self.names, self.rows if rows is None else tuple(rows))


def read_domain(path: Path) -> Domain:
    """A UTF-8 CSV file; a number is written in its shortest form."""
    with path.open(encoding="utf-8", newline="") as lines:
        names, *rows = csv.reader(lines)
    domain = Domain(path.stem, tuple(names), ())
    shortest = [_shortest if domain.is_number(name) else _given for name in names]
    return domain.named(
        path.stem, (tuple(f(v) for f, v in zip(shortest, row, strict=True)) for row in rows)
    )


def _given(text: str) -> str | None:
    return text or None


def _shortest(text: str) -> str | None:
    if not text:
        return None
    number = float(text)
    return str(int(number)) if number.is_integer() else _positional(number)


def _positional(number: float) -> str:
    """0.00001, not 1e-05: what the loader's own numbers look like down to a millionth."""
    return format(number, "f").rstrip("0") if 1e-6 <= number < 1e-4 else repr(number)


def write_csv(
    domain: Domain, folder: Path, delimiter: str = ",", encoding: str = "utf-8", line: str = "\n"
) -> Path:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator=line)
    writer.writerow(domain.names)
    writer.writerows([["" if value is None else value for value in row] for row in domain.rows])
    path = folder / f"{domain.stem}.csv"
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def write_parquet(domain: Domain, folder: Path) -> Path:
    fields = [
        pa.field(
            name,
            pa.float64() if domain.is_number(name) else pa.string(),
            metadata={"label": label},
        )
        for name, label in zip(domain.names, domain.labels(), strict=True)
    ]
    columns = [pa.array(domain.values(f.name), f.type) for f in fields]
    path = folder / f"{domain.stem}.parquet"
    pq.write_table(pa.table(columns, schema=pa.schema(fields)), path, row_group_size=1000)
    return path


def write_xpt(domain: Domain, folder: Path) -> Path:
    path = folder / f"{domain.stem}.xpt"
    pyreadstat.write_xport(
        domain.frame(),
        path,
        table_name=domain.stem.upper()[:8],
        column_labels=domain.labels(),
        file_format_version=5,
    )
    return path


def dataset_json(domain: Domain) -> dict[str, object]:
    return {
        "datasetJSONCreationDateTime": "2026-01-01T00:00:00",
        "datasetJSONVersion": "1.1.0",
        "itemGroupOID": f"IG.{domain.stem.upper()}",
        "records": len(domain.rows),
        "name": domain.stem.upper(),
        "label": "A domain",
        "columns": [
            {
                "itemOID": f"IT.{name}",
                "name": name,
                "label": label,
                "dataType": "double" if domain.is_number(name) else "string",
            }
            for name, label in zip(domain.names, domain.labels(), strict=True)
        ],
    }


def write_json(domain: Domain, folder: Path) -> Path:
    path = folder / f"{domain.stem}.json"
    rows = list(zip(*map(domain.values, domain.names), strict=True))
    path.write_text(json.dumps({**dataset_json(domain), "rows": rows}), encoding="utf-8")
    return path


def write_ndjson(domain: Domain, folder: Path) -> Path:
    path = folder / f"{domain.stem}.ndjson"
    rows = list(zip(*map(domain.values, domain.names), strict=True))
    lines = [json.dumps(line, ensure_ascii=False) for line in (dataset_json(domain), *rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def write_sas7bdat(domain: Domain, folder: Path, formats: dict[str, str] | None = None) -> Path:
    """Written by the C library that pyreadstat reads with: it exports its own writer."""
    path = folder / f"{domain.stem}.sas7bdat"
    path.write_bytes(_sas7bdat(domain, formats or {}))
    return path


def _sas7bdat(domain: Domain, formats: dict[str, str]) -> bytes:
    library = ctypes.CDLL(_readstat_writer.__file__)
    for function in ("readstat_writer_init", "readstat_add_variable", "readstat_get_variable"):
        getattr(library, function).restype = ctypes.c_void_p
    written = io.BytesIO()
    sink_type = ctypes.CFUNCTYPE(
        ctypes.c_ssize_t, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p
    )
    sink = sink_type(lambda data, size, _: written.write(ctypes.string_at(data, size)))
    writer = ctypes.c_void_p(library.readstat_writer_init())
    library.readstat_set_data_writer(writer, sink)
    library.readstat_writer_set_table_name(writer, domain.stem.upper().encode())
    variables = []
    for name, label in zip(domain.names, domain.labels(), strict=True):
        kind, width = (5, 8) if domain.is_number(name) else (0, _width(domain, name))
        variable = ctypes.c_void_p(
            library.readstat_add_variable(writer, name.encode(), kind, ctypes.c_size_t(width))
        )
        library.readstat_variable_set_label(variable, label.encode())
        if name in formats:
            library.readstat_variable_set_format(variable, formats[name].encode())
        variables.append(variable)
    _done(library.readstat_begin_writing_sas7bdat(writer, None, ctypes.c_long(len(domain.rows))))
    columns = [domain.values(name) for name in domain.names]
    for row in zip(*columns, strict=True):
        _done(library.readstat_begin_row(writer))
        for variable, value in zip(variables, row, strict=True):
            if value is None:
                _done(library.readstat_insert_missing_value(writer, variable))
            elif isinstance(value, float):
                _done(
                    library.readstat_insert_double_value(writer, variable, ctypes.c_double(value))
                )
            else:
                _done(library.readstat_insert_string_value(writer, variable, value.encode()))
        _done(library.readstat_end_row(writer))
    _done(library.readstat_end_writing(writer))
    library.readstat_writer_free(writer)
    return written.getvalue()


def _width(domain: Domain, name: str) -> int:
    values = [value for value in domain.values(name) if isinstance(value, str)]
    return max([1, *(len(value.encode()) for value in values)])


def _done(status: int) -> None:
    assert status == 0, f"the SAS7BDAT writer returned error {status}"


def write_zip(files: Iterable[Path], archive: Path, folder: str = "") -> Path:
    archive.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as content:
        for file in files:
            content.write(file, f"{folder}{file.name}")
    return archive


Writer = Callable[[Domain, Path], Path]
