"""`plateau query`."""

from pathlib import Path
from typing import Annotated

import typer

from analytics.cli.app import DEFAULT_RELEASES, Releases, StudyId, app, one_sentence, say
from analytics.cli.release_option import Release


@app.command()
def query(  # noqa: PLR0913, PLR0917 - one parameter per option of the command
    sql: Annotated[str | None, typer.Argument(help="The SQL to run.")] = None,
    file: Annotated[
        Path | None, typer.Option("--file", "-f", help="File that contains the SQL.")
    ] = None,
    study: StudyId = None,
    release: Release = "current",
    releases: Releases = DEFAULT_RELEASES,
    kind: Annotated[
        str, typer.Option("--format", help="table, csv, json (one object per line) or parquet.")
    ] = "table",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write the result to.")
    ] = None,
) -> None:
    """Run SQL on the warehouse of a release, read-only."""
    with one_sentence():
        from analytics.readers import queries  # noqa: PLC0415
        from analytics.release.choice import chosen_release  # noqa: PLC0415

        text = queries.text_of(sql, file)
        queries.check_format(kind, output)
        folder = chosen_release(releases, study, release)
        if kind == "parquet" and output is not None:
            n_rows = queries.write_parquet(folder, text, output)
            say(f"{output}: {n_rows} row{'' if n_rows == 1 else 's'}")
            return
        lines = queries.answer(folder, text, kind)
        if output is None:
            for line in lines:
                typer.echo(line)
        else:
            output.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
