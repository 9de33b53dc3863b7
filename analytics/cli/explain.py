"""`plateau explain`."""

from typing import Annotated

import typer

from analytics.cli.app import DEFAULT_RELEASES, Releases, StudyId, answer, app, one_sentence
from analytics.cli.release_option import Release


@app.command()
def explain(
    analysis: Annotated[str, typer.Argument(help="Analysis id, as in results.analysis.")],
    about: Annotated[
        str | None,
        typer.Argument(help="A USUBJID, or a number of the analysis as printed."),
    ] = None,
    study: StudyId = None,
    release: Release = "current",
    releases: Releases = DEFAULT_RELEASES,
) -> None:
    """Explain where an analysis, a subject's row or a number comes from. Shows patients' dates."""
    with one_sentence():
        from analytics.readers import explain as explaining  # noqa: PLC0415
        from analytics.release.choice import chosen_release  # noqa: PLC0415
        from analytics.release.older import as_this_version_reads  # noqa: PLC0415

        folder = chosen_release(releases, study, release)
        with as_this_version_reads(folder):
            for line in explaining.explain(folder, analysis, about):
                answer(line)
