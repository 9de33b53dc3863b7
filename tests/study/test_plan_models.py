"""Multivariable models, Firth's likelihood and tests between groups, as plan.toml asks for them."""

from pathlib import Path

import pytest
from small_study import refusal, with_plan

from analytics.study import load_study
from analytics.study.specification import ModelFactor

COX = """
[[analyses]]
id = "multi"
label = "Several factors"
method = "cox_multivariable"
endpoint = "OS"
population = "all"
factors = [
    { factor = "blasts", reference = "low" },
    { factor = "age", per = 10 },
    { factor = "sex", reference = "female" },
]
interactions = [["blasts", "sex"]]
"""
FINE_GRAY = COX.replace('"cox_multivariable"', '"fine_gray_multivariable"')
UNIVARIATE = """
[[analyses]]
id = "uni"
label = "Factors"
method = "cox_univariate"
endpoint = "OS"
population = "all"
factors = [{ factor = "sex", numerator = ["male"] }]
"""
CURVE = """
[[analyses]]
id = "curve"
label = "Survival by blasts"
method = "kaplan_meier"
endpoint = "OS"
population = "all"
strata = "blasts"
"""


def test_factors_and_interactions_in_the_order_of_the_plan(tmp_path: Path) -> None:
    model = load_study(with_plan(tmp_path, COX)).analysis("multi")
    assert model.model_factors == (
        ModelFactor(factor="blasts", reference="low"),
        ModelFactor(factor="age", per=10),
        ModelFactor(factor="sex", reference="female"),
    )
    assert model.interactions == (("blasts", "sex"),)
    assert (model.ties, model.variance, model.limits) == (None, "inverse_information", "wald")


def test_trend_spline_robust_variance_and_ties(tmp_path: Path) -> None:
    plan = (
        COX.replace('"blasts", reference = "low"', '"blasts", trend = true')
        .replace("per = 10", "spline = 4")
        .replace(
            "interactions", 'variance = "robust"\ncluster = "sex"\nties = "efron"\ninteractions'
        )
    )
    model = load_study(with_plan(tmp_path, plan)).analysis("multi")
    assert model.model_factors[:2] == (
        ModelFactor(factor="blasts", trend=True),
        ModelFactor(factor="age", spline=4),
    )
    assert (model.variance, model.cluster, model.ties) == ("robust", "sex", "efron")


def test_firth_has_profile_limits_unless_others_are_asked_for(tmp_path: Path) -> None:
    firth = load_study(with_plan(tmp_path, UNIVARIATE + "firth = true\n")).analysis("uni")
    assert (firth.firth, firth.limits) == (True, "profile_likelihood")
    plan = UNIVARIATE + 'firth = true\nlimits = "wald"\n'
    assert load_study(with_plan(tmp_path, plan)).analysis("uni").limits == "wald"
    plan = UNIVARIATE + 'limits = "profile"\n'
    plain = load_study(with_plan(tmp_path, plan)).analysis("uni")
    assert (plain.firth, plain.limits) == (False, "profile_likelihood")


def test_an_analysis_may_treat_ties_in_its_own_way(tmp_path: Path) -> None:
    selected = """
[[analyses]]
id = "selected"
label = "Selected"
method = "cox_stepwise"
endpoint = "OS"
population = "all"
candidates_from = "uni"
"""
    plan = UNIVARIATE + 'ties = "exact"\nlimits = "profile"\n' + selected
    study = load_study(with_plan(tmp_path, plan))
    for name in ("uni", "selected"):
        assert study.analysis(name).ties_used(study.parameters) == "exact"
        assert "Breslow fits" not in (study.analysis(name).inferred or "")
    study = load_study(with_plan(tmp_path, UNIVARIATE + selected))
    for name in ("uni", "selected"):
        assert study.analysis(name).ties_used(study.parameters) == "breslow"
        assert "Breslow fits" in (study.analysis(name).inferred or "")


def test_a_factor_known_later_is_guarded(tmp_path: Path) -> None:
    plan = COX.replace(
        '{ factor = "sex", reference = "female" }', '{ factor = "mrd", reference = "no" }'
    )
    plan = plan.replace('interactions = [["blasts", "sex"]]', "")
    assert "mrd" in refusal(with_plan(tmp_path, plan))
    published = plan + 'as_published = "So printed."\n'
    study = load_study(with_plan(tmp_path, published))
    assert study.analysis("multi__delayed_entry").entry_facts == ("mrd_evaluated",)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (', reference = "low"', "", "key 'reference' is missing; name the level that the others"),
        ('reference = "low"', 'reference = "none"', "unknown blasts level 'none'"),
        (
            'reference = "low"',
            'reference = "low", trend = true',
            "has no reference; remove reference",
        ),
        ('reference = "low"', 'reference = "low", per = 2', "has levels; remove per"),
        ("per = 10", 'reference = "50"', "factor 'age' is continuous; remove reference"),
        ("per = 10", "per = 10, spline = 3", "per and spline cannot be combined"),
        ("per = 10", "per = 0", "per is 0; write the units of one step, above 0"),
        ("per = 10", "spline = 2", "spline is 2; write the number of knots, 3 to 7"),
        ('"age", per = 10', '"blasts", reference = "low"', "this factor is listed twice"),
        ('[["blasts", "sex"]]', '[["blasts", "mrd"]]', "unknown factor of this model 'mrd'"),
        ('[["blasts", "sex"]]', '[["blasts"]]', "write two different factors of the model"),
        ('[["blasts", "sex"]]', '[["blasts", "sex"], ["sex", "blasts"]]', "is listed twice"),
        ('[["blasts", "sex"]]', '"blasts"', "interactions must be a list of pairs"),
        (
            "interactions",
            'stratified_by = ["sex"]\ninteractions',
            "constant within each of its own",
        ),
        ("interactions", 'cluster = "sex"\ninteractions', 'add variance = "robust" or remove'),
        ("interactions", 'variance = "huber"\ninteractions', "unknown variance 'huber'"),
        (
            "interactions",
            'variance = "robust"\nfirth = true\ninteractions',
            "a robust variance has",
        ),
        ("interactions", 'limits = "exact"\ninteractions', "unknown kind of limits 'exact'"),
        ("interactions", 'ties = "kalbfleisch"\ninteractions', "use efron, breslow or exact."),
        (
            "interactions",
            'ties = "exact"\nfirth = true\ninteractions',
            'ties = "exact" cannot be combined with firth = true, since the exact likelihood has '
            "no penalised form here; keep one of them.",
        ),
        (
            "interactions",
            'ties = "exact"\nvariance = "robust"\ninteractions',
            'ties = "exact" cannot be combined with variance = "robust", since the exact '
            "likelihood has no residual of a single row; keep one of them.",
        ),
        ("interactions", 'strata = "sex"\ninteractions', "name the strata of Cox models as"),
    ],
)
def test_a_mistake_is_one_sentence(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    assert old in COX
    text = refusal(with_plan(tmp_path, COX.replace(old, new, 1)))
    assert sentence in text
    assert text.startswith("plan.toml analysis 'multi'")


def test_fine_gray_of_several_factors(tmp_path: Path) -> None:
    model = load_study(with_plan(tmp_path, FINE_GRAY)).analysis("multi")
    assert len(model.model_factors) == 3
    later = FINE_GRAY.replace('"sex", reference = "female"', '"hsct", reference = "no"')
    assert "use cox_multivariable" in refusal(with_plan(tmp_path, later))
    stratified = FINE_GRAY + 'stratified_by = ["sex"]\n'
    assert "a Fine-Gray model cannot be stratified" in refusal(with_plan(tmp_path, stratified))


def test_groups_are_compared_by_the_tests_named(tmp_path: Path) -> None:
    assert load_study(with_plan(tmp_path, CURVE)).analysis("curve").tests == ("log_rank",)
    plan = CURVE + 'tests = ["trend", "pairwise", "fleming_harrington( 0 , 0.5)"]\n'
    curve = load_study(with_plan(tmp_path, plan)).analysis("curve")
    assert curve.tests == ("trend", "pairwise", "fleming_harrington(0,0.5)")


@pytest.mark.parametrize(
    ("tests", "sentence"),
    [
        ("[]", "tests is empty"),
        ('["wilcoxon"]', "test 'wilcoxon' is not known; use log_rank, gehan"),
        ('["gehan", "gehan"]', "test 'gehan' is listed twice"),
        ('["max_combo"]', "max_combo compares two groups, but factor 'blasts' has 3"),
    ],
)
def test_a_mistake_in_tests_is_one_sentence(tmp_path: Path, tests: str, sentence: str) -> None:
    assert sentence in refusal(with_plan(tmp_path, CURVE + f"tests = {tests}\n"))


def test_tests_need_groups_that_do_not_change(tmp_path: Path) -> None:
    alone = CURVE.replace('strata = "blasts"', 'tests = ["gehan"]')
    assert "tests are between groups that do not change" in refusal(with_plan(tmp_path, alone))
    two = CURVE.replace('"blasts"', '"sex"') + 'tests = ["trend"]\n'
    assert "a trend needs three ordered groups" in refusal(with_plan(tmp_path, two))
