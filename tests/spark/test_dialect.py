"""The macros of dialect.sql and their readers on both engines, with rows that tell them apart.

A row stands here because the plain spelling gives another answer on Spark without a word.
"""

import math
import unicodedata
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest
from date_columns import rendered_macros

from analytics.study.terms import normal

ON_DUCKDB = rendered_macros()
ON_SPARK = rendered_macros("spark")

BLANKS = [letter for letter in map(chr, range(0x10000)) if unicodedata.category(letter) == "Zs"]
NUMBERS = [
    *(
        "5d",
        "5D",
        "1F",
        "1f",
        "0x1p3",
        "0x10",
        "NaN",
        "nan",
        "Infinity",
        "inf",
        "-inf",
        "+Infinity",
    ),
    *("5", "+5", "-5", "5.", ".5", "-.5", "1e5", "1E+5", "1e-5", "1e", "e5", ".", "+", "-", "--5"),
    *(
        "1e400",
        "-1e400",
        "1e-400",
        "1_0",
        "1,5",
        "1 5",
        " 5 ",
        "\t5",
        "5\n",
        "5\r",
        "\u00a05\u00a0",
    ),
    *("007", "1.2.3", "0.1", "12345678901234567890", "\u0665", "\uff15", "true", "", " ", None),
]
WHOLE = ["3", "3.0", "3.", "3.5", "03", "+3", "-3", "3\n", "3d", "1234567890", "3e0", "", None]
VALUES = [
    *(0.0, 1.0, 2.5, -2.5, 100.0, 12345678.0, 123456789.125, 0.001, 0.0001, 0.00012345, 0.00001),
    *(-0.00001, 1e15, 9999999999999998.0, 1e16, 1.5e16, 1e17, -1e17, 1.25e-7, 1e100, 2.5e-300),
    *(0.1, 1 / 3, math.pi * 1e10, 1e-10, None),
]
HALVES = [0.5, 1.5, 2.5, 3.5, -0.5, -1.5, -2.5, 2.4, 2.7, -2.7, 45.999, 0.49999999999999994, None]
LINES = ["2012-05-17", "2012-05-17\n", "2012-05-17\r\n", "2012-05-17\r", "2012\u0085", "", None]
DAYS = [date(1999, 12, 31), date(2000, 2, 29), date(2012, 1, 31), date(2021, 4, 30), None]


def same(spark: Any, tmp_path: Path, rows: Sequence[tuple[Any, ...]], types: str, sql: Any) -> Any:
    """The answer of DuckDB, after finding that Spark gives the same one.

    `types` are the columns of the rows; `sql` gives the select list for the macros of an engine.
    """
    with duckdb.connect() as connection:
        connection.execute(f"create table given (place int, {types})")
        marks = ", ".join("?" for _ in range(len(rows[0]) + 1))
        connection.executemany(
            f"insert into given values ({marks})",
            [(place, *row) for place, row in enumerate(rows)],
        )
        file = tmp_path / "given.parquet"
        connection.execute(f"copy given to '{file}' (format parquet)")
        ours = connection.execute(f"select {sql(ON_DUCKDB)} from given order by place").fetchall()
    spark.read.parquet(file.as_uri()).createOrReplaceTempView("given")
    theirs = [
        tuple(row)
        for row in spark.sql(f"select {sql(ON_SPARK)} from given order by place").collect()
    ]
    unlike = [
        (given, one, two) for given, one, two in zip(rows, ours, theirs, strict=True) if one != two
    ]
    assert not unlike, f"given, on DuckDB, on Spark: {unlike[:10]}"
    return [row[0] if len(row) == 1 else row for row in ours]


def column(values: Sequence[Any]) -> list[tuple[Any]]:
    return [(value,) for value in values]


def test_a_text_is_a_number_only_in_decimal_or_scientific_notation(
    spark: Any, tmp_path: Path
) -> None:
    found = same(spark, tmp_path, column(NUMBERS), "t varchar", lambda m: m.number("t"))
    read = dict(zip(NUMBERS, found, strict=True))
    assert read["5d"] is read["1F"] is read["0x1p3"] is read["NaN"] is read["1e400"] is None
    assert read["1e5"] == 1e5
    assert read["5."] == read["+5"] == read["\u00a05\u00a0"] == 5


def test_whole_numbers(spark: Any, tmp_path: Path) -> None:
    found = same(spark, tmp_path, column(WHOLE), "t varchar", lambda m: m.whole_number("t"))
    assert found[:3] == [3, 3, 3]
    assert found[7:10] == [None, None, None]


def test_a_pattern_ends_where_the_text_ends(spark: Any, tmp_path: Path) -> None:
    pattern = "^[0-9]{4}.*[0-9]$"
    found = same(
        spark,
        tmp_path,
        column(LINES),
        "t varchar",
        lambda m: f"{m.matches('t', pattern)}, {m.extracted('t', '-([0-9]{2})$')}",
    )
    assert found[0] == (True, "17")
    assert found[1] == (False, "")


@pytest.mark.parametrize("pattern", ["^[0-9]{4}-05-17$", "A.B$", "(A|B)$", "[.]$", "A\\$", "^.$"])
def test_a_pattern_of_the_study_ends_there_too(spark: Any, tmp_path: Path, pattern: str) -> None:
    texts = [*LINES, "A\nB", "A\rB", "A B\n", "A$", "B\u2028", "\n", "\r", "."]
    rows = [(text, pattern) for text in texts]
    same(spark, tmp_path, rows, "t varchar, p varchar", lambda m: m.matches_pattern("t", "p"))


def test_blanks_of_unicode_are_trimmed(spark: Any, tmp_path: Path) -> None:
    texts = [f"{blank}x{blank}" for blank in [*BLANKS, "\t", "\n", "\v", "\u200b", "\ufeff"]]
    found = same(
        spark,
        tmp_path,
        column([*texts, " ", "", None]),
        "t varchar",
        lambda m: f"{m.trimmed('t')}, {m.given('t')}",
    )
    assert found[: len(BLANKS)] == [("x", "x")] * len(BLANKS)


def test_a_wording_is_compared_as_python_compares_it(spark: Any, tmp_path: Path) -> None:
    """Letter by letter: the sharp s, ligatures, Greek with iota, a vertical tab."""
    letters = [
        chr(code)
        for code in range(1, 0x20000)
        if unicodedata.category(chr(code)) not in ("Cn", "Cs", "Co")
    ]
    texts = [f" x{letter}  {letter}y " for letter in letters] + ["stra\u00dfe", "a\v b", None]
    found = same(spark, tmp_path, column(texts), "t varchar", lambda m: m.wording("t"))
    assert found[-3] == "STRA\u1e9eE" == normal("stra\u00dfe")


def test_a_number_as_text(spark: Any, tmp_path: Path) -> None:
    found = same(spark, tmp_path, column(VALUES), "x double", lambda m: m.number_as_text("x"))
    texts = dict(zip(VALUES, found, strict=True))
    assert (texts[0.00001], texts[12345678.0], texts[1e17]) == ("1e-05", "12345678.0", "1e+17")


def test_the_nearest_integer(spark: Any, tmp_path: Path) -> None:
    found = same(spark, tmp_path, column(HALVES), "x double", lambda m: m.nearest_integer("x"))
    assert found[:4] == [0, 2, 2, 4]
    assert found[8] == 3


def test_days(spark: Any, tmp_path: Path) -> None:
    rows = [(day, other, n) for day in DAYS for other in DAYS for n in (0, 1, -400)]
    macros = SimpleNamespace(duckdb="datediff('day', d, e)", spark=ON_SPARK.days_between("d", "e"))

    def columns(m: Any) -> str:
        between = macros.spark if m is ON_SPARK else macros.duckdb
        return ", ".join(
            [between, m.add_days("d", "n"), m.last_day_of_month("d"), m.last_day_of_year("d")]
        )

    found = same(spark, tmp_path, rows, "d date, e date, n int", columns)
    assert found[5] == (60, DAYS[0] - timedelta(400), date(1999, 12, 31), date(1999, 12, 31))


def test_the_value_at_an_extreme_is_never_missing(spark: Any, tmp_path: Path) -> None:
    rows = [("a", 1), (None, 2), ("b", None), (None, 0), ("c", -1)]
    found = same(
        spark,
        tmp_path,
        rows,
        "v varchar, o int",
        lambda m: (
            f"{m.value_at_max('v', 'o')} over (partition by 1), "
            f"{m.value_at_min('v', 'o')} over (partition by 1)"
        ),
    )
    assert found == [("a", "c")] * len(rows)


def test_a_list_of_texts_is_in_order(spark: Any, tmp_path: Path) -> None:
    rows = [(text, place % 7) for place, text in enumerate("gdabcfe")]
    with duckdb.connect() as connection:
        connection.execute("create table given (t varchar, o int)")
        connection.executemany("insert into given values (?, ?)", rows)
        (ours,) = connection.execute("select listagg(t, ' / ' order by o) from given").fetchall()[0]
    spark.createDataFrame(rows[::-1], "t string, o int").repartition(3).createOrReplaceTempView(
        "given"
    )
    theirs = spark.sql(f"select {ON_SPARK.text_list('t', ' / ', 'o')} from given").collect()
    assert theirs[0][0] == ours == "g / d / a / b / c / f / e"


def test_hexadecimal_digits(spark: Any, tmp_path: Path) -> None:
    digits = "fraction µ/L 'of' 1".encode().hex()
    found = same(spark, tmp_path, [(1,)], "x int", lambda m: m.text_of_hex(digits))
    assert found == ["fraction µ/L 'of' 1"]


def test_dates_of_sdtm(spark: Any, tmp_path: Path) -> None:
    """The forms of dates.sql: complete, partial, intervals, times, and what is none."""
    texts = [
        *("2012-05-17", "2012-05", "2012", "2012---17", "2012-05-17T10:30", "2012-05-17T24:00"),
        *(
            "2012-02-30",
            "2012-13",
            "1899-01-01",
            "2012-05-17/2012-06",
            "2012-05-17T10/2012-05-17T09",
        ),
        *(
            "2012-05-17\n",
            "2012-05-17T10:30:00.5Z",
            "2012-05--T10:30",
            "2012----T10:30",
            "2012-5-1",
        ),
        *(
            "20120517",
            "17/05/2012",
            "2012-05-17 10:30",
            " 2012-05-17 ",
            "\u00a02012-05-17",
            "",
            None,
        ),
        *("2012-05-17T-:15", "2012-12-31T24:00", "2011-02", "2012-02", "2012-05-17T10:30+02:00"),
    ]

    def columns(m: Any) -> str:
        return f"{m.earliest_day(m.trimmed('xdtc'))}, {m.latest_day(m.trimmed('xdtc'))}"

    found = same(spark, tmp_path, column(texts), "xdtc varchar", columns)
    assert found[1] == (date(2012, 5, 1), date(2012, 5, 31))
    assert found[11] == (None, None) or found[11][0] is None
