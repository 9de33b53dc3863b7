"""The files of the synthetic randomised trial are what a sponsor delivers, and hold what they say.

They are read as they stand and judged by rules written anew; the expected endpoints alone come from
the generator.
"""

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pyreadstat
import pytest
from nsclc_files import LIMIT, NSCLC, PACKAGE, WINDOW, Files, Subject, all_dates, day
from project import PROJECT

from synthesis.nsclc import expected
from synthesis.nsclc.accidents import COUNTS, Accident
from synthesis.nsclc.catalogue import CODE_LISTS, COLUMNS, DATASETS
from synthesis.nsclc.events import Course
from synthesis.nsclc.expected import Outcome
from synthesis.nsclc.generate import generate
from synthesis.nsclc.lesions import progression_from
from synthesis.nsclc.trial import N_RANDOMISED, N_SCREEN_FAILURES, SEED
from synthesis.nsclc.xport import write_xport

LOCK = date(2024, 3, 15)
EARLIEST_CONSENT = date(2021, 1, 25)
FIRST_RANDOMISATION, LAST_RANDOMISATION = date(2021, 3, 1), date(2022, 8, 31)
MOST_BYTES = 6_000_000
DEFINE = {
    "odm": "http://www.cdisc.org/ns/odm/v1.3",
    "def": "http://www.cdisc.org/ns/def/v2.1",
}
FINDINGS = ("LB", "VS", "MI", "RS", "TU", "TR")


@pytest.fixture(scope="module")
def files() -> Files:
    return Files(NSCLC)


@pytest.fixture(scope="module")
def courses() -> dict[str, Course]:
    cohort = generate(SEED, N_RANDOMISED, N_SCREEN_FAILURES)
    return {course.subject.person.usubjid: course for course in cohort.courses}


def written(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_one_command_writes_the_files_again_byte_for_byte(tmp_path: Path, hash_seed: str) -> None:
    command = [sys.executable, "-m", "synthesis.nsclc", "--out", str(tmp_path)]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    subprocess.run(command, cwd=PROJECT, env=environment, check=True, capture_output=True)
    made = written(tmp_path)
    assert made == {name: content for name, content in written(NSCLC).items() if name in made}
    package = NSCLC / PACKAGE
    beside = {
        "README.md",
        "external.toml",
        "placebo_elsewhere.csv",
        "placebo_elsewhere_at_risk.csv",
    }
    assert {path.name for path in package.iterdir()} == {Path(name).name for name in made} - beside


def test_another_seed_is_another_cohort(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "synthesis.nsclc", "--out", str(tmp_path), "--seed", "302"]
    subprocess.run(command, cwd=PROJECT, check=True, capture_output=True)
    assert (tmp_path / PACKAGE / "dm.xpt").read_bytes() != (NSCLC / PACKAGE / "dm.xpt").read_bytes()


def test_the_files_are_small() -> None:
    assert sum(path.stat().st_size for path in (NSCLC / PACKAGE).iterdir()) < MOST_BYTES


# -- the form of the files -----------------------------------------------------------------------


@pytest.mark.parametrize("name", COLUMNS)
def test_a_transport_file_has_the_columns_of_the_catalogue(name: str) -> None:
    _, about = pyreadstat.read_xport(
        str(NSCLC / PACKAGE / f"{name.lower()}.xpt"), metadataonly=True
    )
    assert about.table_name == name
    assert about.file_label == DATASETS[name].label
    assert about.column_names == [column.name for column in COLUMNS[name]]
    assert about.column_labels == [column.label for column in COLUMNS[name]]
    kinds = [about.readstat_variable_types[column] == "string" for column in about.column_names]
    assert kinds == [not column.is_number for column in COLUMNS[name]]
    assert all(len(column) <= 8 for column in about.column_names)
    assert all(0 < len(label) <= 40 for label in about.column_labels)
    assert max(about.variable_storage_width.values()) <= 200


def test_a_text_that_a_transport_file_cannot_hold_is_refused(tmp_path: Path) -> None:
    column = next(one for one in COLUMNS["TS"] if one.name == "TSVAL")
    with pytest.raises(ValueError) as error:
        write_xport(DATASETS["TS"], [column], [{"TSVAL": "x" * 201}], tmp_path / "ts.xpt")
    assert str(error.value) == (
        "TS.TSVAL has a text of 201 bytes, but a transport file allows 200; shorten it."
    )
    assert not list(tmp_path.iterdir())


def test_every_value_is_ascii_text_without_outer_blanks(files: Files) -> None:
    for records in files.tables.values():
        for record in records:
            texts = [value for value in record.values() if isinstance(value, str)]
            assert all(text.isascii() and text == text.strip() for text in texts)


@pytest.mark.parametrize("name", COLUMNS)
def test_required_variables_have_values_and_keys_name_one_record(name: str, files: Files) -> None:
    records = files.tables[name]
    required = [column.name for column in COLUMNS[name] if column.is_required]
    # what a relationship between whole datasets, or a whole subject, leaves empty
    required = [variable for variable in required if variable not in ("IDVARVAL", "RELTYPE")]
    assert all(record[variable] is not None for record in records for variable in required)
    keys = Counter(tuple(record[key] for key in DATASETS[name].keys) for record in records)
    assert keys.most_common(1)[0][1] == 1
    if f"{name}SEQ" in records[0] and name != "TS":
        numbers = Counter((record["USUBJID"], record[f"{name}SEQ"]) for record in records)
        assert numbers.most_common(1)[0][1] == 1


def test_coded_values_are_in_their_code_lists(files: Files) -> None:
    used: dict[str, set[object]] = {}
    for name, columns in COLUMNS.items():
        for column in columns:
            if column.code_list is not None:
                values = {record[column.name] for record in files.tables[name]} - {None}
                used.setdefault(column.code_list, set()).update(values)
    for name, values in used.items():
        assert values <= {term.value for term in CODE_LISTS[name].terms}, name


def test_define_says_what_the_files_hold() -> None:
    root = ET.parse(NSCLC / PACKAGE / "define.xml").getroot()
    items = {item.get("OID"): item for item in root.iterfind(".//odm:ItemDef", DEFINE)}
    groups = {g.get("Name"): g for g in root.iterfind(".//odm:ItemGroupDef", DEFINE)}
    lists = {one.get("OID") for one in root.iterfind(".//odm:CodeList", DEFINE)}
    used = {ref.get("CodeListOID") for ref in root.iterfind(".//odm:CodeListRef", DEFINE)}
    assert used == lists
    assert set(groups) == {path.stem.upper() for path in (NSCLC / PACKAGE).glob("*.xpt")}
    for name, group in groups.items():
        path = NSCLC / PACKAGE / f"{str(name).lower()}.xpt"
        _, about = pyreadstat.read_xport(str(path), metadataonly=True)
        said = [items[ref.get("ItemOID")] for ref in group.iterfind("odm:ItemRef", DEFINE)]
        assert [item.get("Name") for item in said] == about.column_names
        labels = [item.find("odm:Description/odm:TranslatedText", DEFINE) for item in said]
        assert [one.text for one in labels if one is not None] == about.column_labels
        for item in said:
            if item.get("DataType") == "text":
                width = about.variable_storage_width[str(item.get("Name"))]
                assert item.get("Length") == str(width)


# -- the records belong together -----------------------------------------------------------------


def test_every_record_is_of_a_subject_of_dm(files: Files) -> None:
    subjects = {record["USUBJID"] for record in files.tables["DM"]}
    assert len(files.tables["DM"]) == len(subjects) == N_RANDOMISED + N_SCREEN_FAILURES
    for name, records in files.tables.items():
        if "USUBJID" in records[0]:
            named = {record["USUBJID"] for record in records} - {None}
            assert named <= subjects, name


def test_qualifiers_are_of_the_subject_and_related_records_exist(files: Files) -> None:
    assert all(
        (record["RDOMAIN"], record["IDVAR"], record["IDVARVAL"]) == ("DM", None, None)
        for record in files.tables["SUPPDM"]
    )
    related = [record for record in files.tables["RELREC"] if record["USUBJID"] is not None]
    assert related
    for record in related:
        name, variable = str(record["RDOMAIN"]), str(record["IDVAR"])
        subject = files.by_subject[name][record["USUBJID"]]
        assert float(str(record["IDVARVAL"])) in [one[variable] for one in subject]


def test_sizes_are_of_identified_lesions_and_responses_of_their_sizes(files: Files) -> None:
    def links(name: str, variable: str) -> set[object]:
        records = files.tables[name]
        return {(r["USUBJID"], r[variable]) for r in records if r[variable] is not None}

    assert links("TR", "TRLNKID") == links("TU", "TULNKID")
    baseline = {link for link in links("TR", "TRLNKGRP") if str(link[1]).endswith("A00")}
    assert links("TR", "TRLNKGRP") - baseline == links("RS", "RSLNKGRP")


def test_dates_lie_within_the_trial_and_agree_with_their_study_days(files: Files) -> None:
    starts = {record["USUBJID"]: record["RFSTDTC"] for record in files.tables["DM"]}
    for name, records in files.tables.items():
        for record in records:
            for variable, text in all_dates(record):
                assert re.fullmatch(r"\d{4}-\d\d(-\d\d)?", text)
                if variable not in ("MHSTDTC", "CMSTDTC", "CMENDTC"):
                    assert day(text) >= EARLIEST_CONSENT
                assert day(text) <= LOCK
                study_day = variable.removesuffix("DTC") + "DY"
                start = starts.get(record.get("USUBJID"))
                if study_day in record and name != "TV":
                    assert record[study_day] == expected_study_day(text, start), (name, variable)


def expected_study_day(text: str, start: object) -> int | None:
    if start is None or len(text) < 10:
        return None
    days = (day(text) - day(start)).days
    return days + 1 if days >= 0 else days


def test_an_epoch_is_that_of_the_element_of_the_day(files: Files) -> None:
    dates = {
        "EX": "EXSTDTC", "AE": "AESTDTC", "LB": "LBDTC", "VS": "VSDTC", "MI": "MIDTC",
        "RS": "RSDTC", "TU": "TUDTC", "TR": "TRDTC", "SS": "SSDTC", "CM": "CMSTDTC",
    }  # fmt: skip
    for name, variable in dates.items():
        for record in files.tables[name]:
            text = record[variable]
            if record["EPOCH"] is None or len(str(text)) < 10:
                continue
            elements = files.by_subject["SE"][record["USUBJID"]]
            begun = [one for one in elements if str(one["SESTDTC"]) <= str(text)]
            assert record["EPOCH"] == begun[-1]["EPOCH"], (name, record)


def test_elements_follow_each_other_as_planned(files: Files) -> None:
    planned = {(r["ARMCD"], r["TAETORD"]): r["ETCD"] for r in files.tables["TA"]}
    for dm in files.tables["DM"]:
        elements = files.by_subject["SE"][dm["USUBJID"]]
        for one, following in pairwise(elements):
            assert one["SEENDTC"] == following["SESTDTC"]
            assert one["TAETORD"] < following["TAETORD"]
        arm = dm["ACTARMCD"] or dm["ARMCD"]
        if arm is not None:
            assert all(planned[arm, one["TAETORD"]] == one["ETCD"] for one in elements)


def test_visits_are_planned_and_findings_are_of_a_visit_on_the_same_day(files: Files) -> None:
    planned = {record["VISITNUM"]: record["VISIT"] for record in files.tables["TV"]}
    made = {}
    for record in files.tables["SV"]:
        assert planned[record["VISITNUM"]] == record["VISIT"]
        assert (record["SVOCCUR"] == "N") == (record["SVSTDTC"] is None)
        assert (record["SVOCCUR"] == "N") == (record["SVREASOC"] is not None)
        made[record["USUBJID"], record["VISITNUM"]] = record["SVSTDTC"]
    assert any(record["SVOCCUR"] == "N" for record in files.tables["SV"])
    for name in FINDINGS:
        for record in files.tables[name]:
            assert made[record["USUBJID"], record["VISITNUM"]] == record[f"{name}DTC"]


def test_nothing_shows_life_after_the_last_contact(files: Files) -> None:
    """The last visit or contact is the last sign of life, so every rule finds the same day."""
    signs = {
        "EX": ("EXSTDTC", "EXENDTC"), "LB": ("LBDTC",), "VS": ("VSDTC",), "RS": ("RSDTC",),
        "TR": ("TRDTC",), "CM": ("CMSTDTC", "CMENDTC"), "AE": ("AESTDTC", "AEENDTC"),
    }  # fmt: skip
    for subject in files.randomised.values():
        if subject.death is None:
            for name, variables in signs.items():
                days = [one for variable in variables for one in subject.days(name, variable)]
                assert max(days, default=0) <= subject.last_alive, (subject.usubjid, name)
        else:
            alive = subject.days("SV", "SVSTDTC") + subject.days("EX", "EXENDTC")
            assert max(alive) < subject.death


def test_records_do_not_follow_the_cutoff_except_deaths(files: Files) -> None:
    for name in ("SV", "EX", "RS", "TR", "LB", "AE", "CM"):
        for record in files.tables[name]:
            for variable, text in all_dates(record):
                assert day(text) <= date(2024, 1, 31), (name, variable)


def test_planned_and_actual_arms_follow_sdtmig(files: Files) -> None:
    arms = {(record["ARMCD"], record["ARM"]) for record in files.tables["TA"]}
    for dm in files.tables["DM"]:
        planned, actual = (dm["ARMCD"], dm["ARM"]), (dm["ACTARMCD"], dm["ACTARM"])
        assert (planned in arms) or (planned == (None, None) and dm["ARMNRS"] == "SCREEN FAILURE")
        if actual == (None, None):
            assert dm["ARMNRS"] in ("SCREEN FAILURE", "ASSIGNED, NOT TREATED")
        else:
            assert actual in arms
            assert dm["ARMNRS"] is None
        assert (dm["DTHFL"] == "Y") == (dm["DTHDTC"] is not None)
        assert (dm["RFXSTDTC"] is None) == (actual == (None, None))


def test_randomisation_is_one_to_one_in_blocks_within_strata(files: Files) -> None:
    strata: dict[tuple[object, ...], Counter[object]] = {}
    for subject in files.randomised.values():
        assert FIRST_RANDOMISATION <= subject.start <= LAST_RANDOMISATION
        names = ("STRPDL1", "STRHIST", "STRECOG")
        stratum = tuple(subject.records("SUPPDM", QNAM=name)[0]["QVAL"] for name in names)
        strata.setdefault(stratum, Counter())[subject.dm["ARMCD"]] += 1
    assert len(strata) == 12
    assert all(abs(arms["SYN1042"] - arms["PBO"]) <= 2 for arms in strata.values())


def test_a_placebo_is_a_dose_of_nothing_and_treatment_is_that_of_the_actual_arm(
    files: Files,
) -> None:
    for subject in files.randomised.values():
        treatment = {"SYN1042": "SYN1042", "PBO": "PLACEBO"}.get(str(subject.dm["ACTARMCD"]))
        for dose in subject.records("EX", EPOCH="TREATMENT"):
            assert dose["EXTRT"] == treatment
        for dose in subject.records("EX"):
            assert (dose["EXDOSE"] == 0) == (dose["EXTRT"] == "PLACEBO")
            assert dose["EXENDTC"] is None or str(dose["EXSTDTC"]) <= str(dose["EXENDTC"])


def test_population_flags_say_who_was_randomised_and_who_was_treated(files: Files) -> None:
    for dm in files.tables["DM"]:
        flags = {r["QNAM"]: r["QVAL"] for r in files.by_subject["SUPPDM"][dm["USUBJID"]]}
        assert flags["ITT"] == ("Y" if dm["USUBJID"] in files.randomised else "N")
        assert flags["SAFETY"] == ("Y" if files.by_subject["EX"].get(dm["USUBJID"]) else "N")


# -- sizes and responses agree by RECIST ---------------------------------------------------------


def test_the_sums_of_diameters_give_the_responses_of_the_target_lesions(files: Files) -> None:
    n_checked: Counter[object] = Counter()
    for subject in files.randomised.values():
        for reader in (None, "RADIOLOGIST 1", "RADIOLOGIST 2"):
            sums = subject.records("TR", TRTESTCD="SUMDIAM", TREVALID=reader)
            responses = {
                record["RSDTC"]: record["RSSTRESC"]
                for record in subject.records("RS", RSTESTCD="TRGRESP", RSEVALID=reader)
            }
            if not sums:
                assert set(responses.values()) <= {"NE"}
                continue
            totals = [int(float(str(record["TRSTRESN"]))) for record in sums]
            for place, record in enumerate(sums[1:], start=1):
                found = target_response(totals[0], min(totals[:place]), totals[place])
                assert responses[record["TRDTC"]] == found, (subject.usubjid, reader)
                n_checked[found] += 1
    assert set(n_checked) == {"CR", "PR", "SD", "PD"}


def target_response(first: int, smallest: int, total: int) -> str:
    """RECIST 1.1: 30% below the first sum, or 20% and 5 mm above the smallest so far."""
    if total == 0:
        return "CR"
    if total - smallest >= 5 and 5 * (total - smallest) >= smallest:
        return "PD"
    return "PR" if 10 * (first - total) >= 3 * first else "SD"


@pytest.mark.parametrize(
    ("smallest", "progression"), [(20, 25), (24, 29), (25, 30), (26, 32), (50, 60), (51, 62)]
)
def test_a_progression_is_a_fifth_and_five_millimetres(smallest: int, progression: int) -> None:
    assert progression_from(smallest) == progression


def test_a_sum_is_that_of_its_diameters(files: Files) -> None:
    sizes: Counter[object] = Counter()
    for record in files.tables["TR"]:
        if record["TRTESTCD"] == "DIAMETER" and record["TRSTRESN"] is not None:
            sizes[record["USUBJID"], record["TRLNKGRP"]] += record["TRSTRESN"]
    sums = {
        (record["USUBJID"], record["TRLNKGRP"]): record["TRSTRESN"]
        for record in files.tables["TR"]
        if record["TRTESTCD"] == "SUMDIAM"
    }
    assert dict(sizes) == sums


def test_the_parts_give_the_overall_response(files: Files) -> None:
    for subject in files.randomised.values():
        if not subject.has_baseline:
            continue
        parts: dict[object, dict[object, object]] = {}
        for record in subject.records("RS", RSCAT="RECIST 1.1"):
            key = record["RSDTC"], record["RSEVALID"]
            parts.setdefault(key, {})[record["RSTESTCD"]] = record["RSSTRESC"]
        for (_, reader), part in parts.items():
            if reader != "ADJUDICATOR 1":
                assert overall_response(part) == part["OVRLRESP"]


def overall_response(part: dict[object, object]) -> object:
    """RECIST 1.1, table 1; without non-target lesions, table 2."""
    target, non_target = part["TRGRESP"], part.get("NTRGRESP")
    if "PD" in (target, non_target) or "NEWLPROG" in part:
        return "PD"
    return "PR" if target == "CR" and non_target not in (None, "CR") else target


# -- each accident happens in the stated number of subjects --------------------------------------


def new_therapy(subject: Subject) -> list[dict[str, object]]:
    return subject.records("CM", CMCAT="SUBSEQUENT ANTI-CANCER THERAPY")


def progression(subject: Subject, reader: str) -> int | None:
    return next((d for d, r in subject.responses(reader) if r == "PD"), None)


def was_treated(subject: Subject) -> bool:
    return bool(subject.records("EX"))


def misses_in_a_row(subject: Subject) -> int:
    """The most assessments missed one after the other."""
    longest = length = 0
    previous = 0
    for week in sorted(subject.missed()):
        length = length + 1 if week == previous + 8 else 1
        previous, longest = week, max(longest, length)
    return longest


def is_seen_until_death(subject: Subject) -> bool:
    return subject.death is not None and progression(subject, "investigator") is None


def readers_differ(subject: Subject) -> bool:
    return bool(subject.records("RS", RSEVALID="ADJUDICATOR 1"))


def review_is_later(subject: Subject) -> bool:
    first, second = progression(subject, "investigator"), progression(subject, "review")
    return first is not None and (second is None or second > first)


def review_is_earlier(subject: Subject) -> bool:
    first, second = progression(subject, "investigator"), progression(subject, "review")
    return first is not None and second is not None and second < first


def response_is_unconfirmed(subject: Subject) -> bool:
    responses = [response for _, response in subject.responses("investigator")]
    return "PR" in responses and subject.best_response() not in ("CR", "PR")


def is_partial(records: list[dict[str, object]], variable: str) -> bool:
    return any(len(str(record[variable])) == 7 for record in records)


def has_no_scan_after_baseline(subject: Subject) -> bool:
    """Though alive when the first two were due."""
    lived = min(subject.death or 10**6, subject.last_alive + 1) > LIMIT
    return was_treated(subject) and not subject.assessments and lived


def has_wrong_stratum(subject: Subject) -> bool:
    form = subject.records("RS", RSTESTCD="ECOG101", VISIT="SCREENING")[0]["RSSTRESC"]
    return form != subject.records("SUPPDM", QNAM="STRECOG")[0]["QVAL"]


def has_wrong_treatment(subject: Subject) -> bool:
    return was_treated(subject) and subject.dm["ARMCD"] != subject.dm["ACTARMCD"]


def left_for(subject: Subject, reason: str) -> bool:
    return bool(subject.records("DS", DSDECOD=reason, DSSCAT="STUDY PARTICIPATION"))


def missed_before_progression(subject: Subject) -> bool:
    found = progression(subject, "investigator")
    return found is not None and misses_in_a_row(subject) == 2


def therapy_before_progression(subject: Subject) -> bool:
    found, therapy = progression(subject, "investigator"), subject.therapy
    return found is not None and therapy is not None and therapy < found


FOUND: dict[Accident, Callable[[Subject], bool]] = {
    Accident.NOT_TREATED: lambda s: not was_treated(s),
    Accident.WRONG_ARM: has_wrong_treatment,
    Accident.WRONG_STRATUM: has_wrong_stratum,
    Accident.NO_BASELINE: lambda s: not s.has_baseline,
    Accident.NO_FOLLOW_UP_SCAN: has_no_scan_after_baseline,
    Accident.MISSED_ONE: lambda s: misses_in_a_row(s) == 1,
    Accident.MISSED_BEFORE_PROGRESSION: missed_before_progression,
    Accident.MISSED_BEFORE_DEATH: lambda s: (
        is_seen_until_death(s) and bool(s.assessments) and misses_in_a_row(s) >= 2
    ),
    Accident.THERAPY_BEFORE_PROGRESSION: therapy_before_progression,
    Accident.NOT_EVALUABLE: lambda s: (
        s.has_baseline and [r for _, r in s.responses("investigator")].count("NE") == 1
    ),
    Accident.UNCONFIRMED: response_is_unconfirmed,
    Accident.LOST: lambda s: left_for(s, "LOST TO FOLLOW-UP"),
    Accident.WITHDRAWN: lambda s: left_for(s, "WITHDRAWAL BY SUBJECT"),
    Accident.DEATH_AFTER_CUTOFF: lambda s: s.dm["DTHFL"] == "Y" and s.death is None,
    Accident.PARTIAL_DEATH_DATE: lambda s: is_partial([s.dm], "DTHDTC"),
    Accident.FATAL_ADVERSE_EVENT: lambda s: bool(s.records("AE", AEOUT="FATAL")),
    Accident.CROSSOVER: lambda s: bool(s.records("EX", EPOCH="OPEN LABEL TREATMENT")),
    Accident.REVIEW_LATER: review_is_later,
    Accident.REVIEW_EARLIER: review_is_earlier,
    Accident.READERS_DIFFER: readers_differ,
    Accident.PARTIAL_THERAPY_DATE: lambda s: is_partial(new_therapy(s), "CMSTDTC"),
    Accident.PARTIAL_EVENT_DATE: lambda s: is_partial(s.records("AE"), "AESTDTC"),
}


@pytest.mark.parametrize("accident", Accident, ids=lambda accident: accident.name)
def test_an_accident_happens_in_the_stated_number_of_subjects(
    accident: Accident, files: Files
) -> None:
    found = [s.usubjid for s in files.randomised.values() if FOUND[accident](s)]
    assert len(found) == COUNTS[accident]


def test_screen_failures_were_neither_randomised_nor_treated(files: Files) -> None:
    failed = {r["USUBJID"] for r in files.tables["DM"] if r["ARMNRS"] == "SCREEN FAILURE"}
    assert len(failed) == N_SCREEN_FAILURES
    assert failed == {r["USUBJID"] for r in files.tables["IE"]}
    assert failed == {r["USUBJID"] for r in files.tables["DS"] if r["DSDECOD"] == "SCREEN FAILURE"}
    assert not failed & set(files.randomised)
    assert not failed & set(files.by_subject["EX"])


def test_a_screen_failure_of_the_performance_status_has_one_that_fails(files: Files) -> None:
    for record in files.tables["IE"]:
        status = files.by_subject["RS"][record["USUBJID"]][0]["RSSTRESC"]
        assert (record["IETESTCD"] == "INCL02") == (status not in ("0", "1"))


def test_every_record_of_a_death_has_the_date_of_dm(files: Files) -> None:
    deaths = {r["USUBJID"]: r["DTHDTC"] for r in files.tables["DM"] if r["DTHFL"] == "Y"}
    disposed = [r for r in files.tables["DS"] if r["DSDECOD"] == "DEATH"]
    assert {r["USUBJID"] for r in disposed} == {r["USUBJID"] for r in files.tables["DD"]}
    assert {r["USUBJID"] for r in disposed} == set(deaths)
    assert all(record["DSSTDTC"] == deaths[record["USUBJID"]] for record in disposed)
    assert all(record["DDDTC"] == deaths[record["USUBJID"]] for record in files.tables["DD"])
    reported = [r for r in files.tables["SS"] if r["SSSTRESC"] == "DEAD"]
    assert {r["USUBJID"] for r in reported} == set(deaths)
    assert all(day(record["SSDTC"]) >= day(deaths[record["USUBJID"]]) for record in reported)


def test_a_crossover_is_from_placebo_after_progression(files: Files) -> None:
    for subject in files.randomised.values():
        starts = subject.days("EX", "EXSTDTC", EPOCH="OPEN LABEL TREATMENT")
        if starts:
            found = progression(subject, "investigator")
            assert subject.dm["ARMCD"] == subject.dm["ACTARMCD"] == "PBO"
            assert found is not None
            assert starts[0] > found
            assert {r["EXTRT"] for r in subject.records("EX")} == {"PLACEBO", "SYN1042"}


def test_a_fatal_adverse_event_ends_in_the_death_of_dm(files: Files) -> None:
    for record in files.tables["AE"]:
        is_fatal = record["AEOUT"] == "FATAL"
        assert is_fatal == (record["AETOXGR"] == "5") == (record["AESDTH"] == "Y")
        if is_fatal:
            assert record["AESER"] == "Y"
            assert record["AEENDTC"] == files.by_subject["DM"][record["USUBJID"]][0]["DTHDTC"]


def test_a_partial_death_date_means_the_first_of_its_month(
    files: Files, courses: dict[str, Course]
) -> None:
    """So every usual rule gives the day of death, and the last contact lies before it."""
    partial = [s for s in files.randomised.values() if len(str(s.dm["DTHDTC"])) == 7]
    for subject in partial:
        death = courses[str(subject.usubjid)].plan.death
        assert death == subject.death
        assert subject.last_alive < death
        for name, variable in (("DS", "DSSTDTC"), ("DD", "DDDTC")):
            deaths = [r for r in subject.records(name) if r.get("DSDECOD", "DEATH") == "DEATH"]
            assert subject.dm["DTHDTC"] in {record[variable] for record in deaths}


@pytest.mark.parametrize("reader", ["investigator", "review"])
def test_one_missed_assessment_and_two_cannot_be_confused(files: Files, reader: str) -> None:
    """No gap before an event lies near the limit, so rules that differ by days agree."""
    for subject in files.randomised.values():
        event = subject.first_event(reader)
        if event is not None:
            gap = event - subject.adequate(reader, event - 1)
            assert not LIMIT - 1 < gap <= LIMIT + WINDOW, subject.usubjid


def test_readme_states_every_accident_with_its_number() -> None:
    page = (NSCLC / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| (.*) \|$", page, re.MULTILINE)
    stated = [(str(N_SCREEN_FAILURES), "screen failure")]
    assert rows == stated + [(str(COUNTS[one]), one.value) for one in Accident]
    assert "synthetic" in page.splitlines()[0]


# -- the files give the expected endpoints -------------------------------------------------------

ENDPOINTS: dict[str, tuple[Callable[[Course], Outcome | None], Callable[[Subject], object]]] = {
    "overall survival": (expected.overall_survival, lambda s: (0, *s.overall_survival())),
    "PFS by the investigator": (
        expected.pfs_investigator,
        lambda s: (0, *s.pfs_fda("investigator")),
    ),
    "PFS with the rules of the EMA": (expected.pfs_ema, lambda s: (0, *s.pfs_ema())),
    "PFS by the review": (expected.pfs_review, lambda s: (0, *s.pfs_fda("review"))),
    "duration of response": (expected.duration_of_response, lambda s: s.duration_of_response()),
    "severe adverse event": (
        expected.first_severe_adverse_event,
        lambda s: s.severe_adverse_event(),
    ),
}


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_the_files_give_the_expected_endpoints(
    endpoint: str, files: Files, courses: dict[str, Course]
) -> None:
    rule, derived = ENDPOINTS[endpoint]
    assert set(files.randomised) == set(courses)
    for usubjid, course in courses.items():
        outcome = rule(course)
        found = None if outcome is None else (outcome.start, outcome.event, outcome.day)
        assert derived(files.randomised[usubjid]) == found, usubjid


def test_the_files_give_the_expected_best_responses(
    files: Files, courses: dict[str, Course]
) -> None:
    best = {u: expected.best_response(course) for u, course in courses.items()}
    assert {u: s.best_response() for u, s in files.randomised.items()} == best
    assert set(best.values()) == {"CR", "PR", "SD", "PD", "NE"}


@pytest.mark.parametrize("rule", [expected.pfs_investigator, expected.pfs_review])
def test_every_reason_to_end_an_endpoint_occurs(
    rule: Callable[[Course], Outcome], courses: dict[str, Course]
) -> None:
    assert {rule(course).reason for course in courses.values()} == {
        "progression",
        "death",
        "last adequate assessment",
        "no assessment",
        "new anti-cancer therapy",
        "two missed assessments",
    }
