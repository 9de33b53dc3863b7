"""One row of survival::myeloid as SDTM records.

Days of the data set count from the start; here every patient starts on `FIRST_DOSE`.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final

TRIAL: Final = "MYELOID"
FIRST_DOSE: Final = date(2000, 1, 1)

Record = dict[str, str]


def records_of(row: Mapping[str, str]) -> Iterator[Record]:
    """The records of one patient, domain after domain; a time that is missing gives none."""
    yield _demographics(row)
    yield _exposure(row)
    yield from _responses(row)
    if row["txtime"]:
        yield _transplant(row)
    if row["death"] == "0":
        yield _survival_status(row)


def _demographics(row: Mapping[str, str]) -> Record:
    is_dead = row["death"] == "1"
    return {
        **_keys("DM", row),
        "SUBJID": row["id"],
        "RFSTDTC": FIRST_DOSE.isoformat(),
        "RFXSTDTC": FIRST_DOSE.isoformat(),
        "DTHDTC": _date(row["futime"]) if is_dead else "",
        "DTHFL": "Y" if is_dead else "",
        "SEX": row["sex"].upper(),
        "ARMCD": row["trt"],
        "ARM": f"Arm {row['trt']}",
    }


def _exposure(row: Mapping[str, str]) -> Record:
    return {
        **_keys("EX", row),
        "EXSEQ": "1",
        "EXTRT": f"TREATMENT OF ARM {row['trt']}",
        "EXDOSE": "1",
        "EXDOSU": "TREATMENT",
        "EXSTDTC": FIRST_DOSE.isoformat(),
    }


def _responses(row: Mapping[str, str]) -> Iterator[Record]:
    found = (("crtime", "Complete response"), ("rltime", "Relapse"))
    dated = [(row[column], wording) for column, wording in found if row[column]]
    for number, (day, wording) in enumerate(dated, start=1):
        yield {
            **_keys("RS", row),
            "RSSEQ": str(number),
            "RSTESTCD": "OVRLRESP",
            "RSTEST": "Overall Response",
            "RSCAT": "DISEASE RESPONSE",
            "RSORRES": wording,
            "RSSTRESC": wording.upper(),
            "RSDTC": _date(day),
        }


def _transplant(row: Mapping[str, str]) -> Record:
    return {
        **_keys("PR", row),
        "PRSEQ": "1",
        "PRTRT": "HEMATOPOIETIC STEM CELL TRANSPLANT",
        "PRDECOD": "HEMATOPOIETIC STEM CELL TRANSPLANTATION",
        "PRCAT": "TRANSPLANT",
        "PRSTDTC": _date(row["txtime"]),
    }


def _survival_status(row: Mapping[str, str]) -> Record:
    return {
        **_keys("SS", row),
        "SSSEQ": "1",
        "SSTESTCD": "SURVSTAT",
        "SSTEST": "Survival Status",
        "SSORRES": "Alive",
        "SSSTRESC": "ALIVE",
        "SSDTC": _date(row["futime"]),
    }


def _keys(domain: str, row: Mapping[str, str]) -> Record:
    return {"STUDYID": TRIAL, "DOMAIN": domain, "USUBJID": f"{TRIAL}-{int(row['id']):03d}"}


def _date(day: str) -> str:
    return (FIRST_DOSE + timedelta(days=int(day))).isoformat()
