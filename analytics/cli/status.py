"""`plateau status`."""

import typer

from analytics.cli.app import DEFAULT_RELEASES, Releases, app, one_sentence


@app.command()
def status(releases: Releases = DEFAULT_RELEASES) -> None:
    """Show what is published and how the last runs went."""
    with one_sentence():
        from analytics.readers.status import status_lines  # noqa: PLC0415

        for line in status_lines(releases):
            typer.echo(line)
