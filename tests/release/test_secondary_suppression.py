"""Further counts are hidden until the small ones can have every value of their interval."""

from collections.abc import Mapping, Sequence

import pytest

from analytics.release.count_relations import Relations
from analytics.release.hidden_counts import protection_interval
from analytics.release.secondary_suppression import Problem, further_hidden
from analytics.study.specification import Publication

ELEVEN = Publication(smallest_cell=11)


def hidden(
    values: Mapping[str, int],
    sums: Mapping[str, Sequence[str]],
    small: Sequence[str],
    costs: Mapping[str, float] | None = None,
    unpublished: Sequence[str] = (),
) -> list[str]:
    """What is hidden beside small counts below 11 in tables of the given sums; sums cost more."""
    relations = Relations(values={(name,): value for name, value in values.items()})
    for whole, parts in sums.items():
        relations.add_sum((whole,), [(part,) for part in parts])
    published = {
        (name,): (costs or {}).get(name, 9.0 if name in sums else 1.0) + place * 1e-6
        for place, name in enumerate(values)
        if name not in unpublished
    }
    intervals = {(name,): (1.0, 10.0) for name in small}
    found = further_hidden(Problem(relations, published, intervals, dict.fromkeys(published, 1)))
    return [str(node[0]) for node in found if isinstance(node, tuple)]


def test_the_cheapest_other_part_of_a_sum_is_hidden() -> None:
    values = {"all": 60, "men": 3, "women": 40, "unknown": 17}
    sums = {"all": ["men", "women", "unknown"]}
    assert hidden(values, sums, ["men"]) == ["women"]
    assert hidden(values, sums, ["men"], {"women": 8.0}) == ["unknown"]


def test_two_small_parts_may_hide_each_other() -> None:
    """4 + 7 = 11: each may be from 1 to 10. 4 + 5 = 9: none may be 10, so a third part goes too."""
    sums = {"all": ["a", "b", "c"]}
    assert hidden({"all": 31, "a": 4, "b": 7, "c": 20}, sums, ["a", "b"]) == []
    assert hidden({"all": 29, "a": 4, "b": 5, "c": 20}, sums, ["a", "b"]) == ["c"]


def test_a_table_with_margins_needs_a_rectangle() -> None:
    values = {
        "all": 100, "young": 40, "old": 60, "men": 43, "women": 57,
        "young men": 3, "young women": 37, "old men": 40, "old women": 20,
    }  # fmt: skip
    sums = {
        "all": ["young", "old"],
        "young": ["young men", "young women"],
        "old": ["old men", "old women"],
        "men": ["young men", "old men"],
        "women": ["young women", "old women"],
    }
    assert sorted(hidden(values, sums, ["young men"])) == ["old men", "old women", "young women"]


def test_a_whole_that_is_not_published_is_known_from_its_other_parts() -> None:
    """Both trials and both sexes make up everybody, of whom no table tells the number."""
    values = {"all": 50, "one": 5, "other": 45, "men": 30, "women": 20}
    trials = ["one", "other"]
    assert hidden(values, {"all": trials}, ["one"], unpublished=["all"]) == []
    relations = Relations(values={(name,): value for name, value in values.items()})
    relations.add_sum(("all",), [("one",), ("other",)])
    relations.add_sum(("all",), [("men",), ("women",)])
    published = {("one",): 1.0, ("other",): 1.0, ("men",): 2.0, ("women",): 2.0}
    problem = Problem(relations, published, {("one",): (1.0, 10.0)}, {})
    assert further_hidden(problem) == [("other",)]


def test_zero_is_shown_and_hides_nothing() -> None:
    values = {"all": 43, "men": 3, "women": 0, "unknown": 40}
    assert hidden(values, {"all": ["men", "women", "unknown"]}, ["men"]) == ["unknown"]


def test_what_zeros_tell_anyway_is_no_reason_to_hide_more() -> None:
    """Of 5 the two parts are hidden and not zero: it is 2 at least, whatever else is hidden."""
    values = {"few": 5, "a": 2, "b": 3, "all": 50, "rest": 45}
    sums = {"few": ["a", "b"], "all": ["few", "rest"]}
    assert hidden(values, sums, ["few", "a", "b"]) == ["rest"]


def test_a_part_is_no_larger_than_what_it_is_a_part_of() -> None:
    """3 of 8 have the event, which 10 could not."""
    relations = Relations(values={("n",): 8, ("events",): 3})
    relations.add_order(("events",), ("n",))
    problem = Problem(relations, {("n",): 1.0, ("events",): 1.0}, {("events",): (1.0, 10.0)}, {})
    assert further_hidden(problem) == [("n",)]


@pytest.mark.parametrize("value", range(1, 11))
def test_by_default_every_small_value_stays_possible(value: int) -> None:
    assert protection_interval(value, 11, ELEVEN, place=7) == (1.0, 10.0)


def test_a_narrower_interval_holds_the_count_anywhere_in_it() -> None:
    publication = Publication(smallest_cell=11, protection=4)
    places = set()
    for place in range(40):
        least, most = protection_interval(5, 11, publication, place)
        assert most - least == 4
        assert 1 <= least <= 5 <= most <= 10
        places.add(5 - least)
    assert places == {0, 1, 2, 3, 4}
