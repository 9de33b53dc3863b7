"""The walk of a check: files into raw, models up to the findings, report; nothing is kept."""

from pathlib import Path
from typing import Final

from analytics.check.findings import Report
from analytics.check.reading import read_report
from analytics.ingest import IngestError, load_raw
from analytics.progress import Progress, Silence, Steps
from analytics.signals import temporary_folder
from analytics.study import load_study
from analytics.study.published import load_published
from analytics.transform import Transformation
from analytics.warehouse import connect
from expectations.suite import SUITES, load_suites

# what is found, and whether anybody is left to be analysed
FINDINGS: Final = "+config.schema:quality +population_members"


def check(folder: Path, threads: int, progress: Progress | None = None) -> Report:
    """Judge every record of the study in the folder, in a temporary folder of its own.

    Files that cannot be read end the check, with a sentence for each of them in the report.
    Raises StudyError or SuiteError for a mistake in the study's own files, and BuildError.
    """
    steps = Steps(progress or Silence())
    with steps.step("read the study"):
        study = load_study(folder)
        load_suites((SUITES, study.folder / "expectations"))
        load_published(study.folder)
    with temporary_folder("plateau-check-") as work:
        warehouse = work / "warehouse.duckdb"
        try:
            with steps.step("load the files"), connect(warehouse) as connection:
                load_raw(study, connection, work)
        except IngestError as error:
            return Report(study, refusals=error.sentences)
        dbt = Transformation(
            warehouse,
            work,
            study.parameters.model_dump(mode="json"),
            threads,
            steps.progress.detail,
        )
        with steps.step("read the dbt project"):
            dbt.parse()
        with steps.step("judge the records"):
            dbt.run_models(FINDINGS)
        with connect(warehouse) as connection:
            return read_report(study, connection)
