"""define.xml 2.1: every reference has its definition, and what it says is true of the files."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import duckdb
import polars as pl
import pyreadstat
import pytest
from small_warehouse import write_small_releases
from typer.testing import CliRunner, Result

from analytics.cli import app
from analytics.ingest.definition import definition_of

ODM = "{http://www.cdisc.org/ns/odm/v1.3}"
DEF = "{http://www.cdisc.org/ns/def/v2.1}"
XLINK = "{http://www.w3.org/1999/xlink}"
# element -> the order of its children, as the schema has it
ORDER = {
    f"{ODM}MetaDataVersion": (
        *(f"{DEF}Standards", f"{DEF}ValueListDef", f"{DEF}WhereClauseDef"),
        *(f"{ODM}ItemGroupDef", f"{ODM}ItemDef", f"{ODM}CodeList", f"{ODM}MethodDef"),
        f"{DEF}CommentDef",
    ),
    f"{ODM}ItemGroupDef": (f"{ODM}Description", f"{ODM}ItemRef", f"{DEF}Class", f"{DEF}leaf"),
    f"{ODM}ItemDef": (
        *(f"{ODM}Description", f"{ODM}CodeListRef", f"{DEF}Origin", f"{DEF}ValueListRef"),
    ),
    f"{ODM}CodeList": (f"{ODM}CodeListItem", f"{ODM}EnumeratedItem", f"{ODM}Alias"),
    f"{ODM}CodeListItem": (f"{ODM}Decode", f"{ODM}Alias"),
    f"{DEF}ValueListDef": (f"{ODM}Description", f"{ODM}ItemRef"),
}
REQUIRED = {
    f"{ODM}ODM": ("FileType", "FileOID", "CreationDateTime", "ODMVersion", f"{DEF}Context"),
    f"{ODM}MetaDataVersion": ("OID", "Name", f"{DEF}DefineVersion"),
    f"{ODM}ItemGroupDef": (
        *("OID", "Name", "Repeating", "SASDatasetName", "Purpose", "IsReferenceData"),
        *(f"{DEF}Structure", f"{DEF}ArchiveLocationID"),
    ),
    f"{ODM}ItemDef": ("OID", "Name", "DataType", "Length", "SASFieldName"),
    f"{ODM}ItemRef": ("ItemOID", "Mandatory", "OrderNumber"),
    f"{ODM}CodeList": ("OID", "Name", "DataType"),
    f"{ODM}MethodDef": ("OID", "Name", "Type"),
    f"{ODM}RangeCheck": ("Comparator", "SoftHard", f"{DEF}ItemOID"),
    f"{DEF}Standard": ("OID", "Name", "Type", "Version", "Status"),
    f"{DEF}CommentDef": ("OID",),
    f"{DEF}leaf": ("ID", f"{XLINK}href"),
}
# attribute that refers -> the elements that it may refer to
REFERENCES = {
    "ItemOID": f"{ODM}ItemDef",
    f"{DEF}ItemOID": f"{ODM}ItemDef",
    "CodeListOID": f"{ODM}CodeList",
    "MethodOID": f"{ODM}MethodDef",
    f"{DEF}CommentOID": f"{DEF}CommentDef",
    "ValueListOID": f"{DEF}ValueListDef",
    "WhereClauseOID": f"{DEF}WhereClauseDef",
    f"{DEF}StandardOID": f"{DEF}Standard",
    f"{DEF}ArchiveLocationID": f"{DEF}leaf",
}


def export(releases: Path, *arguments: object) -> Result:
    words = ["export", "adam", *map(str, arguments), "--releases", str(releases)]
    return CliRunner().invoke(app, words)


def text_of(element: ET.Element | None) -> str:
    assert element is not None
    return "".join(element.itertext()).strip()


def broken(root: ET.Element) -> Iterator[str]:
    """What a schema would refuse, and references and definitions without their other half."""
    for element in root.iter():
        for name in REQUIRED.get(element.tag, ()):
            if not element.get(name):
                yield f"{element.tag} {element.get('OID')} has no {name}"
        order = ORDER.get(element.tag)
        if order is not None:
            tags = [child.tag for child in element]
            if set(tags) - set(order) or tags != sorted(tags, key=order.index):
                yield f"{element.tag} {element.get('OID')} has its children in another order"
    defined = Counter(item.get("OID") or item.get("ID") for item in root.iter() if is_named(item))
    yield from (f"{oid} is defined {n} times" for oid, n in defined.items() if n > 1)
    used: dict[str, set[str | None]] = {tag: set() for tag in REFERENCES.values()}
    for element in root.iter():
        for name, tag in REFERENCES.items():
            if (value := element.get(name)) is not None:
                used[tag].add(value)
    for tag, found in used.items():
        known = {item.get("OID") or item.get("ID") for item in root.iter(tag)}
        yield from (f"{oid} is not defined" for oid in found - known)
        yield from (f"{oid} is not used" for oid in known - found)


def is_named(element: ET.Element) -> bool:
    return "OID" in element.attrib or "ID" in element.attrib


def items(root: ET.Element, dataset: str) -> dict[str, ET.Element]:
    """The variables of a dataset by name, in its order."""
    by_oid = {item.get("OID"): item for item in root.iter(f"{ODM}ItemDef")}
    group = root.find(f".//{ODM}ItemGroupDef[@OID='IG.{dataset}']")
    assert group is not None
    found = [by_oid[item.get("ItemOID")] for item in group.iter(f"{ODM}ItemRef")]
    return {str(item.get("Name")): item for item in found}


def codes(root: ET.Element, item: ET.Element) -> dict[str, str] | None:
    """The values an item may have, with their meanings; None without a list."""
    reference = item.find(f"{ODM}CodeListRef")
    if reference is None:
        return None
    oid = reference.get("CodeListOID")
    found = root.find(f".//{ODM}CodeList[@OID='{oid}']")
    assert found is not None
    return {
        str(term.get("CodedValue")): text_of(term)
        for term in found
        if term.get("CodedValue") is not None
    }


def method(root: ET.Element, dataset: str, variable: str) -> str:
    return text_of(root.find(f".//{ODM}MethodDef[@OID='MT.{dataset}.{variable}']"))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    work = tmp_path_factory.mktemp("define")
    releases = write_small_releases(work)
    result = export(releases, work / "out")
    assert result.exit_code == 0, result.stderr
    return work / "out"


@pytest.fixture(scope="module", params=["default_releases", "myeloid_releases", "nsclc_releases"])
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files exported of a built study."""
    releases = request.getfixturevalue(request.param)
    study = next(path.name for path in releases.iterdir() if path.is_dir())
    target = tmp_path_factory.mktemp("built") / study
    result = export(releases, target, "--study", study, "--format", "xpt")
    assert result.exit_code == 0, result.stderr
    return target


def root_of(folder: Path) -> ET.Element:
    return ET.parse(folder / "define.xml").getroot()


def test_everything_refers_to_something_and_is_referred_to(small: Path) -> None:
    assert list(broken(root_of(small))) == []


def test_a_reference_without_its_definition_is_found(small: Path) -> None:
    """The test of the structure can fail, in each of its parts."""
    text = (small / "define.xml").read_text(encoding="utf-8")
    for damaged, said in (
        (text.replace(' MethodOID="MT.ADSL.TRTSDT"', ""),
         "MT.ADSL.TRTSDT is not used"),
        (text.replace('CodeList OID="CL.NY"', 'CodeList OID="CL.YN"'), "CL.NY is not defined"),
        (text.replace('ItemDef OID="IT.ADSL.SEX"', 'ItemDef OID="IT.ADSL.RACE"'),
         "IT.ADSL.RACE is defined 2"),
        (text.replace(' Mandatory="Yes"', "", 1), "has no Mandatory"),
    ):  # fmt: skip
        assert damaged != text
        assert any(said in sentence for sentence in broken(ET.fromstring(damaged)))


def test_the_file_is_of_the_datasets_beside_it(small: Path) -> None:
    root = root_of(small)
    for leaf in root.iter(f"{DEF}leaf"):
        assert (small / str(leaf.get(f"{XLINK}href"))).exists()
    assert [item.get("Name") for item in root.iter(f"{ODM}ItemGroupDef")] == [
        *("ADSL", "ADRS", "ADTTE", "ADTTEINT"),
    ]
    assert [
        (item.get("Name"), [child.get("Name") for child in item])
        for item in root.iter(f"{DEF}Class")
    ] == [
        ("SUBJECT LEVEL ANALYSIS DATASET", []),
        ("BASIC DATA STRUCTURE", []),
        ("BASIC DATA STRUCTURE", ["TIME-TO-EVENT"]),
        ("ADAM OTHER", []),
    ]


def test_lengths_hold_every_value(small: Path) -> None:
    """By hand: Trial S has 7 letters; 29FEB2020 is day 21974, -1 is 31DEC1959; 20.1 has 4."""
    found = items(root_of(small), "ADSL")
    said = {
        name: tuple(item.get(key) for key in ("DataType", "Length", "SignificantDigits"))
        for name, item in found.items()
    }
    assert said["TRIALLBL"] == ("text", "7", None)
    assert said["AGE"] == ("integer", "2", None)
    assert said["TRTSDT"] == ("integer", "5", None)
    assert said["DTHDT"] == ("integer", "2", None)
    assert said["TUMOSIZE"] == ("float", "4", "1")
    assert said["LESINUMB"] == ("float", "1", "0")
    assert found["TRTSDT"].get(f"{DEF}DisplayFormat") == "DATE9."


def test_methods_are_the_rules_of_the_study_in_words(small: Path) -> None:
    root = root_of(small)
    assert method(root, "ADTTE", "STARTDT.PFS") == (
        "Date of: Randomisation. Subjects of the population Everybody who was ever randomized in "
        "the trial who have this date have a row."
    )
    assert method(root, "ADTTE", "ADT.PFS") == (
        "The first of these dates, of those on one day the one named first: Relapse [First "
        "relapse]; Death without relapse [Death]. Dates before STARTDT are not used. Observation "
        "ends with the first of these, and no later date is used: New anti-cancer therapy [New "
        "therapy]. An event more than 119 days after the last assessment before it (STARTDT if "
        "there is none) is not used: ADT is the date of that assessment. Without an event, the "
        "date of censoring: Scan (last RSDTC of RS). Without any of these dates: STARTDT."
    )
    assert method(root, "ADTTE", "ADT.TTR") == (
        "The first of these dates, of those on one day the one named first: Relapse [First "
        "relapse]; Death before a relapse [competing event, Death]. Dates before STARTDT are not "
        "used. The first of these censors if it comes before the event, or without an event no "
        "later than the date of censoring: 30 days after the last dose [30 days after: Last dose]. "
        "Without an event, the date of censoring: Last contact [Last contact]. Without any of "
        "these dates: STARTDT."
    )
    assert method(root, "ADTTE", "CNSR.TTR") == (
        "0: Relapse. 2: Death before a relapse. 1: none of these until ADT."
    )
    about = text_of(root.find(f".//{DEF}CommentDef[@OID='COM.MDV']"))
    assert about.endswith(
        "of study small. Records that count: EX as dose: EPOCH equals TREATMENT; RS as response in "
        "trial S: RSEVAL not equals READER 1 or READER 2."
    )
    assert method(root, "ADRS", "PARAMCD") == (
        "RELAPSE where the record reports a relapse alone, else OVRLRESP."
    )
    assert method(root, "ADTTE", "AVAL") == "ADT - STARTDT, in days."
    assert method(root, "ADSL", "TRTSDT") == "Day of the first dose."
    assert method(root, "ADSL", "TRINSLFL") == (
        "Y where all of this holds, else N: belongs to the population Everybody who was ever "
        "randomized in the trial; has a date of: Surgery; has no date of: Death; Stage != IV; "
        "endpoint PFS: months > 6; no record breaks the rule before_birth."
    )
    baseline = (
        "on or before the first dose (of subjects without a dose: RFSTDTC, or the randomisation)"
    )
    assert method(root, "ADSL", "TUMSTAGE") == (
        f"Last result {baseline}: LB STAGE, specimen BLOOD. Levels: III: III | THREE; IV: IV. A "
        "subject without a record: unknown stage."
    )
    assert method(root, "ADSL", "LESINUMB").endswith(
        "before the first dose, plus 1 (records with the same --GRPID count once): TU. Levels: "
        ">=2: >= 2 and < 9. The number itself."
    )
    assert method(root, "ADTTEINT", "SURGERY") == (
        "no until the day of this, yes after it: Surgery (first PRSTDTC of PR where PRTRT = "
        "SURGERY); unknown without: Scan (last RSDTC of RS)"
        "."
    )
    assert method(root, "ADTTE", "SURGEDAY") == (
        "Days from STARTDT to the date of: Surgery (first PRSTDTC of PR where PRTRT = SURGERY)."
    )


def test_values_have_the_meanings_of_the_study(small: Path) -> None:
    root = root_of(small)
    adtte = items(root, "ADTTE")
    assert codes(root, adtte["PARAMCD"]) == {
        "PFS": "Progression-free survival",
        "TTR": "Time to relapse",
    }
    assert codes(root, adtte["EVNTDESC"]) == {"Relapse": ""}
    assert codes(root, adtte["CNSDTDSC"]) is None
    assert codes(root, items(root, "ADSL")["TUMSTAGE"]) == {"III": "Stage III", "IV": "Stage IV"}
    by_oid = {item.get("OID"): item for item in root.iter(f"{ODM}ItemDef")}
    assert set(codes(root, by_oid["IT.ADTTE.CNSR.PFS"]) or {}) == {"0", "1"}
    assert set(codes(root, by_oid["IT.ADTTE.CNSR.TTR"]) or {}) == {"0", "1", "2"}


def test_origins_say_where_values_come_from(small: Path) -> None:
    root = root_of(small)
    origins = {
        f"{dataset}.{name}": item.find(f"{DEF}Origin")
        for dataset in ("ADSL", "ADTTE")
        for name, item in items(root, dataset).items()
    }
    said = {
        name: (origin.get("Type"), origin.get("Source"), text_of(origin))
        for name, origin in origins.items()
        if origin is not None
    }
    assert said["ADSL.AGE"] == ("Predecessor", None, "DM.AGE")
    assert said["ADTTE.USUBJID"] == ("Predecessor", None, "ADSL.USUBJID")
    assert said["ADSL.AGEU"] == ("Assigned", "Sponsor", "")
    assert said["ADSL.FASFL"] == ("Derived", "Sponsor", "")


def test_a_study_read_from_adam_says_so(tmp_path: Path) -> None:
    releases = write_small_releases(tmp_path)
    with duckdb.connect(str(releases / "small/current/warehouse.duckdb")) as connection:
        connection.execute("update staging.stg_study__trials set kind = 'adam'")
        connection.execute("delete from marts.responses")
        connection.execute("delete from staging.stg_study__endpoint_rules")
        connection.execute(
            "insert into staging.stg_study__adam_events values ('TTR', 2, null, 'competing')"
        )
    assert export(releases, tmp_path / "out", "--format", "json").exit_code == 0
    root = root_of(tmp_path / "out")
    assert list(broken(root)) == []
    assert method(root, "ADTTE", "ADT.PFS") == "Read from ADaM: ADT of ADTTE."
    assert method(root, "ADTTE", "CNSR.TTR") == (
        "Read from ADaM: 0 where CNSR of ADTTE is 0, 1 for any other number. CNSR 2 is competing "
        "(2)."
    )
    assert method(root, "ADSL", "FASFL") == "Read from ADaM: FASFL of ADSL."
    assert method(root, "ADTTEINT", "SURGERY") == "Not known: no dataset holds it."
    group = root.find(f".//{ODM}ItemGroupDef[@OID='IG.ADRS']")
    assert group is not None
    assert group.get(f"{DEF}HasNoData") == "Yes"
    assert next(root.iter(f"{DEF}leaf")).get(f"{XLINK}href") == "adsl.json"


def test_days_are_counted_as_the_study_counts_them(tmp_path: Path) -> None:
    releases = write_small_releases(tmp_path)
    with duckdb.connect(str(releases / "small/current/warehouse.duckdb")) as connection:
        connection.execute("update staging.stg_study__parameters set value = 'adam'")
    assert export(releases, tmp_path / "out", "--format", "json").exit_code == 0
    root = root_of(tmp_path / "out")
    assert method(root, "ADTTE", "AVAL") == "ADT - STARTDT + 1, in days."
    assert method(root, "ADTTE", "SURGEDAY").endswith(
        "A date after STARTDT counts one day more, as in AVAL."
    )


def test_a_character_that_xml_cannot_hold_is_left_out(tmp_path: Path) -> None:
    releases = write_small_releases(tmp_path)
    with duckdb.connect(str(releases / "small/current/warehouse.duckdb")) as connection:
        connection.execute("update marts.time_to_event set evntdesc = 'Re' || chr(11) || '<lapse>'")
    assert export(releases, tmp_path / "out", "--format", "json").exit_code == 0
    root = root_of(tmp_path / "out")
    assert codes(root, items(root, "ADTTE")["EVNTDESC"]) == {"Re <lapse>": ""}


@pytest.mark.integration
def test_the_definition_of_a_built_study_is_whole_and_true(built: Path) -> None:
    """Against the transport files: variables, their order, labels, types, lengths and values."""
    root = root_of(built)
    assert list(broken(root)) == []
    text = (built / "define.xml").read_text(encoding="utf-8")
    assert "SYNTHETIC" in text
    for dataset in ("ADSL", "ADRS", "ADTTE", "ADTTEINT"):
        rows, about = pyreadstat.read_xport(
            str(built / f"{dataset.lower()}.xpt"), output_format="polars"
        )
        found = items(root, dataset)
        assert list(found) == about.column_names
        for name, item in found.items():
            assert text_of(item.find(f"{ODM}Description"))
            is_text = rows[name].dtype == pl.String
            assert (item.get("DataType") == "text") == is_text
            if is_text and rows.height:
                longest = rows[name].str.len_bytes().max()
                assert int(str(item.get("Length"))) == max(longest, 1)
            listed = codes(root, item)
            if listed is not None:
                values = rows[name].drop_nulls().unique().to_list()
                met = {str(int(value)) if not is_text else value for value in values}
                assert met - {""} <= set(listed), (dataset, name)
        if dataset == "ADSL":
            assert not [name for name in rows["USUBJID"] if name in text]


@pytest.mark.integration
def test_plateau_itself_reads_the_definition(built: Path) -> None:
    """The reader of submission packages finds labels, types and code lists in it."""
    definition, refused = definition_of([("define.xml", built / "define.xml")])
    assert not refused
    assert definition.variables["ADTTE", "ADT"].label == "Analysis Date"
    assert definition.codes["ADSL", _first_factor(built)]


def _first_factor(built: Path) -> str:
    """The first variable with levels."""
    text = (built / "variables.csv").read_text(encoding="utf-8")
    found = re.search(r"^ADSL,(\w+),.*marts\.subject_factors\.level", text, re.MULTILINE)
    assert found is not None
    return found[1]
