"""The page in a real browser: silent, offline, nothing overflowing, readable by all, on paper."""

import re
import shutil
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no chromium on this machine: apt-get install chromium"
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
SCHEMES = ("light", "dark")
WIDTHS = (390, 1440)
# elements that reach over the right edge of the screen and that no box of their own scrolls
OVERFLOWING = """
() => [...document.querySelectorAll('body *')].filter(e =>
    e.getBoundingClientRect().right > document.documentElement.clientWidth + 1
    && !e.closest('.scroll') && !e.closest('.hidden') && !e.closest('.skip')
).map(e => e.outerHTML.slice(0, 80))
"""
# text whose contrast with the ground it stands on is below 4.5 (below 3 for large text)
FAINT = """
() => {
    const rgb = text => (text.match(/[\\d.]+/g) || []).map(Number);
    const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(
        v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4
    ).reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
    const ground = e => {
        for (; e; e = e.parentElement) {
            const c = rgb(getComputedStyle(e).backgroundColor);
            if (c.length === 3 || c[3] === 1) return c;
        }
        return [255, 255, 255];
    };
    return [...document.querySelectorAll('body *')].filter(e =>
        [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())
        && !e.closest('svg') && !e.closest('.hidden')
    ).filter(e => {
        const style = getComputedStyle(e);
        const [a, b] = [light(rgb(style.color)), light(ground(e))];
        const contrast = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
        return contrast < (parseFloat(style.fontSize) >= 24 ? 3 : 4.5);
    }).map(e => e.outerHTML.slice(0, 80));
}
"""


# of each box whether it scrolls sideways, and whether it says so
BOXES = """
() => [...document.querySelectorAll('.scroll')].map(e => ({
    name: e.getAttribute('aria-labelledby'),
    scrolls: e.scrollWidth > e.clientWidth,
    says: parseFloat(getComputedStyle(e, '::before').fontSize) > 0,
}))
"""


# what a link of the page led to: its words, whether they are shown, what stands below them
LED = """
() => {
    const place = document.querySelector(':target');
    return [place.textContent, place.checkVisibility(), place.nextElementSibling.textContent];
}
"""


def led_by(page: Any, link: str, use: Callable[[Any], None]) -> list[Any]:
    """What the first such link leads to, with all details closed before."""
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = false)")
    page.evaluate("location.hash = ''")
    use(page.locator(link).first)
    found: list[Any] = page.evaluate(LED)
    return found


@pytest.fixture(scope="module")
def visits(
    default_release: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Any]]:
    """What the browser met: one start, a visit per width and scheme, one print."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    page_file = (default_release / "report/report.html").resolve()
    found: dict[str, Any] = {"messages": [], "requests": [], "overflow": {}, "width": {}}
    found["faint"] = {}
    found["boxes"] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for width in WIDTHS:
            for scheme in SCHEMES:
                context = browser.new_context(
                    viewport={"width": width, "height": 900}, color_scheme=scheme
                )
                page = context.new_page()
                page.on("console", lambda message: found["messages"].append(message.text))
                page.on("pageerror", lambda error: found["messages"].append(str(error)))
                page.on("request", lambda request: found["requests"].append(request.url))
                page.goto(page_file.as_uri())
                page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
                found["overflow"][width, scheme] = page.evaluate(OVERFLOWING) + (
                    []
                    if page.evaluate("document.documentElement.scrollWidth") <= width
                    else [width]
                )
                found["faint"][width, scheme] = page.evaluate(FAINT)
                found["boxes"][width] = page.evaluate(BOXES)
                if (width, scheme) == (1440, "light"):
                    found["structure"] = page.evaluate(
                        """() => ({
                            headings: [...document.querySelectorAll('h1,h2,h3,h4')].map(
                                h => [Number(h.tagName[1]), h.textContent.trim()]),
                            drawings: [...document.querySelectorAll('figure.drawing svg')].map(
                                s => document.getElementById(
                                    s.getAttribute('aria-labelledby')).textContent),
                            unlabelled: [...document.querySelectorAll('[role=region],nav,aside')]
                                .filter(e => !e.getAttribute('aria-label')
                                    && !e.getAttribute('aria-labelledby')).length,
                            unscoped: document.querySelectorAll('th:not([scope])').length,
                            unreachable: document.querySelectorAll(
                                '.scroll:not([tabindex="0"])').length,
                            language: document.documentElement.lang,
                            mains: document.querySelectorAll('main').length,
                        })"""
                    )
                    page.evaluate(
                        "document.querySelectorAll('details').forEach(d => d.open = false)"
                    )
                    found["pdf"] = page.pdf(prefer_css_page_size=True)
                    found["led"] = [
                        led_by(page, "#table-survival tbody td a", lambda link: link.click()),
                        led_by(
                            page, "#table-survival tbody a.how", lambda link: link.press("Enter")
                        ),
                    ]
                context.close()
        browser.close()
    found["page"] = page_file.as_uri()
    yield found


def test_the_page_is_silent_and_asks_for_nothing_but_itself(visits: dict[str, Any]) -> None:
    assert visits["messages"] == []
    assert set(visits["requests"]) == {visits["page"]}


def test_nothing_overflows_on_a_telephone_or_a_desk(visits: dict[str, Any]) -> None:
    assert len(visits["overflow"]) == len(WIDTHS) * len(SCHEMES)
    assert {place: found for place, found in visits["overflow"].items() if found} == {}
    assert all(found == width for (width, _), found in visits["width"].items())


def test_every_text_stands_out_from_its_ground_in_light_and_dark(visits: dict[str, Any]) -> None:
    assert {place: found for place, found in visits["faint"].items() if found} == {}


def test_a_box_that_is_wider_than_the_screen_says_that_it_scrolls(visits: dict[str, Any]) -> None:
    for width in WIDTHS:
        boxes = visits["boxes"][width]
        assert [box for box in boxes if box["scrolls"] != box["says"]] == []
    assert any(box["scrolls"] for box in visits["boxes"][390])
    assert not all(box["scrolls"] for box in visits["boxes"][1440])


def test_a_number_leads_to_its_query_by_click_and_the_line_by_key(visits: dict[str, Any]) -> None:
    for words, is_shown, below in visits["led"]:
        assert words == "Overall survival, all patients: All"
        assert is_shown
        assert "from bi.endpoint_summary where analysis_id = 'os_all'" in below
        assert "plateau explain os_all" in below


def test_headings_descend_one_level_at_a_time(visits: dict[str, Any]) -> None:
    levels = [level for level, _ in visits["structure"]["headings"]]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert all(text for _, text in visits["structure"]["headings"])


def test_every_figure_says_in_words_what_it_shows(
    visits: dict[str, Any], default_release: Path
) -> None:
    texts = visits["structure"]["drawings"]
    assert len(texts) == len(list((default_release / "report/figures").glob("*.svg")))
    assert all(re.search(r"\d", text) and len(text) > 60 for text in texts)


def test_landmarks_regions_and_table_heads_are_named(visits: dict[str, Any]) -> None:
    structure = visits["structure"]
    assert structure["language"] == "en"
    assert structure["mains"] == 1
    assert (structure["unlabelled"], structure["unscoped"], structure["unreachable"]) == (0, 0, 0)


def test_it_prints_on_a_sane_number_of_pages(visits: dict[str, Any]) -> None:
    pages = len(re.findall(rb"/Type\s*/Page\b", visits["pdf"]))
    assert 15 <= pages <= 50
