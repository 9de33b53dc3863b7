"""English that is right for none, one, two, many, and what is not shown."""

import pytest

from analytics.report import formats, wording
from analytics.study.number_styles import written_as


@pytest.mark.parametrize(
    ("n_event", "n", "words"),
    [
        (204, 259, "204 of 259 patients died"),
        (1, 259, "1 of 259 patients died"),
        (0, 35, "none of the 35 patients died"),
        (12, 12, "all 12 patients died"),
        (2, 2, "both patients died"),
        (0, 2, "none of the 2 patients died"),
        (1, 1, "the only patient died"),
        (0, 1, "the only patient did not die"),
        (1234, 2345, "1,234 of 2,345 patients died"),
        (0, 0, ""),
        (None, 35, ""),
        (3, None, ""),
    ],
)
def test_how_many_patients_had_the_event(n_event: int | None, n: int | None, words: str) -> None:
    assert wording.how_many(n_event, n, "died", "did not die") == words


def test_how_many_in_a_sentence_of_its_own() -> None:
    assert wording.how_many_alone(35, 56, "died", "did not die") == "of 56 patients, 35 died"
    assert wording.how_many_alone(0, 56, "died", "did not die") == "none of the 56 patients died"
    assert wording.how_many_alone(None, 56, "died", "did not die") == ""


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b"], "a and b"),
        (["a", "b", "c"], "a, b, and c"),
        (["a (95% CI, 1-2)", "b (95% CI, 2-3)"], "a (95% CI, 1-2) and b (95% CI, 2-3)"),
        (["a, of those", "b", "c"], "a, of those; b; and c"),
        (
            ['a "x, y"', "b (1; PD-L1 (local), sex)", "c"],
            'a "x, y", b (1; PD-L1 (local), sex), and c',
        ),
    ],
)
def test_a_list_is_closed_by_its_last_item(items: list[str], words: str) -> None:
    assert wording.listed(items) == words


def test_labels_keep_names_and_abbreviations_within_a_sentence() -> None:
    assert wording.within("Overall survival") == "overall survival"
    assert wording.within("HSCT in remission") == "HSCT in remission"
    assert wording.within("CR/CRh") == "CR/CRh"
    assert wording.within("t(4;11)") == "t(4;11)"
    assert wording.within("Philadelphia chromosome") == "Philadelphia chromosome"
    assert wording.named_test("Gray's test") == "Gray's test"
    assert wording.named_test("Mantel-Byar test") == "the Mantel-Byar test"
    assert wording.named_test("Log-rank test") == "the log-rank test"
    assert wording.named_test("Stratified Gray's test") == "Gray's stratified test"
    assert wording.named_test("Stratified log-rank test") == "the stratified log-rank test"
    assert wording.with_article("First dose") == "the first dose"
    assert wording.with_article("Transplant") == "transplant"
    assert wording.enclosed("Survival, from transplant") == "survival, from transplant,"


def test_a_sentence_begins_with_a_capital_and_ends_once() -> None:
    assert wording.sentence("none of them died") == "None of them died."
    assert wording.sentence("Already one.") == "Already one."


def test_a_limit_that_is_not_reached_is_said_in_words() -> None:
    assert wording.limits(10.34, None, 0.95) == "95% CI, 10.3 to not reached"
    assert wording.limits(5.5, 8.5, 0.9) == "90% CI, 5.5-8.5"
    assert wording.limits(None, None, 0.95) == ""
    assert wording.percent_limits(None, 30.0, 0.95) == ""


def test_months_are_counted() -> None:
    assert wording.in_months(1) == "1 month"
    assert wording.in_months(24.0) == "24 months"
    assert wording.in_months(1.5) == "1.5 months"


def test_broken_months_have_the_point_of_the_style() -> None:
    with written_as("lancet"):
        assert wording.in_months(4.5) == "4·5 months"
        assert formats.months(4.5) == "4·5 mo"
    assert wording.in_months(4.5) == "4.5 months"
