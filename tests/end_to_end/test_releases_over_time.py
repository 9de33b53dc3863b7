"""Two releases of one study in one folder: history, difference, rollback, refresh, pruning.

The second release is the study as of 12 months before its cut-offs, built on top of the default
release. Forwards in time they are compared as the worked example of docs/operations.md does.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import pytest
from cuts import months_before, write_cut
from project import PROJECT, STUDY, Plateau
from torture_scale import full_only

from analytics.build.freshness import standing_release
from analytics.errors import EXIT_CODES
from analytics.release.folders import StudyReleases
from analytics.release.history import published_releases
from analytics.release.log import (
    EVENTS,
    FAILED,
    HELD,
    PRUNED,
    PUBLISHED,
    ROLLED_BACK,
    UP_TO_DATE,
    read_runs,
)
from analytics.release.subject_changes import CHANGES

OPERATIONS = (PROJECT / "docs/operations.md").read_text(encoding="utf-8")
HEAVY = ("polars", "numpy", "pandas", "scipy", "dbt", "great_expectations", "lifelines", "pyarrow")


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_cut(12, tmp_path_factory.mktemp("cut") / "study")


@pytest.fixture(scope="module")
def built(
    plateau: Plateau, default_releases: Path, cut: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The releases after the default study and then its earlier cut were published; unchanged."""
    releases = tmp_path_factory.mktemp("over_time") / "releases"
    shutil.copytree(default_releases, releases, symlinks=True)
    result = plateau("refresh", cut, "--releases", releases)
    assert result.returncode == 0, result.stderr
    return releases


@pytest.fixture
def releases(built: Path, tmp_path: Path) -> Path:
    """A copy, in which runs may change something."""
    copy = tmp_path / "releases"
    shutil.copytree(built, copy, symlinks=True)
    return copy


def study_of(releases: Path) -> StudyReleases:
    return StudyReleases(releases, "blinatumomab")


def ids(releases: Path) -> list[str]:
    return [release.release_id for release in published_releases(study_of(releases))]


def events(releases: Path) -> list[str]:
    return [run["event"] for run in read_runs(study_of(releases).log)]


def rows(releases: Path, sql: str) -> list[tuple[object, ...]]:
    path = releases / "blinatumomab/current/bi.duckdb"
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def forwards(plateau: Plateau, built: Path) -> str:
    """What `plateau diff` tells from the earlier cut to the study as it is."""
    first, second = ids(built)
    result = plateau("diff", second, first, "--releases", built)
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_history_holds_the_headline_of_both_releases(built: Path) -> None:
    first, second = ids(built)
    found = rows(
        built,
        "select release_order, release_id, previous_release_id, data_cutoffs "
        "from bi.release_history group by all order by release_order",
    )
    assert found == [
        (1, first, None, "MT103-206 2015-06-30; MT103-211 2017-02-28"),
        (2, second, first, "MT103-206 2014-06-30; MT103-211 2016-02-28"),
    ]


def test_the_history_of_a_release_is_what_it_published(built: Path) -> None:
    for release_id in ids(built):
        path = built / "blinatumomab" / release_id / "bi.duckdb"
        with duckdb.connect(str(path), read_only=True) as connection:
            connection.execute(f"attach '{built}/blinatumomab/current/bi.duckdb' as last")
            assert connection.execute(
                """
                with published as (
                    select analysis_id, 'median' as number, null::double as time_months,
                        median_months as value
                    from main.endpoint_summary
                    union all
                    select analysis_id, 'event-free rate', time_months, event_free_percent
                    from main.event_free_rates
                )

                select count(*),
                    count(*) filter (where history.value is distinct from published.value)
                from last.main.release_history as history
                inner join published
                    on history.analysis_id = published.analysis_id
                    and history.number = published.number
                    and history.time_months is not distinct from published.time_months
                where history.release_id = ? and history.unit in ('months', 'percent')
                """,
                [release_id],
            ).fetchall() == [(15, 0)]


def test_a_median_of_the_history_tells_how_many_were_still_at_risk(built: Path) -> None:
    """At its upper limit: so a limit of publication reaches the medians of earlier releases."""
    for release_id in ids(built):
        told = rows(
            built,
            "select n_risk, ci_upper from bi.release_history where analysis_id = 'os_all' "
            f"and number = 'median' and release_id = '{release_id}'",
        )
        path = built / "blinatumomab" / release_id / "warehouse.duckdb"
        with duckdb.connect(str(path), read_only=True) as connection:
            months = connection.execute(
                "select aval / 30.4375 from marts.time_to_event where paramcd = 'OS'"
            ).fetchall()
        ((n_risk, ci_upper),) = told
        last_day = max(month for (month,) in months if month <= ci_upper)
        assert n_risk == sum(month >= last_day for (month,) in months)


def test_changes_add_up_to_the_subjects(built: Path) -> None:
    found = rows(
        built,
        "select endpoint, sum(n_subjects) from bi.release_changes group by endpoint order by 1",
    )
    assert dict(found)["OS"] == 259
    assert {change for (change,) in rows(built, "select change from bi.release_changes")} <= set(
        CHANGES
    )


def test_an_older_cut_has_fewer_deaths_and_not_one_more(built: Path) -> None:
    """The cut-off rule alone made it: no patient gains an event by looking from earlier."""
    deaths = rows(
        built,
        "select n_event from bi.release_history "
        "where analysis_id = 'os_all' and number = 'median' order by release_order",
    )
    assert deaths[0][0] > deaths[1][0]  # type: ignore[operator]


def test_results_do_not_depend_on_what_was_published_before(built: Path) -> None:
    manifest = json.loads((built / "blinatumomab/current/manifest.json").read_text())
    assert manifest["history"]["release_order"] == 2
    assert set(manifest["history"]["tables"]) == {"release_changes", "release_history"}
    assert not set(manifest["bi"]) & set(manifest["history"]["tables"])


def test_the_difference_has_a_death_a_contact_and_a_reason_for_each(forwards: str) -> None:
    assert re.search(
        r"censored .* event .*  record turned away before \(after_cutoff\): ", forwards
    )
    assert "later censoring" in forwards
    assert "new death" in forwards
    assert "the record is the same" not in forwards


def test_the_difference_counts_as_bi_does(plateau: Plateau, built: Path) -> None:
    result = plateau("diff", "--releases", built, "--format", "json", "--only", "patients")
    told = [json.loads(line) for line in result.stdout.splitlines()]
    counted = rows(
        built,
        "select endpoint, change, n_subjects from bi.release_changes where change <> 'unchanged'",
    )
    assert counted
    for endpoint, change, n_subjects in counted:
        lines = [line for line in told if (line["endpoint"], line["change"]) == (endpoint, change)]
        assert len(lines) == n_subjects


def test_the_difference_of_a_release_and_itself_is_nothing(plateau: Plateau, built: Path) -> None:
    result = plateau("diff", "current", "current", "--releases", built)
    assert result.stdout == f"Both are release {ids(built)[1]}: there are no differences.\n"


def test_csv_holds_one_table(plateau: Plateau, built: Path) -> None:
    refused = plateau("diff", "--releases", built, "--format", "csv")
    assert (refused.returncode, refused.stderr) == (
        2,
        "plateau: A CSV file holds one table: add --only patients or --only estimates.\n",
    )
    result = plateau("diff", "--releases", built, "--format", "csv", "--only", "estimates")
    header, *lines = result.stdout.splitlines()
    assert header.startswith("number,unit,analysis_id,analysis_label,stratum,")
    assert lines


def test_the_worked_example_is_what_is_printed(forwards: str) -> None:
    """Every line of the shown output is a line of the real one, in its order."""
    (shown,) = re.findall(r"```text\n(From release .*?)```", OPERATIONS, re.DOTALL)
    printed = iter(re.sub(r"[0-9a-f]{12}", "<id>", forwards).splitlines())
    for line in re.sub(r"[0-9a-f]{12}", "<id>", shown).splitlines():
        assert line == "..." or line in printed, line


def history_lines(plateau: Plateau, releases: Path) -> set[str]:
    """What the query of the worked example gives, without its head and its count."""
    (sql,) = re.findall(r'plateau query "\n(.*?)"\n```', OPERATIONS, re.DOTALL)
    result = plateau("query", sql, "--releases", releases)
    assert result.returncode == 0, result.stderr
    return {line for line in result.stdout.splitlines() if line.startswith("MT")}


def shown_history() -> set[str]:
    (shown,) = re.findall(r"```text\n(data_cutoffs .*?)```", OPERATIONS, re.DOTALL)
    return {line for line in shown.splitlines() if line.startswith("MT")}


def test_the_history_of_the_worked_example_is_computed(plateau: Plateau, built: Path) -> None:
    found = history_lines(plateau, built)
    assert len(found) == 2
    assert found <= shown_history()


@full_only
def test_every_cut_of_the_worked_example_is_computed(plateau: Plateau, tmp_path: Path) -> None:
    studies = [write_cut(months, tmp_path / str(months)) for months in (36, 24, 12)]
    for study in (*studies, STUDY):
        result = plateau("refresh", study, "--releases", tmp_path / "releases")
        assert result.returncode == 0, result.stderr
    assert history_lines(plateau, tmp_path / "releases") == shown_history()


def test_an_unchanged_study_is_refreshed_in_about_a_second(
    plateau: Plateau, releases: Path, cut: Path
) -> None:
    before, started = events(releases), os.times()
    result = plateau("refresh", cut, "--releases", releases, "--keep-last", 2)
    assert (result.returncode, result.stdout) == (0, "")
    assert result.stderr == f"Release {ids(releases)[1]} is up to date.\n"
    # processor time, because other work on the machine does not count in it
    assert os.times().children_user - started.children_user < 1.5
    assert events(releases) == [*before, UP_TO_DATE]


def test_a_refresh_that_failed_is_tried_again(
    plateau: Plateau, releases: Path, cut: Path, tmp_path: Path
) -> None:
    study = Path(shutil.copytree(cut, tmp_path / "study"))
    file = next(study.glob("sdtm/*/dm.csv"))
    whole = file.read_text(encoding="utf-8")
    file.write_text(whole.replace("USUBJID", "SUBJECT", 1), encoding="utf-8")
    for _ in range(2):
        result = plateau("refresh", study, "--releases", releases)
        assert result.returncode == 1, result.stderr
        assert f"{file.name} has no variable USUBJID" in result.stderr
    assert events(releases)[-2:] == [FAILED, FAILED]
    file.write_text(whole, encoding="utf-8")
    assert plateau("refresh", study, "--releases", releases).returncode == 0
    assert events(releases)[-1] == UP_TO_DATE


def test_a_refresh_that_has_nothing_to_do_imports_nothing_heavy(releases: Path, cut: Path) -> None:
    code = (
        "import sys; from analytics.cli import app\n"
        "try: app(sys.argv[1:])\n"
        "finally: print(*(name for name in sys.modules if '.' not in name))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, "refresh", str(cut), "--releases", str(releases)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "is up to date" in result.stderr
    loaded = set(result.stdout.split())
    assert "typer" in loaded
    assert not loaded.intersection(HEAVY)


def test_a_changed_byte_is_noticed_whatever_the_file_times_say(releases: Path, cut: Path) -> None:
    path = cut / "sdtm/MT103-206/dm.csv"
    content, times = path.read_bytes(), path.stat()
    try:
        path.write_bytes(content.replace(b"M", b"F", 1))
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
        before = events(releases)
        assert standing_release(cut, releases) is None
        assert events(releases) == before
    finally:
        path.write_bytes(content)
    assert standing_release(cut, releases) is not None


def test_a_refresh_while_another_run_works_ends_at_once_with_its_code(
    plateau: Plateau, releases: Path, cut: Path
) -> None:
    with study_of(releases).one_builder():
        result = plateau("refresh", cut, "--releases", releases)
    assert result.returncode == 5
    assert re.fullmatch(
        rf"plateau: Another run on study 'blinatumomab' is at work in {releases}/blinatumomab "
        rf"\(process {os.getpid()} of .+\); wait until it has ended\.\n",
        result.stderr,
    )
    assert events(releases)[-1] == "busy"


def test_a_rollback_stands_until_a_build_ends_it(
    plateau: Plateau, releases: Path, cut: Path
) -> None:
    first, second = ids(releases)
    result = plateau("rollback", "--releases", releases)
    assert (result.returncode, result.stdout) == (0, "")
    assert result.stderr.startswith(f"Release {first} is current. ")
    held = plateau("refresh", cut, "--releases", releases)
    assert held.returncode == 0
    assert held.stderr.startswith(f"The rollback to release {first} is still in effect")
    assert study_of(releases).is_current(first)
    ended = plateau("build", cut, "--releases", releases)
    assert ended.returncode == 0
    assert "The earlier rollback is no longer in effect." in ended.stderr
    assert study_of(releases).is_current(second)
    assert events(releases)[-3:] == [ROLLED_BACK, HELD, PUBLISHED]


def test_pruning_keeps_the_history(plateau: Plateau, releases: Path) -> None:
    first, second = ids(releases)
    result = plateau("prune", "--keep-last", 1, "--releases", releases)
    assert (result.returncode, result.stderr) == (0, f"Removed: {first}.\n")
    assert ids(releases) == [second]
    assert events(releases)[-1] == PRUNED
    assert rows(releases, "select distinct release_id from bi.release_history order by 1") == (
        sorted([(first,), (second,)])
    )
    gone = plateau("diff", first, "current", "--releases", releases)
    assert gone.returncode == 2
    assert gone.stderr == (
        f"plateau: Release '{first}' is not among the releases of study 'blinatumomab' in "
        f"{releases}/blinatumomab; choose current, {second} or the folder of a release.\n"
    )


def test_a_mistake_in_the_study_is_one_line_of_the_log(
    plateau: Plateau, releases: Path, study_copy: Path
) -> None:
    (study_copy / "endpoints.csv").unlink()
    before = events(releases)
    assert plateau("refresh", study_copy, "--releases", releases).returncode == 1
    assert events(releases) == [*before, "failed"]


def test_a_cut_differs_in_its_cut_offs_alone(cut: Path) -> None:
    for path in STUDY.rglob("*"):
        inside = path.relative_to(STUDY)
        if path.is_file() and inside.parts[0] not in ("published",):
            same = (cut / inside).read_bytes() == path.read_bytes()
            assert same == (inside.name != "study.toml")


def test_a_month_without_that_day_ends_on_its_last() -> None:
    assert months_before(date(2016, 2, 29), 12) == date(2015, 2, 28)
    assert months_before(date(2017, 1, 31), 11) == date(2016, 2, 29)
    assert months_before(date(2017, 1, 31), 1) == date(2016, 12, 31)


def test_the_tables_of_the_page_are_those_of_the_code() -> None:
    for table in (
        {str(code): words for code, words in EXIT_CODES.items()},
        EVENTS,
        CHANGES,
    ):
        for key, words in table.items():
            assert f"| {key} | {words} |" in OPERATIONS
