"""`plateau query`."""

import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from analytics.cli.app import DEFAULT_RELEASES, Releases, StudyId, app, one_sentence, say
from analytics.cli.release_option import Release
from analytics.plural import counted


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
        str,
        typer.Option(
            "--format",
            help="table, vertical (one line per column), csv, json (one object per line), "
            "parquet or xlsx.",
        ),
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
        if kind in queries.FILES_ONLY and output is not None:
            write = queries.write_parquet if kind == "parquet" else queries.write_xlsx
            n_rows = write(folder, text, output)
            say(f"{output}: {counted(n_rows, 'row')}")
            return
        to_terminal = output is None and sys.stdout.isatty()
        width = shutil.get_terminal_size().columns if to_terminal else None
        lines = queries.answer(folder, text, kind, width)
        if output is None:
            for line in lines:
                typer.echo(line)
        else:
            output.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
