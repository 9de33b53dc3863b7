"""Long-term questions in plan.toml: what is read, and the sentence for a mistake."""

import pytest

from analytics.study.curve_questions import (
    read_conditional_survival,
    read_parametric,
    read_quantiles,
    read_smoothed_hazard,
)
from analytics.study.errors import StudyError
from analytics.study.keys import Table


def table(**values):
    return Table("plan.toml analysis 'os'", values)


def test_what_is_asked_is_read_and_what_is_not_is_none():
    assert read_quantiles(table(quantiles=[0.25, 0.75])) == (0.25, 0.75)
    asked = read_conditional_survival(
        table(conditional_survival={"at_months": [12, 24], "further_months": [12]})
    )
    assert (asked.at_months, asked.further_months) == ((12, 24), (12,))
    hazard = read_smoothed_hazard(
        table(smoothed_hazard={"bandwidth_months": 3, "every_months": 0.5})
    )
    assert (hazard.bandwidth_months, hazard.every_months) == (3, 0.5)
    fits = read_parametric(table(parametric={"models": ["gompertz"], "months": [60]}))
    assert (fits.models, fits.months) == (("gompertz",), (60,))
    readers = (read_conditional_survival, read_smoothed_hazard, read_parametric)
    assert [reader(table()) for reader in readers] == [None] * 3


@pytest.mark.parametrize(
    ("reader", "values", "sentence"),
    [
        (
            read_quantiles,
            {"quantiles": [0.75, 0.25]},
            "plan.toml analysis 'os': quantiles must be between 0 and 1 and ascending; it is "
            "[0.75, 0.25], so write for instance [0.25, 0.75].",
        ),
        (
            read_conditional_survival,
            {"conditional_survival": {"at_months": [12]}},
            "plan.toml analysis 'os' conditional_survival: no further_months; list months, such "
            "as [12, 24].",
        ),
        (
            read_smoothed_hazard,
            {"smoothed_hazard": {"bandwidth_months": 0, "every_months": 1}},
            "plan.toml analysis 'os' smoothed_hazard: bandwidth_months is 0; write a number of "
            "months above 0.",
        ),
        (
            read_parametric,
            {"parametric": {"models": ["weibul"], "months": [60]}},
            "plan.toml analysis 'os' parametric: unknown model 'weibul' (did you mean "
            "'weibull'?); use exponential, weibull, log_normal, log_logistic, generalised_gamma "
            "or gompertz.",
        ),
        (
            read_parametric,
            {"parametric": {"models": ["weibull"], "months": [60, 2400]}},
            "plan.toml analysis 'os' parametric: months goes up to 2400, but a hundred years "
            "(1200 months) are the most; leave out what is later.",
        ),
    ],
)
def test_a_mistake_is_a_sentence(reader, values, sentence):
    with pytest.raises(StudyError) as refused:
        reader(table(**values))
    assert str(refused.value) == sentence
