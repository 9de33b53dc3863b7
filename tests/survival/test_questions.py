"""What the functions count, by hand, and what they refuse, each in one sentence."""

from pathlib import Path

import duckdb
import pytest
from survival_warehouse import frame, study, warehouse

from analytics.survival.functions import write_functions
from analytics.warehouse import connect_for_queries

# OS: first dose to death. A and B die, C and D are censored; B and C have a transplant later.
ENDS = [("A", "OS", 10.0, 1), ("B", "OS", 40.0, 1), ("C", "OS", 60.0, 0), ("D", "OS", 60.0, 0)]
CHANGES = [
    *((subject, "OS", "hsct", 0.0, "no") for subject in "ABCD"),
    ("B", "OS", "hsct", 20.0, "yes"),
    ("C", "OS", "hsct", 30.0, "yes"),
]
ENTRIES = [
    ("B", "OS", "first_remission", 15.0),
    ("C", "OS", "first_remission", 25.0),
    ("D", "OS", "first_remission", 45.0),
]


@pytest.fixture(scope="module")
def small() -> duckdb.DuckDBPyConnection:
    return warehouse(
        ENDS,
        populations={"all": "ABCD", "responders": "BCD"},
        changes=CHANGES,
        entries=ENTRIES,
        factors=[("A", "sex", "male"), ("B", "sex", "male"), ("C", "sex", "female")],
    )


def subjects(connection: duckdb.DuckDBPyConnection, question: str) -> list[tuple[object, ...]]:
    return frame(connection, f"subjects({question})").rows()


def test_groups_are_as_of_the_landmark_day_and_time_counts_from_it(small) -> None:
    """On day 20 A is dead, B changes on that day, C changes later."""
    assert subjects(small, "'OS', by_factor := 'hsct', landmark := 20") == [
        ("B", "yes", 0.0, 20.0, 1),
        ("C", "no", 0.0, 40.0, 0),
        ("D", "no", 0.0, 40.0, 0),
    ]


def test_subjects_move_between_groups_after_the_landmark(small) -> None:
    """C is censored in the old group on day 30 and enters the new one, where it ends on day 60."""
    assert subjects(small, "'OS', by_factor := 'hsct', landmark := 15, time_dependent := true") == [
        ("B", "no", 0.0, 5.0, 0),
        ("B", "yes", 5.0, 25.0, 1),
        ("C", "no", 0.0, 15.0, 0),
        ("C", "yes", 15.0, 45.0, 0),
        ("D", "no", 0.0, 45.0, 0),
    ]


def test_a_population_that_forms_later_is_who_belongs_to_it_by_the_landmark(small) -> None:
    """The remissions are on days 15, 25 and 45; of the landmark day itself counts."""
    assert subjects(small, "'OS', population := 'responders', landmark := 25") == [
        ("B", "all", 0.0, 15.0, 1),
        ("C", "all", 0.0, 35.0, 0),
    ]


def test_with_delayed_entry_each_is_at_risk_from_the_day_of_joining(small) -> None:
    assert subjects(small, "'OS', population := 'responders', delayed_entry := true") == [
        ("B", "all", 15.0, 40.0, 1),
        ("C", "all", 25.0, 60.0, 0),
        ("D", "all", 45.0, 60.0, 0),
    ]


def test_a_level_of_nobody_has_its_row_and_an_unknown_one_comes_last(small) -> None:
    """Of the trial nothing is known; the sex of D is not."""
    curve = frame(small, "km('OS', by_factor := 'sex')")
    assert curve["stratum"].unique(maintain_order=True).to_list() == ["male", "female", "unknown"]
    curve = frame(small, "median('OS', by_factor := 'trial')")
    assert curve["n"].to_list() == [0, 0, 4]
    assert curve["status"].to_list()[:2] == ["not estimable: no subjects"] * 2


def test_by_hand_four_patients(small) -> None:
    """S is 3/4 after day 10 and 3/4 x 2/3 = 1/2 after day 40, where it ends: no median.

    Greenwood on day 10: 3/4 x sqrt(1 / (4 x 3)).
    """
    curve = frame(small, "km('OS')")
    assert curve["estimate"].to_list() == pytest.approx([1, 0.75, 0.5, 0.5], rel=1e-15)
    assert curve["std_error"][1] == pytest.approx(0.75 * (1 / 12) ** 0.5, rel=1e-15)
    assert frame(small, "median('OS')")["status"].to_list() == ["not estimable: median not reached"]


def test_by_hand_a_log_rank_test() -> None:
    """Men die on days 1 and 3, women on days 2 and 4, n = 4.

    Expected of men 2/4 + 1/3 + 1/2 + 0 = 4/3, U = 2/3. V = 1/4 + 2/9 + 1/4 = 13/18, so that the
    statistic is (4/9) / (13/18) = 8/13.
    """
    found = frame(
        warehouse(
            [(name, "OS", float(day), 1) for day, name in enumerate("ABCD", start=1)],
            factors=[
                (name, "sex", level)
                for name, level in zip("ABCD", ["male", "female"] * 2, strict=True)
            ],
        ),
        "log_rank('OS', 'sex')",
    ).row(0, named=True)
    assert found["statistic"] == pytest.approx(8 / 13, rel=1e-14)
    assert (found["test"], found["df"], found["n"], found["n_event"]) == ("log_rank", 1, 4, 4)


def test_by_hand_a_curve_with_late_entries() -> None:
    """One enters on day 10 and dies on day 20, before twelve enter on day 30.

    Ten are at risk after day 30: the curve starts there. Deaths on days 60 and 90 give 11/12 and
    10/12. Up to month 4, day 121.75, the area is 60 + 30 x 11/12 +
    31.75 x 10/12 days. Eleven at risk are asked for: the same; thirteen: there is no curve.
    """
    ends = [("A", "OS", 20.0, 1), ("B", "OS", 60.0, 1), ("C", "OS", 90.0, 1)]
    ends += [(name, "OS", 180.0, 0) for name in "DEFGHIJKLM"]
    entries = [(row[0], "OS", "first_remission", 30.0) for row in ends[1:]]
    entries.append(("A", "OS", "first_remission", 10.0))
    question = "population := 'responders', delayed_entry := true"
    for smallest in (10, 11):
        connection = warehouse(ends, entries=entries, smallest_risk_set=smallest)
        curve = frame(connection, f"km('OS', {question})")
        assert curve["time_days"].to_list() == [0, 10, 20, 30, 60, 90, 180]
        known = pytest.approx([1, 11 / 12, 10 / 12, 10 / 12], rel=1e-15)
        assert curve["estimate"].to_list()[3:] == known
        assert curve["estimate"].to_list()[:3] == [None] * 3
        too_few = "not estimable: fewer at risk than smallest_risk_set"
        assert curve["status"].to_list() == [too_few] * 3 + ["ok"] * 4
        assert set(curve["conditional_from_months"]) == {30 / 30.4375}
        mean = frame(connection, f"restricted_mean('OS', 4, {question})")
        area = 60 + 30 * 11 / 12 + 31.75 * 10 / 12
        assert mean["restricted_mean_months"][0] == pytest.approx(area / 30.4375, rel=1e-14)
    nowhere = warehouse(ends, entries=entries, smallest_risk_set=13)
    for call in ("km('OS'", "median('OS'", "rate('OS', 3", "restricted_mean('OS', 3"):
        assert set(frame(nowhere, f"{call}, {question})")["status"]) == {too_few}, call


REFUSED = {
    "km('XX')": "There is no endpoint 'XX'; choose one of CIR, OS, OSHSCT, OSHSCTD, RFS,",
    "km(null)": "There is no endpoint 'NULL'; choose one of",
    "km('OS', population := 'al')": "There is no population 'al'; of OS choose one of all,",
    "km('OS', by_factor := 'sx')": "There is no factor 'sx'; choose one of trial, sex, race",
    "km('OS', by_factor := 'age')": "by_factor 'age' is continuous and has no levels",
    "km('OS', by_factor := 'cycles_started_category')": "is known only at the end of treatment",
    "km('OS', landmark := -1)": "landmark := -1.0 is not a day after the origin",
    "km('OS', population := 'died')": "'died' is defined by the outcome OS",
    "km('RFS', population := 'all')": "population 'all' is not within 'responders'",
    "km('OS', population := 'responders')": "(with 'first_remission') is known only after the "
    "origin of OS, which causes immortal time bias; add landmark := days",
    "km('OSHSCTD')": "population 'hsct_in_remission' (with 'hsct_in_remission') is known only",
    "km('OS', population := 'no_hsct')": "(without 'hsct') is known only after the origin of OS "
    "('first_dose') and no single day determines it",
    "km('OS', population := 'no_hsct', landmark := 90)": "no single day determines it",
    "km('OS', by_factor := 'hsct')": "factor 'hsct' (whose groups form at 'hsct') is known only",
    "km('OS', by_factor := 'hsct', delayed_entry := true)": "add landmark := days",
    "km('OS', by_factor := 'sex', landmark := 9, time_dependent := true)": "never changes",
    "km('OS', time_dependent := true)": "name their factor as by_factor",
    "km('OS', by_factor := 'hsct', time_dependent := true)": "add landmark := days",
    "km('OS', by_factor := 'mrd_responder', landmark := 9, time_dependent := true)": "add "
    "delayed_entry := true",
    "km('OS', population := 'responders', by_factor := 'hsct', landmark := 122, "
    "time_dependent := true)": "(with 'first_remission') is known only after the origin",
    "rate('OS', [])": "The months are not positive numbers",
    "rate('OS', [12, -1])": "The months are not positive numbers",
    "log_rank('OS', null)": "A log-rank test compares groups; name their factor as by_factor.",
    "log_rank('OS', 'sex', stratified_by := 'sexx')": "There is no factor 'sexx'",
    "log_rank('OS', 'sex', stratified_by := ['trial', 'sex'])": "cannot form the groups and the",
    "log_rank('OS', 'sex', stratified_by := 'hsct')": "the strata of a test need a baseline",
}


@pytest.mark.parametrize("call", REFUSED)
@pytest.mark.parametrize("columns", ["*", "count(*)"])
def test_a_mistake_is_one_sentence_and_never_an_empty_answer(small, call, columns) -> None:
    with pytest.raises(duckdb.InvalidInputException) as refusal:
        small.sql(f"select {columns} from survival.{call}").fetchall()
    sentence = str(refusal.value).splitlines()[0].removeprefix("Invalid Input Error: ")
    assert REFUSED[call] in sentence
    assert sentence.endswith(".")


@pytest.mark.parametrize(
    "function",
    [
        "median({})",
        "rate({}, 12)",
        "restricted_mean({}, 12)",
        "follow_up({})",
        "incidence({})",
        "incidence_rate({}, 12)",
        "subjects({})",
        "risk_counts({})",
        "known_counts({})",
    ],
)
@pytest.mark.parametrize("endpoint", ["'XX'", "'OSHSCTD'"])
def test_every_function_refuses_a_wrong_name_and_immortal_time(small, function, endpoint) -> None:
    with pytest.raises(duckdb.InvalidInputException, match=r"no endpoint|immortal time"):
        small.sql(f"select count(*) from survival.{function.format(endpoint)}").fetchall()


def test_a_competing_event_is_no_censoring() -> None:
    connection = warehouse([("A", "CIR", 3.0, 1), ("B", "CIR", 4.0, 2)])
    with pytest.raises(duckdb.InvalidInputException, match=r"use survival\.incidence"):
        connection.sql("select count(*) from survival.km('CIR')").fetchall()


def test_who_is_assessed_after_the_landmark_is_left_out() -> None:
    """MRD is known of A only from day 50 on, and never of B."""
    connection = warehouse(
        [("A", "OS", 90.0, 1), ("B", "OS", 90.0, 1), ("C", "OS", 90.0, 1)],
        changes=[
            ("A", "OS", "mrd_responder", 0.0, "no"),
            ("B", "OS", "mrd_responder", 0.0, None),
            ("C", "OS", "mrd_responder", 0.0, "no"),
            ("C", "OS", "mrd_responder", 20.0, "yes"),
        ],
        entries=[("A", "OS", "mrd_evaluated", 50.0), ("C", "OS", "mrd_evaluated", 20.0)],
    )
    found = subjects(connection, "'OS', by_factor := 'mrd_responder', landmark := 30")
    assert [row[:2] for row in found] == [("C", "yes")]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A small warehouse as a file under a name that is not `warehouse`."""
    path = tmp_path / "cut 2.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        small = warehouse(ENDS, changes=CHANGES, entries=ENTRIES)
        for (table,) in small.sql(
            "select table_name from duckdb_tables() where schema_name = 'marts'"
        ).fetchall():
            rows = small.sql(f"from marts.{table}").to_arrow_table()
            connection.register("rows", rows)
            connection.execute(f"create table marts.{table} as from rows")
            connection.unregister("rows")
        write_functions(study(), connection)
    return path


def test_any_client_has_them_read_only_locked_or_attached(file: Path) -> None:
    asked = "select estimate from survival.km('OS') where time_days = 10"
    with duckdb.connect(str(file), read_only=True) as connection:
        assert connection.sql(asked).fetchall() == [(0.75,)]
    with connect_for_queries(file) as connection:
        assert connection.sql(asked).fetchall() == [(0.75,)]
    with duckdb.connect() as connection:
        connection.execute(f"attach '{file}' as cut (read_only)")
        connection.execute("use cut")
        assert connection.sql(asked).fetchall() == [(0.75,)]


def test_writing_again_replaces_the_schema_and_a_failure_leaves_it() -> None:
    connection = warehouse(ENDS)
    connection.execute("create table survival.stray (x integer)")
    write_functions(study(conf_level=0.9), connection)
    assert connection.sql("select conf_level from survival.conventions").fetchall() == [(0.9,)]
    tables = connection.sql("select table_name from duckdb_tables() where schema_name = 'survival'")
    assert {name for (name,) in tables.fetchall()} == {
        "conventions",
        "populations",
        "factors",
        "levels",
    }
    with pytest.raises(ValueError, match="confidence level"):
        write_functions(study(conf_level=1.5), connection)
    assert connection.sql("select conf_level from survival.conventions").fetchall() == [(0.9,)]
