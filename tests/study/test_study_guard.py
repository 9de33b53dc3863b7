"""Immortal time is refused unless the plan chooses what to do about it."""

from pathlib import Path

import pytest
from small_study import refusal, with_plan

from analytics.study import load_study
from analytics.study.cautions import SELECTED_MODEL_CAUTION
from analytics.study.facts import BUILT_IN_FACTS, known_at

CURVE = """
[[analyses]]
id = "curve"
label = "Survival"
method = "kaplan_meier"
"""
UNIVARIATE = """
[[analyses]]
id = "uni"
label = "Factors"
method = "cox_univariate"
endpoint = "OS"
population = "all"
"""
MRD = 'factor = "mrd", population = "evaluable", numerator = ["yes"]'
STEPWISE = """
[[analyses]]
id = "step"
label = "Selection"
method = "cox_stepwise"
endpoint = "OS"
population = "all"
candidates_from = "uni"
"""


@pytest.mark.parametrize(
    ("fact", "origin", "known"),
    [
        ("first_dose", "first_dose", True),
        ("prior_hsct", "first_dose", True),
        ("first_dose", "death", True),
        ("first_remission", "first_dose", False),
        ("first_remission", "hsct_in_remission", True),
        ("first_remission", "hsct_after_relapse", True),
        ("first_remission", "hsct", False),
        ("mrd_evaluated", "mrd_response", True),
        ("mrd_evaluated", "first_remission", False),
        ("best_response", "first_remission", False),
        ("relapse", "first_remission", False),
    ],
)
def test_fact_is_known_at_its_origin_or_when_the_origin_follows_it(
    fact: str, origin: str, known: bool
) -> None:
    assert known_at(fact, origin, BUILT_IN_FACTS) is known


def test_survival_from_transplant_passes(tmp_path: Path) -> None:
    plan = CURVE + 'endpoint = "OSHSCT"\npopulation = "transplanted"\n'
    analyses = load_study(with_plan(tmp_path, plan)).analyses
    assert [(a.analysis_id, a.caution, a.entry_facts) for a in analyses] == [("curve", None, ())]


def test_relapse_free_survival_of_responders_passes(tmp_path: Path) -> None:
    plan = CURVE + 'endpoint = "RFS"\npopulation = "responders"\n'
    assert load_study(with_plan(tmp_path, plan)).analysis("curve").caution is None


def test_survival_of_the_transplanted_from_first_dose_is_refused(tmp_path: Path) -> None:
    plan = CURVE + 'endpoint = "OSHSCTD"\npopulation = "transplanted"\n'
    assert refusal(with_plan(tmp_path, plan)) == (
        "plan.toml analysis 'curve': population 'transplanted' (with 'hsct_in_remission') is "
        "known only after the origin of OSHSCTD ('first_dose'), which causes immortal time "
        "bias; name "
        'entry_facts = ["hsct_in_remission"] for delayed entry, or give a reason in as_published.'
    )


def test_survival_of_responders_from_first_dose_is_refused(tmp_path: Path) -> None:
    plan = CURVE + 'endpoint = "OS"\npopulation = "responders"\n'
    assert refusal(with_plan(tmp_path, plan)) == (
        "plan.toml analysis 'curve': population 'responders' (with 'first_remission') is known "
        "only after the origin of OS ('first_dose'), which causes immortal time bias; name "
        "entry_facts "
        '= ["first_remission"] for delayed entry, or give a reason in as_published.'
    )


def test_delayed_entry_at_the_defining_day_passes(tmp_path: Path) -> None:
    plan = CURVE + (
        'endpoint = "OS"\npopulation = "responders"\nentry_facts = ["first_remission"]\n'
    )
    analysis = load_study(with_plan(tmp_path, plan)).analysis("curve")
    assert analysis.entry_facts == ("first_remission",)


def test_delayed_entry_at_a_later_fact_that_follows_the_defining_one_passes(
    tmp_path: Path,
) -> None:
    plan = CURVE + (
        'endpoint = "OS"\npopulation = "responders"\nentry_facts = ["hsct_in_remission"]\n'
    )
    assert load_study(with_plan(tmp_path, plan)).analysis("curve").caution is None


def test_delayed_entry_at_another_fact_is_refused(tmp_path: Path) -> None:
    plan = CURVE + ('endpoint = "OS"\npopulation = "responders"\nentry_facts = ["mrd_evaluated"]\n')
    assert "population 'responders' (with 'first_remission')" in refusal(with_plan(tmp_path, plan))


def test_as_published_curve_says_why_and_stands_beside_its_delayed_entry(tmp_path: Path) -> None:
    plan = CURVE + (
        'endpoint = "OSHSCTD"\npopulation = "transplanted"\nas_published = "the legend says so."\n'
    )
    published, sibling = load_study(with_plan(tmp_path, plan)).analyses
    assert published.entry_facts == ()
    assert published.caution == (
        "Immortal time: patients are counted from the start, but who belongs to "
        '"Transplanted in remission" is known only from this day on: Transplant in continuous '
        "remission. Until then nobody counted can have had the event. Shown as published: the "
        "legend says so; the same result with delayed entry is shown as well."
    )
    assert sibling.analysis_id == "curve__delayed_entry"
    assert sibling.label == "Survival, delayed entry"
    assert sibling.delayed_entry_of == "curve"
    assert sibling.entry_facts == ("hsct_in_remission",)
    assert sibling.as_published is None
    assert sibling.caution == (
        "Delayed entry: patients are at risk only after: Transplant in continuous remission. A "
        "curve starts on the day from which enough are at risk, and is of the patients without an "
        "event by then. The same result as published is shown as well."
    )
    assert (published.display_order, sibling.display_order) == (1, 2)


def test_as_published_that_excuses_nothing_is_refused(tmp_path: Path) -> None:
    plan = CURVE + 'endpoint = "OS"\npopulation = "men"\nas_published = "why not"\n'
    assert refusal(with_plan(tmp_path, plan)) == (
        "plan.toml analysis 'curve': as_published is not needed, as everything is known at the "
        "origin; remove it."
    )


def test_patients_who_never_had_a_fact_are_refused(tmp_path: Path) -> None:
    plan = CURVE + 'endpoint = "OS"\npopulation = "not_transplanted"\n'
    assert refusal(with_plan(tmp_path, plan)) == (
        "plan.toml analysis 'curve': population 'not_transplanted' (without 'hsct') is known "
        "only after the origin of OS ('first_dose'), which causes immortal time bias; choose "
        "another "
        "population, or give a reason in as_published."
    )


def test_what_no_day_settles_has_no_delayed_entry_beside_it(tmp_path: Path) -> None:
    plan = CURVE + (
        'endpoint = "OS"\npopulation = "not_transplanted"\nas_published = "the paper shows it"\n'
    )
    (published,) = load_study(with_plan(tmp_path, plan)).analyses
    assert published.caution == (
        "Immortal time: patients are counted from the start, but who belongs to "
        '"Never transplanted" is known only later, as it depends on what has not happened: First '
        "allogeneic transplant after the first dose. Until then nobody counted can have had the "
        "event. Shown as published: the paper shows it; it cannot be shown with delayed entry, as "
        "no single day decides."
    )


def test_group_defined_by_an_outcome_is_never_followed(tmp_path: Path) -> None:
    plan = CURVE + 'endpoint = "OS"\npopulation = "survivors"\nas_published = "shown"\n'
    assert refusal(with_plan(tmp_path, plan)) == (
        "plan.toml analysis 'curve': population 'survivors' is defined by the outcome OS, so "
        "its survival is determined in advance; use it as a group of a table instead."
    )


def test_strata_that_form_later_are_refused(tmp_path: Path) -> None:
    plan = CURVE + 'endpoint = "OS"\npopulation = "all"\nstrata = "hsct"\n'
    assert refusal(with_plan(tmp_path, plan)) == (
        "plan.toml analysis 'curve': strata 'hsct' (which form at 'hsct') is known only after "
        "the origin of OS ('first_dose'), which causes immortal time bias; set landmark_days or "
        "use a "
        "Cox model with the factor time-dependent, or give a reason in as_published."
    )


def test_landmark_freezes_later_strata(tmp_path: Path) -> None:
    plan = CURVE + 'endpoint = "OS"\npopulation = "all"\nstrata = "hsct"\nlandmark_days = 180\n'
    curve = load_study(with_plan(tmp_path, plan)).analysis("curve")
    assert curve.landmark_days == 180
    assert curve.caution == (
        "Landmark: time is counted from day 180 after the origin, and groups are as of that day; "
        "patients who had the event or were censored by then are excluded."
    )


def test_landmark_takes_those_in_whom_the_population_is_known_by_then(tmp_path: Path) -> None:
    plan = CURVE + 'endpoint = "OS"\npopulation = "evaluable"\nlandmark_days = 90\n'
    curve = load_study(with_plan(tmp_path, plan)).analysis("curve")
    assert (curve.entry_facts, curve.known_by_landmark) == ((), ("mrd_evaluated",))
    assert curve.caution == (
        "Landmark: time is counted from day 90 after the origin, and groups are as of that day; "
        "patients who had the event or were censored by then are excluded. Only patients with the "
        "following on or before the landmark day are included: First deciding MRD result on "
        "treatment."
    )


def test_entry_facts_that_wait_for_the_population_let_patients_enter_after_a_landmark(
    tmp_path: Path,
) -> None:
    plan = CURVE + (
        'endpoint = "OS"\npopulation = "evaluable"\nlandmark_days = 90\n'
        'entry_facts = ["mrd_evaluated"]\n'
    )
    curve = load_study(with_plan(tmp_path, plan)).analysis("curve")
    assert (curve.entry_facts, curve.known_by_landmark) == (("mrd_evaluated",), ())


def test_landmark_does_not_settle_who_never_had_a_fact(tmp_path: Path) -> None:
    plan = CURVE + 'endpoint = "OS"\npopulation = "not_transplanted"\nlandmark_days = 90\n'
    assert "population 'not_transplanted' (without 'hsct')" in refusal(with_plan(tmp_path, plan))


def test_all_that_is_known_too_late_is_said_at_once(tmp_path: Path) -> None:
    plan = CURVE + 'endpoint = "OS"\npopulation = "transplanted"\nstrata = "mrd"\n'
    assert refusal(with_plan(tmp_path, plan)) == (
        "plan.toml analysis 'curve': population 'transplanted' (with 'hsct_in_remission') and "
        "factor 'mrd' (known only to those with 'mrd_evaluated') and strata 'mrd' (which form at "
        "'mrd_response') are known only after the origin of OS ('first_dose'), which causes "
        "immortal time bias; set landmark_days or use a Cox model with the factor "
        "time-dependent, or give a reason in as_published."
    )
    analysis = load_study(with_plan(tmp_path, plan + "landmark_days = 90\n")).analysis("curve")
    assert analysis.known_by_landmark == ("hsct_in_remission", "mrd_evaluated")


def test_a_model_waits_for_all_that_is_known_too_late(tmp_path: Path) -> None:
    plan = UNIVARIATE + (
        'factors = [{ factor = "mrd", population = "transplanted", numerator = ["yes"] }]\n'
    )
    assert 'name entry_facts = ["hsct_in_remission", "mrd_evaluated"] for delayed entry' in refusal(
        with_plan(tmp_path, plan)
    )


MOVING = 'endpoint = "OS"\ntime_dependent_strata = "{}"\nlandmark_days = 120\n'


def test_strata_may_change_from_a_landmark_on(tmp_path: Path) -> None:
    plan = CURVE + MOVING.format("hsct") + 'population = "all"\n'
    curve = load_study(with_plan(tmp_path, plan)).analysis("curve")
    assert (curve.strata, curve.time_dependent_strata) == ("hsct", True)
    assert curve.caution == (
        "Landmark: time is counted from day 120 after the origin; patients who had the event or "
        "were censored by then are excluded. Groups change over time: a patient who changes "
        "group is censored in the old group on that day, enters the new one, and counts among "
        "the subjects of both."
    )


def test_landmark_does_not_excuse_a_population_that_settles_later(tmp_path: Path) -> None:
    plan = CURVE + MOVING.format("hsct") + 'population = "responders"\n'
    assert "population 'responders' (with 'first_remission')" in refusal(with_plan(tmp_path, plan))
    plan += 'entry_facts = ["first_remission"]\n'
    curve = load_study(with_plan(tmp_path, plan)).analysis("curve")
    assert curve.entry_facts == ("first_remission",)


def test_strata_known_only_to_the_assessed_wait_for_the_assessment(tmp_path: Path) -> None:
    plan = CURVE + MOVING.format("mrd") + 'population = "all"\n'
    assert "factor 'mrd' (known only to those with 'mrd_evaluated')" in refusal(
        with_plan(tmp_path, plan)
    )


def test_sibling_keeps_what_is_read_off_the_curve(tmp_path: Path) -> None:
    plan = CURVE + (
        'endpoint = "OSHSCTD"\npopulation = "transplanted"\nas_published = "the legend says so"\n'
        "restricted_mean_months = [36]\nplateau_months = [36, 48]\n"
    )
    published, sibling = load_study(with_plan(tmp_path, plan)).analyses
    assert sibling.delayed_entry_of == published.analysis_id
    for analysis in (published, sibling):
        assert (analysis.restricted_mean_months, analysis.plateau_months) == ((36,), (36, 48))


FINE_GRAY = """
[[analyses]]
id = "fg"
label = "Factors"
method = "fine_gray"
factors = [{ factor = "sex", numerator = ["male"] }]
"""


def test_fine_gray_model_of_what_is_known_at_the_origin_passes(tmp_path: Path) -> None:
    plan = FINE_GRAY + 'endpoint = "RFS"\npopulation = "responders"\n'
    analysis = load_study(with_plan(tmp_path, plan)).analysis("fg")
    assert [contrast.model for contrast in analysis.factors] == ["sex"]
    assert (analysis.censoring_groups, analysis.caution) == (None, None)


def test_fine_gray_model_says_how_the_censoring_is_estimated(tmp_path: Path) -> None:
    plan = FINE_GRAY + (
        'endpoint = "RFS"\npopulation = "responders"\ncensoring_groups = "blasts"\n'
    )
    analysis = load_study(with_plan(tmp_path, plan)).analysis("fg")
    assert analysis.censoring_groups == "blasts"
    assert analysis.caution == "Censoring: estimated separately in each level of factor 'blasts'."


def test_fine_gray_model_of_a_population_that_settles_later_is_refused(tmp_path: Path) -> None:
    plan = FINE_GRAY + 'endpoint = "OS"\npopulation = "evaluable"\n'
    assert refusal(with_plan(tmp_path, plan)) == (
        "plan.toml analysis 'fg' factor 'sex': population 'evaluable' (with 'mrd_evaluated') "
        "is known only after the origin of OS ('first_dose'), which causes immortal time bias, "
        "and a Fine-Gray model does not allow delayed entry; use what is known at the origin."
    )


def test_fine_gray_model_of_a_group_defined_by_an_outcome_is_refused(tmp_path: Path) -> None:
    plan = FINE_GRAY + 'endpoint = "OS"\npopulation = "survivors"\n'
    assert "is defined by the outcome OS" in refusal(with_plan(tmp_path, plan))


def test_stratified_models_have_their_delayed_entry_beside_them(tmp_path: Path) -> None:
    plan = UNIVARIATE + (
        f'stratified_by = ["sex", "blasts"]\nfactors = [{{ {MRD}, as_published = "it fits" }}]\n'
    )
    analysis = load_study(with_plan(tmp_path, plan)).analysis("uni")
    assert (analysis.strata, analysis.stratified_by) == (None, ("sex", "blasts"))
    assert [contrast.model for contrast in analysis.factors] == ["mrd", "mrd__delayed_entry"]


def test_time_dependent_factor_on_all_patients_passes(tmp_path: Path) -> None:
    plan = UNIVARIATE + 'factors = [{ factor = "hsct", numerator = ["yes"] }]\n'
    (contrast,) = load_study(with_plan(tmp_path, plan)).analysis("uni").factors
    assert (contrast.model, contrast.caution) == ("hsct", None)


def test_model_of_responders_from_first_dose_is_refused(tmp_path: Path) -> None:
    plan = UNIVARIATE + (
        'factors = [{ factor = "hsct", population = "responders", numerator = ["yes"] }]\n'
    )
    assert refusal(with_plan(tmp_path, plan)) == (
        "plan.toml analysis 'uni' factor 'hsct': population 'responders' (with 'first_remission') "
        "is known only after the origin of OS ('first_dose'), which causes immortal time bias; "
        "name "
        'entry_facts = ["first_remission"] for delayed entry, or give a reason in as_published.'
    )


def test_factor_known_only_to_the_assessed_is_refused_on_everybody(tmp_path: Path) -> None:
    plan = UNIVARIATE + 'factors = [{ factor = "mrd", numerator = ["yes"] }]\n'
    assert refusal(with_plan(tmp_path, plan)) == (
        "plan.toml analysis 'uni' factor 'mrd': factor 'mrd' (known only to those with "
        "'mrd_evaluated') is known only after the origin of OS ('first_dose'), which causes "
        'immortal time bias; name entry_facts = ["mrd_evaluated"] for delayed entry, or give a '
        "reason in as_published."
    )


def test_as_published_model_has_a_delayed_entry_model_after_it(tmp_path: Path) -> None:
    plan = UNIVARIATE + f'factors = [{{ {MRD}, as_published = "the width fits" }}]\n'
    published, sibling = load_study(with_plan(tmp_path, plan)).analysis("uni").factors
    assert published.caution == (
        'Immortal time: patients are counted from the start, but who belongs to "MRD evaluable" '
        "is known only from this day on: First deciding MRD result on treatment. Until then "
        "nobody counted can have had the event. Shown as published: the width fits; the same "
        "result with delayed entry is shown as well."
    )
    assert (sibling.model, sibling.delayed_entry_of) == ("mrd__delayed_entry", "mrd")
    assert (sibling.entry_facts, sibling.as_published) == (("mrd_evaluated",), None)
    assert sibling.population == "evaluable"


def test_selection_among_factors_known_only_to_the_assessed_is_refused(tmp_path: Path) -> None:
    plan = UNIVARIATE + f'factors = [{{ {MRD}, as_published = "the width fits" }}]\n' + STEPWISE
    assert refusal(with_plan(tmp_path, plan)).startswith(
        "plan.toml analysis 'step': factor 'mrd' (known only to those with 'mrd_evaluated') "
        "is known only after the origin of OS"
    )


def test_selected_model_says_that_it_is_optimistic(tmp_path: Path) -> None:
    plan = UNIVARIATE + 'factors = [{ factor = "sex", numerator = ["male"] }]\n' + STEPWISE
    assert load_study(with_plan(tmp_path, plan)).analysis("step").caution == (
        SELECTED_MODEL_CAUTION
    )


def test_as_published_selection_has_both_cautions_and_a_sibling(tmp_path: Path) -> None:
    plan = (
        UNIVARIATE
        + f'factors = [{{ {MRD}, as_published = "the width fits" }}]\n'
        + STEPWISE
        + 'as_published = "complete cases"\n'
    )
    study = load_study(with_plan(tmp_path, plan))
    caution = study.analysis("step").caution
    assert caution == (
        'Immortal time: patients are counted from the start, but "MRD responder" is known only '
        "from this day on: First deciding MRD result on treatment. Until then nobody counted can "
        "have had the event. Shown as published: complete cases; the same result with delayed "
        f"entry is shown as well. {SELECTED_MODEL_CAUTION}"
    )
    sibling = study.analysis("step__delayed_entry")
    assert sibling.entry_facts == ("mrd_evaluated",)
    assert sibling.candidates_from == "uni"
