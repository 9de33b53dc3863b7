"""`plateau init --from` with ADSL and ADTTE: what the datasets say becomes a study that loads."""

from datetime import date
from pathlib import Path

import pytest

from analytics.errors import PlateauError
from analytics.proposal import ProposedStudy, propose_study
from analytics.proposal.adam import endpoint_label, landmarks, level_names_of
from analytics.study import load_study
from analytics.study.specification import StudySpecification

ADSL = """\
STUDYID,USUBJID,AGE,SEX,TRT01P,TRT01PN,STRAT1,ITTFL,SAFFL,DTHFL
A1,A,61,F,Placebo,2,<65,Y,Y,Y
A1,B,62,M,Drug X,1,>=65,Y,N,
A1,C,63,M,Drug X,1,NA,Y,Y,
"""
ADTTE = """\
STUDYID,USUBJID,PARAMCD,PARAM,AVAL,STARTDT,ADT,CNSR,EVNTDESC
A1,A,OS,Overall survival,366,2020-01-01,2020-12-31,0,Death
A1,B,OS,Overall survival,800,2020-01-01,2022-03-10,1,Alive
A1,C,TTP,Time to progression,21,2020-01-01,2020-01-21,2,Death
"""


def package(folder: Path, adsl: str = ADSL, adtte: str = ADTTE) -> Path:
    folder.mkdir()
    (folder / "adsl.csv").write_text(adsl, encoding="utf-8")
    (folder / "adtte.csv").write_text(adtte, encoding="utf-8")
    return folder


def proposed(folder: Path, source: Path) -> tuple[ProposedStudy, StudySpecification]:
    found = propose_study(folder, [source])
    return found, load_study(folder)


def test_the_datasets_become_a_study(tmp_path: Path) -> None:
    found, study = proposed(tmp_path / "study", package(tmp_path / "package"))
    assert (found.endpoints, found.factors) == (
        ("OS", "TTP"),
        ("age", "trt01p", "sex", "strat1"),
    )
    (trial,) = study.trials
    assert (trial.trial_id, trial.kind, trial.time_unit) == ("A1", "adam", "DAYS")
    assert (trial.cutoff, trial.path) == (date(2022, 3, 10), "adam/A1")
    assert study.parameters.day_convention == "adam"
    assert study.analysis_set == "itt"
    assert [
        (item.population, [condition.name for condition in item.conditions])
        for item in study.populations
    ] == [("itt", ["ITTFL"]), ("saf", ["itt", "SAFFL"])]
    assert study.levels_of("trt01p") == ("drug_x", "placebo")
    assert study.levels_of("strat1") == ("lt_65", "ge_65")
    assert [(item.paramcd, item.population) for item in study.endpoints] == [
        ("OS", "itt"),
        ("TTP", "itt"),
    ]
    assert [(item.analysis_id, item.strata, item.landmarks_months) for item in study.analyses] == [
        ("os", None, (12, 24)),
        ("os_by_treatment", "trt01p", (12, 24)),
        ("ttp", None, ()),
        ("ttp_by_treatment", "trt01p", ()),
    ]
    events = (tmp_path / "study/adam_events.csv").read_text(encoding="utf-8")
    assert "#OS,1,Alive,competing\n#TTP,2,Death,competing\n" in events
    assert study.adam_events == ()


def test_a_folder_of_adam_packages_holds_a_trial_for_each_adsl(tmp_path: Path) -> None:
    (tmp_path / "parent").mkdir()
    package(tmp_path / "parent/ABC-301")
    adsl, adtte = ADSL.replace("A1,", "A2,"), ADTTE.replace("A1,", "A2,")
    package(tmp_path / "parent/ABC-302", adsl, adtte)
    _, study = proposed(tmp_path / "study", tmp_path / "parent")
    assert [(trial.trial_id, trial.path) for trial in study.trials] == [
        ("A1", "adam/A1"),
        ("A2", "adam/A2"),
    ]


@pytest.mark.parametrize(
    ("param", "avals", "unit", "convention"),
    [
        ("Overall survival", ("365", "799", "20"), "DAYS", "difference"),
        ("Overall survival", ("12.0", "26.2", "0.66"), "MONTHS", "difference"),
        ("Overall survival at 36-month follow-up", ("365", "799", "20"), "DAYS", "difference"),
        ("Overall survival (months)", ("12.0", "26.2", "0.66"), None, "difference"),
        ("Overall survival", ("1.0", "2.19", "0.05"), "YEARS", None),
    ],
)
def test_the_unit_is_told_by_the_words_or_the_dates(
    tmp_path: Path, param: str, avals: tuple[str, ...], unit: str | None, convention: str | None
) -> None:
    lines = [line.split(",") for line in ADTTE.splitlines()]
    for line, aval in zip(lines[1:], avals, strict=True):
        line[3:5] = [param, aval]
    adtte = "\n".join(",".join(line) for line in lines) + "\n"
    _, study = proposed(tmp_path / "study", package(tmp_path / "package", adtte=adtte))
    assert study.trials[0].time_unit == unit
    if convention is not None:
        assert study.parameters.day_convention == convention


UNDATED = """\
STUDYID,USUBJID,PARAMCD,PARAM,AVAL,CNSR
A1,A,OS,Overall survival,12.0,0
A1,B,OS,Overall survival,26.2,1
"""


def test_a_unit_that_nothing_tells_is_asked_for(tmp_path: Path) -> None:
    source = package(tmp_path / "package", adtte=UNDATED)
    found, study = proposed(tmp_path / "study", source)
    assert study.trials[0].time_unit is None
    assert found.questions[:1] == (
        "study.toml: nothing tells the unit of AVAL of OS in ADTTE of A1: no AVALU, no unit in "
        "PARAM, no dates that agree with it. Is it DAYS, WEEKS, MONTHS or YEARS? A build stops "
        "(unknown_time_unit) until AVALU or time_unit says so.",
    )
    text = (tmp_path / "study/study.toml").read_text(encoding="utf-8")
    assert '\n#time_unit = ""  # DAYS, WEEKS, MONTHS or YEARS: no file tells it\n' in text


@pytest.mark.parametrize(
    ("param", "unit"),
    [
        ("Overall survival in months", "MONTHS"),
        ("Overall survival, 36-month follow-up", None),
        ("Survival at 36 months", None),
    ],
)
def test_words_tell_the_unit_where_no_dates_do(
    tmp_path: Path, param: str, unit: str | None
) -> None:
    adtte = UNDATED.replace("Overall survival", f'"{param}"')
    _, study = proposed(tmp_path / "study", package(tmp_path / "package", adtte=adtte))
    assert study.trials[0].time_unit == unit


@pytest.mark.parametrize(
    ("variable", "days"),
    [
        ("RANDDT", ("2020-01-03", "2020-01-05", "")),
        ("TRTSDT", ("2020-01-03", "2020-01-05", "")),
        ("TRTSDT", ("21917", "21919", "")),
        ("TRTSDT", ("2018-01-03", "2018-01-05", "")),  # far from what any unit would be
    ],
)
def test_a_day_of_adsl_stands_in_for_startdt(
    tmp_path: Path, variable: str, days: tuple[str, ...]
) -> None:
    lines = zip(ADSL.splitlines(), (variable, *days), strict=True)
    adsl = "".join(f"{line},{day}\n" for line, day in lines)
    adtte = UNDATED.replace("CNSR", "ADT,CNSR").replace("12.0", "12.0,2020-12-31")
    adtte = adtte.replace("26.2", "26.2,2022-03-10")
    source = package(tmp_path / "package", adsl=adsl, adtte=adtte)
    _, study = proposed(tmp_path / "study", source)
    assert study.trials[0].time_unit == (None if days[0] == "2018-01-03" else "MONTHS")


def test_a_parameter_whose_unit_nothing_tells_does_not_get_that_of_another(tmp_path: Path) -> None:
    adtte = ADTTE.replace("21,2020-01-01,2020-01-21", "0.7,,")
    found, study = proposed(tmp_path / "study", package(tmp_path / "package", adtte=adtte))
    assert study.trials[0].time_unit is None
    assert "of AVAL of TTP in ADTTE of A1" in found.questions[0]


def test_the_dates_of_each_parameter_tell_its_unit(tmp_path: Path) -> None:
    adtte = ADTTE.replace("21,2020-01-01,2020-01-21", "26.2,2020-01-01,2022-03-10")
    with pytest.raises(PlateauError, match=r"OS is in days and TTP in months; add AVALU"):
        propose_study(tmp_path / "study", [package(tmp_path / "package", adtte=adtte)])


def test_each_parameter_has_the_unit_in_its_brackets(tmp_path: Path) -> None:
    """The trial's own unit is that of the other parameters, whose dates tell it."""
    adtte = ADTTE.replace("366,", "12.02,").replace("800,", "26.28,")
    adtte = adtte.replace("Overall survival", "Overall Survival (Months)")
    _, study = proposed(tmp_path / "study", package(tmp_path / "package", adtte=adtte))
    assert study.trials[0].time_unit == "DAYS"
    assert [(item.label, item.landmarks_months) for item in study.analyses] == [
        ("Overall survival", (12, 24)),
        ("Overall survival by treatment", (12, 24)),
        ("Time to progression", ()),
        ("Time to progression by treatment", ()),
    ]


def test_units_that_differ_without_brackets_are_refused(tmp_path: Path) -> None:
    adtte = ADTTE.replace("Time to progression", "Weeks to progression")
    adtte = adtte.replace("21,2020-01-01,2020-01-21", "3,,")
    with pytest.raises(PlateauError) as caught:
        propose_study(tmp_path / "study", [package(tmp_path / "package", adtte=adtte)])
    assert str(caught.value) == (
        "ADTTE of A1 has no AVALU, and by its words or dates OS is in days and TTP in weeks; add "
        "AVALU, as each time needs its own unit."
    )


def test_a_unit_in_square_brackets_counts(tmp_path: Path) -> None:
    adtte = ADTTE.replace("Overall survival", "Overall survival [Days]")
    adtte = adtte.replace("21,2020", "3,2020").replace("Time to progression", "TTP [weeks]")
    _, study = proposed(tmp_path / "study", package(tmp_path / "package", adtte=adtte))
    assert study.trials[0].time_unit is None


def test_a_flag_with_members_outside_the_first_population_stands_alone(tmp_path: Path) -> None:
    adsl = ADSL.replace("<65,Y,Y,Y", "<65,N,Y,Y")
    _, study = proposed(tmp_path / "study", package(tmp_path / "package", adsl=adsl))
    assert [condition.name for condition in study.population("saf").conditions] == ["SAFFL"]


@pytest.mark.parametrize(
    ("param", "label"),
    [
        ("Progression-Free Survival (Days)", "Progression-free survival"),
        ("Time to CNS Progression [weeks]", "Time to CNS progression"),
        ("Time to first Hodgkin relapse (months)", "Time to first Hodgkin relapse"),
        ("OS (Months)", "OS"),
        ("Overall survival (ITT)", "Overall survival (ITT)"),
        ("DURATION OF RESPONSE", "DURATION OF RESPONSE"),
    ],
)
def test_an_endpoint_is_named_as_in_a_sentence_and_without_its_unit(param: str, label: str) -> None:
    assert endpoint_label(param) == label


def test_what_nobody_of_a_population_has_is_no_level(tmp_path: Path) -> None:
    adsl = ADSL + "A1,D,64,F,Screen Failure,0,<65,N,N,N\n"
    _, study = proposed(tmp_path / "study", package(tmp_path / "package", adsl=adsl))
    assert study.levels_of("trt01p") == ("drug_x", "placebo")
    assert [item.wording for item in study.factor_levels if item.level is None] == [
        "Screen Failure"
    ]


@pytest.mark.parametrize(
    ("race", "levels"),
    [
        (("Asian", "Unknown", "White"), ("asian", "white")),
        (("White", "WHITE", "Asian"), ("asian", "white")),
        (("All", "White", "White"), ("level_1", "white")),
    ],
)
def test_a_value_that_is_not_known_is_no_level(
    tmp_path: Path, race: tuple[str, ...], levels: tuple[str, ...]
) -> None:
    lines = zip(ADSL.splitlines(), ("RACE", *race), strict=True)
    adsl = "".join(f"{line},{value}\n" for line, value in lines)
    _, study = proposed(tmp_path / "study", package(tmp_path / "package", adsl=adsl))
    assert study.levels_of("race") == levels


def test_the_control_is_the_last_arm_and_is_told(tmp_path: Path) -> None:
    adsl = ADSL.replace("Placebo,2", "Placebo,0").replace("TRT01PN", "TRT01A")
    adsl = adsl.replace("Placebo,0", "Placebo,Placebo").replace("Drug X,1", "Drug X,Zeta")
    found, study = proposed(tmp_path / "study", package(tmp_path / "package", adsl=adsl))
    assert study.levels_of("trt01a") == ("zeta", "placebo")
    assert found.questions == (
        "factor_levels.csv: every other arm of TRT01P is compared with Placebo. Is Placebo the "
        "control?",
        "factor_levels.csv: every other arm of TRT01A is compared with Placebo. Is Placebo the "
        "control?",
    )


def test_the_control_is_last_whatever_its_number(tmp_path: Path) -> None:
    adsl = ADSL.replace("Placebo,2", "Placebo,0")
    _, study = proposed(tmp_path / "study", package(tmp_path / "package", adsl=adsl))
    assert study.levels_of("trt01p") == ("drug_x", "placebo")


def test_avalu_is_taken_at_its_word(tmp_path: Path) -> None:
    adtte = ADTTE.replace("AVAL,", "AVAL,AVALU,").replace(",2020-01-01", ",WEEKS,2020-01-01")
    _, study = proposed(tmp_path / "study", package(tmp_path / "package", adtte=adtte))
    assert study.trials[0].time_unit is None


def test_an_avalu_that_is_no_unit_is_named(tmp_path: Path) -> None:
    adtte = ADTTE.replace("AVAL,", "AVAL,AVALU,").replace(",2020-01-01", ",MTHS,2020-01-01")
    found, _ = proposed(tmp_path / "study", package(tmp_path / "package", adtte=adtte))
    assert found.questions[0] == (
        "ADTTE: AVALU is MTHS, but a unit is DAYS, WEEKS, MONTHS or YEARS. A build stops "
        "(unknown_time_unit) until AVALU is corrected."
    )


def test_a_paramcd_of_two_analyses_is_told(tmp_path: Path) -> None:
    quals = ("PARQUAL", "CENTRAL", "INVESTIGATOR", "CENTRAL")
    lines = zip(ADTTE.splitlines(), quals, strict=True)
    adtte = "".join(f"{line},{qual}\n" for line, qual in lines)
    found, _ = proposed(tmp_path / "study", package(tmp_path / "package", adtte=adtte))
    assert found.questions[0] == (
        "ADTTE: OS has rows with PARQUAL CENTRAL or INVESTIGATOR; ADaM wants one PARAMCD for each "
        "analysis, so give each a PARAMCD of its own, or mark the rows of one of them with ANL01FL."
    )


def test_flags_of_the_sponsor_stand_in_for_those_of_adam(tmp_path: Path) -> None:
    adsl = ADSL.replace("ITTFL", "ANALFL").replace("SAFFL", "DOSEFL")
    _, study = proposed(tmp_path / "study", package(tmp_path / "package", adsl=adsl))
    assert [item.population for item in study.populations] == ["anal", "dose", "dth"]


def test_a_package_without_a_population_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    adsl = ADSL.replace("FL", "X")
    source = package(tmp_path / "package", adsl=adsl)
    with pytest.raises(PlateauError, match="ADSL has no flag of a population"):
        propose_study(tmp_path / "study", [source])
    assert not (tmp_path / "study").exists()


def test_packages_of_both_kinds_are_not_mixed(tmp_path: Path) -> None:
    (tmp_path / "sdtm").mkdir()
    with pytest.raises(PlateauError, match="holds ADaM datasets, but"):
        propose_study(tmp_path / "study", [package(tmp_path / "adam"), tmp_path / "sdtm"])


def test_no_two_wordings_share_a_level() -> None:
    wordings = ["<65", ">=65", "65", "A b", "a-B", "?"]
    assert level_names_of(wordings) == ["lt_65", "ge_65", "65", "a_b", "a_b_5", "level_6"]


@pytest.mark.parametrize(
    ("wordings", "others", "names"),
    [
        (["-1", "0", "1"], [], ["minus_1", "0", "1"]),
        (["<-1", ">= -1", "2-3"], [], ["lt_minus_1", "ge_minus_1", "2_3"]),
        (["A b", "A_B"], [], ["a_b_1", "a_b"]),
        (["#1", "2", "1"], [], ["1_1", "2", "1"]),
        (["#1", "2"], ["1"], ["1_1", "2"]),
    ],
)
def test_the_name_of_a_level_is_no_other_wording(
    wordings: list[str], others: list[str], names: list[str]
) -> None:
    assert level_names_of(wordings, others) == names


@pytest.mark.parametrize(
    ("longest", "months"),
    [(5.9, ()), (6, (3, 6)), (12, (6, 12)), (59.9, (12, 24, 36)), (61, (12, 24, 36, 48, 60))],
)
def test_rates_are_shown_where_somebody_was_followed(
    longest: float, months: tuple[int, ...]
) -> None:
    assert landmarks(longest) == months
