"""`plateau init --from` proposes what is followed: a remission, progression or recurrence."""

import zipfile
from datetime import date
from pathlib import Path

import pytest
from project import Plateau

from analytics.proposal import ProposedStudy, propose_study
from analytics.study import load_study
from analytics.study.specification import StudySpecification

TRIAL = "T1"
# two of each arm, a screen failure; the placebo comes first by name
DM = """SUBJID,AGE,SEX,ARM
01,61,F,New drug
02,44,M,New drug
03,52,M,Control
04,58,F,Control
05,70,F,Screen Failure"""
DS = """DSSEQ,DSDECOD,DSSTDTC
01,1,RANDOMIZED,2020-01-06
02,1,RANDOMIZED,2020-01-06
03,1,RANDOMIZED,2020-01-06
04,1,RANDOMIZED,2020-01-06
05,1,SCREEN FAILURE,2020-01-06"""
EX = """EXSEQ,EXTRT,EXSTDTC
01,1,New drug,2020-01-08
02,1,New drug,2020-01-08
03,1,Placebo,2020-01-08"""
RECIST = """RSSEQ,RSTESTCD,RSCAT,RSSTRESC,RSEVAL,RSDTC
01,1,OVRLRESP,RECIST 1.1,PR,INVESTIGATOR,2020-03-02
01,2,OVRLRESP,RECIST 1.1,SD,INDEPENDENT ASSESSOR,2020-03-02
01,3,OVRLRESP,RECIST 1.1,PD,INVESTIGATOR,2020-09-01
02,1,OVRLRESP,RECIST 1.1,SD,INVESTIGATOR,2020-03-02
03,1,OVRLRESP,RECIST 1.1,PD,INVESTIGATOR,2020-03-02"""
CM = """CMSEQ,CMTRT,CMCAT,CMSTDTC
02,1,Docetaxel,SUBSEQUENT ANTI-CANCER THERAPY,2020-05-01
03,1,Cisplatin,PRIOR THERAPY,2018"""
CE = """CESEQ,CETERM,CEDECOD,CESTDTC
01,1,Bone metastasis,DISTANT RECURRENCE,2020-09-01
02,1,Local relapse,LOCAL RECURRENCE,2020-10-01
03,1,Headache,HEADACHE,2020-02-01"""
SS = """SSSEQ,SSTESTCD,SSSTRESC,SSDTC
02,1,SURVSTAT,ALIVE,2021-05-04
03,1,SURVSTAT,ALIVE,2021-05-04
04,1,SURVSTAT,ALIVE,2021-05-04"""
DD = """DDSEQ,DDTESTCD,DDSTRESC,DDDTC
01,1,PRCDTH,CANCER,2020-12-01"""
TS = """TSSEQ,TSPARMCD,TSVAL
,1,TITLE,A trial of  a new drug
,2,DCUTDTC,2021-12-31"""


def package(folder: Path, **domains: str) -> Path:
    """The subjects with these domains as CSV files."""
    folder.mkdir()
    for name, text in {"DM": DM, "EX": EX, "SS": SS, "DD": DD, **domains}.items():
        header, *records = text.splitlines()
        own = "" if name.startswith("SUPP") else "DOMAIN,"
        lines = [f"STUDYID,{own}USUBJID,{header}"]
        for record in records:
            subject, rest = record.split(",", 1)
            number = f"{subject}," if name == "DM" else ""
            domain = f"{name}," if own else ""
            lines.append(f"{TRIAL},{domain}{TRIAL}-{subject},{number}{rest}")
        (folder / f"{name.lower()}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def proposed(folder: Path, **domains: str) -> tuple[ProposedStudy, StudySpecification]:
    found = propose_study(folder / "study", [package(folder / "package", **domains)])
    return found, load_study(folder / "study")


def origins(study: StudySpecification) -> dict[str, tuple[str, str | None]]:
    return {item.paramcd: (item.population, item.origin_fact) for item in study.endpoints}


def conditions(study: StudySpecification, population: str) -> list[tuple[str, str]]:
    return [(item.kind, item.name) for item in study.population(population).conditions]


def test_a_randomised_trial_of_a_solid_tumour(tmp_path: Path) -> None:
    found, study = proposed(tmp_path, DS=DS, RS=RECIST, CM=CM, TS=TS)
    assert found.endpoints == ("OS", "PFS", "DOR")
    assert study.title == "A trial of a new drug"
    assert found.course is not None
    assert found.course.vocabularies == ("RECIST 1.1",)
    assert not [term for term in study.terms if term.domain == "RS" and term.note != "RECIST 1.1"]
    assert origins(study) == {
        "OS": ("itt", "randomisation"),
        "PFS": ("itt", "randomisation"),
        "DOR": ("responders", "objective_response"),
    }
    assert study.analysis_set == "itt"
    assert conditions(study, "treated") == [("population", "itt"), ("fact", "first_dose")]
    assert study.levels_of("arm") == ("new_drug", "control")
    assert [factor.factor for factor in study.factors] == ["age", "sex", "arm"]
    model = study.analysis("os_hazard_ratio")
    assert [(item.numerator, item.denominator) for item in model.factors] == [
        (("new_drug",), ("control",))
    ]
    assert study.analysis("table_2").compared == ("arm_1", "arm_2")
    ends = {rule.fact for rule in study.endpoint_rules if rule.role == "end"}
    assert ends == {"new_therapy"}


def test_the_strata_of_the_randomisation_are_factors_and_stratify_the_tests(
    tmp_path: Path,
) -> None:
    strata = """RDOMAIN,IDVAR,IDVARVAL,QNAM,QLABEL,QVAL
01,DM,,,STRLDH,LDH,HIGH
02,DM,,,STRLDH,LDH,LOW
03,DM,,,STRLDH,LDH,HIGH
04,DM,,,STRLDH,LDH,LOW
04,DM,,,RANDNO,Number,1"""
    _, study = proposed(tmp_path, DS=DS, RS=RECIST, SUPPDM=strata)
    assert [factor.factor for factor in study.factors] == ["age", "sex", "arm", "strldh"]
    assert study.levels_of("strldh") == ("high", "low")
    assert study.analysis("os_by_arm_stratified").stratified_by == ("strldh",)
    assert study.analysis("pfs_hazard_ratio_stratified").stratified_by == ("strldh",)
    assert study.analysis("os_by_arm").stratified_by == ()


def test_what_shows_that_a_subject_was_seen_is_a_contact(tmp_path: Path) -> None:
    """Beside the domains that every study takes contacts from."""
    vital_signs = "VSSEQ,VSTESTCD,VSSTRESC,VSDTC\n01,1,WEIGHT,70,2020-02-01"
    _, study = proposed(tmp_path, DS=DS, RS=RECIST, VS=vital_signs)
    assert study.parameters.contact_domains[-2:] == ("SS", "VS")


def test_it_says_what_it_has_chosen(tmp_path: Path, plateau: Plateau) -> None:
    source = package(tmp_path / "package", DS=DS, RS=RECIST, CM=CM, TS=TS)
    said = plateau("init", tmp_path / "study", "--from", source)
    assert said.returncode == 0, said.stderr
    text = " ".join(said.stderr.split())
    assert (
        "endpoints.csv: OS, PFS, DOR; survival from the randomisation, with the terms of "
        "RECIST 1.1."
    ) in text
    assert (
        "fact_conditions.csv: of T1 the responses with RSEVAL INVESTIGATOR count, not those with "
        "INDEPENDENT ASSESSOR. Is that the analysis?"
    ) in text
    assert (
        "facts.csv: CMCAT SUBSEQUENT ANTI-CANCER THERAPY is taken for a new anti-cancer therapy. "
        "Is it?"
    ) in text
    assert (
        "factors.csv: every other arm is compared with Control. Is Control the control?"
    ) in text


def test_the_proposal_builds_without_a_change(tmp_path: Path, plateau: Plateau) -> None:
    """01 responds and progresses, 02 has a new therapy, 03 progresses, 04 has no assessment."""
    source = package(tmp_path / "package", DS=DS, RS=RECIST, CM=CM, TS=TS)
    assert plateau("init", tmp_path / "study", "--from", source).returncode == 0
    built = plateau("build", tmp_path / "study", "--releases", tmp_path / "releases")
    assert built.returncode == 0, built.stderr
    asked = plateau(
        *("query", "--releases", tmp_path / "releases", "--format", "csv"),
        "select usubjid, paramcd, cast(adt as varchar) as adt, event_code "
        "from marts.time_to_event order by all",
    )
    assert asked.stdout.splitlines()[1:] == [
        "T1-01,DOR,2020-09-01,1",
        "T1-01,OS,2020-12-01,1",
        "T1-01,PFS,2020-09-01,1",
        "T1-02,OS,2021-05-04,0",
        "T1-02,PFS,2020-03-02,0",
        "T1-03,OS,2021-05-04,0",
        "T1-03,PFS,2020-03-02,1",
        "T1-04,OS,2021-05-04,0",
        "T1-04,PFS,2020-01-06,0",
    ]


def test_without_a_randomisation_survival_is_from_the_first_dose(tmp_path: Path) -> None:
    found, study = proposed(tmp_path, RS=RECIST)
    assert found.endpoints == ("OS", "PFS", "DOR")
    assert origins(study)["PFS"] == ("all", "first_dose")
    assert {"os", "pfs", "dor", "cox_os"} <= {item.analysis_id for item in study.analyses}
    assert study.analysis_set == "all"


def test_an_adjuvant_trial_follows_the_recurrence(tmp_path: Path) -> None:
    found, study = proposed(tmp_path, DS=DS, CE=CE)
    assert found.endpoints == ("OS", "DFS")
    assert origins(study)["DFS"] == ("itt", "randomisation")
    events = {rule.fact for rule in study.endpoint_rules if rule.paramcd == "DFS"}
    assert events == {"recurrence", "death", "last_documented_visit", "last_known_alive"}
    rows = (tmp_path / "study/fact_conditions.csv").read_text(encoding="utf-8")
    assert ",recurrence,1,variable,CEDECOD,in,DISTANT RECURRENCE | LOCAL RECURRENCE\n" in rows


def test_of_a_trial_without_either_survival_is_followed(tmp_path: Path) -> None:
    found, study = proposed(tmp_path, DS=DS)
    assert found.endpoints == ("OS",)
    assert {item.paramcd for item in study.endpoints} == {"OS"}


def test_a_randomised_trial_of_a_leukemia_keeps_the_remission(tmp_path: Path) -> None:
    responses = RECIST.replace("RECIST 1.1,PR", "AML,CR").replace("RECIST 1.1,PD", "AML,RELAPSE")
    found, study = proposed(tmp_path, DS=DS, RS=responses.replace("RECIST 1.1", "AML"))
    assert found.endpoints == ("OS", "RFS", "CIR")
    assert origins(study) == {
        "OS": ("all", "randomisation"),
        "RFS": ("responders", "first_remission"),
        "CIR": ("responders", "first_remission"),
    }
    assert conditions(study, "all") == [("fact", "randomisation")]
    assert study.analysis("os_by_arm").strata == "arm"
    assert [factor.factor for factor in study.factors][-1] == "hsct"


@pytest.mark.parametrize(
    ("wordings", "category", "vocabularies"),
    [
        (("CR", "PR", "PD"), "RECIST 1.1", ("RECIST 1.1",)),
        (("CR", "PR", "PD"), "LUGANO CLASSIFICATION", ("Lugano",)),
        (("sCR", "VGPR", "PD"), "", ("IMWG",)),
        (("iCPD", "iUPD", "iSD"), "iRECIST", ("iRECIST",)),
        (("PR", "iUPD", "PD"), "", ("RECIST 1.1", "iRECIST")),
        (("CMR", "PMR", "PD"), "", ("Lugano",)),
    ],
)
def test_the_criterion_is_the_one_that_has_the_wordings(
    tmp_path: Path, wordings: tuple[str, ...], category: str, vocabularies: tuple[str, ...]
) -> None:
    lines = [
        f"0{place},1,OVRLRESP,{category},{wording},INVESTIGATOR,2020-03-02"
        for place, wording in enumerate(wordings, start=1)
    ]
    responses = "\n".join([RECIST.splitlines()[0], *lines])
    found, study = proposed(tmp_path, DS=DS, RS=responses)
    assert found.course is not None
    assert found.course.vocabularies == vocabularies
    known = {term.wording for term in study.terms if term.category == "response"}
    assert {wording.upper() for wording in wordings} <= {str(word).upper() for word in known}


def test_a_relapse_of_a_myeloma_or_lymphoma_is_a_progression(tmp_path: Path) -> None:
    responses = RECIST.replace("RECIST 1.1,PR", "IMWG,VGPR").replace(
        "01,3,OVRLRESP,RECIST 1.1,PD", "01,3,OVRLRESP,IMWG,RELAPSED DISEASE"
    )
    found, study = proposed(tmp_path, DS=DS, RS=responses.replace("RECIST 1.1", "IMWG"))
    assert found.endpoints == ("OS", "PFS", "DOR")
    assert found.course is not None
    assert found.course.vocabularies == ("IMWG",)
    relapses = [term for term in study.terms if term.wording == "RELAPSED DISEASE"]
    assert [(term.category, term.value) for term in relapses] == [("response", "progression")]


def test_the_cut_off_is_the_latest_date_of_any_contact(tmp_path: Path) -> None:
    vital_signs = "VSSEQ,VSTESTCD,VSSTRESC,VSDTC\n02,1,WEIGHT,70,2021-08-01"
    _, study = proposed(tmp_path, DS=DS, RS=RECIST, VS=vital_signs)
    assert study.trials[0].cutoff.isoformat() == "2021-08-01"


def test_an_archive_is_read_for_its_contacts_too(tmp_path: Path) -> None:
    vital_signs = "VSSEQ,VSTESTCD,VSSTRESC,VSDTC\n02,1,WEIGHT,70,2021-08-01"
    files = package(tmp_path / "package", DS=DS, RS=RECIST, VS=vital_signs)
    archive = tmp_path / "delivery.zip"
    with zipfile.ZipFile(archive, "w") as content:
        for path in files.iterdir():
            content.write(path, path.name)
    propose_study(tmp_path / "study", [archive])
    assert load_study(tmp_path / "study").trials[0].cutoff.isoformat() == "2021-08-01"


def test_of_several_controls_the_one_without_an_addition_is_it(tmp_path: Path) -> None:
    people = DM.replace("New drug", "Standard chemotherapy + X")
    people = people.replace("Control", "Standard chemotherapy")
    _, study = proposed(tmp_path, DM=people, DS=DS, RS=RECIST)
    assert study.levels_of("arm") == ("standard_chemotherapy_x", "standard_chemotherapy")


def test_a_value_of_arm_of_those_not_randomised_is_no_arm(tmp_path: Path) -> None:
    """Whatever a sponsor calls it; labels are spelled as in the records."""
    people = DM.replace("Screen Failure", "Not randomized").replace("New drug", "Aza + Ven")
    _, study = proposed(tmp_path, DM=people, DS=DS, RS=RECIST)
    arms = [(row.level, row.label) for row in study.factor_levels if row.factor == "arm"]
    assert arms == [("aza_ven", "Aza + Ven"), ("control", "Control"), (None, "Not assigned")]


@pytest.mark.parametrize(
    ("category", "wordings"),
    [
        ("IWG AML (CHESON 2003)", ("MLFS", "CRi", "RELAPSE")),
        ("ELN 2017", ("CR", "CRi", "NR")),
        ("", ("CRi", "MLFS", "CR")),
    ],
)
def test_a_leukemia_follows_the_remission_with_the_terms_of_its_criterion(
    tmp_path: Path, category: str, wordings: tuple[str, ...]
) -> None:
    lines = [
        f"0{place},1,OVRLRESP,{category},{wording},INVESTIGATOR,2020-03-02"
        for place, wording in enumerate(wordings, start=1)
    ]
    responses = "\n".join([RECIST.splitlines()[0], *lines])
    found, study = proposed(tmp_path, DS=DS, RS=responses)
    assert found.endpoints == ("OS", "RFS", "CIR")
    assert found.course is not None
    assert found.course.vocabularies == ("AML ELN",)
    assert "CRi" in study.parameters.remission_terms


def test_a_recurrence_is_told_by_its_term_where_it_has_no_code(tmp_path: Path) -> None:
    """What is only suspected is none."""
    events = CE.replace("Local relapse,LOCAL RECURRENCE", "Local relapse,")
    events += "\n04,1,Suspected recurrence,SUSPECTED RECURRENCE,2020-09-01"
    proposed(tmp_path, DS=DS, CE=events)
    rows = (tmp_path / "study/fact_conditions.csv").read_text(encoding="utf-8")
    assert ",recurrence,1,variable,CETERM,in,BONE METASTASIS | LOCAL RELAPSE\n" in rows


def test_the_accepted_reading_counts_where_an_evaluator_has_several(tmp_path: Path) -> None:
    header, *readings = RECIST.splitlines()
    lines = [f"{line},{'Y' if 'PR' in line or 'PD' in line else ''}" for line in readings]
    lines.append("01,4,OVRLRESP,RECIST 1.1,SD,INVESTIGATOR,2020-03-02,")
    proposed(tmp_path, DS=DS, RS="\n".join([f"{header},RSACPTFL", *lines]))
    rows = (tmp_path / "study/fact_conditions.csv").read_text(encoding="utf-8")
    assert "T1,response,1,variable,RSEVAL,=,INVESTIGATOR\n" in rows
    assert "T1,response,2,variable,RSACPTFL,=,Y\n" in rows


def test_one_of_two_criteria_counts(tmp_path: Path) -> None:
    responses = RECIST + "\n01,4,OVRLRESP,iRECIST,iUPD,INVESTIGATOR,2020-09-01"
    proposed(tmp_path, DS=DS, RS=responses)
    rows = (tmp_path / "study/fact_conditions.csv").read_text(encoding="utf-8")
    assert "T1,response,1,variable,RSCAT,=,RECIST 1.1\n" in rows


def test_supportive_medication_is_no_new_therapy(tmp_path: Path) -> None:
    category = "POST-TREATMENT SUPPORTIVE MEDICATION"
    medication = CM.replace("SUBSEQUENT ANTI-CANCER THERAPY", category)
    found, _ = proposed(tmp_path, DS=DS, RS=RECIST, CM=medication)
    assert found.course is not None
    assert found.course.new_therapies == ()


@pytest.mark.parametrize(
    ("category", "subcategory", "rows"),
    [
        (
            "ANTI-CANCER THERAPY",
            "SUBSEQUENT",
            ["1,variable,CMCAT,=,ANTI-CANCER THERAPY", "2,variable,CMSCAT,=,SUBSEQUENT"],
        ),
        (
            "ANTI-CANCER THERAPY POST DISCONTINUATION",
            "",
            ["1,variable,CMCAT,=,ANTI-CANCER THERAPY POST DISCONTINUATION"],
        ),
        (
            "SUBSEQUENT ANTINEOPLASTIC MEDICATIONS",
            "",
            ["1,variable,CMCAT,=,SUBSEQUENT ANTINEOPLASTIC MEDICATIONS"],
        ),
    ],
)
def test_a_new_therapy_is_told_by_category_and_subcategory_in_any_order(
    category: str, subcategory: str, rows: list[str], tmp_path: Path
) -> None:
    medication = f"""CMSEQ,CMTRT,CMCAT,CMSCAT,CMSTDTC
02,1,Docetaxel,{category},{subcategory},2020-05-01
03,1,Cisplatin,ANTI-CANCER THERAPY,PRIOR,2018
04,1,Aspirin,GENERAL MEDICATIONS,,2020-05-01"""
    proposed(tmp_path, DS=DS, RS=RECIST, CM=medication)
    told = (tmp_path / "study/fact_conditions.csv").read_text(encoding="utf-8")
    of_therapies = [line for line in told.splitlines() if line.startswith(",new_therapy,")]
    last = f",new_therapy,{len(rows) + 1},fact,randomisation,on or after,"
    assert of_therapies == [*(f",new_therapy,{row}" for row in rows), last]


def test_new_procedures_end_observation_beside_new_medication(tmp_path: Path) -> None:
    procedures = """PRSEQ,PRTRT,PRCAT,PRSTDTC
01,1,Radiotherapy,SUBSEQUENT ANTICANCER RADIOTHERAPY,2020-10-01
03,1,Biopsy,DIAGNOSTIC PROCEDURE,2020-01-01"""
    found, study = proposed(tmp_path, DS=DS, RS=RECIST, CM=CM, PR=procedures)
    ends = [rule.fact for rule in study.endpoint_rules if rule.role == "end"]
    assert ends == ["new_therapy", "new_procedure"] * 2
    assert found.course is not None
    assert found.course.other_therapies == ()


def test_it_says_that_it_recognised_no_new_therapy(tmp_path: Path, plateau: Plateau) -> None:
    medication = CM.replace("SUBSEQUENT ANTI-CANCER THERAPY", "CHEMOTHERAPY")
    trial = package(tmp_path / "package", DS=DS, RS=RECIST, CM=medication)
    result = plateau("init", tmp_path / "study", "--from", trial)
    assert (
        "facts.csv: no new anti-cancer therapy was recognised in CM or PR; CHEMOTHERAPY may hold "
        "some. Without the fact new_therapy nothing is censored at one."
    ) in result.stderr


def test_criteria_of_different_subjects_all_count(tmp_path: Path, plateau: Plateau) -> None:
    """A trial of several tumours judges each subject by the criterion of its own."""
    responses = RECIST + "\n04,1,OVRLRESP,LUGANO 2014,PR,INVESTIGATOR,2020-03-02"
    trial = package(tmp_path / "package", DS=DS, RS=responses)
    result = plateau("init", tmp_path / "study", "--from", trial)
    rows = (tmp_path / "study/fact_conditions.csv").read_text(encoding="utf-8")
    assert "RSCAT" not in rows
    assert (
        "no subject has responses by two of LUGANO 2014 or RECIST 1.1, so each is judged by its "
        "own criterion."
    ) in result.stderr


def test_a_chronic_lymphocytic_leukemia_follows_the_progression(tmp_path: Path) -> None:
    responses = RECIST.replace("RECIST 1.1", "IWCLL 2018").replace("PR", "CRi")
    found, _ = proposed(tmp_path, DS=DS, RS=responses)
    assert found.endpoints == ("OS", "PFS", "DOR")


def test_the_latest_of_several_cut_offs_counts(tmp_path: Path) -> None:
    summary = TS + "\n,3,DCUTDTC,2021-06-30"
    found, _ = proposed(tmp_path, DS=DS, RS=RECIST, TS=summary)
    assert found.trials[0].cutoff == date(2021, 12, 31)
