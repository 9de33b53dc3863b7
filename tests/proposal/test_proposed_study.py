"""`plateau init --from` proposes a study that loads at once, and means what the standard means."""

import re
import tomllib
import zipfile
from datetime import date
from pathlib import Path

import pytest
from project import MYELOID, STUDY, Plateau
from typer.testing import CliRunner

from analytics.cli import app
from analytics.errors import PlateauError
from analytics.ingest import load_raw
from analytics.proposal import propose_study
from analytics.proposal.factors import proposed_factors
from analytics.proposal.terms import RESPONSES, proposed_terms, standard_terms
from analytics.proposal.trials import trial_places
from analytics.study import load_study
from analytics.study.domains import DOMAIN_VARIABLES
from analytics.study.specification import StudySpecification, Term
from analytics.study.terms import CATEGORY_VALUES, normal
from analytics.warehouse import connect

# one table of each domain: its header after the keys, then a record per line
RECORDS = {
    "dm": """SUBJID,AGE,SEX,RACE,ARM,ARMCD,COUNTRY
DM,P1,01,61,F,WHITE,Drug B,B,DEU
DM,P2,02,44,M,UNKNOWN,Drug A,A,FRA""",
    "ex": """EXSEQ,EXTRT,EXDOSE,VISIT,EXSTDTC
EX,P1,1,B,10,CYCLE 1 DAY 1,2021-01-04
EX,P2,1,A,10,Cycle 2  Day 1,2021-02-04""",
    "rs": """RSSEQ,RSTESTCD,RSORRES,RSSTRESC,RSDTC
RS,P1,1,OVRLRESP,complete response,CR,2021-02-10
RS,P1,2,OVRLRESP,Very good,,2021-03-10
RS,P1,3,TRGRESP,CR,CR,2021-02-10
RS,P2,1,ECOG101,1,1,2021-02-10
RS,P2,2,OVRLRESP,,DISEASE RELAPSE,2021-09-10""",
    "lb": """LBSEQ,LBTESTCD,LBORRES,LBSTRESC,LBSTRESN,LBDTC
LB,P1,1,MRD,0.001,0.001,0.001,2021-02-10
LB,P1,2,MRD,Negative,NEGATIVE,,2021-03-10
LB,P1,3,HGB,12,12,12,2021-02-10""",
    "pr": """PRSEQ,PRTRT,PRSTDTC
PR,P1,1,Allogeneic HSCT,2021-05-04
PR,P1,2,BONE MARROW TRANSPLANT,2019
PR,P1,3,BIOPSY,2021-05-04""",
    "ss": """SSSEQ,SSTESTCD,SSSTRESC,SSDTC
SS,P1,1,SURVSTAT,ALIVE,2022-05-04
SS,P2,1,SURVSTAT,Gone,2022-05-04""",
    "ds": """DSSEQ,DSDECOD,DSSTDTC
DS,P2,1,DEATH,2022-06-01
DS,P2,2,STUDY CLOSED,2022-06-01""",
    "dd": """DDSEQ,DDTESTCD,DDSTRESC,DDDTC
DD,P2,1,PRCDTH,SEPSIS,2022-06-01""",
    "sv": """SVSEQ,SVCNTMOD,SVSTDTC
SV,P1,1,TELEPHONE CALL,2022-05-04
SV,P2,1,DRONE,2022-05-04""",
    "ts": """TSSEQ,TSPARMCD,TSVAL
TS,,1,TITLE,"A trial, small"
TS,,2,DCUTDTC,2022-12-31""",
}
TERMS = """\
T-1/x,RS,OVRLRESP,CR,response,CR,records: 1
T-1/x,RS,OVRLRESP,DISEASE RELAPSE,relapse,unspecified,records: 1
#T-1/x,RS,OVRLRESP,VERY GOOD,response,,records: 1
#T-1/x,RS,TRGRESP,CR,response,CR,records: 1
T-1/x,LB,MRD,,mrd,quantified,a numeric result
T-1/x,LB,MRD,NEGATIVE,mrd,undetected,below the threshold only if the limit of the assay reaches it
T-1/x,PR,,ALLOGENEIC HSCT,transplant,allogeneic,records: 1
#T-1/x,PR,,BONE MARROW TRANSPLANT,transplant,,records: 1
T-1/x,SS,SURVSTAT,ALIVE,status,alive,records: 1
#T-1/x,SS,SURVSTAT,GONE,status,,records: 1
T-1/x,DS,,DEATH,disposition,death,records: 1
#T-1/x,DS,,STUDY CLOSED,disposition,study_closed,records: 1
T-1/x,DD,PRCDTH,,status,dead,any recorded cause of death
#T-1/x,SV,,DRONE,contact_mode,,records: 1
T-1/x,SV,,TELEPHONE CALL,contact_mode,phone,records: 1
T-1/x,EX,,CYCLE 1 DAY 1,cycle,1,records: 1
T-1/x,EX,,CYCLE 2 DAY 1,cycle,2,records: 1
"""
LEVELS = """\
sex,male,Male,1,M,,,,
sex,female,Female,2,F,,,,
sex,,Unknown,3,U,,,,
race,white,White,1,WHITE,,,,
race,,Unknown,2,UNKNOWN,,,,
arm,drug_a,Drug A,1,DRUG A,,,,
arm,drug_b,Drug B,2,DRUG B,,,,
country,deu,DEU,1,DEU,,,,
country,fra,FRA,2,FRA,,,,
hsct,yes,Yes,1,,,,,
hsct,no,No,2,,,,,
"""


def package(folder: Path, *left_out: str, studyid: str = "T-1/x") -> Path:
    """The records as files of one trial, below folders as they are submitted."""
    place = folder / "m5/datasets/t1/tabulations/sdtm"
    place.mkdir(parents=True)
    for name, text in RECORDS.items():
        if name in left_out:
            continue
        header, *records = text.splitlines()
        lines = [f"STUDYID,DOMAIN,USUBJID,{header}", *(f"{studyid},{line}" for line in records)]
        (place / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (place / "ae.csv").write_text("never read", encoding="utf-8")
    return folder


def rows_of(study: Path, name: str) -> str:
    """The rows of a file of the study below its header, with those behind a #."""
    lines = (study / name).read_text(encoding="utf-8").splitlines(keepends=True)
    header = next(number for number, line in enumerate(lines) if not line.startswith("#"))
    return "".join(lines[header + 1 :])


def loads(study: Path) -> StudySpecification:
    specification = load_study(study)
    load_raw(specification, connect(":memory:"))
    return specification


def test_a_small_package_becomes_a_study(tmp_path: Path) -> None:
    study = tmp_path / "new"
    proposed = propose_study(study, [package(tmp_path / "package")])
    assert rows_of(study, "terms.csv") == TERMS
    assert rows_of(study, "factor_levels.csv") == LEVELS
    assert proposed.factors == ("age", "sex", "race", "arm", "country", "hsct")
    (trial,) = loads(study).trials
    assert (trial.trial_id, trial.path, trial.cutoff) == (
        "T-1/x",
        "sdtm/T-1-x",
        date(2022, 12, 31),
    )
    assert "cutoff = 2022-12-31  # proposed: DCUTDTC of TS\n" in (study / "study.toml").read_text()
    assert [file.shown for file in proposed.unused] == ["ae"]


def test_without_a_stated_cutoff_the_latest_date_is_proposed(tmp_path: Path) -> None:
    study = tmp_path / "new"
    propose_study(study, [package(tmp_path / "package", "ts")])
    assert "cutoff = 2022-06-01  # proposed: the latest date in the files, DD.DDDTC\n" in (
        study / "study.toml"
    ).read_text(encoding="utf-8")


def test_responses_of_solid_tumours_have_their_own_values_and_places(tmp_path: Path) -> None:
    """Stable disease is better than progression and no failure to respond."""
    source = package(tmp_path / "package")
    responses = next(source.rglob("rs.csv"))
    more = "".join(
        f"T-1/x,RS,P2,{place},OVRLRESP,,{wording},2021-10-0{place}\n"
        for place, wording in enumerate(("Stable disease", "NON-CR/NON-PD", "PR", "PD", "NE"), 3)
    )
    responses.write_text(responses.read_text() + more)
    propose_study(tmp_path / "new", [source])
    study = loads(tmp_path / "new")
    meanings = {term.wording: term.value for term in study.terms if term.category == "response"}
    assert (meanings["STABLE DISEASE"], meanings["NON-CR/NON-PD"]) == ("SD", "non-CR/non-PD")
    ranks = study.parameters.response_order.index
    order = [meanings[name] for name in ("CR", "PR", "STABLE DISEASE", "NON-CR/NON-PD", "PD", "NE")]
    assert order == sorted(order, key=ranks)


def test_a_study_without_them_keeps_the_order_of_the_default(tmp_path: Path) -> None:
    propose_study(tmp_path / "new", [package(tmp_path / "package")])
    assert "\n#response_order = " in (tmp_path / "new/study.toml").read_text()


def test_values_that_differ_in_their_signs_alone_are_two_levels(tmp_path: Path) -> None:
    """Nor is a level called as the whole population is in the results, or longer than a code."""
    source = package(tmp_path / "package")
    people = next(source.rglob("dm.csv"))
    arms = ("<65 years", ">65 years", "All", f"Drug {'A' * 130}")
    more = "".join(
        f"T-1/x,DM,P{place},0{place},50,F,WHITE,{arm},,FRA\n" for place, arm in enumerate(arms, 3)
    )
    people.write_text(people.read_text() + more)
    propose_study(tmp_path / "new", [source])
    study = loads(tmp_path / "new")
    arm = [level.level for level in study.factor_levels if level.factor == "arm"]
    assert arm == ["65_years", "65_years_2", "arm_all", "drug_a", "level_5", "drug_b"]


def test_cycles_are_in_force_only_where_every_dose_has_one(tmp_path: Path) -> None:
    source = package(tmp_path / "package")
    doses = next(source.rglob("ex.csv"))
    doses.write_text(doses.read_text() + "T-1/x,EX,P2,2,A,10,UNSCHEDULED,2021-03-04\n")
    study = tmp_path / "new"
    propose_study(study, [source])
    assert re.findall(r"^.*,EX,.*$", rows_of(study, "terms.csv"), re.MULTILINE) == [
        "#T-1/x,EX,,CYCLE 1 DAY 1,cycle,1,records: 1",
        "#T-1/x,EX,,CYCLE 2 DAY 1,cycle,2,records: 1",
        "#T-1/x,EX,,UNSCHEDULED,cycle,,records: 1",
    ]
    loads(study)


def test_the_explanations_of_the_skeleton_stay(tmp_path: Path) -> None:
    plain, study = tmp_path / "plain", tmp_path / "new"
    assert CliRunner().invoke(app, ["init", str(plain)]).exit_code == 0
    propose_study(study, [package(tmp_path / "package")])
    for path in plain.glob("*.*"):
        said = [line for line in path.read_text().splitlines() if line.startswith("# ")]
        assert set(said) <= set((study / path.name).read_text().splitlines()), path.name


def test_several_packages_are_a_pool(tmp_path: Path) -> None:
    one, other = package(tmp_path / "one"), package(tmp_path / "other", "ts", studyid="T2")
    proposed = propose_study(tmp_path / "new", [one, other])
    assert [trial.trial_id for trial in proposed.trials] == ["T-1/x", "T2"]
    assert proposed.factors[1] == "trial"
    study = loads(tmp_path / "new")
    assert {term.trial_id for term in study.terms} == {"T-1/x", "T2"}


def test_declared_encoding_is_written_down(tmp_path: Path) -> None:
    source = package(tmp_path / "package")
    people = next(source.rglob("dm.csv"))
    people.write_bytes(people.read_bytes().replace(b"Drug B", "Stärke B".encode("latin-1")))
    with pytest.raises(PlateauError, match="is not UTF-8 text"):
        propose_study(tmp_path / "new", [source])
    assert not (tmp_path / "new").exists()
    propose_study(tmp_path / "new", [source], "latin-1")
    loads(tmp_path / "new")
    entry = tomllib.loads((tmp_path / "new/study.toml").read_text())["trials"][0]
    assert entry["encoding"] == "latin-1"


def zipped(folder: Path, trial: Path) -> Path:
    archive = folder / "delivery.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as content:
        for path in trial.glob("*.csv"):
            content.write(path, f"m5/tabulations/sdtm/{path.name}")
        content.writestr("m5/tabulations/define.xml", "<ODM/>")
    return archive


def keys_of(term: Term, trials: list[str]) -> list[tuple[str, ...]]:
    """What a term is about, once for each trial that it holds for."""
    about = (term.domain, term.testcd or "", normal(term.wording or ""), term.category)
    return [(*about, trial) for trial in ([term.trial_id] if term.trial_id else trials)]


@pytest.mark.parametrize(
    "study", [STUDY, MYELOID], ids=lambda path: path.name if isinstance(path, Path) else path
)
def test_a_real_study_is_proposed_as_its_people_wrote_it(study: Path, tmp_path: Path) -> None:
    """Of every wording that both know, the proposal means what the study means."""
    propose_study(tmp_path / "new", [study / "sdtm"])
    own, found = load_study(study), loads(tmp_path / "new")
    assert [trial.trial_id for trial in found.trials] == [trial.trial_id for trial in own.trials]
    trials = [trial.trial_id for trial in own.trials]
    meanings = {key: term.value for term in own.terms for key in keys_of(term, trials)}
    both = {
        key: (meanings[key], term.value)
        for term in found.terms
        for key in keys_of(term, trials)
        if key in meanings
    }
    assert len(both) >= min(len(meanings) - 1, 60)
    assert {key: pair for key, pair in both.items() if pair[0] != pair[1]} == {}


def test_an_archive_is_copied_as_it_is_and_can_be_checked(plateau: Plateau, tmp_path: Path) -> None:
    archive = zipped(tmp_path, STUDY / "sdtm/MT103-206")
    study = tmp_path / "new"
    said = plateau("init", study, "--from", archive)
    assert said.returncode == 0, said.stderr
    assert f"Trial MT103-206 was copied to {study}/sdtm/MT103-206.zip." in said.stderr
    assert (study / "sdtm/MT103-206.zip").read_bytes() == archive.read_bytes()
    checked = plateau("check", study)
    assert checked.returncode == 0, checked.stdout
    assert "Files of MT103-206 that are not used: define.xml (no data)." in checked.stdout
    assert "sdtm/MT103-206.zip/m5/tabulations/sdtm/dm.csv" in checked.stdout


def test_a_folder_of_trials_holds_one_for_each_dm_or_archive(tmp_path: Path) -> None:
    for name in ("a/sdtm", "b/m5/sdtm"):
        (tmp_path / "pool" / name).mkdir(parents=True)
        (tmp_path / "pool" / name / "DM.xpt").touch()
    (tmp_path / "pool/c.zip").touch()
    pool = tmp_path / "pool"
    assert trial_places(pool) == [pool / "a", pool / "b", pool / "c.zip"]
    assert trial_places(pool / "b") == [pool / "b"]


def test_what_cannot_be_read_is_told_at_once_and_nothing_is_written(tmp_path: Path) -> None:
    source = package(tmp_path / "package")
    next(source.rglob("dm.csv")).rename(source / "demography.csv")
    result = CliRunner().invoke(app, ["init", str(tmp_path / "new"), "--from", str(source)])
    assert result.exit_code == 1
    assert "demography.csv contains it, name that dm" in "".join(result.stderr.splitlines())
    assert not (tmp_path / "new").exists()


def test_two_places_of_one_trial_are_refused(tmp_path: Path) -> None:
    one, other = package(tmp_path / "one"), package(tmp_path / "other")
    with pytest.raises(PlateauError) as caught:
        propose_study(tmp_path / "new", [one, other])
    assert str(caught.value) == (
        f"{one} and {other} both contain the trial T-1/x; name only one of them."
    )


def test_a_study_inside_its_package_is_refused(tmp_path: Path) -> None:
    source = package(tmp_path / "package")
    with pytest.raises(PlateauError, match="is inside the package"):
        propose_study(source / "new", [source])


def test_a_package_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlateauError) as caught:
        propose_study(tmp_path / "new", [tmp_path / "gone"])
    assert str(caught.value) == (
        f"There is no folder or .zip {tmp_path / 'gone'}; name a package of SDTM files."
    )


def test_every_standard_term_could_stand_in_terms_csv() -> None:
    for term in standard_terms():
        allowed = CATEGORY_VALUES[term.category]
        assert term.domain in DOMAIN_VARIABLES
        assert allowed is None or term.value in allowed, term
        assert term.category != "response" or term.value in RESPONSES, term
        assert term.wording == normal(term.wording), term


def test_empty_tables_give_no_terms_and_the_factors_of_the_skeleton(tmp_path: Path) -> None:
    source = package(tmp_path / "package", *(set(RECORDS) - {"dm", "ex"}))
    for name in ("dm", "ex"):
        path = next(source.rglob(f"{name}.csv"))
        path.write_text("".join(path.read_text().splitlines(keepends=True)[:1]))
    with pytest.raises(PlateauError, match="no record of DM has a STUDYID"):
        propose_study(tmp_path / "new", [source])
    connection = connect(":memory:")
    load_raw(load_study(STUDY), connection)
    for domain in DOMAIN_VARIABLES:
        connection.execute(f"delete from raw.sdtm_{domain.lower()}")
    assert proposed_terms(connection) == []
    factors, levels = proposed_factors(connection, {})
    assert [row[0] for row in factors] == ["age", "sex", "hsct"]
    assert {row[0] for row in levels} == {"sex", "hsct"}
