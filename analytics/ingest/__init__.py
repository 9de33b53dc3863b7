"""Loading: SDTM files and the study's specification into schema `raw`."""

from analytics.ingest.errors import IngestError
from analytics.ingest.loading import load_raw, load_study
from analytics.ingest.records import IngestedFile
from analytics.ingest.unused import UnusedFile, unused_files, unused_lines

__all__ = [
    "IngestError",
    "IngestedFile",
    "UnusedFile",
    "load_raw",
    "load_study",
    "unused_files",
    "unused_lines",
]
