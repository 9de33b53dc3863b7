"""`plateau check`."""

from pathlib import Path
from typing import Annotated, Final

import typer

from analytics.cli.app import DEFAULT_STUDY, Memory, Study, answer, app, messages, one_sentence
from analytics.progress import MovingLine, PlainLines

_EXIT_CODES: Final = (
    "Exit codes: 0 the study can be built (findings may need an answer); 1 the study or its "
    "files cannot be used; 2 the command was called wrongly; 3 a finding stops the build; 4 the "
    "check could not run."
)


@app.command(epilog=_EXIT_CODES)
def check(
    study: Study = DEFAULT_STUDY,
    html: Annotated[Path | None, typer.Option(help="Write the report as an HTML page.")] = None,
    csv: Annotated[
        Path | None, typer.Option(help="Write every finding as a line of this CSV file.")
    ] = None,
    threads: Annotated[int, typer.Option(min=1, help="Models that dbt builds at a time.")] = 2,
    memory: Memory = None,
) -> None:
    """Judge every record of a study without building it, and print what was found."""
    progress = MovingLine(messages) if messages.is_terminal else PlainLines(messages)
    with one_sentence(progress):
        from analytics import check as checking  # noqa: PLC0415 - a wrong call is told at once
        from analytics.check.as_csv import csv_text  # noqa: PLC0415
        from analytics.check.as_html import html_page  # noqa: PLC0415
        from analytics.check.as_text import text_lines  # noqa: PLC0415

        report = checking.check(study, threads, progress)
        if html is not None:
            html.write_text(html_page(report), encoding="utf-8")
        if csv is not None:
            csv.write_text(csv_text(report), encoding="utf-8")
        for line in text_lines(report):
            answer(line)
    raise typer.Exit(report.exit_code)
