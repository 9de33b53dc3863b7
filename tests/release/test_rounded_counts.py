"""Rounded counts add up as the exact ones do, and nothing beside them tells an exact one."""

from collections.abc import Mapping, Sequence

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.errors import BuildError
from analytics.release.count_relations import Relations
from analytics.release.disclosure import limited
from analytics.release.rounded_counts import RoundedCounts, only_rounded, rounded_to
from analytics.study.specification import Publication

FIVE = Publication(round_counts_to=5)
STATUS = "suppressed: counts are rounded to multiples of 5"


def rounded(
    values: Mapping[str, int],
    sums: Mapping[str, Sequence[str]],
    base: int = 5,
    orders: Sequence[tuple[str, str]] = (),
) -> dict[str, int]:
    relations = Relations(values={(name,): value for name, value in values.items()})
    for whole, parts in sums.items():
        relations.add_sum((whole,), [(part,) for part in parts])
    for smaller, larger in orders:
        relations.add_order((smaller,), (larger,))
    return {str(node[0]): n for node, n in rounded_to(relations, base).items()}  # type: ignore[index]


def test_a_count_alone_takes_the_nearest_multiple() -> None:
    values = {"a": 0, "b": 1, "c": 2, "d": 3, "e": 5, "f": 258}
    assert rounded(values, {}) == {"a": 0, "b": 0, "c": 0, "d": 5, "e": 5, "f": 260}
    assert rounded({}, {}) == {}


def test_parts_that_would_add_up_to_another_number_give_way() -> None:
    """Four times 7 is 28: the nearest are 5, 5, 5, 5 and 30, from which each 7 follows."""
    values = {"all": 28, "a": 7, "b": 7, "c": 7, "d": 7}
    found = rounded(values, {"all": ["a", "b", "c", "d"]})
    assert found["all"] == sum(found[part] for part in "abcd")
    assert all(abs(found[name] - value) < 5 for name, value in values.items())


def test_no_part_exceeds_its_whole() -> None:
    assert rounded({"a": 7, "b": 8}, {}, orders=[("a", "b")]) == {"a": 5, "b": 10}
    assert rounded({"a": 8, "b": 8}, {}, orders=[("a", "b"), ("b", "a")])["a"] == 10


def test_where_the_multiples_beside_the_counts_do_not_add_up_one_goes_further() -> None:
    """4 is four equal parts of 1, which are 0 or 3: the whole is 0 or 12, and 0 is nearer."""
    values = {"x": 4, "p": 2, "q": 2, "y": 1, "z": 1, "v": 1, "w": 1}
    sums = {"x": ["p", "q"], "p": ["y", "z"], "q": ["v", "w"]}
    found = rounded(values, sums, 3, [("y", "z"), ("z", "v"), ("v", "w"), ("w", "y")])
    assert {found[name] for name in "yzvw"} == {0}
    assert found["x"] == found["p"] == found["q"] == 0
    assert abs(found["x"] - 4) < 6


def test_a_rounding_that_there_is_not_stops_the_build() -> None:
    """Nine equal parts of 2 and one of 3: by threes 0 and 3, or 3 each; neither is near to 21."""
    values = {"all": 21, **{f"part {n}": 2 for n in range(9)}, "one": 3}
    names = list(values)[1:]
    orders = [*zip(names[:9], [*names[1:9], names[0]], strict=True), ("part 0", "one")]
    sums = {"all": names}
    with pytest.raises(BuildError, match="could not be rounded to multiples of 3 so that they"):
        rounded(values, sums, 3, orders)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 40), min_size=3, max_size=3), min_size=2, max_size=4),
    st.sampled_from([3, 5, 10]),
)
def test_a_table_adds_up_in_both_directions(table: list[list[int]], base: int) -> None:
    values = {f"{i},{j}": n for i, row in enumerate(table) for j, n in enumerate(row)}
    rows = {f"row {i}": [f"{i},{j}" for j in range(3)] for i in range(len(table))}
    columns = {f"column {j}": [f"{i},{j}" for i in range(len(table))] for j in range(3)}
    sums = {**rows, **columns, "all": list(rows), "all ": list(columns)}
    for whole, parts in sums.items():
        values[whole] = sum(values[part] for part in parts)
    found = rounded(values, sums, base)
    for whole, parts in sums.items():
        assert found[whole] == sum(found[part] for part in parts)
    for name, value in values.items():
        assert found[name] % base == 0
        assert abs(found[name] - value) < base


class Known(RoundedCounts):
    """Counts rounded by their value alone: what they are of is not asked."""

    def __init__(self) -> None:
        super().__init__(None, 5, {})  # type: ignore[arg-type]

    def cells(self, frames):  # type: ignore[no-untyped-def]
        from analytics.release.count_cells import Cell  # noqa: PLC0415
        from analytics.release.rounded_counts import COUNT_KINDS, of_kind  # noqa: PLC0415

        for table, frame in frames.items():
            for column in of_kind(frame, *COUNT_KINDS):
                for row, n in enumerate(frame[column]):
                    if n is not None:
                        cell = Cell(table, row, column, COUNT_KINDS[0], ("own",), None, n)
                        yield cell, 5 * ((n + 2) // 5)


def shown(name: str, rows: list[dict[str, object]], limits: Publication = FIVE) -> pl.DataFrame:
    return limited({name: pl.DataFrame(rows)}, limits, None, Known())[name]


def test_a_percentage_is_that_of_the_rounded_counts() -> None:
    rows = [
        {"n": 8, "denominator": 21, "percent": 38.1, "ci_lower_percent": 20.0, "status": "ok"},
        {"n": 1, "denominator": 2, "percent": 50.0, "ci_lower_percent": 1.0, "status": "ok"},
    ]
    assert shown("table_2", rows).rows() == [(10, 20, 50.0, None, "ok"), (0, 0, None, None, "ok")]


def test_a_ratio_keeps_three_digits_and_a_likelihood_goes() -> None:
    row = {"n": 8, "hr": 0.71234, "chi_square": 3.0, "status": "ok"}
    assert shown("forest", [row]).rows() == [(10, 0.712, None, "ok")]


@pytest.mark.parametrize("table", ["forest", "endpoint_summary", "restricted_means"])
def test_why_a_number_could_not_be_estimated_is_not_told(table: str) -> None:
    rows = [{"n": 8, "status": "not estimable: no events"}, {"n": 3, "status": None}]
    assert shown(table, rows)["status"].to_list() == [STATUS, None]


def test_an_estimate_of_exact_counts_is_withheld() -> None:
    row = {"n": 8, "restricted_mean_months": 3.25, "status": "ok"}
    assert shown("restricted_means", [row]).rows() == [(10, None, STATUS)]


def test_curves_are_withheld_and_their_other_lines_stay_in_place() -> None:
    rows = [
        {"point": "month", "n": 8, "n_risk": 3, "time_months": 12.0},
        {"point": "day", "n": 8, "n_risk": 7, "time_months": 0.1},
        {"point": "month", "n": 13, "n_risk": 9, "time_months": 24.0},
    ]
    found = shown("relapse_incidence", rows)
    assert found["n"].to_list() == [10, 15]
    assert found["n_risk"].to_list() == [5, 10]
    curve = {"analysis_id": "os", "stratum": "all", "n_risk": 8, "time_months": 1.0}
    assert shown("survival_curves", [curve]).is_empty()


def test_a_remark_tells_no_number_of_people() -> None:
    row = {"caution": "The plateau rests on 133 subjects at risk; 1 event after day 61."}
    said = shown("plateau", [row])["caution"].item()
    assert said == "The plateau rests on some subjects at risk; some events after day 61."


def test_the_records_of_a_file_are_not_told_which_may_be_one_of_each_subject() -> None:
    row = {"n_read": 103, "n_accepted": 99, "n_rejected": 4}
    assert shown("files", [row]).rows() == [(None, None, 5)]


def test_a_count_that_is_hidden_stays_hidden() -> None:
    both = Publication(smallest_cell=11, round_counts_to=5)
    rows = [{"n": 8, "status": "ok"}, {"n": 13, "status": "ok"}, {"n": 0, "status": "ok"}]
    assert shown("table", rows, both)["n"].to_list() == [None, 15, 0]


def test_a_count_that_is_of_nobody_known_is_withheld() -> None:
    class Unknown(Known):
        def cells(self, frames):  # type: ignore[no-untyped-def]
            return iter(())

    frame = pl.DataFrame({"n": [8, None]})
    assert only_rounded({"t": frame}, {"t": frame}, Unknown())["t"]["n"].to_list() == [None, None]


def test_without_limits_no_remark_is_changed() -> None:
    """A grid alone makes no count small."""
    row = {"caution": "Nobody is a subject at risk twice; 3 subjects left."}
    found = limited({"t": pl.DataFrame([row])}, Publication(curve_grid="monthly"))["t"]
    assert found["caution"].item() == row["caution"]
