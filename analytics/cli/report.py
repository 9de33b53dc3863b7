"""`plateau report`."""

from pathlib import Path
from typing import Annotated

import typer

from analytics.cli.app import DEFAULT_RELEASES, Releases, StudyId, app, one_sentence
from analytics.cli.release_option import NumberStyle, Release


@app.command()
def report(  # noqa: PLR0913, PLR0917 - one parameter per option of the command
    study: StudyId = None,
    release: Release = "current",
    releases: Releases = DEFAULT_RELEASES,
    output: Annotated[
        Path | None, typer.Option(help="Folder to write to (default: reports/<study>).")
    ] = None,
    style: NumberStyle = None,
    patient_level: Annotated[
        bool,
        typer.Option(
            "--patient-level",
            help="Write the swimmer plot instead, in files that only you can read.",
        ),
    ] = False,
    population: Annotated[
        str | None,
        typer.Option(help="With --patient-level: population to plot (default: the analysis set)."),
    ] = None,
) -> None:
    """Write the report of a release: an HTML page with its figures and tables."""
    with one_sentence():
        from analytics.readers import published_report  # noqa: PLC0415
        from analytics.release.choice import chosen_release  # noqa: PLC0415

        if population is not None and not patient_level:
            raise published_report.ReportError(
                "--population needs --patient-level; add it or omit both."
            )
        folder = chosen_release(releases, study, release)
        if patient_level:
            path = published_report.patient_report(folder, releases, output, population)
        else:
            path = published_report.published_report(folder, releases, output, style)
        typer.echo(path)
