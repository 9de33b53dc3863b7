"""The variables and records of SAS files: XPORT (XPT) and SAS7BDAT.

A SAS text is blank or known; a number is missing, a value, or a day or time told by its format,
which becomes ISO 8601. Special missing values (.A to .Z) are missing.
"""

from collections.abc import Iterator
from typing import Any, Final

import pyarrow as pa  # type: ignore[import-untyped]

from analytics.ingest.errors import IngestError, first_sentence
from analytics.ingest.sas_dates import iso_texts
from analytics.ingest.source_file import SourceFile, Variable
from analytics.ingest.xport_layout import check_last_observation, check_transport_file

_CHUNK: Final = 200_000
_XPORT: Final = ".xpt"
_CHARACTER: Final = "string"


def sas_variables(file: SourceFile) -> list[Variable]:
    """Names with labels, types and formats. Errors: no SAS file, several datasets in one."""
    if file.suffix == _XPORT:
        check_transport_file(file)
    _, about = _read(file, metadataonly=True)
    if file.suffix == _XPORT:
        check_last_observation(file, sum(about.variable_storage_width.values()))
    return [
        Variable(
            name,
            label or None,
            "char" if about.readstat_variable_types[name] == _CHARACTER else "num",
            about.original_variable_types[name],
        )
        for name, label in zip(about.column_names, about.column_labels, strict=True)
    ]


def sas_batches(file: SourceFile, names: list[str]) -> Iterator[pa.RecordBatch]:
    """The records in file order, some at a time. Errors: damage, text of another encoding."""
    n_rows = 0
    while True:
        columns, about = _read(file, row_offset=n_rows, row_limit=_CHUNK)
        yield pa.RecordBatch.from_arrays(
            [
                _texts(
                    columns[name],
                    about.readstat_variable_types[name] == _CHARACTER,
                    about.original_variable_types[name],
                )
                for name in about.column_names
            ],
            names=names,
        )
        n_read = len(columns[about.column_names[0]])
        n_rows += n_read
        if n_read < _CHUNK:
            return


def _encoding(file: SourceFile) -> str | None:
    """The declared encoding, but for a SAS7BDAT file that names its own."""
    if file.encoding is None or file.suffix == _XPORT:
        return file.encoding
    _, about = _read(file, encoding=None, metadataonly=True)
    return None if about.file_encoding else file.encoding


def _read(file: SourceFile, **options: Any) -> tuple[dict[str, list[Any]], Any]:
    import pyreadstat  # noqa: PLC0415  (slow to import, and few studies need it)

    read = pyreadstat.read_xport if file.suffix == _XPORT else pyreadstat.read_sas7bdat
    if "encoding" not in options:
        options["encoding"] = _encoding(file)
    try:
        return read(
            str(file.path), output_format="dict", disable_datetime_conversion=True, **options
        )
    except UnicodeDecodeError:
        if options["encoding"] is None:
            raise _other_encoding(file) from None
        raise IngestError(
            f"{file.name} has a name or a label that is not {options['encoding']} text; export "
            "it again."
        ) from None
    except (pyreadstat.ReadstatError, OSError, ValueError) as error:
        kind = "SAS XPORT" if file.suffix == _XPORT else "SAS7BDAT"
        raise IngestError(
            f"{file.name} cannot be read as {kind} ({first_sentence(error)}); export it again."
        ) from None


def _other_encoding(file: SourceFile) -> IngestError:
    """Names the first record whose text is not UTF-8: read as Latin-1, no byte is lost."""
    columns, _ = _read(file, encoding="ISO-8859-1")
    strange = [
        (record, name)
        for name, values in columns.items()
        for record, value in enumerate(values, start=1)
        if isinstance(value, str) and not _is_utf8(value.encode("latin-1", "replace"))
    ]
    where = f"record {min(strange)[0]}" if strange else "a label"
    return IngestError(
        f"{file.name}: {where} is not UTF-8 text; set "
        'encoding = "latin-1" (or windows-1252) for its trial in study.toml.'
    )


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _texts(values: list[Any], is_character: bool, sas_format: str | None) -> pa.Array:
    if is_character:
        return pa.array([value or None for value in values], pa.string())
    return iso_texts(pa.array(values, pa.float64(), from_pandas=True), sas_format)
