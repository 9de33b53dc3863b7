"""Patients typed as records: a good one, changes of it, and the study folder they are written to.

Every damaged patient stands beside a twin without the damage, so that one run of the models says
of each what the rules found, and whether its results are those of the clean records alone.
"""

import copy
import csv
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from project import STUDY

TRIAL: Final = "MT103-211"
OTHER_TRIAL: Final = "MT103-206"
FIRST_DOSE: Final = "2014-01-10"
REMISSION: Final = "2014-02-07"
RELAPSE: Final = "2014-09-01"
DEATH: Final = "2015-03-01"

Record = dict[str, str]
# the records of each file: dm, ex, ...; `dm_other` is DM of the other trial
Patient = dict[str, list[Record]]
Change = Callable[[Patient], None]


def patient(usubjid: str) -> Patient:
    """A patient with a remission, a transplant in it, a relapse and a death; nothing is wrong.

    Beside it stand two subjects who were screened and never treated, one in each trial.
    """
    found: Patient = {
        "dm": [
            _dm(usubjid, DTHDTC=DEATH, DTHFL="Y", RACE="WHITE"),
            _dm(f"{usubjid}-screened", AGE="41"),
        ],
        "dm_other": [_dm(f"{usubjid}-other", STUDYID=OTHER_TRIAL)],
        "ex": [
            _ex("1", "9", "C1D1", FIRST_DOSE, "2014-01-16"),
            _ex("2", "28", "C1D8", "2014-01-17", "2014-02-06"),
            _ex("3", "28", "C2D1", "2014-02-21", "2014-03-20"),
        ],
        "rs": [
            _rs("1", "OVRLRESP", "DISEASE RESPONSE", "COMPLETE REMISSION", REMISSION),
            _rs("2", "OVRLRESP", "DISEASE RESPONSE", "DISEASE RELAPSE", RELAPSE),
            _rs("3", "ECOG101", "ECOG", "1", "2014-01-07"),
            _rs("4", "ECOG101", "ECOG", "0", "2014-02-08"),
        ],
        "lb": [
            _lb("1", "BLAST", "80", "2014-01-07", LBSTRESU="%", LBMETHOD="MICROSCOPY"),
            _lb("2", "MRDPCR", "0.00005", REMISSION, LBLLOD="0.00001", LBLLOQ="0.0001"),
            _lb("3", "WBC", "4.1", "2014-01-07", LBSPEC="BLOOD", LBSTRESU="10^9/L"),
        ],
        "gf": [
            {
                "DOMAIN": "GF",
                "GFSEQ": seq,
                "GFTESTCD": test,
                "GFSTRESC": "NOT DETECTED",
                "GFDTC": "2014-01-07",
            }
            for seq, test in (("1", "T411"), ("2", "BCRABL1"))
        ],
        "pr": [
            {
                "DOMAIN": "PR",
                "PRSEQ": "1",
                "PRTRT": "ALLOGENEIC STEM CELL TRANSPLANT",
                "PRCAT": "TRANSPLANT",
                "PRSTDTC": "2014-04-15",
            }
        ],
        "mh": [
            {"DOMAIN": "MH", "MHSEQ": "1", "MHTERM": "Neuropathy", "MHSTDTC": "2006"},
        ],
        "cm": [
            {
                "DOMAIN": "CM",
                "CMSEQ": seq,
                "CMGRPID": f"SALV{seq}",
                "CMTRT": drug,
                "CMCAT": "PRIOR ANTI-LEUKEMIC THERAPY",
                "CMSCAT": "SALVAGE",
                "CMSTDTC": day,
            }
            for seq, drug, day in (("1", "Fludarabine", "2013-01-03"), ("2", "Cytarabine", "2013"))
        ],
        "ss": [
            {
                "DOMAIN": "SS",
                "SSSEQ": "1",
                "SSTESTCD": "SURVSTAT",
                "SSSTRESC": "SUBJECT ALIVE",
                "SSDTC": "2014-12-01",
            }
        ],
        "sv": [
            {"DOMAIN": "SV", "VISITNUM": number, "SVCNTMOD": mode, "SVSTDTC": day}
            for number, mode, day in (
                ("1", "CLINIC VISIT", "2014-01-07"),
                ("2", "CLINIC VISIT", "2014-10-01"),
                ("", "PHONE", "2014-11-01"),
                ("", "PHONE", "2014-11-15"),
            )
        ],
        "ds": [{"DOMAIN": "DS", "DSSEQ": "1", "DSDECOD": "DEATH", "DSSTDTC": DEATH}],
        "dd": [
            {
                "DOMAIN": "DD",
                "DDSEQ": "1",
                "DDTESTCD": "PRCDTH",
                "DDSTRESC": "SEPSIS",
                "DDDTC": DEATH,
            }
        ],
        "supprs": [
            {
                "RDOMAIN": "RS",
                "IDVAR": "RSSEQ",
                "IDVARVAL": "2",
                "QNAM": "RELSITE",
                "QVAL": "BONE MARROW",
            }
        ],
    }
    for records in found.values():
        for record in records:
            record.setdefault("USUBJID", usubjid)
            record.setdefault("STUDYID", TRIAL)
    return found


def twice_read_patient(usubjid: str) -> Patient:
    """The good patient, with a partial remission that a second reader saw before."""
    read = patient(usubjid)
    second = {"RSSEQ": "5", "RSSTRESC": "PARTIAL REMISSION", "RSDTC": "2014-02-01"}
    read["rs"].append({**read["rs"][0], **second, "RSEVALID": "READER 2"})
    return read


def living_patient(usubjid: str) -> Patient:
    """The good patient, who has not died."""
    living = patient(usubjid)
    living["dm"][0] |= {"DTHDTC": "", "DTHFL": ""}
    living["ds"].clear()
    living["dd"].clear()
    return living


def edit(domain: str, place: int, /, **values: str) -> Change:
    """Change values of one record."""

    def change(records: Patient) -> None:
        records[domain][place] |= values

    return change


def drop(domain: str, place: int) -> Change:
    """Leave one record out."""

    def change(records: Patient) -> None:
        del records[domain][place]

    return change


def again(domain: str, place: int, /, **values: str) -> Change:
    """Add a record like another one, with other values."""

    def change(records: Patient) -> None:
        records[domain].append({**records[domain][place], **values})

    return change


def all_of(*changes: Change) -> Change:
    """Several changes, one after the other."""

    def change(records: Patient) -> None:
        for one in changes:
            one(records)

    return change


def changed(base: Patient, change: Change) -> Patient:
    """A copy of the patient with the change."""
    copied = copy.deepcopy(base)
    change(copied)
    return copied


def write_cohort(folder: Path, patients: Iterable[Patient]) -> dict[tuple[str, int], str]:
    """Write a study folder with these patients, whose subject is that of their first exposure.

    The study is the default one but for its SDTM files, an endpoint that starts at the transplant,
    one of the arm FOLLOWED that starts at a transplant before the trial, and a fact of screening.
    Returns whose each record is, by file and number.
    """
    shutil.copytree(
        STUDY, folder, ignore=shutil.ignore_patterns("sdtm", "published", "fact_conditions.csv")
    )
    _append(
        folder / "endpoints.csv",
        "TTRHSCT,Relapse after transplant,hsct_any,hsct,9,typed for a test\n"
        "OSPRIOR,Survival after prior transplant,followed,prior_hsct,10,typed for a test",
    )
    _append(
        folder / "endpoint_rules.csv",
        "TTRHSCT,relapse,event,relapse,1,Relapse,,\n"
        "TTRHSCT,alive,censor,last_known_alive,1,Alive,,\n"
        "OSPRIOR,death,event,death,1,Death,,\n"
        "OSPRIOR,alive,censor,last_known_alive,1,Alive,,",
    )
    _append(
        folder / "populations.csv",
        "followed,Followed,99,1,population,all,,,\nfollowed,,,2,variable,ARM,=,FOLLOWED,",
    )
    _append(
        folder / "facts.csv",
        "fact,label,domain,date,take,value,known_by,description\n"
        "screening,Screening visit,SV,SVSTDTC,first,,first_dose,typed for a test",
    )
    _append(
        folder / "fact_conditions.csv",
        "trial_id,fact,condition_order,kind,name,operator,value\n"
        ",screening,1,variable,VISITNUM,=,1\n"
        f"{TRIAL},response,1,variable,RSACPTFL,=,Y",
    )
    owners: dict[tuple[str, int], str] = {}
    files: dict[str, list[Record]] = {f"sdtm/{OTHER_TRIAL}/ex.csv": []}
    for records_of in patients:
        subject = records_of["ss"][0]["USUBJID"] if records_of["ss"] else ""
        for domain, records in records_of.items():
            trial, stem = (OTHER_TRIAL, "dm") if domain == "dm_other" else (TRIAL, domain)
            name = f"sdtm/{trial}/{stem}.csv"
            for record in records:
                files.setdefault(name, []).append(record)
                owners[name, len(files[name])] = subject
    for name, records in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with (STUDY / f"sdtm/{TRIAL}" / path.name).open(encoding="utf-8", newline="") as like:
            variables = next(csv.reader(like))
        further = (name for record in records for name in record if name not in variables)
        variables += dict.fromkeys(further)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, variables, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(records)
    return owners


def _append(path: Path, lines: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{lines}\n")


def _dm(usubjid: str, **values: str) -> Record:
    return {
        "DOMAIN": "DM",
        "USUBJID": usubjid,
        "SUBJID": usubjid,
        "AGE": "40",
        "AGEU": "YEARS",
        "SEX": "M",
        **values,
    }


def _ex(seq: str, dose: str, visit: str, start: str, end: str) -> Record:
    return {
        "DOMAIN": "EX",
        "EXSEQ": seq,
        "EXTRT": "BLINATUMOMAB",
        "EXDOSE": dose,
        "VISIT": visit,
        "EXSTDTC": start,
        "EXENDTC": end,
    }


def _rs(seq: str, test: str, category: str, result: str, day: str) -> Record:
    return {
        "DOMAIN": "RS",
        "RSSEQ": seq,
        "RSTESTCD": test,
        "RSCAT": category,
        "RSORRES": result,
        "RSSTRESC": result,
        "RSSTRESN": result if result.isdigit() else "",
        "RSEVAL": "INVESTIGATOR",
        "RSACPTFL": "Y",
        "RSDTC": day,
    }


def _lb(seq: str, test: str, result: str, day: str, **values: str) -> Record:
    return {
        "DOMAIN": "LB",
        "LBSEQ": seq,
        "LBTESTCD": test,
        "LBSTRESC": result,
        "LBSTRESN": result,
        "LBSTRESU": "fraction of 1",
        "LBNAM": "CENTRAL LABORATORY",
        "LBSPEC": "BONE MARROW",
        "LBDTC": day,
        **values,
    }
