"""Run the page as Streamlit does and print what it shows; called with Streamlit's own Python.

python shown_page.py <releases> <a folder without releases> [<filter>=<value> ...]
"""

import json
import sys

from streamlit.testing.v1 import AppTest

import analytics.streamlit.__main__ as start


def main() -> None:
    """Print the texts, numbers, choices, tables and drawings of the page as JSON."""
    releases, nothing, *choices = sys.argv[1:]
    sys.argv = [str(start.APP), nothing]
    empty = AppTest.from_file(str(start.APP), default_timeout=120).run()
    sys.argv = [str(start.APP), releases]
    page = AppTest.from_file(str(start.APP), default_timeout=120).run()
    for choice in choices:
        name, _, value = choice.partition("=")
        page.selectbox(key=name).select(value).run()
    shown = {
        "errors": [one.message for one in page.exception] + [one.value for one in page.error],
        "errors_of_nothing": [one.value for one in empty.error],
        "title": [one.value for one in page.subheader],
        "notices": [one.value for one in page.warning],
        "captions": [one.value for one in page.caption],
        "texts": [one.value for one in page.markdown],
        "tabs": [one.label for one in page.tabs],
        "numbers": {one.label: one.value for one in page.metric},
        "choices": {one.label: one.options for one in page.selectbox},
        "tables": [_table(one.value) for one in [*page.table, *page.dataframe]],
        "drawings": [json.loads(one.proto.spec) for one in page.get("vega_lite_chart")],
    }
    print(json.dumps(shown, default=str))


def _table(frame: object) -> dict[str, object]:
    made: dict[str, object] = frame.to_dict("split")  # type: ignore[attr-defined]
    return made


if __name__ == "__main__":
    main()
