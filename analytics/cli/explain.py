"""`plateau explain`."""

from typing import Annotated

import typer

from analytics.cli.app import DEFAULT_RELEASES, Releases, StudyId, app, one_sentence


@app.command()
def explain(
    analysis: Annotated[str, typer.Argument(help="Analysis, as results.analysis names it.")],
    about: Annotated[
        str | None,
        typer.Argument(help="A USUBJID, or a number of the analysis as it was printed."),
    ] = None,
    study: StudyId = None,
    releases: Releases = DEFAULT_RELEASES,
) -> None:
    """Tell where an analysis, a subject's row or a number comes from. Shows patients' dates."""
    with one_sentence():
        from analytics.readers import explain as explaining  # noqa: PLC0415

        for line in explaining.explain(releases, study, analysis, about):
            typer.echo(line)
