"""Build one dbt model, its unit tests and its tests on a copy of the published warehouse.

The model reads the other models as the release holds them: seconds instead of a whole build. The
copy stays in `.cache/model/<study>` for a look at the result; the release is not touched.
"""

import argparse
import json
import os
import shutil
import sys
from pathlib import Path

from dbt.cli.main import dbtRunner

from analytics.errors import PlateauError, UsageError
from analytics.project_files import DBT_PROJECT, cache_folder
from analytics.release.folders import WAREHOUSE, StudyReleases
from analytics.release.manifest import read_manifest
from analytics.study.study_file import read_study_file


def build_model(selection: str, study: Path, releases: Path, work: Path) -> bool:
    """Run `dbt build` for a model's name, or for any other selection of dbt; whether all passed.

    Raises a PlateauError where nothing is published, and for a selection without nodes.
    """
    release = StudyReleases(releases, read_study_file(study).study_id).current
    if not (release / WAREHOUSE).is_file():
        raise UsageError(
            f"There is no {release / WAREHOUSE} to work on; run `make build STUDY={study}` first."
        )
    parameters = read_manifest(release)["study"]["parameters"]
    work.mkdir(parents=True, exist_ok=True)
    copy = Path(shutil.copy(release / WAREHOUSE, work / WAREHOUSE)).resolve()
    os.environ.update(PLATEAU_WAREHOUSE=str(copy), DO_NOT_TRACK="1")
    result = dbtRunner().invoke(
        [
            *("build", "--select", selection, "--vars", json.dumps(parameters), "--no-write-json"),
            *("--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)),
            *("--target-path", str(copy.parent / "target"), "--log-path", str(copy.parent)),
        ]
    )
    if result.success and not result.result.results:
        raise UsageError(f"No model is called '{selection}'; see dbt_project/models.")
    return result.success


def main() -> None:
    """Build the model that is named; exit code 0 if everything passed, otherwise 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", help="a model's name, or a selection: int_relapses+1")
    parser.add_argument("study", type=Path, help="folder of the study")
    parser.add_argument("--releases", type=Path, default=Path("releases"))
    parser.add_argument("--work", type=Path, help="folder of the copy")
    called = parser.parse_args()
    work = called.work or cache_folder() / "model" / called.study.name
    try:
        passed = build_model(called.model, called.study, called.releases, work)
    except PlateauError as error:
        sys.exit(f"make model: {error}")
    if passed:
        sys.stderr.write(f"The tables are in {work / WAREHOUSE}.\n")
    sys.exit(not passed)


if __name__ == "__main__":
    main()
