"""What a SAS transport file must look like as a whole; its reader looks at one dataset only."""

from typing import Final

from analytics.ingest.errors import IngestError
from analytics.ingest.source_file import SourceFile

_RECORD: Final = 80
_MEMBER: Final = (b"HEADER RECORD*******MEMBER  HEADER", b"HEADER RECORD*******MEMBV8  HEADER")
_BLOCK: Final = _RECORD << 16


def check_xport_layout(file: SourceFile) -> None:
    """Refuse a file that is cut short (all its records have 80 bytes) or holds two datasets."""
    size = file.path.stat().st_size
    if size % _RECORD:
        raise IngestError(
            f"{file.name} is {size} bytes long, but a SAS transport file consists of records of "
            f"{_RECORD} bytes, so it is cut short or damaged; export it anew."
        )
    n_datasets = _count_datasets(file)
    if n_datasets > 1:
        raise IngestError(
            f"{file.name} holds {n_datasets} datasets; export each to a transport file of its own."
        )


def _count_datasets(file: SourceFile) -> int:
    found = 0
    with file.path.open("rb") as content:
        for block in iter(lambda: content.read(_BLOCK), b""):
            for header in _MEMBER:
                position = block.find(header)
                while position >= 0:
                    found += position % _RECORD == 0
                    position = block.find(header, position + 1)
    return found
