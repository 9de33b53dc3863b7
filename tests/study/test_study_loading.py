from datetime import date
from pathlib import Path

import pytest
from small_study import FILES, refusal, write_study

from analytics.study import load_study
from analytics.study.specification import FileFormat, PopulationCondition


def test_small_study_loads_with_what_its_files_say(tmp_path: Path) -> None:
    study = load_study(write_study(tmp_path))
    assert (study.study_id, study.synthetic, study.analysis_set) == ("small", True, "all")
    assert study.trials[0].cutoff == date(2015, 6, 30)
    assert study.parameters.ties == "breslow"
    assert study.parameters.ci_transform == "log-log"
    assert study.factor("mrd").assessed_fact == "mrd_evaluated"
    assert study.levels_of("sex") == ("male", "female")
    assert study.analysis("os").landmarks_months == (24, 36)


def test_parameter_name_in_a_population_becomes_its_number(tmp_path: Path) -> None:
    study = load_study(write_study(tmp_path))
    assert study.population("survivors").conditions[1] == PopulationCondition(
        population="survivors",
        condition_order=2,
        kind="endpoint",
        name="OS",
        operator="months >",
        value="35",
        reason="Died or lost",
    )


def test_rule_is_in_force_only_while_its_parameter_has_its_value(tmp_path: Path) -> None:
    study = load_study(write_study(tmp_path))
    rules = [rule.rule_id for rule in study.endpoint_rules if rule.paramcd == "RFS"]
    assert rules == ["relapse", "death", "visit"]


def test_other_parameter_value_puts_the_other_rule_in_force(tmp_path: Path) -> None:
    folder = write_study(
        tmp_path, study_toml=("[parameters]", '[parameters]\nrfs_censor = "last_contact"')
    )
    rules = [rule.rule_id for rule in load_study(folder).endpoint_rules if rule.paramcd == "RFS"]
    assert rules == ["relapse", "death", "contact"]


def test_empty_text_means_no_remission_window(tmp_path: Path) -> None:
    folder = write_study(
        tmp_path, study_toml=("[parameters]", '[parameters]\nremission_window_cycles = ""')
    )
    assert load_study(folder).parameters.remission_window_cycles is None


def test_omitted_denominator_is_every_other_known_level(tmp_path: Path) -> None:
    write_study(tmp_path)
    (tmp_path / "plan.toml").write_text(
        """
[[analyses]]
id = "cox"
label = "Factors"
method = "cox_univariate"
endpoint = "OS"
population = "all"
factors = [{ factor = "blasts", numerator = ["high"] }]
""",
        encoding="utf-8",
    )
    contrast = load_study(tmp_path).analysis("cox").factors[0]
    assert contrast.denominator == ("low", "middle")
    assert (contrast.numerator_label, contrast.denominator_label) == ("High", "Low or Middle")


def test_inferred_parameter_is_said_beside_what_it_touches_and_nowhere_else(
    tmp_path: Path,
) -> None:
    write_study(tmp_path)
    plan = (tmp_path / "plan.toml").read_text(encoding="utf-8")
    (tmp_path / "plan.toml").write_text(
        plan
        + """
[[analyses]]
id = "cox"
label = "Factors"
method = "cox_univariate"
endpoint = "OS"
population = "all"
inferred = "Patients: all."
factors = [{ factor = "sex", numerator = ["male"] }]
""",
        encoding="utf-8",
    )
    study = load_study(tmp_path)
    assert study.analysis("cox").inferred == ("Patients: all. ties: not stated; Breslow fits.")
    assert study.analysis("os").inferred is None


def test_trial_declares_how_its_files_are_written(tmp_path: Path) -> None:
    declared = """cutoff = 2015-06-30
encoding = "Latin-1"
delimiter = "semicolon"

[[trials.files]]
name = "lb.csv"
encoding = "utf-8"
delimiter = "\\t"
"""
    trial = load_study(
        write_study(tmp_path, study_toml=("cutoff = 2015-06-30\n", declared))
    ).trials[0]
    assert trial.file_format == FileFormat(encoding="ISO-8859-1", delimiter=";")
    assert trial.files == {"lb.csv": FileFormat(encoding="UTF-8", delimiter="\t")}


def test_baseline_factor_may_stand_in_a_qualifier_of_dm(tmp_path: Path) -> None:
    in_supp = ("variable,DM,AGE,,", "variable,SUPP,AGEEXACT,DM,")
    factor = load_study(write_study(tmp_path, factors_csv=in_supp)).factors[0]
    assert (factor.domain, factor.testcd, factor.category) == ("SUPP", "AGEEXACT", "DM")


def test_loading_twice_gives_equal_specifications(tmp_path: Path) -> None:
    folder = write_study(tmp_path)
    assert load_study(folder) == load_study(folder)


def test_lines_that_begin_with_a_hash_are_comments_and_count_as_lines(tmp_path: Path) -> None:
    plain = load_study(write_study(tmp_path))
    for name, text in FILES.items():
        if name.endswith(".csv"):
            header, rest = text.split("\n", 1)
            commented = f'# of {name}, "all" of it\n{header}\n#one,row\n\n{rest}'
            (tmp_path / name).write_text(commented, encoding="utf-8")
    assert load_study(tmp_path) == plain
    path = tmp_path / "endpoints.csv"
    path.write_text(path.read_text().replace("OS,Overall survival,all", "OS,,all"))
    assert refusal(tmp_path) == ("endpoints.csv line 5: column 'param' is empty; give it a value.")


ODD = {
    "punctuation": {
        "factor_levels_csv": ("sex,male,", 'sex,">=2, ""old""",'),
        "populations_csv": ("sex,=,male", 'sex,=,">=2, ""old"""'),
    },
    "usual word": {
        "factor_levels_csv": ("sex,male,", "sex,total,"),
        "populations_csv": ("sex,=,male", "sex,=,total"),
    },
    "level of two factors": {"factor_levels_csv": ("blasts,low", "blasts,male")},
    "label of two levels": {"factor_levels_csv": ("low,Low", "low,Middle")},
    "population named like an endpoint": {
        "populations_csv": (
            "men,Men,3,1,population,all,,,\nmen,,,2",
            "os,Men,3,1,population,all,,,\nos,,,2",
        )
    },
    "factors of one order": {"factors_csv": (",,,,2,\n", ",,,,1,\n")},
    "endpoints of one order": {"endpoints_csv": ("first_remission,2", "first_remission,1")},
}


@pytest.mark.parametrize("change", ODD)
def test_what_looks_odd_and_is_clear_is_read(change: str, tmp_path: Path) -> None:
    study = load_study(write_study(tmp_path, **ODD[change]))
    assert len(study.populations) == 7
    assert len(study.levels_of("sex")) == 2


def test_a_line_break_in_a_cell_is_a_blank(tmp_path: Path) -> None:
    folder = write_study(
        tmp_path,
        populations_csv=("men,Men,", 'men,"Men,\n all of them ",'),
        study_toml=('title = "A small study"', 'title = """A small\nstudy"""'),
    )
    study = load_study(folder)
    assert study.population("men").label == "Men, all of them"
    assert study.title == "A small study"


def test_a_condition_without_a_reason_is_its_own_reason(tmp_path: Path) -> None:
    """Who leaves the analysis set has a reason for it in `marts.subjects`."""
    folder = write_study(tmp_path, populations_csv=(",exists,,Not treated", ",exists,,"))
    (treated,) = load_study(folder).population("all").conditions
    assert treated.reason == "Not met: first_dose exists"


def test_a_response_may_have_any_punctuation_but_a_comma(tmp_path: Path) -> None:
    order = '["CR", "CRh", "NON-CR/NON-PD", "patient\'s own", "NE"]\nnot_evaluable_terms = ["NE"]'
    folder = write_study(
        tmp_path, study_toml=('ties = "breslow"', f'ties = "breslow"\nresponse_order = {order}')
    )
    assert load_study(folder).parameters.response_order[2:4] == ("NON-CR/NON-PD", "patient's own")


def test_a_rule_may_censor_where_the_study_takes_no_contacts_from(tmp_path: Path) -> None:
    folder = write_study(
        tmp_path,
        endpoint_rules_csv=("OS,alive,censor,last_known_alive", "OS,alive,censor,last_assessment"),
        study_toml=('ties = "breslow"', 'ties = "breslow"\ncontact_domains = ["SS"]'),
    )
    assert load_study(folder).endpoint_rules[1].fact == "last_assessment"


def test_a_category_that_a_fact_asks_for_may_be_of_any_domain(tmp_path: Path) -> None:
    terms = ("T1,RS,OVRLRESP,Complete Remission,response,CR,", "T1,LB,RESP,CR,response,CR,")
    folder = write_study(tmp_path, terms_csv=terms)
    assert "category 'response' is read from RS, not from LB" in refusal(folder)
    header = "fact,label,domain,date,take,value,known_by,description\n"
    (folder / "facts.csv").write_text(f"{header}cr,CR,LB,LBDTC,first,,,\n")
    header = "trial_id,fact,condition_order,kind,name,operator,value\n"
    (folder / "fact_conditions.csv").write_text(f"{header},cr,1,term,response,=,CR\n")
    load_study(folder)


def test_a_rule_of_last_resort_censors_on_the_day_of_its_fact(tmp_path: Path) -> None:
    folder = write_study(tmp_path)
    path = folder / "endpoint_rules.csv"
    header, *rules = path.read_text(encoding="utf-8").splitlines()
    lines = [
        f"{header},days_after",
        *(f"{rule},{30 if ',alive,' in rule else ''}" for rule in rules),
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    assert refusal(folder) == (
        "endpoint_rules.csv line 3: rule 'alive' censors 30 days after 'last_known_alive', which "
        "may be after the last day known alive; use the role censor_first."
    )
