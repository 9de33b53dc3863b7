"""`plateau refresh`."""

from typing import Final

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
from analytics.cli.build import Threads, tell
from analytics.cli.engines import (
    Engine,
    EngineOption,
    SparkConf,
    SparkMaster,
    SparkStore,
    spark_options,
)
from analytics.progress import PlainLines

_UP_TO_DATE: Final = "Release {} is up to date."
_HELD: Final = (
    "The rollback to release {} is still in effect, and nothing has changed since; run `plateau "
    "build` to make the release of these files current again."
)


@app.command(epilog=TOLD_BY_EXIT_CODES)
def refresh(  # noqa: PLR0913, PLR0917 - one parameter per option of the command
    study: Study = DEFAULT_STUDY,
    releases: Releases = DEFAULT_RELEASES,
    threads: Threads = 2,
    memory: Memory = None,
    keep_last: KeepLast = None,
    keep_days: KeepDays = None,
    sign: Sign = None,
    engine: EngineOption = Engine.duckdb,
    spark_master: SparkMaster = None,
    spark_conf: SparkConf = None,
    spark_store: SparkStore = None,
) -> None:
    """Build and publish a study only if its files or the program changed; for schedulers.

    A rollback stays in effect until there is something new to publish.
    """
    with one_sentence():
        # a call that has nothing to do takes about a second: nothing heavy is imported for it
        from analytics.build.freshness import standing_release  # noqa: PLC0415
        from analytics.release.log import HELD  # noqa: PLC0415
        from analytics.release.upkeep import Retention  # noqa: PLC0415

        retention = Retention(keep_last, keep_days)
        standing = standing_release(study, releases, retention, signed=sign is not None)
        if standing is not None:
            event, release = standing
            with already_done():
                say((_HELD if event == HELD else _UP_TO_DATE).format(release.release_id))
            return
        from analytics.build import pipeline  # noqa: PLC0415 - takes seconds

        options = pipeline.BuildOptions(
            releases,
            threads=threads,
            retention=retention,
            keep_rollback=True,
            sign=sign,
            spark=spark_options(engine, spark_master, spark_conf, spark_store),
        )
        outcome = pipeline.build(study, options, PlainLines(messages))
    with already_done():
        tell(outcome)
