"""The documents made from a published warehouse: the data dictionary and dbt's own pages."""

import shutil
from pathlib import Path

from analytics.release.folders import WAREHOUSE
from analytics.release.manifest import read_manifest
from analytics.report.dictionary import dictionary_lines
from analytics.signals import temporary_folder
from analytics.transform import Transformation
from analytics.warehouse import connect


def write_documents(release: Path, folder: Path) -> list[Path]:
    """Write data-dictionary.md and site/dbt.html into the folder; the files.

    dbt works on a copy of the warehouse: a release is never opened to write.
    """
    dictionary, page = folder / "data-dictionary.md", folder / "site/dbt.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    parameters = read_manifest(release)["study"]["parameters"]
    with temporary_folder("plateau-docs-") as work:
        copy = work / WAREHOUSE
        shutil.copyfile(release / WAREHOUSE, copy)
        with connect(copy, read_only=True) as connection:
            lines = list(dictionary_lines(connection))
        dbt = Transformation(copy, work, parameters, 1, lambda _: None)
        dbt.parse()
        shutil.copyfile(dbt.document(), page)
    dictionary.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return [dictionary, page]
