"""define.xml 2.1: the datasets, their variables and code lists, from the catalogue."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from xml.etree import ElementTree as ET

from .catalogue import CODE_LISTS, COLUMNS, DATASETS, CodeList, Column, Dataset
from .records import Record
from .trial import DATABASE_LOCK, STUDYID, TITLE
from .xport import text_of, width_of

_ODM: Final = "http://www.cdisc.org/ns/odm/v1.3"
_DEF: Final = "http://www.cdisc.org/ns/def/v2.1"
_XLINK: Final = "http://www.w3.org/1999/xlink"
_XML: Final = "http://www.w3.org/XML/1998/namespace"
_IG: Final = "STD.SDTMIG"
_CT: Final = "STD.CT"
_CT_VERSION: Final = "2024-03-29"
_COMPLETE_DATE: Final = 10  # characters of a date with its day

for _prefix, _uri in (("", _ODM), ("def", _DEF), ("xlink", _XLINK)):
    ET.register_namespace(_prefix, _uri)


def define_xml(tables: Mapping[str, Sequence[Record]]) -> bytes:
    """The file as bytes; lengths and types of dates are those of the records."""
    root = ET.Element(
        _odm("ODM"),
        {
            "ODMVersion": "1.3.2",
            "FileOID": f"{STUDYID}.define",
            "FileType": "Snapshot",
            "CreationDateTime": f"{DATABASE_LOCK.isoformat()}T00:00:00",
            "Originator": "Plateau, synthetic data",
            _def("Context"): "Submission",
        },
    )
    study = ET.SubElement(root, _odm("Study"), OID=f"STDY.{STUDYID}")
    names = ET.SubElement(study, _odm("GlobalVariables"))
    for element, text in (
        ("StudyName", STUDYID),
        ("StudyDescription", TITLE),
        ("ProtocolName", STUDYID),
    ):
        ET.SubElement(names, _odm(element)).text = text
    version = ET.SubElement(
        study,
        _odm("MetaDataVersion"),
        {
            "OID": f"MDV.{STUDYID}",
            "Name": f"Study {STUDYID}, Data Definitions",
            "Description": "SYNTHETIC DATA: nobody in this trial exists",
            _def("DefineVersion"): "2.1.0",
        },
    )
    version.append(_standards())
    version.extend(_group(DATASETS[name], bool(records)) for name, records in tables.items())
    for name, records in tables.items():
        version.extend(_item(name, column, records) for column in COLUMNS[name])
    version.extend(_code_list(code_list) for code_list in CODE_LISTS.values())
    ET.indent(root, " ")
    return b"\n".join(
        (
            b'<?xml version="1.0" encoding="UTF-8"?>',
            ET.tostring(root, encoding="utf-8"),
            b"",
        )
    )


def _standards() -> ET.Element:
    standards = ET.Element(_def("Standards"))
    common = {"Status": "Final"}
    ET.SubElement(
        standards,
        _def("Standard"),
        {"OID": _IG, "Name": "SDTMIG", "Type": "IG", "Version": "3.4", **common},
    )
    ET.SubElement(
        standards,
        _def("Standard"),
        {
            "OID": _CT,
            "Name": "CDISC/NCI",
            "Type": "CT",
            "PublishingSet": "SDTM",
            "Version": _CT_VERSION,
            **common,
        },
    )
    return standards


def _group(dataset: Dataset, has_data: bool) -> ET.Element:
    is_reference = dataset.dataset_class == "TRIAL DESIGN"
    attributes = {
        "OID": f"IG.{dataset.name}",
        "Name": dataset.name,
        "Repeating": "No" if dataset.name == "DM" else "Yes",
        "IsReferenceData": "Yes" if is_reference else "No",
        "SASDatasetName": dataset.name,
        "Purpose": "Tabulation",
        _def("StandardOID"): _IG,
        _def("Structure"): dataset.structure,
        _def("ArchiveLocationID"): f"LF.{dataset.name}",
    }
    if dataset.name not in ("SUPPDM", "RELREC"):
        attributes["Domain"] = dataset.name
    group = ET.Element(_odm("ItemGroupDef"), attributes)
    group.append(_description(dataset.label))
    for order, column in enumerate(COLUMNS[dataset.name], 1):
        reference = {
            "ItemOID": _oid(dataset.name, column),
            "OrderNumber": str(order),
            "Mandatory": "Yes" if column.is_required else "No",
            "Role": column.role,
        }
        if column.name in dataset.keys:
            reference["KeySequence"] = str(dataset.keys.index(column.name) + 1)
        ET.SubElement(group, _odm("ItemRef"), reference)
    ET.SubElement(group, _def("Class"), Name=dataset.dataset_class)
    file = f"{dataset.name.lower()}.xpt"
    leaf = ET.SubElement(
        group, _def("leaf"), {"ID": f"LF.{dataset.name}", f"{{{_XLINK}}}href": file}
    )
    ET.SubElement(leaf, _def("title")).text = file
    return group


def _item(dataset: str, column: Column, records: Sequence[Record]) -> ET.Element:
    attributes = {
        "OID": _oid(dataset, column),
        "Name": column.name,
        "SASFieldName": column.name,
        "DataType": _data_type(column, records),
    }
    if column.kind != "date":
        longest = max((width_of(column, record) for record in records), default=0)
        attributes["Length"] = str(max(1, longest))
    if column.kind == "float":
        attributes["SignificantDigits"] = str(_decimals(column, records))
    item = ET.Element(_odm("ItemDef"), attributes)
    item.append(_description(column.label))
    if column.code_list is not None:
        ET.SubElement(item, _odm("CodeListRef"), CodeListOID=f"CL.{column.code_list}")
    ET.SubElement(item, _def("Origin"), Type=column.origin, Source=column.source)
    return item


def _data_type(column: Column, records: Sequence[Record]) -> str:
    if column.kind != "date":
        return column.kind
    values = (record.get(column.name) for record in records)
    is_complete = all(len(str(value)) == _COMPLETE_DATE for value in values if value is not None)
    return "date" if is_complete else "partialDate"


def _decimals(column: Column, records: Sequence[Record]) -> int:
    values = (record.get(column.name) for record in records)
    texts = (text_of(value) for value in values if value is not None)
    return max((len(text.partition(".")[2]) for text in texts), default=0)


def _code_list(code_list: CodeList) -> ET.Element:
    attributes = {
        "OID": f"CL.{code_list.name}",
        "Name": code_list.label,
        "DataType": "text",
        **(
            {_def("IsNonStandard"): "Yes"}
            if code_list.nci_code is None
            else {_def("StandardOID"): _CT}
        ),
    }
    element = ET.Element(_odm("CodeList"), attributes)
    has_meanings = any(term.meaning is not None for term in code_list.terms)
    for term in code_list.terms:
        is_extension = code_list.nci_code is not None and term.nci_code is None
        extended = {_def("ExtendedValue"): "Yes"} if is_extension else {}
        item = ET.SubElement(
            element,
            _odm("CodeListItem" if has_meanings else "EnumeratedItem"),
            {"CodedValue": term.value, **extended},
        )
        if has_meanings:
            decode = ET.SubElement(item, _odm("Decode"))
            decode.append(_translated(term.meaning or term.value))
        item.extend(_alias(term.nci_code))
    element.extend(_alias(code_list.nci_code))
    return element


def _alias(code: str | None) -> Iterator[ET.Element]:
    if code is not None:
        yield ET.Element(_odm("Alias"), Context="nci:ExtCodeID", Name=code)


def _description(text: str) -> ET.Element:
    description = ET.Element(_odm("Description"))
    description.append(_translated(text))
    return description


def _translated(text: str) -> ET.Element:
    translated = ET.Element(_odm("TranslatedText"), {f"{{{_XML}}}lang": "en"})
    translated.text = text
    return translated


def _oid(dataset: str, column: Column) -> str:
    return f"IT.{dataset}.{column.name}"


def _odm(name: str) -> str:
    return f"{{{_ODM}}}{name}"


def _def(name: str) -> str:
    return f"{{{_DEF}}}{name}"
