"""`plateau query`."""

from pathlib import Path
from typing import Annotated

import typer

from analytics.cli.app import DEFAULT_RELEASES, Releases, StudyId, app, one_sentence


@app.command()
def query(
    sql: Annotated[str | None, typer.Argument(help="The SQL to run.")] = None,
    file: Annotated[Path | None, typer.Option("--file", "-f", help="File with the SQL.")] = None,
    study: StudyId = None,
    releases: Releases = DEFAULT_RELEASES,
    output: Annotated[
        str, typer.Option("--format", help="table, csv or json (one object per line).")
    ] = "table",
) -> None:
    """Run SQL on the published warehouse, read-only."""
    with one_sentence():
        from analytics import queries  # noqa: PLC0415

        text = queries.text_of(sql, file)
        for line in queries.answer(releases, study, text, output):
            typer.echo(line)
