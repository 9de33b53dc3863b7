"""dbt_project/macros/record_layout.sql: the catalogue of domains, as dbt reads it.

`python -m analytics.study.domains.record_layout` prints the macro. It holds names of staging
columns and flags from the catalogue alone, so that the dbt project compiles by itself.
"""

import json
import textwrap
from collections.abc import Iterator
from typing import Any, Final

from analytics.study.domains import DOMAINS
from analytics.study.domains.catalogue import Answer, Domain, Variable

_BEGINNING: Final = """\
{#-
    How each SDTM domain answers the questions every record is asked. Written by `make domains`
    from the catalogue analytics/study/domains; do not edit it.

    One entry per domain: the staging columns that hold its sequence, test, result, date and so
    on. A missing entry: the domain has no such variable, or the flag is false.

    required    variables without which a record names nothing
    text        the first given one is compared with the study's terms
    vocabulary  'closed': every wording has to be a term where terms cover the test
    repeats     a later result of the same test and day replaces an earlier one
-#}
{% macro record_layout() -%}
    {%- set layout = ["""
_END: Final = """\
    ] -%}
    {{ return(layout) }}
{%- endmacro %}"""

# The questions that one variable of a domain answers.
_SINGLE: Final[tuple[Answer, ...]] = (
    "domain_given",
    "seq",
    "group",
    "testcd",
    "category",
    "specimen",
    "evaluator",
    "method",
    "stat",
    "accepted_flag",
    "number",
    "unit",
    "visitnum",
    "dtc",
)


def record_layout() -> list[dict[str, Any]]:
    """One entry per domain; the keys are those that the macro explains."""
    return [_entry(domain) for domain in DOMAINS.values()]


def layout_lines() -> Iterator[str]:
    """The macro, line by line."""
    yield from _BEGINNING.splitlines()
    for entry in record_layout():
        yield "        {"
        for name, value in entry.items():
            yield from textwrap.wrap(
                f"{json.dumps(name)}: {json.dumps(value)},",
                width=96,
                initial_indent=" " * 12,
                subsequent_indent=" " * 16,
                break_long_words=False,
            )
        yield "        },"
    yield from _END.splitlines()


def _entry(domain: Domain) -> dict[str, Any]:
    single = {answer: domain.answering(answer) for answer in _SINGLE}
    entry: dict[str, Any] = {
        "domain": domain.code,
        "required": [_column(one) for one in _keys(domain)],
        **{answer: _column(found[0]) for answer, found in single.items() if found},
        "text": [_column(one) for one in domain.answering("standard_text", "collected_text")],
        "date_needed": _is_needed(domain, "dtc"),
        "result_needed": _is_result_needed(domain),
        "vocabulary": domain.vocabulary,
        "repeats": domain.repeats,
    }
    return {name: value for name, value in entry.items() if value}


def _keys(domain: Domain) -> list[Variable]:
    """Those of the file first, in whatever order the domain has them."""
    found = [one for one in domain.variables if one.absent == "missing_key"]
    return sorted(found, key=lambda one: one.need != "file")


def _is_needed(domain: Domain, answer: Answer) -> bool:
    return any(one.need == "record" for one in domain.answering(answer))


def _is_result_needed(domain: Domain) -> bool:
    """Whether a record without any result is turned away."""
    texts = domain.answering("standard_text", "collected_text")
    return any(
        one.need == "result" or (one.need == "record" and one.absent == "missing_result")
        for one in texts
    )


def _column(variable: Variable) -> str:
    return variable.name.lower()


if __name__ == "__main__":
    for line in layout_lines():
        print(line)
