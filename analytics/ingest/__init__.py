"""Loading: SDTM files and the study's specification into schema `raw`."""

from analytics.ingest.errors import IngestError
from analytics.ingest.loading import load_raw, refusals
from analytics.ingest.records import IngestedFile

__all__ = ["IngestError", "IngestedFile", "load_raw", "refusals"]
