"""`plateau pool`."""

from pathlib import Path
from typing import Annotated

import typer

from analytics.cli.app import DEFAULT_RELEASES, Releases, app, one_sentence, say


@app.command()
def pool(
    folders: Annotated[
        list[Path], typer.Argument(help="Folders that `plateau export counts` has written.")
    ],
    out: Annotated[Path, typer.Option("--out", help="Folder to write into, outside the releases.")],
    releases: Releases = DEFAULT_RELEASES,
) -> None:
    """Pool sites that share only counts: curves, incidences, tests and one-factor models.

    The numbers are those of the pooled patients. What needs the patients is named and left out.
    """
    with one_sentence():
        from analytics.export.pooled_files import summary, write_pool  # noqa: PLC0415

        found = write_pool(folders, out, releases)
    for line in summary(found):
        say(line)
    for name, reason in found.not_pooled.items():
        say(f"Not pooled: {name}: {reason}.")
    if found.synthetic_note:
        say(found.synthetic_note)
    typer.echo(out)
