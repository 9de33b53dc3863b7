"""The dashboard in a browser: what it asks Superset for, and what it looks like."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Page, Response, sync_playwright
from superset_server import ADMIN

_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
_LOADING = "[data-test='loading-indicator'], .loading, .slice_container.is-loading"
_SECONDS = 120


@contextmanager
def signed_in_page(chromium: str, address: str, password: str) -> Iterator[Page]:
    """A browser page 1440 pixels wide, signed in as the administrator."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=_ARGUMENTS)
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        page.set_default_timeout(_SECONDS * 1000)
        page.goto(f"{address}/login/")
        page.fill("#username", ADMIN)
        page.fill("#password", password)
        page.press("#password", "Enter")
        page.wait_for_url("**/superset/welcome/**")
        yield page
        browser.close()


def chart_answers(page: Page) -> list[dict[str, Any]]:
    """The list to which the page adds what Superset answers to each chart from now on."""
    answers: list[dict[str, Any]] = []

    def keep(response: Response) -> None:
        if "/api/v1/chart/data" in response.url:
            answers.append({"status": response.status, **response.json()})

    page.on("response", keep)
    return answers


def open_dashboard(page: Page, address: str, slug: str) -> None:
    """Show the dashboard and wait until nothing on it is loading."""
    page.goto(f"{address}/superset/dashboard/{slug}/")
    page.wait_for_selector(".dashboard-component-chart-holder")
    settle(page)


def settle(page: Page) -> None:
    """Wait until nothing is loading and the drawings stand still."""
    page.wait_for_load_state("networkidle")
    page.wait_for_function(f"() => document.querySelectorAll(`{_LOADING}`).length === 0")
    page.evaluate("window.scrollTo(0, 0)")
    page.wait_for_timeout(2000)
