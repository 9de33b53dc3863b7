"""Spellings of SQL that two engines read differently without a word: models leave them to macros.

DuckDB sorts nulls last, Spark first; DuckDB rounds a number that becomes an integer, Spark cuts it;
the two write numbers differently and differ in upper case, blanks and patterns. tests/spark has the
rows that show each of these.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from project import PROJECT

DBT = PROJECT / "dbt_project"
SQL = sorted(
    path
    for folder in ("models", "tests", "macros")
    for path in (DBT / folder).rglob("*.sql")
    if path.parent.name != "bi"  # built by DuckDB alone
    and path.name != "dialect.sql"  # where each engine has its own spelling
)
MACRO_FOR = {
    "arg_max": "value_at_max",
    "arg_min": "value_at_min",
    "date_add": "add_days",
    "date_diff": "days_between",
    "datediff": "days_between",
    "dbt.listagg": "text_list",
    "initcap": "upper_case",
    "listagg": "text_list",
    "ltrim": "trimmed",
    "max_by": "value_at_max",
    "min_by": "value_at_min",
    "regexp_extract": "extracted",
    "regexp_like": "matches",
    "regexp_matches": "matches",
    "regexp_replace": "single_spaced",
    "round": "nearest_integer",
    "rtrim": "trimmed",
    "string_agg": "text_list",
    "trim": "trimmed",
    "try_cast": "cast_or_null",
    "upper": "upper_case",
}
CALL = re.compile(rf"(?<![\w.])({'|'.join(map(re.escape, MACRO_FOR))})\s*\(")

NEVER_NULL = {
    *("src_file", "src_row", "src_trial", "content", "usubjid"),
    *("display_order", "factor_order", "rule_order", "condition_order", "state_order", "priority"),
    *("rule_id", "cycle", "cycle_start", "step", "day", "tstart"),
}
"""Columns by which rows are put in order and which every row has."""

WHOLE = {
    *(
        "count()",
        "days_between()",
        "null",
        "cnsr",
        "cycles_started",
        "days_after",
        "hsct_number",
        "interval_number",
    ),
    *("level", "longest_gap_days", "n_rows", "priority", "src_row", "srcseq"),
    *("sum(cycles_in_order.n_partial) + 1", "cast({{ given(text_column) }} as double)"),
}
"""What is a whole number before it is cast to one, besides every `..._order`."""

WRITTEN_ALIKE = {
    *("null", "seq", "srcseq", "src_row", "cnsr", "adt", "days_between_dates + origin_day"),
    "nearest_integer()",
}
"""What both engines write alike: whole numbers, dates."""


def parts(sql: str) -> list[str]:
    """The parts of a text between its top-level commas, up to an unpaired closing parenthesis."""
    depth, found = 0, [""]
    for letter in sql:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if depth < 0:
            break
        if letter == "," and depth == 0:
            found.append("")
        else:
            found[-1] += letter
    return [" ".join(part.split()) for part in found]


def sort_keys(sql: str) -> Iterator[str]:
    """Each key of each `order by`, up to the end of its parenthesis."""
    for found in re.finditer(r"\border by\b", sql):
        yield from parts(sql[found.end() :])


def is_told_where_nulls_go(key: str) -> bool:
    """Whether a key has no nulls, or says where they go; descending both engines put them last."""
    if re.search(r" nulls (first|last)$| desc$", key):
        return True
    plain = key.removesuffix(" asc")
    if plain.startswith("case "):
        return " else " in plain
    return plain.rpartition(".")[2] in NEVER_NULL


def casts(sql: str, to: str) -> Iterator[str]:
    """What is cast to a type, without the name of its table or the arguments of a call."""
    for found in re.finditer(r"\bcast\(", sql):
        what, _, wanted = ", ".join(parts(sql[found.end() :])).rpartition(" as ")
        if wanted == to:
            plain = re.sub(r"^\w+\.(?=\w+$)", "", what)
            yield re.sub(r"^(?:{{ )?(count|nearest_integer|days_between)\(.*", r"\1()", plain)


def faults(template: str) -> Iterator[str]:
    """What a model, test or macro leaves to the engine, a sentence each."""
    sql = re.sub(r"{%.*?%}|{#.*?#}", "", template, flags=re.DOTALL)
    for found in CALL.finditer(sql):
        yield f"{found[1]}() is written {MACRO_FOR[found[1]]}"
    for key in sort_keys(sql):
        if not is_told_where_nulls_go(key):
            yield f"order by {key}: say nulls last, or add the column to NEVER_NULL"
    for what in casts(sql, "int"):
        if what not in WHOLE and not what.endswith("_order"):
            yield f"cast({what} as int) rounds or cuts: nearest_integer, or add it to WHOLE"
    for what in casts(sql, "string"):
        if what not in WRITTEN_ALIKE:
            yield f"cast({what} as string): number_as_text, or add it to WRITTEN_ALIKE"


@pytest.mark.parametrize("path", SQL, ids=lambda path: path.stem)
def test_a_model_leaves_nothing_to_the_engine(path: Path) -> None:
    assert list(faults(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "sql",
    [
        "row_number() over (partition by usubjid order by adt, src_row)",
        "row_number() over (order by case when a then adt end asc, src_row)",
        "lag(x) over (partition by f(a) order by src_row, coalesce(a, b))",
        "select upper(x)",
        "select upper (x)",
        "select trim(x)",
        "select {{ dbt.listagg('a', 'b') }}",
        "select max_by(a, b)",
        "select cast(age as int)",
        "select cast(records.result_number as string)",
    ],
)
def test_the_spellings_are_found(sql: str) -> None:
    assert len(list(faults(sql))) == 1


@pytest.mark.parametrize(
    "sql",
    [
        "row_number() over (order by a.adt asc nulls last, seq desc, src_row asc)",
        "row_number() over (order by case when a then 0 else 1 end, f(b, c) nulls first)",
        "select {{ upper_case('x') }}, cast(count(*) filter (where a) as int)",
        "select cast(records.display_order as int), cast(null as string)",
    ],
)
def test_what_both_engines_read_alike_passes(sql: str) -> None:
    assert list(faults(sql)) == []
