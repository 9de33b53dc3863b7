"""A study of thirty made-up patients, read from two ADaM datasets, which builds in seconds."""

from datetime import date, timedelta
from pathlib import Path

import adam_study

_DAY = date(2020, 1, 1)
_ADSL = "STUDYID,USUBJID,SUBJID,AGE,AGEU,SEX,ITTFL"
_ADTTE = "STUDYID,USUBJID,PARAMCD,PARAM,AVAL,AVALU,STARTDT,ADT,CNSR,EVNTDESC,CNSDTDSC"


def tiny_study(folder: Path) -> Path:
    """Write the study into a new folder; that folder."""
    for name, text in adam_study.FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [line for line in text.splitlines() if "hsct" not in line]
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    subjects, times = [_ADSL], [_ADTTE]
    for number in range(30):
        days, sex, is_censored = 20 + 9 * number, "MF"[number % 2], number % 3 == 0
        subject = f"A1,A1-{number:02}"
        subjects.append(f"{subject},{number:02},{30 + number},YEARS,{sex},Y")
        end = "1,Alive,Last visit" if is_censored else "0,Death,"
        last = _DAY + timedelta(days - 1)
        times.append(f"{subject},OS,Overall survival,{days},DAYS,{_DAY},{last},{end}")
    (folder / "adam").mkdir()
    (folder / "adam/adsl.csv").write_text("\n".join(subjects) + "\n", encoding="utf-8")
    (folder / "adam/adtte.csv").write_text("\n".join(times) + "\n", encoding="utf-8")
    return folder
