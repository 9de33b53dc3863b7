"""The page to explore in a real browser: clicks, keys, hover, saved files, phone, dark, offline."""

import csv
import io
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import plateau
from analytics.report.explore.writing import ReleaseOf, write_explore
from analytics.study.specification import Publication

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no chromium on this machine: apt-get install chromium"
)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
READY = "n => Number(document.body.dataset.ready || 0) > n"
OVERFLOWING = """
() => [...document.querySelectorAll('body *')].filter(e =>
    e.getBoundingClientRect().right > document.documentElement.clientWidth + 1
    && !e.closest('.scroll') && !e.closest('.hidden') && !e.closest('.skip') && !e.closest('svg')
).map(e => e.outerHTML.slice(0, 80))
"""
SECONDS_TO_LOAD = 10  # on a machine that does other work; half a second on a quiet one


@pytest.fixture(scope="module")
def release(default_releases: Path) -> plateau.Release:
    return plateau.open(default_releases)


@pytest.fixture(scope="module")
def page_file(release: plateau.Release, tmp_path_factory: pytest.TempPathFactory) -> Path:
    about = ReleaseOf(release.id, release.conventions.parameters, Publication())
    return write_explore(release.folder, tmp_path_factory.mktemp("explore"), about)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


class Visit:
    """One opened page, with what it said and asked for."""

    def __init__(self, browser: Any, path: Path, width: int = 1100, scheme: str = "light") -> None:
        context = browser.new_context(
            viewport={"width": width, "height": 1000}, color_scheme=scheme, accept_downloads=True
        )
        self.page = context.new_page()
        self.messages: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.messages.append(message.text))
        self.page.on("pageerror", lambda error: self.messages.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(path.as_uri())
        self.page.wait_for_function(READY, arg=0, timeout=1000 * SECONDS_TO_LOAD)

    def after(self, action: Any) -> None:
        """Do something that draws the chart anew, and wait for it."""
        drawn = self.page.evaluate("Number(document.body.dataset.ready)")
        action()
        self.page.wait_for_function(READY, arg=drawn)

    def table(self, name: str) -> list[list[str]]:
        """The cells of a table as text."""
        return [
            [cell.strip() for cell in row.split("\t")]
            for row in self.page.evaluate(
                "id => [...document.querySelectorAll(`#${id} tr`)].map(r => "
                "[...r.children].map(c => c.textContent).join('\\t'))",
                name,
            )
        ]


@pytest.fixture
def visit(browser: Any, page_file: Path) -> Iterator[Visit]:
    opened = Visit(browser, page_file)
    yield opened
    assert opened.messages == []
    inside = (page_file.as_uri(), "data:", "blob:")
    assert [url for url in opened.requests if not url.startswith(inside)] == []
    opened.page.context.close()


def test_the_first_view_is_the_first_endpoint(visit: Visit, release: plateau.Release) -> None:
    assert visit.page.inner_text("#title") == "Overall survival: All patients"
    assert visit.table("reading")[1][0] == "All"
    rates = visit.table("rates")
    assert rates[1][:4] == ["All", "259", "204", "7.5 (5.5-8.5)"]
    known = release.survival.rate("OS", [12, 24, 36, 48, 60])["estimate"]
    shown = [cell.partition(" ")[0] for cell in rates[1][4:]]
    assert shown == [f"{100 * value:.1f}%" for value in known]
    assert visit.page.locator("#chart svg path").count() > 2
    assert "259 patients, 204 events" in visit.page.inner_text("#words")


def test_the_page_writes_numbers_as_the_study_does(
    browser: Any, release: plateau.Release, tmp_path: Path
) -> None:
    """One patient is a patient, a small share is not none, and the point is the journal's."""
    about = ReleaseOf(release.id, release.conventions.parameters, Publication())
    path = write_explore(release.folder, tmp_path, about, "lancet")
    start, name, rest = path.read_text(encoding="utf-8").partition(
        '<script type="application/json" id="release">'
    )
    data, end, others = rest.partition("</script>")
    told = json.loads(data)
    offer = next(o for o in told["offers"] if (o["population"], o["factor"]) == ("all", None))
    (group,) = told["answers"][offer["answer"]]["groups"]
    group |= {"n": 1, "events": 1}
    for column, value in (("estimate", 0.04), ("ci_lower", 0.01), ("ci_upper", 2.0)):
        group[column] = [value for _ in group[column]]
    path.write_text(start + name + json.dumps(told) + end + others, encoding="utf-8")
    opened = Visit(browser, path)
    words = opened.page.text_content("#words")
    assert "1 patient, 1 event, median 7·5" in words
    assert opened.page.inner_text("#at") == "12·0"
    assert opened.table("reading")[1][2] == "<0·1% (<0·1 to 2·0)"
    assert opened.messages == []
    opened.page.context.close()


def test_groups_are_chosen_compared_and_hidden(visit: Visit, release: plateau.Release) -> None:
    visit.after(lambda: visit.page.select_option("#factor", "ecog"))
    assert visit.page.inner_text("#title").endswith("by ECOG performance status")
    assert [row[0] for row in visit.table("risk")[1:4]] == ["0", "1", "2"]
    (test,) = visit.page.locator("#tests li").all_inner_texts()
    expected = release.survival.log_rank("OS", "ecog").to_dicts()[0]
    assert f"chi-square {expected['statistic']:.2f}, 2 df" in test
    at_12 = {
        row["stratum"]: row for row in release.survival.rate("OS", 12, by_factor="ecog").to_dicts()
    }
    for label, n_risk, shown in visit.table("reading")[1:4]:
        assert n_risk == str(at_12[label]["n_risk"])
        assert shown.startswith(f"{100 * at_12[label]['estimate']:.1f}%")
    lines = visit.page.locator("#chart svg .mark-line path").count()
    visit.after(lambda: visit.page.locator("#shown input").nth(1).uncheck())
    assert [row[0] for row in visit.table("risk")[1:3]] == ["0", "2"]
    assert visit.page.locator("#chart svg .mark-line path").count() == lines - 1


def test_only_what_the_guard_allows_can_be_chosen(visit: Visit) -> None:
    factors = visit.page.locator("#factor option").all_inner_texts()
    assert "Sex" in factors
    assert not {"HSCT", "MRD responder", "Treatment cycles started"} & set(factors)
    assert (
        "CR/CRh within 2 cycles" not in visit.page.locator("#population option").all_inner_texts()
    )
    refused = visit.page.locator("#refused").text_content()
    assert "'hsct'" in refused
    visit.after(lambda: visit.page.select_option("#endpoint", "CIR"))
    assert visit.page.input_value("#population") == "responders"
    assert visit.table("reading")[0][2].startswith("Hematologic or extramedullary relapse")


def test_a_month_is_read_by_keys_and_by_pointing(visit: Visit) -> None:
    page = visit.page
    page.focus("#month")
    page.keyboard.press("ArrowRight")
    assert page.inner_text("#at") == "12.5"
    page.keyboard.press("Home")
    assert visit.table("reading")[1][:2] == ["All", "259"]
    assert page.get_attribute("#reading", "aria-live") == "polite"
    box = page.locator("#chart svg").bounding_box()
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + box["height"] / 2)
    page.wait_for_function("Number(document.getElementById('at').textContent) > 20")
    assert int(visit.table("reading")[1][1]) < 60


def test_every_control_is_reached_by_the_keyboard_and_has_a_name(visit: Visit) -> None:
    page = visit.page
    reached = []
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.name"))
    assert {"mode", "endpoint", "population", "factor", "month", "png", "svg", "csv"} <= {*reached}
    unnamed = page.evaluate(
        "[...document.querySelectorAll('select,input,button')].filter("
        "e => !e.labels?.length && !e.textContent.trim()).length"
    )
    assert unnamed == 0
    assert page.get_attribute("#picture", "role") == "img"
    assert page.evaluate("document.querySelectorAll('th:not([scope])').length") == 0


def test_an_analysis_of_the_plan_has_its_caution(visit: Visit) -> None:
    page = visit.page
    visit.after(lambda: page.check("input[value=planned]"))
    assert not page.is_visible("#asked")
    planned = json.loads(page.text_content("#release"))["planned"]
    assert any(one["caution"] for one in planned)
    for one in planned:
        visit.after(lambda name=one["id"]: page.select_option("#analysis", name))
        assert page.inner_text("#title") == one["label"]
        assert page.is_visible("#caution") == bool(one["caution"])
        assert len(visit.table("risk")) == len(one["answer"]["groups"]) + 1


@pytest.mark.parametrize("kind", ["png", "svg", "csv"])
def test_the_picture_and_the_data_are_saved(visit: Visit, kind: str) -> None:
    with visit.page.expect_download() as saving:
        visit.page.click(f"#{kind}")
    saved = saving.value
    assert saved.suggested_filename == f"blinatumomab-overall-survival-all-patients.{kind}"
    content = Path(saved.path()).read_bytes()
    if kind == "png":
        assert content.startswith(b"\x89PNG")
    elif kind == "svg":
        text = content.decode()
        assert "Overall survival: All patients" in text
        assert "SYNTHETIC DATA" in text
        assert ">Number at risk<" in text
        months, row = (cells[1:] for cells in visit.table("risk"))
        numbers = re.findall(r'; n: ([\d,]+)"[^>]*translate\(([\d.]+),', text)
        assert [number for number, _ in numbers] == row
        ticks = [
            re.search(rf'translate\(([\d.]+),[\d.]+\)"[^>]*>{month}</text>', text)
            for month in months
        ]
        assert [float(tick[1]) for tick in ticks if tick] == pytest.approx(
            [float(place) for _, place in numbers], abs=0.1
        )
    else:
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
        assert rows[0]["n_risk"] == "259"
        assert sum(int(row["n_event"]) for row in rows) == 204
        assert "Data cut-off" in rows[0]["note"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_overflows(browser: Any, page_file: Path, width: int, scheme: str) -> None:
    opened = Visit(browser, page_file, width, scheme)
    opened.after(lambda: opened.page.select_option("#factor", "race"))
    assert opened.page.evaluate(OVERFLOWING) == []
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
    ground = opened.page.evaluate(
        "getComputedStyle(document.querySelector('#chart svg')).backgroundColor"
    )
    assert ground == {"light": "rgb(255, 255, 255)", "dark": "rgb(23, 25, 28)"}[scheme]
    assert opened.messages == []
    opened.page.context.close()
