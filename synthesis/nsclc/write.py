"""The files of the study: transport files and define.xml as a sponsor delivers them, and a page."""

from pathlib import Path
from typing import Final

from .catalogue import COLUMNS, DATASETS
from .define import define_xml
from .external import write_external
from .generate import Cohort
from .page import study_page
from .records import Record
from .tables import tables_of
from .trial import STUDYID
from .xport import write_xport

PACKAGE: Final = Path("sdtm/m5/datasets") / STUDYID.lower() / "tabulations/sdtm"


def write_study(cohort: Cohort, seed: int, folder: Path) -> dict[str, list[Record]]:
    """Write all files below the folder of the study, and return the records of each dataset.

    Transport files of an earlier run go, so that none stays that is no longer written.
    """
    tables = tables_of(cohort, seed)
    package = folder / PACKAGE
    package.mkdir(parents=True, exist_ok=True)
    for stale in package.glob("*.xpt"):
        stale.unlink()
    for name, records in tables.items():
        path = package / f"{name.lower()}.xpt"
        write_xport(DATASETS[name], COLUMNS[name], records, path)
    (package / "define.xml").write_bytes(define_xml(tables))
    write_external(seed, folder)
    (folder / "README.md").write_text(study_page(), encoding="utf-8", newline="\n")
    return tables
