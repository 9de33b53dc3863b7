"""`plateau diff`."""

from typing import Annotated

import typer

from analytics.cli.app import (
    DEFAULT_RELEASES,
    TOLD_BY_EXIT_CODES,
    Releases,
    StudyId,
    app,
    one_sentence,
)

A_RELEASE = "Id of a release, `current`, `previous`, or the folder of a release."


@app.command(epilog=TOLD_BY_EXIT_CODES)
def diff(  # noqa: PLR0913, PLR0917 - one parameter per option of the command
    before: Annotated[str, typer.Argument(help=A_RELEASE)] = "previous",
    after: Annotated[str, typer.Argument(help=A_RELEASE)] = "current",
    study: StudyId = None,
    releases: Releases = DEFAULT_RELEASES,
    output: Annotated[str, typer.Option("--format", help="table, csv or json.")] = "table",
    only: Annotated[str | None, typer.Option(help="patients or estimates.")] = None,
) -> None:
    """Tell which patients and which estimates changed between two releases, and why.

    It names patients, from the warehouses that their owner alone may read.
    """
    with one_sentence():
        from analytics.readers import differences  # noqa: PLC0415

        found = differences.difference(
            differences.named_release(releases, study, before),
            differences.named_release(releases, study, after),
        )
        for line in differences.difference_lines(found, output, only):
            typer.echo(line)
