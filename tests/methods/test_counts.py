import polars as pl
import pytest
from polars.testing import assert_frame_equal

from analytics.methods.counts import counts_from_times, curve_status, risk_table


def test_counts_have_a_day_zero_row_and_a_row_per_day():
    counts = counts_from_times([1, 2, 2, 3, 4], [1, 1, 0, 2, 0])
    expected = pl.DataFrame(
        {
            "time": [0.0, 1.0, 2.0, 3.0, 4.0],
            "n_entry": [5, 0, 0, 0, 0],
            "n_event": [0, 1, 1, 0, 0],
            "n_competing": [0, 0, 0, 1, 0],
            "n_censored": [0, 0, 1, 0, 1],
        }
    )
    assert_frame_equal(counts, expected)


def test_those_leaving_on_a_day_are_at_risk_on_it():
    counts = counts_from_times([0, 1, 2, 2, 3], [1, 1, 1, 0, 0])
    assert risk_table(counts).n_risk.tolist() == [5, 4, 3, 1]


def test_those_entering_on_a_day_are_not_at_risk_on_it():
    counts = counts_from_times([4, 4, 9], [1, 0, 1], entry=[0, 2, 4])
    table = risk_table(counts)
    assert table.time.tolist() == [0, 2, 4, 9]
    assert table.n_risk.tolist() == [1, 1, 2, 1]
    assert table.has_delayed_entry


def test_a_weight_of_two_is_the_row_twice():
    assert_frame_equal(
        counts_from_times([1, 3], [1, 0], weight=[2, 1]), counts_from_times([1, 1, 3], [1, 1, 0])
    )


def test_a_weight_that_is_no_number_of_subjects_is_refused():
    with pytest.raises(ValueError) as refused:
        counts_from_times([1, 3], [1, 0], weight=[1.5, 1])
    assert str(refused.value) == (
        "A weight is not whole; it says how many subjects a row stands for."
    )


def test_the_order_of_the_rows_does_not_matter():
    counts = counts_from_times([1, 2, 3], [1, 0, 1])
    assert risk_table(counts.reverse()).n_risk.tolist() == risk_table(counts).n_risk.tolist()


def test_an_event_at_the_entry_time_is_refused():
    with pytest.raises(ValueError) as refused:
        counts_from_times([5, 7], [1, 1], entry=[5, 0])
    assert str(refused.value) == (
        "Subject 0 enters on day 5 and leaves on day 5, so is never at risk; "
        "leave such subjects out and count them."
    )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            pl.col("n_event") * 3,
            "On day 1 more subjects leave than are at risk; check n_entry.",
        ),
        (
            pl.col("n_event") - 1,
            "A count is negative; counts are numbers of subjects.",
        ),
        (
            pl.col("time").clip(1).alias("time"),
            "The counts have no day-0 row, or a day before 0; the clock starts at 0.",
        ),
        (
            pl.col("time").clip(0, 1).alias("time"),
            "Day 1 has two rows of counts; add them up first.",
        ),
        (
            pl.col("n_entry") * 2,
            "More subjects enter than leave; censor each at the last observation.",
        ),
    ],
)
def test_impossible_counts_are_refused_in_a_sentence(change, sentence):
    counts = counts_from_times([1, 2], [1, 1])
    with pytest.raises(ValueError) as refused:
        risk_table(counts.with_columns(change))
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("times", "codes", "status"),
    [
        ([], [], "not estimable: no subjects"),
        ([3], [1], "not estimable: fewer than two subjects at risk"),
        ([3, 4], [0, 2], "not estimable: no events"),
        ([3, 4], [0, 1], "ok"),
    ],
)
def test_too_little_data_is_a_status(times, codes, status):
    assert curve_status(counts_from_times(times, codes)) == status
