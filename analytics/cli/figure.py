"""`plateau figure`."""

from pathlib import Path
from typing import Annotated

import typer

from analytics.cli.app import DEFAULT_RELEASES, Releases, StudyId, app, one_sentence
from analytics.cli.release_option import Release


@app.command()
def figure(  # noqa: PLR0913, PLR0917 - one parameter per option of the command
    name: Annotated[
        str, typer.Argument(help="Id of an analysis, name of a figure, or number ('Figure 2').")
    ],
    study: StudyId = None,
    release: Release = "current",
    releases: Releases = DEFAULT_RELEASES,
    kind: Annotated[
        str, typer.Option("--format", help="pdf, svg (both with real text), tiff or png.")
    ] = "pdf",
    dpi: Annotated[int, typer.Option(help="Dots an inch of tiff and png.")] = 600,
    title: Annotated[bool, typer.Option(help="Write the title inside the figure.")] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="File to write to (default: reports/<study>/<name>.<format>)."
        ),
    ] = None,
) -> None:
    """Draw one figure of a release's report for a journal, about 180 mm wide."""
    with one_sentence():
        from analytics.readers.published_figures import write_figure  # noqa: PLC0415
        from analytics.release.choice import chosen_release  # noqa: PLC0415

        folder = chosen_release(releases, study, release)
        path = write_figure(
            folder, releases, name, kind=kind, dpi=dpi, has_title=title, output=output
        )
        typer.echo(path)
