"""Numbers in the styles of journals, and never on the wrong side of what they decide."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.study.number_styles import STYLE_NAMES, STYLES, as_plain, style, written_as

PROBABILITIES = st.one_of(
    st.floats(0, 1, allow_nan=False),
    st.floats(0.0499, 0.0501),
    st.floats(0.9895, 1),
    st.floats(0, 0.0011),
)
RATIOS = st.one_of(st.floats(0, 50), st.floats(0.99, 1.01), st.floats(0, 0.01))


def read(text: str) -> tuple[str, float]:
    """A printed number as its sign of openness and its value."""
    plain = as_plain(text)
    relation, number = (plain[0], plain[1:]) if plain[0] in "<>" else ("=", plain)
    return relation, float(number)


@pytest.mark.parametrize(
    ("name", "p", "phrase", "interval", "negative"),
    [
        ("plain", ".053", "P = .053", "5.5-8.5", "-1.3 to 19.4"),
        ("nejm", "0.05", "P=0.05", "5.5 to 8.5", "\u22121.3 to 19.4"),
        ("jco", ".05", "P = .05", "5.5 to 8.5", "\u22121.3 to 19.4"),
        ("lancet", "0·053", "p=0·053", "5·5\u20138·5", "\u22121·3 to 19·4"),
        ("jama", ".05", "P = .05", "5.5-8.5", "\u22121.3 to 19.4"),
    ],
)
def test_each_journal_has_its_habits(
    name: str, p: str, phrase: str, interval: str, negative: str
) -> None:
    now = STYLES[name]
    assert now.p_value(0.0531) == p
    assert now.p_phrase(0.0531) == phrase
    assert now.between(now.number(5.45, 1), now.number(8.5, 1)) == interval
    assert now.between(now.number(-1.3, 1), now.number(19.4, 1)) == negative
    assert now.between("NR", now.number(1.11, 2)) == f"NR to {now.number(1.11, 2)}"
    assert now.between(now.number(5.45, 1), "NR") == interval.replace(now.number(8.5, 1), "NR")


@pytest.mark.parametrize(
    ("name", "smallest", "largest"),
    [
        ("plain", "<.001", ">.99"),
        ("nejm", "<0.001", ">0.99"),
        ("jco", "<.001", ">.99"),
        ("lancet", "<0·0001", ">0·99"),
        ("jama", "<.001", ">.99"),
    ],
)
def test_no_p_value_is_none_or_one(name: str, smallest: str, largest: str) -> None:
    assert STYLES[name].p_value(0.0) == smallest
    assert STYLES[name].p_value(0.00001) == smallest
    assert STYLES[name].p_value(1.0) == largest


@given(p=PROBABILITIES, name=st.sampled_from(STYLE_NAMES))
def test_a_p_value_prints_on_the_side_of_a_half_tenth_where_it_is(p: float, name: str) -> None:
    with written_as(name):
        relation, printed = read(style().p_value(p))
    if relation == "=":
        assert (printed < 0.05) == (p < 0.05)
        assert printed > 0
        assert abs(printed - p) <= 0.0051
    else:
        assert (p < printed) == (relation == "<")


@given(value=RATIOS, name=st.sampled_from(STYLE_NAMES))
def test_a_ratio_prints_on_the_side_of_one_where_it_is(value: float, name: str) -> None:
    with written_as(name):
        relation, printed = read(style().apart(value, 2, 0.0, 1.0))
    if relation == "=":
        assert (printed < 1, printed == 1) == (value < 1, value == 1)
        assert (printed == 0) == (value == 0)
    elif relation == "<":
        assert value < printed <= 1
    else:
        assert value > printed == 1


@given(value=st.floats(0, 100), name=st.sampled_from(STYLE_NAMES))
def test_a_percentage_is_none_or_all_only_where_it_is(value: float, name: str) -> None:
    with written_as(name):
        relation, printed = read(style().percent(value))
    if relation == "=":
        assert abs(printed - value) < 0.051
        assert printed > 0 or value <= 1e-9
        assert printed < 100 or value >= 100 - 1e-9
    else:
        assert (relation, printed) == (("<", 0.1) if value < 1 else (">", 99.9))


def test_a_style_holds_within_and_not_after() -> None:
    with written_as("lancet"):
        with written_as("nejm"):
            assert style().name == "nejm"
        assert style().name == "lancet"
    assert style().name == "plain"
    with pytest.raises(KeyError), written_as("bmj"):
        pass
