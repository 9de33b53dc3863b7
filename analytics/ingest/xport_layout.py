"""What a SAS transport file must look like as a whole; its reader looks at one dataset only.

The file consists of records of 80 bytes. After the header of the observations they follow each
other without a gap, and blanks fill the last record (SAS technical note TS-140).
"""

from collections.abc import Iterator
from typing import Final

from analytics.ingest.errors import IngestError
from analytics.ingest.source_file import SourceFile

_RECORD: Final = 80
_BLOCK: Final = _RECORD << 16
# of version 5 and of version 8
_DATASETS: Final = (b"HEADER RECORD*******MEMBER  HEADER", b"HEADER RECORD*******MEMBV8  HEADER")
_OBSERVATIONS: Final = (
    b"HEADER RECORD*******OBS     HEADER",
    b"HEADER RECORD*******OBSV8   HEADER",
)


def check_transport_file(file: SourceFile) -> None:
    """Refuse a file that ends inside a record or contains several datasets."""
    size = file.path.stat().st_size
    if size % _RECORD:
        raise IngestError(
            f"{file.name} is {size} bytes long, but a SAS transport file consists of records of "
            f"{_RECORD} bytes, so it is truncated or damaged; export it again."
        )
    n_datasets = sum(1 for _ in _places(file, _DATASETS))
    if n_datasets > 1:
        raise IngestError(
            f"{file.name} holds {n_datasets} datasets; export each to its own transport file."
        )


def check_last_observation(file: SourceFile, width: int) -> None:
    """Refuse a file that ends inside an observation of `width` bytes."""
    start = next(_places(file, _OBSERVATIONS), None)
    if start is None or not width:
        return
    size = file.path.stat().st_size
    left = (size - start - _RECORD) % width
    with file.path.open("rb") as content:
        content.seek(size - left)
        if content.read(left).strip(b" "):
            raise IngestError(
                f"{file.name} ends inside a record, so it is truncated; export it again."
            )


def _places(file: SourceFile, headers: tuple[bytes, ...]) -> Iterator[int]:
    """Where records begin that are one of these headers."""
    with file.path.open("rb") as content:
        offset = 0
        while block := content.read(_BLOCK):
            for header in headers:
                position = block.find(header)
                while position >= 0:
                    if position % _RECORD == 0:
                        yield offset + position
                    position = block.find(header, position + 1)
            offset += len(block)
