"""A release in a notebook: its tables, its report, questions, and what others may read of it."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import plateau
from analytics.readers.asking import Question, ask
from analytics.report.typesetting import table_csv
from plateau import PlateauError, Release


@pytest.fixture(scope="module")
def release(default_releases: Path) -> Release:
    return plateau.open(default_releases / "blinatumomab")


def test_every_path_of_a_release_opens_it(default_releases: Path, release: Release) -> None:
    study = default_releases / "blinatumomab"
    for path in (default_releases, study, study / "current", release.folder):
        assert plateau.open(path) == release
    assert plateau.open(default_releases, study="blinatumomab", release=release.id) == release
    assert not release.folder.is_symlink()
    with pytest.raises(PlateauError, match="run `plateau build` first"):
        plateau.open(default_releases / "nothing")
    with pytest.raises(PlateauError, match="Release 'old' is not among"):
        plateau.open(study, release="old")


def test_it_says_what_it_is(release: Release) -> None:
    assert release.id in str(release)
    assert "SYNTHETIC DATA" in str(release)
    assert release.title in release._repr_html_()
    assert release.conventions.ties == "breslow"


def test_tables_and_columns_have_their_words(release: Release) -> None:
    tables = {row["name"]: row for row in release.tables.to_dicts()}
    assert tables["bi.about"]["rows"] == 1
    assert tables["marts.time_to_event"]["meaning"].startswith("One row per")
    columns = release.columns("bi.forest")
    assert columns["meaning"].null_count() == 0
    assert release.frame("bi.forest").columns == columns["name"].to_list()
    with pytest.raises(PlateauError, match=r"no table 'bi\.forests'"):
        release.frame("bi.forests")


def test_a_query_reads_and_cannot_write(release: Release) -> None:
    found = release.query("select n from bi.about, (values (1)) as v(n)")
    assert found.to_dicts() == [{"n": 1}]
    assert release.frame("bi.about").to_pandas().shape[0] == 1
    for sql, sentence in (
        ("create table bi.mine (a int)", "read-only"),
        ("from read_csv('README.md')", "disabled"),
        ("select survival_percents from bi.survival_curves", "Candidate bindings"),
        ("", "no statement"),
    ):
        with pytest.raises(PlateauError, match=sentence):
            release.query(sql)


def test_without_the_warehouse_there_are_the_tables_of_bi(release: Release, tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    shutil.copytree(release.folder, folder, ignore=shutil.ignore_patterns("warehouse.duckdb"))
    shared = plateau.open(folder)
    assert set(shared.tables["name"]) == {
        name for name in release.tables["name"] if name.startswith("bi.")
    }
    names = ("bi.forest", "bi.survival_curves")
    for name in names:
        assert shared.frame(name).equals(release.frame(name))
        assert shared.columns(name)["name"].equals(release.columns(name)["name"])
    assert shared.query("select count(*) as n from bi.forest")["n"][0] > 0
    assert shared.table("table_1").frame.equals(release.table("table_1").frame)
    with pytest.raises(PlateauError, match=r"warehouse.duckdb cannot be read"):
        shared.ask("OS")


def test_a_question_is_answered_as_the_command_does(release: Release) -> None:
    answer = release.ask("RFS", by="ecog", at=(12, 24), cox="ecog")
    question = Question("RFS", by_factor="ecog", months=(12.0, 24.0), cox=("ecog",))
    assert str(answer) == "\n".join(ask(release.folder, question, "table"))
    assert answer.medians["n"].sum() == 123
    assert answer.rates.height == 6
    assert answer.follow_up.height == 3
    assert answer.at_risk.filter(pl.col("time_months") == 0)["n_risk"].sum() == 123
    assert answer.test is not None
    assert answer.cox is not None
    assert answer.rows.height == len(list(ask(release.folder, question, "csv"))) - 1
    assert "Log-rank test" in answer._repr_html_()
    assert release.ask("CIR", at=24).cox is None


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"endpoint": "OX"}, "There is no endpoint 'OX'"),
        ({"endpoint": "OS", "by": "hsct"}, "immortal time bias; add landmark"),
        ({"endpoint": "OS", "at": [-1]}, "The months are not positive numbers"),
        ({"endpoint": "OS", "at": "12"}, "The months are not positive numbers"),
    ],
)
def test_a_question_that_is_refused_says_why(
    release: Release, arguments: dict[str, object], sentence: str
) -> None:
    with pytest.raises(PlateauError, match=sentence):
        release.ask(**arguments)  # type: ignore[arg-type]


def test_a_function_takes_what_it_takes_in_sql(release: Release) -> None:
    quoted = release.survival.rate("OS", 12, by_factor="sex", landmark=30, population="all")
    sql = "from survival.rate('OS', 12, by_factor := 'sex', landmark := 30, population := 'all')"
    assert quoted.equals(release.query(sql))
    assert release.survival.rate("OS", np.int64(12)).equals(release.survival.rate("OS", [12.0]))
    text: Any = "12"
    with pytest.raises(PlateauError, match="months are not positive numbers"):
        release.survival.rate("OS", text)
    with pytest.raises(PlateauError, match="no endpoint 'O'S'"):
        release.survival.km("O'S")
    with pytest.raises(PlateauError, match="does not support"):
        release.survival.km("OS", factor="sex")
    with pytest.raises(PlateauError, match="is no argument"):
        release.survival.km("OS", **{"population := 'all', by_factor": "sex"})


def test_a_figure_is_that_of_the_report(release: Release, tmp_path: Path) -> None:
    figure = release.figure("os_all")
    (number,) = release.contents.filter(pl.col("name") == "survival_os_all")["number"]
    assert figure.number == number
    assert release.figure("survival_os_all") == release.figure(number) == figure
    drawn = (release.folder / "report/figures/survival_os_all.svg").read_text(encoding="utf-8")
    assert figure._repr_svg_() == drawn
    assert "259 patients" in repr(figure)
    assert figure.save(tmp_path / "os.pdf").read_bytes().startswith(b"%PDF")
    assert figure.drawing.axes
    with pytest.raises(PlateauError, match="no figure 'os'; choose among"):
        release.figure("os")
    with pytest.raises(PlateauError, match="Format 'gif'"):
        figure.save(tmp_path / "os.gif")
    with pytest.raises(PlateauError, match="must not change"):
        figure.save(release.folder / "report/os.pdf")


def test_every_table_has_its_cells_and_its_page(release: Release, tmp_path: Path) -> None:
    tables = release.contents.filter(pl.col("number").str.starts_with("Table"))
    assert tables.height > 10
    for name in tables["name"]:
        table = release.table(name)
        printed = table_csv(table._printed, "")
        assert table.frame.height == len(table._printed.lines)
        assert table.frame.columns == printed.splitlines()[0].split(",")[: table.frame.width] or (
            '"' in printed.splitlines()[0]
        )
        assert f"{table.number}. " in table._repr_html_()
    table = release.table("Table 1")
    assert repr(table).startswith("Table 1. Baseline characteristics")
    assert table.save(tmp_path / "t.docx").read_bytes().startswith(b"PK")
    with pytest.raises(PlateauError, match="no table 'nine'; choose among"):
        release.table("nine")
    with pytest.raises(PlateauError, match="Format 'odt'"):
        table.save(tmp_path / "t.odt")


def test_the_import_waits_for_nothing_that_is_slow() -> None:
    slow = ("matplotlib", "lifelines", "pandas", "great_tables", "scipy.stats", "dbt", "pyarrow")
    code = f"import plateau, sys; print([n for n in {slow!r} if n in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
