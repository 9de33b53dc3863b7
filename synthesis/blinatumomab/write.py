"""From records to files: sequence numbers, column order, SUPP-- files.

Files are written with sorted records and line feeds only, so that the same program makes the
same bytes on every machine.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from .records import Record

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "DM": (
        "SUBJID", "RFSTDTC", "RFXSTDTC", "RFXENDTC", "DTHDTC", "DTHFL", "SITEID", "BRTHDTC",
        "AGE", "AGEU", "SEX", "RACE", "ETHNIC", "ARMCD", "ARM", "COUNTRY",
    ),
    "EX": (
        "EXSEQ", "EXTRT", "EXDOSE", "EXDOSU", "EXDOSFRQ", "EXROUTE", "VISITNUM", "VISIT",
        "EPOCH", "EXSTDTC", "EXENDTC",
    ),
    "RS": (
        "RSSEQ", "RSTESTCD", "RSTEST", "RSCAT", "RSORRES", "RSSTRESC", "RSSTRESN", "RSSTAT",
        "RSREASND", "RSEVAL", "RSACPTFL", "VISITNUM", "VISIT", "RSDTC",
    ),
    "QS": (
        "QSSEQ", "QSTESTCD", "QSTEST", "QSCAT", "QSORRES", "QSSTRESC", "QSSTRESN", "QSSTAT",
        "QSREASND", "VISITNUM", "VISIT", "QSDTC",
    ),
    "LB": (
        "LBSEQ", "LBTESTCD", "LBTEST", "LBCAT", "LBORRES", "LBORRESU", "LBSTRESC", "LBSTRESN",
        "LBSTRESU", "LBSTAT", "LBREASND", "LBNAM", "LBSPEC", "LBMETHOD", "LBLLOD", "LBLLOQ",
        "VISITNUM", "VISIT", "LBDTC",
    ),
    "GF": (
        "GFSEQ", "GFTESTCD", "GFTEST", "GFORRES", "GFSTRESC", "GFSTAT", "GFREASND", "GFSPEC",
        "GFMETHOD", "VISITNUM", "VISIT", "GFDTC",
    ),
    "PR": ("PRSEQ", "PRTRT", "PRDECOD", "PRCAT", "PRSTDTC", "PRENDTC", "VISITNUM", "VISIT"),
    "MH": ("MHSEQ", "MHGRPID", "MHTERM", "MHDECOD", "MHCAT", "MHSCAT", "MHSTDTC", "MHENDTC"),
    "CM": ("CMSEQ", "CMGRPID", "CMTRT", "CMDECOD", "CMCAT", "CMSCAT", "CMSTDTC", "CMENDTC"),
    "SS": (
        "SSSEQ", "SSTESTCD", "SSTEST", "SSORRES", "SSSTRESC", "SSSTAT", "SSREASND", "VISITNUM",
        "VISIT", "SSDTC",
    ),
    "SV": ("VISITNUM", "VISIT", "SVCNTMOD", "SVSTDTC", "SVENDTC"),
    "DS": ("DSSEQ", "DSTERM", "DSDECOD", "DSCAT", "DSSTDTC"),
    "DD": ("DDSEQ", "DDTESTCD", "DDTEST", "DDORRES", "DDSTRESC", "DDDTC"),
}  # fmt: skip
SUPPLEMENT_COLUMNS = (
    "STUDYID", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM", "QLABEL", "QVAL", "QORIG",
    "QEVAL",
)  # fmt: skip
WITHOUT_SEQUENCE = ("DM", "SV")


def number_records(records: Iterable[Record]) -> dict[str, list[Record]]:
    """Sort the records of each domain by subject and day and give them their --SEQ."""
    by_domain: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        by_domain[record.domain].append(record)
    for domain, members in by_domain.items():
        members.sort(key=lambda record: (record.subject, record.day, record.rank))
        sequence: dict[str, int] = defaultdict(int)
        for record in members:
            sequence[record.subject] += 1
            if domain not in WITHOUT_SEQUENCE:
                record.values[f"{domain}SEQ"] = str(sequence[record.subject])
    return dict(sorted(by_domain.items()))


def write_trial(study: str, by_domain: Mapping[str, list[Record]], folder: Path) -> None:
    """Write one CSV file per domain, and a SUPP-- file where a domain has supplements.

    CSV files of an earlier cohort go: one of its patients left behind would be a stranger here.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for stale in folder.glob("*.csv"):
        stale.unlink()
    for domain, records in by_domain.items():
        columns = ("STUDYID", "DOMAIN", "USUBJID", *COLUMNS[domain])
        rows = (_row(study, record) for record in records)
        _write(folder / f"{domain.lower()}.csv", columns, rows)
        once = {id(record): record for record in records}.values()
        supplements = [row for record in once for row in _supplements(study, record)]
        if supplements:
            _write(folder / f"supp{domain.lower()}.csv", SUPPLEMENT_COLUMNS, supplements)


def _row(study: str, record: Record) -> dict[str, str]:
    return {
        "STUDYID": study,
        "DOMAIN": record.domain,
        "USUBJID": record.subject,
        **{name: value for name, value in record.values.items() if value != ""},
    }


def _supplements(study: str, record: Record) -> list[dict[str, str]]:
    sequence = f"{record.domain}SEQ"
    has_sequence = record.domain not in WITHOUT_SEQUENCE
    return [
        {
            "STUDYID": study,
            "RDOMAIN": record.domain,
            "USUBJID": record.subject,
            "IDVAR": sequence if has_sequence else "",
            "IDVARVAL": record.values[sequence] if has_sequence else "",
            "QNAM": name,
            "QLABEL": label,
            "QVAL": value,
            "QORIG": "CRF",
        }
        for name, label, value in record.supplements
    ]


def _write(path: Path, columns: tuple[str, ...], rows: Iterable[Mapping[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
