"""The dashboard in a browser: every chart is drawn, from the query that the bundle has saved."""

import shutil
from typing import Any

import pytest
from served_study import Served
from superset_page import chart_answers, open_dashboard, open_tab, signed_in_page

from analytics.dashboard.specification import read_specification

DASHBOARD = read_specification().dashboard
CHARTS = read_specification().charts


def test_the_page_draws_every_chart_of_one_analysis(
    served: Served, charts: dict[str, int], ask: Any
) -> None:
    """What the page itself asks gives the rows of the saved query under the same filters."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("The page is not looked at: there is no chromium.")
    superset = served.superset
    with signed_in_page(chromium, superset.address, superset.password) as page:
        answers = chart_answers(page)
        open_dashboard(page, superset.address, f"plateau-{served.study.study_id}")
        for tab in DASHBOARD["tabs"][1:]:
            open_tab(page, tab["name"])
        assert page.locator(".ant-alert-error, [data-test='error-container']").count() == 0
    titles = {number: title for title, number in charts.items()}
    names = {chart["title"]: name for name, chart in CHARTS.items()}
    assert {titles[answer.chart] for answer in answers} == set(charts)
    for answer in answers:
        title = titles[answer.chart]
        assert answer.status == 200, title
        required = {
            one["column"]
            for one in DASHBOARD["filters"]
            if one.get("first") and names[title] in one["charts"]
        }
        assert answer.filters.keys() == required, title
        (result,) = answer.content["result"]
        assert result["error"] is None, title
        assert sorted(map(repr, result["data"])) == sorted(map(repr, ask(title, answer.filters)))
