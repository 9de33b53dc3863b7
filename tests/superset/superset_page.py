"""The dashboard in a browser: what it asks Superset for, and what it looks like."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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
        page.wait_for_url("**/superset/welcome/**", wait_until="commit")
        yield page
        browser.close()


@dataclass(frozen=True)
class Answer:
    """What the page asked for a chart, and what Superset answered."""

    chart: int
    filters: dict[str, str]
    status: int
    content: dict[str, Any]


def chart_answers(page: Page) -> list[Answer]:
    """The list to which the page adds each chart that it asks for from now on."""
    answers: list[Answer] = []

    def keep(response: Response) -> None:
        if "/api/v1/chart/data" not in response.url:
            return
        asked = response.request.post_data_json
        if "slice_id" in asked["form_data"]:  # not the values of a filter
            filters = {one["col"]: one["val"] for one in asked["queries"][0]["filters"]}
            answers.append(
                Answer(
                    chart=asked["form_data"]["slice_id"],
                    filters={
                        column: value[0]
                        for column, value in filters.items()
                        if isinstance(value, list)
                    },
                    status=response.status,
                    content=response.json(),
                )
            )

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


def open_tab(page: Page, name: str) -> None:
    """Show a tab of the dashboard and wait until nothing on it is loading."""
    page.get_by_role("tab", name=name).click()
    settle(page)
