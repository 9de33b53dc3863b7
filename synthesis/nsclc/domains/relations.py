"""RELREC: how lesions, sizes and responses belong together, and fatal events to deaths."""

from collections.abc import Iterator, Mapping, Sequence

from ..records import Record, Value
from ..trial import STUDYID


def relations(tables: Mapping[str, Sequence[Record]]) -> Iterator[Record]:
    """Between datasets by their link variables, and between records by --SEQ."""
    yield _dataset("TU", "TULNKID", "ONE", "TUTR")
    yield _dataset("TR", "TRLNKID", "MANY", "TUTR")
    yield _dataset("TR", "TRLNKGRP", "MANY", "TRRS")
    yield _dataset("RS", "RSLNKGRP", "ONE", "TRRS")
    deaths = {
        record["USUBJID"]: record["DSSEQ"]
        for record in tables["DS"]
        if record["DSDECOD"] == "DEATH" and record["DSSCAT"] == "STUDY PARTICIPATION"
    }
    fatal = [record for record in tables["AE"] if record["AEOUT"] == "FATAL"]
    for record in fatal:
        subject = record["USUBJID"]
        yield _record("AE", subject, record["AESEQ"])
        yield _record("DS", subject, deaths[subject])


def _dataset(domain: str, variable: str, kind: str, relation: str) -> Record:
    return {
        "STUDYID": STUDYID,
        "RDOMAIN": domain,
        "IDVAR": variable,
        "RELTYPE": kind,
        "RELID": relation,
    }


def _record(domain: str, subject: Value, sequence: Value) -> Record:
    return {
        "STUDYID": STUDYID,
        "RDOMAIN": domain,
        "USUBJID": subject,
        "IDVAR": f"{domain}SEQ",
        "IDVARVAL": str(sequence),
        "RELID": "DEATH",
    }
