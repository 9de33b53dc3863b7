"""`plateau build`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from analytics.cli.app import (
    DEFAULT_RELEASES,
    DEFAULT_STUDY,
    TOLD_BY_EXIT_CODES,
    KeepDays,
    KeepLast,
    Memory,
    Releases,
    Sign,
    Study,
    already_done,
    app,
    messages,
    one_sentence,
    say,
)
from analytics.cli.engines import (
    Engine,
    EngineOption,
    SparkConf,
    SparkMaster,
    SparkStore,
    spark_options,
)
from analytics.progress import MovingLine, PlainLines

if TYPE_CHECKING:
    from analytics.build.pipeline import BuildOutcome

Threads = Annotated[int, typer.Option(min=1, help="Number of models that dbt builds in parallel.")]
KeepFailed = Annotated[
    bool, typer.Option(help="Keep the folder of a failed build as failed-<release id>.")
]


@app.command(epilog=TOLD_BY_EXIT_CODES)
def build(  # noqa: PLR0913, PLR0917 - one parameter per option of the command
    study: Study = DEFAULT_STUDY,
    releases: Releases = DEFAULT_RELEASES,
    force: Annotated[bool, typer.Option(help="Build even if nothing has changed.")] = False,
    threads: Threads = 2,
    memory: Memory = None,
    keep_failed: KeepFailed = False,
    keep_last: KeepLast = None,
    keep_days: KeepDays = None,
    sign: Sign = None,
    timings: Annotated[
        Path | None,
        typer.Option(help="Write the duration of each step, in seconds, to this JSON file."),
    ] = None,
    engine: EngineOption = Engine.duckdb,
    spark_master: SparkMaster = None,
    spark_conf: SparkConf = None,
    spark_store: SparkStore = None,
) -> None:
    """Build a study and publish it."""
    progress = MovingLine(messages) if messages.is_terminal else PlainLines(messages)
    with one_sentence(progress):
        from analytics.build import pipeline  # noqa: PLC0415 - a wrong call is reported at once
        from analytics.release.upkeep import Retention  # noqa: PLC0415

        retention = Retention(keep_last, keep_days)
        options = pipeline.BuildOptions(
            releases,
            force,
            threads,
            keep_failed,
            retention=retention,
            sign=sign,
            spark=spark_options(engine, spark_master, spark_conf, spark_store),
        )
        outcome = pipeline.build(study, options, progress)
    with already_done():
        tell(outcome)
        if timings is not None:
            write_timings(timings, outcome)


def write_timings(path: Path, outcome: "BuildOutcome") -> None:
    """Write the seconds of each step to a JSON file; tell if that cannot be done."""
    try:
        path.write_text(json.dumps(dict(outcome.seconds), indent=2) + "\n")
    except OSError as error:
        say(f"The durations could not be written to {path} ({error.strerror}).")


def tell(outcome: "BuildOutcome") -> None:
    """Print the outcome of a build: warnings and release on stderr, the headline on stdout."""
    from analytics.ingest import unused_lines  # noqa: PLC0415 - imported by the build anyway

    say(f"{sum(outcome.seconds.values()):6.1f} s  in total")
    for line in unused_lines(outcome.unused):
        say(line)
    for check in outcome.warnings:
        error = "" if check.error is None else f" Error: {check.error.rstrip('.')}."
        say(f"{check.severity}: {check.check_id}: {check.finding}{error}")
    say(f"Release {outcome.release} is {outcome.event}.")
    for problem in outcome.problems:
        say(problem)
    if outcome.ended_rollback:
        say("The earlier rollback is no longer in effect.")
    typer.echo(outcome.headline, nl=False)
