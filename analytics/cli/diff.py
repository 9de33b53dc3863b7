"""`plateau diff`."""

from typing import Annotated

import typer

from analytics.cli.app import (
    DEFAULT_RELEASES,
    TOLD_BY_EXIT_CODES,
    Releases,
    StudyId,
    answer,
    app,
    one_sentence,
)
from analytics.cli.release_option import A_RELEASE, given_once


@app.command(epilog=TOLD_BY_EXIT_CODES)
def diff(  # noqa: PLR0913, PLR0917 - one parameter per option of the command
    before: Annotated[str, typer.Argument(help=A_RELEASE)] = "previous",
    after: Annotated[str | None, typer.Argument(help=f"{A_RELEASE} Default: current.")] = None,
    study: StudyId = None,
    same: Annotated[
        str | None, typer.Option("--release", help="The same as the argument AFTER.")
    ] = None,
    releases: Releases = DEFAULT_RELEASES,
    output: Annotated[str, typer.Option("--format", help="table, csv or json.")] = "table",
    only: Annotated[str | None, typer.Option(help="patients or estimates.")] = None,
) -> None:
    """Show which patients and which estimates changed between two releases, and why.

    The output names patients; it is made from warehouses that only their owner can read.
    """
    with one_sentence():
        from analytics.readers import differences  # noqa: PLC0415
        from analytics.release.choice import CURRENT, chosen_release  # noqa: PLC0415
        from analytics.release.history import release_at  # noqa: PLC0415

        names = before, given_once(after, same, CURRENT)
        found = differences.difference(
            *(release_at(chosen_release(releases, study, name)) for name in names)
        )
        for line in differences.difference_lines(found, output, only):
            answer(line)
