"""define.xml: labels, types and codes; what is broken or dangerous is told and left out."""

from pathlib import Path

import pytest
from loaded import DM, EX, loaded, rows, write

from analytics.ingest.definition import definition_of
from analytics.ingest.source_file import Variable


def define(version: str) -> str:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:def="http://www.cdisc.org/ns/def/v{version}">
<Study OID="S"><MetaDataVersion OID="M" Name="define">
  <ItemGroupDef OID="IG.DM" Name="DM" Domain="DM" Repeating="No">
    <Description><TranslatedText xml:lang="en">Demographics</TranslatedText></Description>
    <ItemRef ItemOID="IT.DM.AGE" Mandatory="No"/><ItemRef ItemOID="IT.DM.SEX" Mandatory="No"/>
    <ItemRef ItemOID="IT.GONE" Mandatory="No"/>
  </ItemGroupDef>
  <ItemDef OID="IT.DM.AGE" Name="AGE" DataType="integer" def:DisplayFormat="3.">
    <Description><TranslatedText xml:lang="en">Age
      in years</TranslatedText></Description>
  </ItemDef>
  <ItemDef OID="IT.DM.SEX" Name="SEX" DataType="text">
    <Description><TranslatedText>Sex</TranslatedText></Description>
    <CodeListRef CodeListOID="CL.SEX"/>
  </ItemDef>
  <CodeList OID="CL.SEX" Name="Sex" DataType="text">
    <CodeListItem CodedValue="M">
      <Decode><TranslatedText>Male</TranslatedText></Decode>
    </CodeListItem>
    <EnumeratedItem CodedValue="F"/>
  </CodeList>
</MetaDataVersion></Study></ODM>"""


@pytest.mark.parametrize("version", ["2.0", "2.1"])
def test_labels_types_and_codes_are_read(version: str, tmp_path: Path) -> None:
    path = tmp_path / "define.xml"
    path.write_text(define(version), encoding="utf-8")
    definition, broken = definition_of([("define.xml", path)])
    assert broken == {}
    assert definition.variables == {
        ("DM", "AGE"): Variable("AGE", "Age in years", "integer", "3."),
        ("DM", "SEX"): Variable("SEX", "Sex", "text"),
    }
    assert definition.codes == {("DM", "SEX"): {"M": "Male", "F": "F"}}


def test_they_describe_the_variables_of_csv(tmp_path: Path) -> None:
    write(tmp_path, {"dm.csv": DM, "ex.csv": EX, "define.xml": define("2.1")})
    connection, _ = loaded(tmp_path)
    described = "select variable, label, type, format from raw.ingest_variable "
    assert rows(connection, described + "where label is not null") == [
        ("AGE", "Age in years", "integer", "3.")
    ]


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
FILE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
BROKEN = {
    "entities": (define("2.1").replace("<ODM", f"{BOMB}<ODM"), "it declares entities, which"),
    "entity of a file": (define("2.1").replace("<ODM", f"{FILE}<ODM"), "it declares entities"),
    "cut short": (define("2.1")[:-40], "it is not well-formed XML ("),
    "empty": ("", "it is not well-formed XML ("),
    "other XML": ("<x/>", "it describes no dataset"),
    "unknown encoding": (define("2.1").replace("UTF-8", "EBCDIC-9"), "its encoding is not known ("),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_one_is_a_sentence_of_the_list_and_no_refusal(what: str, tmp_path: Path) -> None:
    text, reason = BROKEN[what]
    write(tmp_path, {"dm.csv": DM, "ex.csv": EX, "define.xml": text})
    connection, _ = loaded(tmp_path)
    ((note,),) = rows(connection, "select note from raw.ingest_unused")
    assert str(note).startswith(f"is not used for labels: {reason}")
    assert rows(connection, "select count(label) from raw.ingest_variable") == [(0,)]


def test_one_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analytics.ingest.definition.MOST_DEFINE_BYTES", 10)
    path = tmp_path / "define.xml"
    path.write_text(define("2.0"), encoding="utf-8")
    definition, broken = definition_of([("define.xml", path)])
    assert definition.variables == {}
    assert broken == {"define.xml": "is not used for labels: it is larger than 0 MB"}
