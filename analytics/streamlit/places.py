"""Where the tiles stand: the rows of each tab, and what stands under the curves it belongs to."""

from analytics.dashboard.specification import Specification


def tabs_of_rows(specification: Specification) -> dict[str, list[dict[str, int]]]:
    """The rows of each tab: charts and their widths of 12, less those that stand under curves."""
    below = numbers_below(specification).values()
    return {
        tab["name"]: [
            row
            for charts in (row["charts"] for row in tab["rows"])
            if (row := {name: width for name, width in charts.items() if name not in below})
        ]
        for tab in specification.dashboard["tabs"]
    }


def numbers_below(specification: Specification) -> dict[str, str]:
    """The chart that stands under another one, by the name of the other."""
    return {
        name: chart["numbers_below"]
        for name, chart in specification.charts.items()
        if "numbers_below" in chart
    }
