"""The report of a release: complete, from bi alone, the same bytes each time, no patient in it."""

import csv
import json
import re
import shutil
from collections.abc import Iterator
from functools import partial
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import polars as pl
import pytest
from markupsafe import escape
from project import STUDY, Plateau, published_note

from analytics.errors import BuildError
from analytics.methods.descriptives import round_half_away
from analytics.readers.published_report import ReportError, patient_report, published_report
from analytics.report import swimmer
from analytics.report.bi_tables import read_bi
from analytics.report.drawers import DrawerProcesses
from analytics.report.provenance import Provenance
from analytics.report.survival_figures import at_risk
from analytics.report.writing import MissingTablesError, write_report

NOWHERE = Provenance("test", {}, "code", "lock", {})


class Page(HTMLParser):
    """What a reader of the page's structure meets."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = path.read_text(encoding="utf-8")
        self.feed(self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, attribute: str) -> list[str]:
        """Every value of an attribute."""
        return [value for _, found in self.tags if (value := found.get(attribute))]


@pytest.fixture(scope="module")
def report(default_release: Path) -> Path:
    return default_release / "report"


@pytest.fixture(scope="module")
def page(report: Path) -> Page:
    return Page(report / "report.html")


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_every_analysis_of_the_plan_is_shown(default_release: Path, report: Path) -> None:
    analyses = read_bi(default_release / "bi.duckdb")["analyses"].to_dicts()
    figures = {path.stem for path in (report / "figures").iterdir()}
    tables = {path.stem for path in (report / "tables").iterdir()}
    prefixes = {
        "kaplan_meier": "survival_",
        "cumulative_incidence": "incidence_",
        "cox_univariate": "forest_",
        "cox_stepwise": "forest_",
        "fine_gray": "forest_",
    }
    for row in analyses:
        name = row["analysis_id"]
        if row["method"] in prefixes:
            assert prefixes[row["method"]] + name in figures
        elif row["method"] != "attrition":
            assert name in tables
    labels = {row["group"] for row in rows_of(report / "tables/attrition.csv")}
    assert labels == {r["analysis_label"] for r in analyses if r["method"] == "attrition"}


def test_every_figure_is_there_as_svg_and_png_and_says_that_the_data_are_synthetic(
    report: Path,
) -> None:
    svgs = sorted((report / "figures").glob("*.svg"))
    assert {path.stem for path in svgs} == {p.stem for p in (report / "figures").glob("*.png")}
    assert all("<!-- SYNTHETIC DATA: no patient" in path.read_text() for path in svgs)
    assert all(p.read_bytes().startswith(b"\x89PNG") for p in (report / "figures").glob("*.png"))


def test_every_line_of_every_csv_says_that_the_data_are_synthetic(report: Path) -> None:
    for path in (report / "tables").iterdir():
        rows = rows_of(path)
        assert rows, path
        assert all(row["note"].startswith("SYNTHETIC DATA") for row in rows), path


def _unquoted(content: bytes, name: Path) -> bytes:
    """A CSV without the marks around a cell that its comma asks for."""
    return content.replace(b'"', b"") if name.suffix == ".csv" else content


def test_the_report_made_again_has_the_same_bytes_but_for_the_day_of_publication(
    plateau: Plateau, default_releases: Path, report: Path, tmp_path: Path
) -> None:
    result = plateau("report", "--releases", default_releases, "--output", tmp_path / "again")
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == str(tmp_path / "again/report.html")
    written = {p.relative_to(tmp_path / "again") for p in (tmp_path / "again").rglob("*.*")}
    assert len(written) > 50
    release, day = published_note(default_releases).removesuffix(".").split(", ")
    told = {name: (tmp_path / "again" / name).read_bytes() for name in written}
    for name, content in told.items():
        kept = (report / name).read_bytes()
        assert day.encode() not in kept
        told_less = content.replace(f", {day}".encode(), b"")
        assert _unquoted(told_less, name) == _unquoted(kept, name), name
    for name in ("report.html", "sentences.txt", "explore.html", "tables/summary.csv"):
        assert f"{release}, {day}".encode() in re.sub(rb"</?code>", b"", told[Path(name)]), name


def test_no_patient_is_named(default_release: Path, report: Path) -> None:
    with duckdb.connect(str(default_release / "warehouse.duckdb"), read_only=True) as connection:
        subjects = connection.execute("select usubjid, subjid from marts.subjects").fetchall()
    texts = [
        path.read_text() for path in report.rglob("*") if path.suffix in {".html", ".csv", ".txt"}
    ]
    assert len(subjects) > 200
    assert not [
        name for pair in subjects for name in pair if len(name) > 4 for t in texts if name in t
    ]


def test_printed_hazard_ratios_are_those_of_the_paper(report: Path) -> None:
    """The report prints again what the published table prints, factor by factor."""
    printed: dict[str, list[str]] = {"univariate": [], "multivariable": []}
    for row in rows_of(report / "tables/hazard_ratios.csv"):
        if row["Factor (numerator/denominator)"] != "with delayed entry":
            printed["univariate"].append(row["One factor at a time: HR (95% CI)"])
            printed["multivariable"].append(row["Selected model: HR (95% CI)"])
    for row in rows_of(STUDY / "published/cox_hazard_ratios.csv"):
        expected = [row[name] for name in ("hr", "ci_lower", "ci_upper")]
        rounded = [
            [round_half_away(float(number), 2) for number in re.findall(r"\d+\.\d+", cell)]
            for cell in printed[row["model"]]
        ]
        assert expected in rounded, row["id"]


def test_printed_medians_and_rates_are_those_of_the_paper(report: Path) -> None:
    lines = {row["Endpoint"]: row for row in rows_of(report / "tables/summary.csv")}
    overall = lines["Overall survival, all patients"]
    assert overall["Median, mo (95% CI)"] == "7.5 (5.5-8.5)"
    rates = [overall[f"Event-free, or incidence of the event: {m} mo, %"] for m in (24, 36, 48)]
    assert [rate.split()[0] for rate in rates] == ["23.4", "17.7", "15.8"]


def test_numbers_at_risk_below_a_curve_are_those_beside_its_rates(default_release: Path) -> None:
    bi = read_bi(default_release / "bi.duckdb")
    checked = 0
    for rate in bi["event_free_rates"].to_dicts():
        curve = bi["survival_curves"].filter(
            (bi["survival_curves"]["analysis_id"] == rate["analysis_id"])
            & (bi["survival_curves"]["stratum"] == rate["stratum"])
        )
        assert at_risk(curve, rate["time_months"]) == rate["n_risk"], rate
        checked += 1
    assert checked > 40


def test_a_number_at_risk_that_is_not_told_is_not_shown_as_none_at_risk() -> None:
    curve = pl.DataFrame({"time_months": [0.0, 5.0, 9.0], "n_risk": [40, None, 20]})
    assert [at_risk(curve, month) for month in (0, 3, 8, 10)] == [40, None, 20, 0]


def test_the_list_of_contents_names_analysis_population_and_file(report: Path) -> None:
    listed = rows_of(report / "contents.csv")
    first = next(row for row in listed if row["number"] == "Figure 1")
    assert first == {
        "number": "Figure 1",
        "title": "Overall survival, all patients",
        "section": "Survival",
        "analysis_id": "os_all",
        "population": "All patients",
        "file": "figures/survival_os_all.svg",
    }
    assert all((report / row["file"]).is_file() for row in listed)


def test_a_caution_of_several_figures_is_written_out_once(page: Page) -> None:
    captions = re.findall(r'<span class="caution"[^>]*>(.*?)</span>', page.text, re.DOTALL)
    whole = [text for text in captions if "As for Figure" not in text]
    assert len(whole) == len(set(whole))
    assert len(captions) > len(whole) > 3


def test_every_figure_of_an_analysis_leads_to_its_conventions_and_words(
    default_release: Path, page: Page
) -> None:
    for row in read_bi(default_release / "bi.duckdb")["analyses"].to_dicts():
        name = row["analysis_id"]
        assert f'<span id="analysis-{name}"></span>' in page.text
        if row["method"] in {"kaplan_meier", "cumulative_incidence", "cox_univariate"}:
            assert f'href="#analysis-{name}"' in page.text
            assert f"plateau explain {name}" in page.text
            assert f'href="#text-{name}"' in page.text


def test_a_style_is_that_of_the_whole_page(
    default_release: Path, default_releases: Path, tmp_path: Path
) -> None:
    path = published_report(default_release, default_releases, tmp_path / "lancet", "lancet")
    text = Page(path).text
    summary = rows_of(tmp_path / "lancet/tables/summary.csv")[0]
    assert summary["Median, mo (95% CI)"] == "7\u00b75 (5\u00b75\u20138\u00b75)"
    assert "7\u00b75 months (95% CI 5\u00b75\u20138\u00b75)" in text
    assert "P = ." not in text
    svg = (tmp_path / "lancet/figures/survival_os_by_trial.svg").read_text(encoding="utf-8")
    assert "p=0\u00b720" in svg


def test_the_flow_adds_up(default_release: Path) -> None:
    bi = read_bi(default_release / "bi.duckdb")
    nodes = {row["node"]: row for row in bi["patient_flow"].to_dicts()}
    about = bi["about"].to_dicts()[0]
    assert nodes["treated"]["n"] == about["n_treated"]
    assert nodes["treated/analyzed"]["n"] == about["n_subjects"]
    for name, node in nodes.items():
        branches = [other["n"] for other in nodes.values() if other["parent"] == name]
        assert not branches or sum(branches) == node["n"], name
    sizes = {row["population"]: row["n"] for row in bi["populations"].to_dicts()}
    states: dict[str, int] = {}
    for node in nodes.values():
        states[node["state"]] = states.get(node["state"], 0) + node["n"]
    assert states["remission"] == sizes["responders"]
    assert states["transplant_in_remission"] == sizes["hsct_in_remission"]
    assert states["transplant_after_relapse"] == sizes["hsct_after_relapse"]
    assert states["relapse"] == sizes["relapsed"]
    assert states["died"] == sizes["died"]


def test_a_caution_stands_where_its_number_stands(default_release: Path, page: Page) -> None:
    for table in ("analyses", "forest", "subdistribution_hazards", "plateau"):
        cautions = read_bi(default_release / "bi.duckdb")[table]["caution"].drop_nulls().unique()
        for caution in cautions:
            assert str(escape(caution)) in page.text, caution
    assert "P lies just above .05 by construction" in page.text
    assert "defined by the outcome itself and are not compared" in page.text


def test_the_page_needs_nothing_outside_its_folder(page: Page, report: Path) -> None:
    assert not re.findall(r"https?://(?!www\.w3\.org/)", page.text)
    assert "<script" not in page.text
    assert "@import" not in page.text
    for target in page.all("href"):
        if not target.startswith(("#", "data:")):
            assert (report / target).is_file(), target


def test_ids_are_unique_and_every_reference_leads_somewhere(page: Page) -> None:
    ids = page.all("id")
    assert len(ids) == len(set(ids))
    references = [target[1:] for target in page.all("href") if target.startswith("#")]
    references += [name for value in page.all("aria-labelledby") for name in value.split()]
    references += re.findall(r"url\(#([^)]+)\)", page.text)
    assert len(references) > 1000
    assert set(references) <= set(ids)


def test_the_inlined_figures_take_the_colours_of_the_page(page: Page) -> None:
    drawings = page.text[page.text.index("<body") :]
    assert not re.findall(r"#[0-9a-f]{6}\b", drawings)
    used = set(re.findall(r"var\((--[a-z0-9-]+)\)", drawings))
    defined = set(re.findall(r"(--[a-z0-9-]+):", page.text))
    assert {"--series-1", "--series-2", "--paper"} <= used <= defined


@pytest.fixture
def other_bi(default_release: Path, tmp_path: Path) -> Iterator[Path]:
    """The bi file of a study with real data, one curve, no published values, nothing else."""
    path = tmp_path / "bi.duckdb"
    shutil.copy(default_release / "bi.duckdb", path)
    with duckdb.connect(str(path)) as connection:
        connection.execute("update about set is_synthetic = false, synthetic_note = null")
        connection.execute("update analyses set is_headline = false")
        tables = connection.execute("select table_name from duckdb_tables()").fetchall()
        for (table,) in tables:
            columns = connection.execute(
                "select column_name from duckdb_columns() where table_name = ?", [table]
            ).fetchall()
            if ("analysis_id",) in columns:
                connection.execute(f"delete from {table} where analysis_id <> 'os_by_trial'")
            elif table in {"concordance", "patient_flow"}:
                connection.execute(f"delete from {table}")
        connection.execute(
            "update survival_curves set n_risk = null, n_censored = null, n_event = null "
            "where n_risk < 5"
        )
    yield path


def test_another_study_has_the_sections_that_its_analyses_call_for(
    other_bi: Path, tmp_path: Path
) -> None:
    page = Page(write_report(other_bi, tmp_path / "report", NOWHERE))
    sections = [found["id"] for tag, found in page.tags if tag == "section"]
    assert sections == [
        "summary", "survival", "patients", "long_term", "supporting", "quality", "methods",
        "provenance", "numbers", "text",
    ]  # fmt: skip
    assert "ynthetic" not in page.text[page.text.index("<body") :]
    assert [path.name for path in (tmp_path / "report/figures").glob("*.png")] == [
        "survival_os_by_trial.png"
    ]
    assert rows_of(tmp_path / "report/tables/survival.csv")[0]["note"] == (
        f"Data cut-off: MT103-206 2015-06-30; MT103-211 2017-02-28. Release {NOWHERE.release_id}."
    )


def test_letters_that_the_picture_cannot_show_are_told(other_bi: Path, tmp_path: Path) -> None:
    with duckdb.connect(str(other_bi)) as connection:
        connection.execute("update analyses set analysis_label = '\u751f\u5b58'")
    page = Page(write_report(other_bi, tmp_path / "report", NOWHERE))
    assert "in place of the letters \u5b58\u751f; <code>plateau figure</code>" in page.text


def test_a_release_of_an_older_version_is_told(other_bi: Path, tmp_path: Path) -> None:
    with duckdb.connect(str(other_bi)) as connection:
        connection.execute("drop table patient_flow")
    with pytest.raises(MissingTablesError, match=r"^patient_flow$"):
        write_report(other_bi, tmp_path / "report", NOWHERE)


def test_a_column_that_an_older_version_did_not_write_is_told(
    other_bi: Path, tmp_path: Path
) -> None:
    with duckdb.connect(str(other_bi)) as connection:
        connection.execute("alter table analyses drop column penalty")
    with pytest.raises(MissingTablesError, match=r"^analyses.penalty$"):
        write_report(other_bi, tmp_path / "report", NOWHERE)


def test_the_manifest_has_the_digest_of_the_report(default_release: Path) -> None:
    files = json.loads((default_release / "manifest.json").read_text())["files"]
    assert {"report/report.html", "report/figures/survival_os_all.svg"} <= set(files)
    assert not [name for name in files if "swimmer" in name]


def test_the_report_is_never_written_among_the_releases(
    default_releases: Path, default_release: Path
) -> None:
    place = default_releases / "x"
    for write in (published_report, partial(patient_report, population=None)):
        with pytest.raises(ReportError) as told:
            write(default_release, default_releases, place)
        assert str(told.value) == (
            f"{place} is inside the folder of releases, which must not change; choose another "
            "folder with --output."
        )
    assert not place.exists()


def test_the_swimmer_plot_is_for_its_owner_alone(
    default_releases: Path, default_release: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "p"
    path = patient_report(default_release, default_releases, folder, "hsct_in_remission")
    assert path == folder / "swimmer.svg"
    assert folder.stat().st_mode & 0o777 == 0o700
    written = sorted(folder.iterdir())
    assert [path.name for path in written] == ["swimmer.png", "swimmer.svg"]
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in written)
    svg = path.read_text()
    assert "PATIENT-LEVEL DATA: not for publication. SYNTHETIC DATA" in re.sub(r"\s+", " ", svg)
    assert len(set(re.findall(r"<!-- (SYN-\d+-\d+) -->", svg))) == 56


def test_a_population_that_is_not_there_or_too_large_is_told(
    default_releases: Path,
    default_release: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(ReportError) as told:
        patient_report(default_release, default_releases, tmp_path, "nobody")
    assert str(told.value) == (
        "Population 'nobody' is not in populations.csv of study 'blinatumomab'; see "
        "bi.populations for the names."
    )
    monkeypatch.setattr(swimmer, "MOST", 100)
    with pytest.raises(ReportError) as told:
        patient_report(default_release, default_releases, tmp_path, None)
    assert str(told.value) == (
        "Population 'all' holds 259 patients, more than the 100 that fit in one plot; "
        "choose a smaller one with --population."
    )
    assert not list(tmp_path.iterdir())


@pytest.mark.integration
def test_a_drawer_that_fails_is_a_build_error(tmp_path: Path) -> None:
    with DrawerProcesses(tmp_path / "log") as drawers:
        drawers.begin(tmp_path / "absent.duckdb", tmp_path, ["survival_os"])
        with pytest.raises(BuildError, match=r"^A process that draws the report's figures ended"):
            drawers.finish()
