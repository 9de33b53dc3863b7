"""The default study: its plan is complete, honest about what it infers, and covers the paper."""

from collections import Counter, defaultdict
from pathlib import Path

import pytest

from analytics.study import StudySpecification, load_study
from analytics.study.published import load_published

FOLDER = Path(__file__).parents[2] / "studies" / "blinatumomab"


@pytest.fixture(scope="module")
def study() -> StudySpecification:
    return load_study(FOLDER)


def test_cohort_is_called_synthetic(study: StudySpecification) -> None:
    assert study.synthetic
    assert study.synthetic_note is not None
    assert study.synthetic_note.startswith("SYNTHETIC DATA: no patient of this cohort exists")


def test_every_method_of_the_plan_is_used(study: StudySpecification) -> None:
    assert {analysis.method for analysis in study.analyses} == {
        "kaplan_meier",
        "cumulative_incidence",
        "cox_univariate",
        "cox_stepwise",
        "fine_gray",
        "baseline_table",
        "outcomes_table",
        "attrition",
    }


def test_every_factor_of_table_3_is_modelled_alone(study: StudySpecification) -> None:
    baseline = [
        "age",
        "sex",
        "race",
        "prior_hsct",
        "primary_refractory",
        "salvage_line",
        "bone_marrow_blasts",
        "t411",
        "ecog",
    ]

    def models(analysis_id: str) -> list[str]:
        contrasts = study.analysis(analysis_id).factors
        return [c.factor for c in contrasts if c.delayed_entry_of is None]

    assert models("cox_os_univariate") == [*baseline, "cr_crh", "mrd_responder", "hsct"]
    assert models("cox_rfs_univariate") == [*baseline, "mrd_responder", "hsct"]
    assert models("cir_fine_gray") == baseline


@pytest.mark.parametrize("endpoint", ["os", "rfs"])
def test_models_stratified_by_trial_differ_in_nothing_else(
    study: StudySpecification, endpoint: str
) -> None:
    pooled = study.analysis(f"cox_{endpoint}_univariate")
    stratified = study.analysis(f"cox_{endpoint}_univariate_by_trial")
    assert (pooled.stratified_by, stratified.stratified_by) == ((), ("trial",))
    assert (pooled.endpoint, pooled.population) == (stratified.endpoint, stratified.population)
    of_words = {"as_published", "inferred", "caution", "alternative_to"}
    assert [contrast.model_dump(exclude=of_words) for contrast in pooled.factors] == [
        contrast.model_dump(exclude=of_words) for contrast in stratified.factors
    ]


def test_every_endpoint_and_table_stands_by_trial(study: StudySpecification) -> None:
    by_trial = {a.endpoint for a in study.analyses if a.strata == "trial"}
    assert by_trial == {"OS", "RFS", "CIR"}
    groups = {a.analysis_id: a.groups for a in study.analyses if "trial_206" in a.groups}
    assert set(groups) == {"baseline_by_trial", "outcomes_by_trial"}


def test_plateau_is_told_with_its_cure_fraction_and_restricted_means(
    study: StudySpecification,
) -> None:
    for analysis_id in ("os_all", "rfs_responders"):
        analysis = study.analysis(analysis_id)
        assert analysis.plateau_months == (36, 48)
        assert analysis.restricted_mean_months == (36, 60)


def test_contrasts_are_oriented_as_printed(study: StudySpecification) -> None:
    printed = {
        c.factor: (c.numerator_label, c.denominator_label)
        for c in study.analysis("cox_os_univariate").factors
    }
    assert printed["sex"] == ("male", "female")
    assert printed["race"] == ("white", "other")
    assert printed["salvage_line"] == ("1st", "2nd+")
    assert printed["ecog"] == ("0", "1+")


def test_as_published_results_stand_beside_delayed_entry(study: StudySpecification) -> None:
    siblings = {a.delayed_entry_of: a.entry_facts for a in study.analyses if a.delayed_entry_of}
    assert siblings == {
        "os_hsct_from_first_dose": ("hsct_in_remission",),
        "cox_os_stepwise": ("mrd_evaluated",),
        "cox_rfs_stepwise": ("mrd_evaluated",),
    }
    models = {
        (analysis.endpoint, c.delayed_entry_of): c.entry_facts
        for analysis in study.analyses
        for c in analysis.factors
        if c.delayed_entry_of
    }
    assert models == {
        ("OS", "mrd_responder"): ("mrd_evaluated",),
        ("OS", "hsct"): ("first_remission",),
        ("RFS", "mrd_responder"): ("mrd_evaluated",),
    }


def test_transplanted_responders_are_compared_from_a_landmark_as_they_move(
    study: StudySpecification,
) -> None:
    curve = study.analysis("os_by_hsct_from_month_4")
    months = (curve.landmark_days or 0) / study.parameters.days_per_month
    assert round(months, 1) == 4
    assert (curve.strata, curve.time_dependent_strata) == ("hsct", True)
    assert curve.entry_facts == ("first_remission",)


def test_what_the_paper_does_not_say_is_called_inferred(study: StudySpecification) -> None:
    assert set(study.inferred_parameters) == {
        "days_per_month",
        "day_convention",
        "rfs_censor",
        "cif_variance",
        "ci_transform",
        "ties",
    }
    ties = study.inferred_parameters["ties"]
    for analysis_id in ("cox_os_univariate", "cox_rfs_stepwise"):
        assert ties in (study.analysis(analysis_id).inferred or "")
    assert "rfs_censor" in (study.analysis("cir_responders").inferred or "")
    assert "rfs_censor" not in (study.analysis("rfs_last_contact").inferred or "")


# What is not held against a number of ours, and why; everything else that is printed is.
KINDS = {
    "definition": """
        TX.STUDIES.N
        TX.CYCLE.INFUSION
        TX.CYCLE.FREE
        TX.DOSE.EXPL.A
        TX.DOSE.EXPL.B.W1
        TX.DOSE.EXPL.B.W2PLUS
        TX.DOSE.EXPL.C.W1
        TX.DOSE.EXPL.C.W2
        TX.DOSE.EXPL.C.W3PLUS
        TX.DOSE.CONF.W1
        TX.DOSE.CONF.W2PLUS
        TX.MRD.THRESHOLD
        TX.RESPONSE.WINDOW
        TX.LTS.CUTOFF
        TX.LTS.KNOWNALIVE
        TX.LTS.WINDOW
        TX.ALPHA.SELECT
        TX.ALPHA.ENTRY
        TX.ALPHA.STAY
        TX.CI.LEVEL
        TX.DEF.OS.ORIGIN
        TX.DEF.OS.EVENT
        TX.DEF.RFS.ORIGIN
        TX.DEF.RFS.EVENT
        TX.DEF.CENSOR
        TX.TRIAL.EXPL
        TX.TRIAL.CONF
        TX.DOI
    """,
    "cited": """
        TX.N.CONF.PRIMARY
        TX.FU.EXPL.OS
        TX.FU.EXPL.RFS
        TX.FU.CONF.OS
        TX.FU.CONF.RFS
        TX.FU.EXPL.LONG
        TX.P3.OS.BLIN
        TX.P3.OS.CHEMO
        TX.P3.P
        TX.P3.FU.BLIN
        TX.P3.FU.CHEMO
        TX.EVENTS.WITHIN
        TX.MA.STUDIES
        TX.HIST.SURV1Y
    """,
    "misprint": """
        T1.RELAPSES.1.percent
    """,
}


def test_every_published_id_has_its_kind() -> None:
    values = load_published(FOLDER)
    found = defaultdict(set)
    for value in values:
        found[value.kind].add(
            value.published_id + ("" if value.quantity == "value" else f".{value.quantity}")
        )
    for kind, names in KINDS.items():
        assert found[kind] == set(names.split()), kind
    assert Counter(value.kind for value in values) == {
        "computed": 278,
        "definition": 28,
        "cited": 14,
        "misprint": 1,
        "derived": 36 + 27,
    }
    derived = {value.published_id for value in values if value.kind == "derived"}
    assert all(name.startswith("DV.") or name.endswith(".IMPLIED") for name in derived)
    assert len({value.published_id for value in values}) == 191 + len(derived)


def test_published_places_name_what_the_plan_makes(study: StudySpecification) -> None:
    models = {
        (analysis.analysis_id, contrast.model)
        for analysis in study.analyses
        for contrast in analysis.factors
    } | {("cox_os_stepwise", "selected"), ("cox_rfs_stepwise", "selected")}
    lines = {
        (analysis.analysis_id, group, line.outcome, line.level)
        for analysis in study.analyses
        for group in analysis.groups
        for line in analysis.lines
    }
    for value in load_published(FOLDER):
        where = dict(value.filters)
        if value.table == "parameter":
            assert where["name"] in type(study.parameters).model_fields
        elif value.table is not None:
            analysis = study.analysis(where["analysis_id"])
            if value.table in ("cox_term", "cox_model"):
                assert (where["analysis_id"], where["model"]) in models
            elif value.table == "clinical_outcomes":
                group = where.get("group_population", analysis.groups[0])
                assert (where["analysis_id"], group, where["outcome"], where["level"]) in lines
            elif value.table == "baseline_characteristics":
                assert where["characteristic"] in {c.factor for c in analysis.characteristics}
                assert where["group_population"] in analysis.groups
            elif "time_months" in where:
                assert float(where["time_months"]) in analysis.landmarks_months
