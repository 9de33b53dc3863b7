"""`plateau figure`."""

from pathlib import Path
from typing import Annotated

import typer

from analytics.cli.app import DEFAULT_RELEASES, Releases, StudyId, app, one_sentence
from analytics.cli.release_option import NumberStyle, Release


@app.command()
def figure(  # noqa: PLR0913, PLR0917 - one parameter per option of the command
    name: Annotated[
        str, typer.Argument(help="Id of an analysis, name of a figure, or number ('Figure 2').")
    ],
    study: StudyId = None,
    release: Release = "current",
    releases: Releases = DEFAULT_RELEASES,
    kind: Annotated[
        str, typer.Option("--format", help="pdf, eps, svg (all with real text), tiff or png.")
    ] = "pdf",
    dpi: Annotated[int, typer.Option(help="Dots an inch of tiff and png.")] = 600,
    width: Annotated[
        str, typer.Option(help="Width of the figure: 85mm for one column, 180mm for two.")
    ] = "180mm",
    style: NumberStyle = None,
    ratio: Annotated[
        bool, typer.Option("--hr", help="Write the hazard ratio of two groups beside their test.")
    ] = False,
    title: Annotated[bool, typer.Option(help="Write the title inside the figure.")] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="File to write to (default: reports/<study>/<name>.<format>)."
        ),
    ] = None,
) -> None:
    """Draw one figure of a release's report for a journal."""
    with one_sentence():
        from analytics.readers.published_figures import Chosen, write_figure  # noqa: PLC0415
        from analytics.release.choice import chosen_release  # noqa: PLC0415

        folder = chosen_release(releases, study, release)
        chosen = Chosen(kind, dpi, width, style, title, ratio)
        typer.echo(write_figure(folder, releases, name, chosen, output))
