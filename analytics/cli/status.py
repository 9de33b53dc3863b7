"""`plateau status`."""

import typer

from analytics.cli.app import DEFAULT_RELEASES, Releases, answer, app, one_sentence


@app.command()
def status(releases: Releases = DEFAULT_RELEASES) -> None:
    """Show what is published and how the last runs went.

    Ends with 3 if a published release is visibly damaged.
    """
    with one_sentence():
        from analytics.readers.status import damaged_studies, status_lines  # noqa: PLC0415
        from analytics.release.verify import AlteredError  # noqa: PLC0415

        for line in status_lines(releases):
            answer(line)
        if damaged_studies(releases):
            raise typer.Exit(AlteredError.exit_code)
