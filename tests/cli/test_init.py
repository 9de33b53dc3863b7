"""`plateau init` writes a study that builds as soon as SDTM files are there."""

import csv
import re
from collections.abc import Iterable
from pathlib import Path

from project import Plateau
from typer.testing import CliRunner

from analytics.cli import app

# number, sex, age, first dose, remission, relapse, transplant, death, last day known alive
PATIENTS = """\
01 F 61 2021-01-04 2021-02-10 2021-09-01 -          2021-12-24 -
02 M 44 2021-01-18 2021-03-01 -          2021-06-15 -          2023-01-10
03 F 57 2021-02-01 -          -          -          2021-04-02 -
04 M 39 2021-02-22 2021-04-06 2021-08-19 2021-10-05 2022-03-30 -
05 F 70 2021-03-15 2021-05-03 -          -          2022-05-17 -
06 M 66 2021-04-12 2021-06-01 -          -          -          2023-02-14
07 F 28 2021-05-10 2021-06-21 -          2021-09-30 -          2022-11-08
08 M 52 2021-06-07 -          -          -          -          2021-11-15
"""


def write_records(folder: Path) -> None:
    """The patients as SDTM files of trial TRIAL01."""
    rows = [line.replace(" -", " ").split(" ") for line in re.sub(" +", " ", PATIENTS).splitlines()]
    dm, ex, rs, pr, ss = [], [], [], [], []
    for number, sex, age, start, remission, relapse, transplant, death, alive in rows:
        subject = f"P{number}"
        dm.append((subject, age, "YEARS", sex, death, "Y" if death else ""))
        ex.append((subject, 1, "DRUG", 10, start))
        found = [(remission, "CR"), (relapse, "Relapse")]
        dated = [(day, word) for day, word in found if day]
        rs += [(subject, seq, "OVRLRESP", word, day) for seq, (day, word) in enumerate(dated, 1)]
        if transplant:
            pr.append((subject, 1, "Allogeneic stem cell transplant", transplant))
        if alive:
            ss.append((subject, 1, "SURVSTAT", "ALIVE", alive))
    write(folder, "DM", "AGE AGEU SEX DTHDTC DTHFL", dm)
    write(folder, "EX", "EXSEQ EXTRT EXDOSE EXSTDTC", ex)
    write(folder, "RS", "RSSEQ RSTESTCD RSSTRESC RSDTC", rs)
    write(folder, "PR", "PRSEQ PRTRT PRSTDTC", pr)
    write(folder, "SS", "SSSEQ SSTESTCD SSSTRESC SSDTC", ss)


def write(folder: Path, domain: str, variables: str, rows: Iterable[tuple[object, ...]]) -> None:
    with (folder / f"{domain.lower()}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["STUDYID", "DOMAIN", "USUBJID", *variables.split()])
        writer.writerows(("TRIAL01", domain, *row) for row in rows)


def test_a_new_study_builds_with_a_few_records(plateau: Plateau, tmp_path: Path) -> None:
    study, releases = tmp_path / "new", tmp_path / "releases"
    assert plateau("init", study).returncode == 0
    empty = plateau("build", study, "--releases", releases)
    assert (empty.returncode, empty.stderr.splitlines()[-2:]) == (
        1,
        [
            f"  sdtm/TRIAL01 has no {domain} file, which every trial needs; add "
            f"{domain.lower()}.csv or another format of it."
            for domain in ("DM", "EX")
        ],
    )
    write_records(study / "sdtm/TRIAL01")
    built = plateau("build", study, "--releases", releases)
    assert built.returncode == 0, built.stderr
    assert built.stdout.splitlines()[0] == "Title of the study"
    assert "SYNTHETIC" not in built.stdout
    answer = plateau(
        *("query", "--releases", releases, "--format", "csv"),
        "select analysis_id, n, n_event from results.survival_summary where stratum = 'all'",
    )
    # deaths: 01, 03, 04, 05; in remission all but 03 and 08, of whom 01, 04 relapsed and 05 died
    assert answer.stdout.splitlines() == ["analysis_id,n,n_event", "os,8,4", "rfs,6,3"]
    rejected = plateau("query", "--releases", releases, "from quality.rejected_record")
    assert rejected.stdout.splitlines()[-1] == "(0 rows)"


def test_it_says_what_to_do_next(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["init", str(tmp_path / "new")])
    assert result.exit_code == 0
    assert "".join(result.stderr.split()) == "".join(
        f"{tmp_path / 'new'} is a new study; its files explain what to fill in, study.toml first. "
        f"Put the SDTM files of a trial into {tmp_path / 'new/sdtm/TRIAL01'}; "
        f"{tmp_path / 'new/sdtm/README.md'} lists them. "
        f"Then run `plateau build {tmp_path / 'new'}`.".split()
    )


def test_a_folder_with_something_in_it_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    result = CliRunner().invoke(app, ["init", str(tmp_path)])
    assert result.exit_code == 1
    assert result.stderr == (
        f"plateau: {tmp_path} is not empty and was not changed; name a new folder.\n"
    )
