"""Every way a patient's endpoint can change between two releases, and the record that did it."""

from collections.abc import Sequence
from pathlib import Path

import duckdb
from small_release import End, Record, write_warehouse

from analytics.release.change_reasons import SubjectChange, explain_changes
from analytics.release.subject_changes import ChangeCount, count_changes

SEEN = Record("SS", "SSDTC", 1, "2015-06-01")
SEEN_LATER = Record("SS", "SSDTC", 2, "2015-09-01")
RELAPSED = Record("RS", "RSDTC", 5, "2015-07-01")
DIED = Record("DM", "DTHDTC", None, "2015-08-01")


def contact(record: Record = SEEN, usubjid: str = "A") -> End:
    return End(usubjid, "last_contact", record.day, record)


def compared(before: Path, after: Path) -> tuple[list[SubjectChange], list[ChangeCount]]:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{before}' as before (read_only)")
        connection.execute(f"attach '{after}' as after (read_only)")
        return explain_changes(connection), count_changes(connection)


def change_of(  # noqa: PLR0913 - one argument per thing that a release knows
    folder: Path,
    before: Sequence[End],
    after: Sequence[End],
    *,
    known_before: Sequence[Record] = (),
    known_after: Sequence[Record] = (),
    treated_before: Sequence[str] = (),
) -> tuple[str, str]:
    """The kind and the reason of the one change."""
    changes, counts = compared(
        write_warehouse(
            folder / "1.duckdb", before, [("A", record) for record in known_before], treated_before
        ),
        write_warehouse(folder / "2.duckdb", after, [("A", record) for record in known_after]),
    )
    (change,) = changes
    assert counts == [ChangeCount("RFS", "Relapse-free", change.change, 1)]
    return change.change, change.reason


def test_a_new_contact_censors_later(tmp_path: Path) -> None:
    assert change_of(tmp_path, [contact()], [contact(SEEN_LATER)], known_after=[SEEN]) == (
        "later censoring",
        "new record SS 2, SSDTC 2015-09-01",
    )


def test_a_contact_that_was_after_the_cut_off_says_so(tmp_path: Path) -> None:
    early = Record("SS", "SSDTC", 2, "2015-09-01", rule="after_cutoff")
    assert change_of(
        tmp_path, [contact()], [contact(SEEN_LATER)], known_before=[early], known_after=[SEEN]
    ) == (
        "later censoring",
        "record turned away before (after_cutoff): SS 2, SSDTC 2015-09-01",
    )


def test_the_same_contact_with_another_date_is_a_corrected_date(tmp_path: Path) -> None:
    corrected = Record("SS", "SSDTC", 1, "2015-06-21")
    assert change_of(tmp_path, [contact()], [contact(corrected)]) == (
        "corrected date",
        "record SS 1, SSDTC 2015-06-21, dated 2015-06-01 before",
    )


def test_visits_have_no_number_and_are_told_apart_by_their_dates(tmp_path: Path) -> None:
    visits = [Record("SV", "SVSTDTC", None, day) for day in ("2015-06-01", "2015-09-01")]
    assert change_of(
        tmp_path, [contact(visits[0])], [contact(visits[1])], known_after=[visits[0]]
    ) == ("later censoring", "new record SV, SVSTDTC 2015-09-01")


def test_a_death_after_a_censoring_is_a_new_death(tmp_path: Path) -> None:
    died = End("A", "death", DIED.day, DIED)
    assert change_of(tmp_path, [contact()], [died], known_after=[SEEN]) == (
        "new death",
        "new record DM, DTHDTC 2015-08-01",
    )


def test_any_other_event_after_a_censoring_is_a_new_event(tmp_path: Path) -> None:
    relapsed = End("A", "relapse", RELAPSED.day, RELAPSED)
    assert change_of(tmp_path, [contact()], [relapsed], known_after=[SEEN]) == (
        "new event",
        "new record RS 5, RSDTC 2015-07-01",
    )


def test_a_date_of_death_can_be_corrected(tmp_path: Path) -> None:
    corrected = Record("DM", "DTHDTC", None, "2015-07-31")
    assert change_of(
        tmp_path,
        [End("A", "death", DIED.day, DIED)],
        [End("A", "death", corrected.day, corrected)],
    ) == ("corrected date", "record DM, DTHDTC 2015-07-31, dated 2015-08-01 before")


def test_an_event_whose_record_is_gone_is_withdrawn(tmp_path: Path) -> None:
    relapsed = End("A", "relapse", RELAPSED.day, RELAPSED)
    assert change_of(tmp_path, [relapsed], [contact()], known_before=[SEEN]) == (
        "other",
        "record gone: RS 5, RSDTC 2015-07-01",
    )


def test_an_event_whose_record_is_turned_away_is_withdrawn(tmp_path: Path) -> None:
    refused = Record("RS", "RSDTC", 5, "2015-07-01", rule="unknown_term")
    assert change_of(
        tmp_path,
        [End("A", "relapse", RELAPSED.day, RELAPSED)],
        [contact()],
        known_before=[SEEN],
        known_after=[refused],
    ) == ("other", "record turned away now (unknown_term): RS 5, RSDTC 2015-07-01")


def test_an_earlier_censoring_is_told(tmp_path: Path) -> None:
    assert change_of(tmp_path, [contact(SEEN_LATER)], [contact()], known_before=[SEEN]) == (
        "other",
        "record gone: SS 2, SSDTC 2015-09-01",
    )


def test_a_corrected_origin_is_explained_by_its_own_record(tmp_path: Path) -> None:
    origin = Record("RS", "RSDTC", 1, "2015-01-15")
    moved = End("A", "last_contact", SEEN.day, SEEN, start=origin.day, origin=origin)
    assert change_of(tmp_path, [contact()], [moved]) == (
        "corrected date",
        "record RS 1, RSDTC 2015-01-15, dated 2015-01-01 before",
    )


def test_who_was_not_treated_before_is_a_new_subject(tmp_path: Path) -> None:
    assert change_of(tmp_path, [], [contact()]) == (
        "new subject",
        "new record RS 1, RSDTC 2015-01-01",
    )


def test_who_was_treated_before_enters_with_the_origin(tmp_path: Path) -> None:
    assert change_of(tmp_path, [], [contact()], treated_before=["A"]) == (
        "entered",
        "new record RS 1, RSDTC 2015-01-01",
    )


def test_who_enters_by_another_fact_than_the_origin_is_explained_by_it(tmp_path: Path) -> None:
    known = [("A", Record("RS", "RSDTC", 1, "2015-01-01"))]
    unmet = [("A", "No transplant"), ("A", "No transplant in remission")]
    (change,), _ = compared(
        write_warehouse(tmp_path / "1.duckdb", [], known, treated=["A"], unmet=unmet),
        write_warehouse(tmp_path / "2.duckdb", [contact()]),
    )
    assert (change.change, change.reason) == ("entered", "before: No transplant")


def test_a_visit_that_was_after_the_cut_off_is_known_by_its_first_date(tmp_path: Path) -> None:
    """A record that is turned away has no end date any more."""
    ends = Record("SV", "SVENDTC", None, "2015-09-01")
    early = Record("SV", "SVSTDTC", None, "2015-09-01", rule="after_cutoff")
    assert change_of(
        tmp_path, [contact()], [contact(ends)], known_before=[early], known_after=[SEEN]
    ) == (
        "later censoring",
        "record turned away before (after_cutoff): SV, SVENDTC 2015-09-01",
    )


def test_who_has_no_origin_any_more_has_left(tmp_path: Path) -> None:
    assert change_of(tmp_path, [contact()], []) == (
        "left",
        "record gone: RS 1, RSDTC 2015-01-01",
    )


def test_a_change_that_no_record_explains_says_so(tmp_path: Path) -> None:
    assert change_of(
        tmp_path, [contact()], [contact(SEEN_LATER)], known_before=[SEEN_LATER], known_after=[SEEN]
    ) == (
        "later censoring",
        "the record is the same; another record of the subject or a rule of the study changed",
    )


def test_the_unchanged_are_counted_and_not_named(tmp_path: Path) -> None:
    changes, counts = compared(
        write_warehouse(tmp_path / "1.duckdb", [contact(), contact(usubjid="B")]),
        write_warehouse(tmp_path / "2.duckdb", [contact(SEEN_LATER), contact(usubjid="B")]),
    )
    assert [change.usubjid for change in changes] == ["A"]
    assert counts == [
        ChangeCount("RFS", "Relapse-free", "later censoring", 1),
        ChangeCount("RFS", "Relapse-free", "unchanged", 1),
    ]


def test_both_ends_are_shown_with_status_date_and_day(tmp_path: Path) -> None:
    (change,), _ = compared(
        write_warehouse(tmp_path / "1.duckdb", [contact()]),
        write_warehouse(tmp_path / "2.duckdb", [End("A", "death", DIED.day, DIED)]),
    )
    assert (change.status_before, str(change.date_before), change.days_before) == (
        "censored",
        "2015-06-01",
        151.0,
    )
    assert (change.status_after, str(change.date_after), change.days_after) == (
        "competing event",
        "2015-08-01",
        212.0,
    )
