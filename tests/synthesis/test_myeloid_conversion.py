"""The SDTM files of the second study are its data set, and nothing is lost on the way."""

import csv
import subprocess
import sys
from datetime import date
from pathlib import Path

from project import MYELOID, PROJECT

SOURCE = PROJECT / "synthesis/myeloid/myeloid.csv"
FILES = MYELOID / "sdtm/MYELOID"
FIRST_DOSE = date(2000, 1, 1)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def days(domain: str, variable: str, **values: str) -> dict[str, str]:
    """Subject -> day since the first dose, of the records with these values and a date."""
    return {
        record["USUBJID"]: str((date.fromisoformat(record[variable]) - FIRST_DOSE).days)
        for record in rows_of(FILES / f"{domain}.csv")
        if record[variable] and all(record[name] == value for name, value in values.items())
    }


def test_one_command_makes_the_files_again_byte_for_byte(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "synthesis.myeloid", "--out", str(tmp_path)]
    subprocess.run(command, cwd=PROJECT, check=True, capture_output=True)
    made = {path.name: path.read_bytes() for path in (tmp_path / "MYELOID").iterdir()}
    assert made == {path.name: path.read_bytes() for path in FILES.iterdir()}


def test_the_source_is_the_data_set_as_r_wrote_it() -> None:
    assert SOURCE.read_bytes() == (PROJECT / "tests/reference/myeloid.csv").read_bytes()


def test_the_records_give_back_every_value_of_the_data_set() -> None:
    remissions = days("rs", "RSDTC", RSSTRESC="COMPLETE RESPONSE")
    relapses = days("rs", "RSDTC", RSSTRESC="RELAPSE")
    transplants = days("pr", "PRSTDTC")
    deaths = days("dm", "DTHDTC", DTHFL="Y")
    followed = days("ss", "SSDTC", SSSTRESC="ALIVE")
    starts = days("ex", "EXSTDTC")
    found = []
    for record in rows_of(FILES / "dm.csv"):
        subject = record["USUBJID"]
        assert starts[subject] == "0"
        assert (subject in deaths) != (subject in followed)
        found.append(
            {
                "id": record["SUBJID"],
                "trt": record["ARMCD"],
                "sex": record["SEX"].lower(),
                "futime": deaths.get(subject) or followed[subject],
                "death": "1" if subject in deaths else "0",
                "txtime": transplants.get(subject, ""),
                "crtime": remissions.get(subject, ""),
                "rltime": relapses.get(subject, ""),
            }
        )
    assert found == rows_of(SOURCE)
    assert len(found) == 646
