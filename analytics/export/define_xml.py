"""define.xml, version 2.1: the definition of datasets as an extension of ODM 1.3.2."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from analytics.export.code_lists import CodeList, Terminology
from analytics.export.define import Define, Item, ItemGroup

FILE: Final = "define.xml"
_ODM: Final = "http://www.cdisc.org/ns/odm/v1.3"
_DEF: Final = "http://www.cdisc.org/ns/def/v2.1"
_XLINK: Final = "http://www.w3.org/1999/xlink"
_XML: Final = "http://www.w3.org/XML/1998/namespace"
_NAMESPACES: Final = (("", _ODM), ("def", _DEF), ("xlink", _XLINK))
_IG: Final = ("STD.ADAMIG", "ADaMIG", "1.3")
_IG_COMMENT: Final = "COM.STD.ADAMIG"
_IG_WORDS: Final = (
    "ADSL, ADRS and ADTTE have the structures of the ADaMIG, ADTTE that of the ADaM Basic Data "
    "Structure for Time-to-Event Analyses 1.0. The conformance rules of CDISC were not run."
)
_TERMINOLOGIES: Final[tuple[Terminology, ...]] = ("ADaM", "SDTM")
_TERMINOLOGY_VERSION: Final = "2024-03-29"
_ABOUT_ALL: Final = "COM.MDV"
_ILLEGAL: Final = re.compile("[^\\t\\n\\r\\u0020-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")


def write_define(define: Define, form: str, path: Path) -> None:
    """Write the file; `form` is the ending of the datasets' files beside it."""
    for prefix, uri in _NAMESPACES:
        ET.register_namespace(prefix, uri)
    root = _root(define, form)
    ET.indent(root, " ")
    head = b'<?xml version="1.0" encoding="UTF-8"?>\n'
    path.write_bytes(head + ET.tostring(root, encoding="utf-8") + b"\n")


def _root(define: Define, form: str) -> ET.Element:
    origin = define.origin
    root = _element(
        "ODM",
        ODMVersion="1.3.2",
        FileType="Snapshot",
        FileOID=f"plateau/{origin.study_id}/{origin.release_id}/define",
        CreationDateTime=origin.published,
        SourceSystem="Plateau",
        SourceSystemVersion=origin.version,
        def_Context="Other",
    )
    study = _under(root, "Study", OID=origin.study_id)
    names = _under(study, "GlobalVariables")
    for name, text in (
        ("StudyName", origin.study_id),
        ("StudyDescription", origin.label(origin.title)),
        ("ProtocolName", origin.study_id),
    ):
        _under(names, name).text = _legal(text)
    version = _under(
        study,
        "MetaDataVersion",
        OID=f"MDV.{origin.study_id}.{origin.release_id}",
        Name=f"Study {origin.study_id}, data definitions",
        Description=origin.label(f"ADaM datasets of study {origin.study_id}"),
        def_DefineVersion="2.1.0",
        def_CommentOID=_ABOUT_ALL,
    )
    version.append(_standards(define))
    version.extend(_value_lists(define))
    version.extend(_where_clauses(define))
    version.extend(_group(group, form) for group in define.groups)
    version.extend(_items(define))
    version.extend(_code_list(item) for item in define.code_lists)
    version.extend(_methods(define))
    version.extend(_comments(define))
    return root


def _standards(define: Define) -> ET.Element:
    standards = _element("def:Standards")
    oid, name, number = _IG
    _under(
        standards, "def:Standard", OID=oid, Name=name, Type="IG", Version=number, Status="Final",
        def_CommentOID=_IG_COMMENT,
    )  # fmt: skip
    used = {item.terminology for item in define.code_lists}
    for terminology in _TERMINOLOGIES:
        if terminology in used:
            _under(
                standards, "def:Standard", OID=_terminology_oid(terminology), Name="CDISC/NCI",
                Type="CT", PublishingSet=terminology, Version=_TERMINOLOGY_VERSION, Status="Final",
            )  # fmt: skip
    return standards


def _terminology_oid(terminology: Terminology) -> str:
    return f"STD.CT.{terminology.upper()}"


def _with_values(define: Define) -> Iterator[tuple[ItemGroup, Item]]:
    for group in define.groups:
        for item in group.items:
            if item.values:
                yield group, item


def _value_lists(define: Define) -> Iterator[ET.Element]:
    for group, item in _with_values(define):
        values = _element("def:ValueListDef", OID=f"VL.{group.name}.{item.name}")
        values.append(_description(f"{item.label}, by parameter"))
        for order, value in enumerate(item.values, start=1):
            reference = _reference(group, value, order)
            _under(reference, "def:WhereClauseRef", WhereClauseOID=f"WC.{group.name}.{value.where}")
            values.append(reference)
        yield values


def _where_clauses(define: Define) -> Iterator[ET.Element]:
    places = dict.fromkeys(
        (group.name, value.where) for group, item in _with_values(define) for value in item.values
    )
    for group, parameter in places:
        clause = _element("def:WhereClauseDef", OID=f"WC.{group}.{parameter}")
        check = _under(
            clause,
            "RangeCheck",
            Comparator="EQ",
            SoftHard="Soft",
            def_ItemOID=f"IT.{group}.PARAMCD",
        )
        _under(check, "CheckValue").text = parameter
        yield clause


def _group(group: ItemGroup, form: str) -> ET.Element:
    element = _element(
        "ItemGroupDef",
        OID=f"IG.{group.name}",
        Name=group.name,
        SASDatasetName=group.name,
        Repeating="No" if group.name == "ADSL" else "Yes",
        IsReferenceData="No",
        Purpose="Analysis",
        def_Structure=group.structure,
        def_ArchiveLocationID=f"LF.{group.name}",
        def_StandardOID=_IG[0] if group.is_standard else None,
        def_IsNonStandard=None if group.is_standard else "Yes",
        def_HasNoData=None if group.has_data else "Yes",
        def_CommentOID=None if group.comment is None else f"COM.{group.name}",
    )
    element.append(_description(group.label))
    element.extend(_reference(group, item, order) for order, item in enumerate(group.items, 1))
    about = _under(element, "def:Class", Name=group.dataset_class)
    if group.subclass is not None:
        _under(about, "def:SubClass", Name=group.subclass)
    file = f"{group.name.lower()}.{form}"
    leaf = _under(element, "def:leaf", ID=f"LF.{group.name}", xlink_href=file)
    _under(leaf, "def:title").text = file
    return element


def _reference(group: ItemGroup, item: Item, order: int) -> ET.Element:
    return _element(
        "ItemRef",
        ItemOID=_oid("IT", group, item),
        OrderNumber=str(order),
        Mandatory="Yes" if item.is_mandatory else "No",
        KeySequence=None if item.key is None else str(item.key),
        MethodOID=None if item.method is None else _oid("MT", group, item),
    )


def _all_items(define: Define) -> Iterator[tuple[ItemGroup, Item]]:
    """The variables of every dataset, each before its values by parameter."""
    for group in define.groups:
        for item in group.items:
            yield group, item
            yield from ((group, value) for value in item.values)


def _items(define: Define) -> Iterator[ET.Element]:
    for group, item in _all_items(define):
        element = _element(
            "ItemDef",
            OID=_oid("IT", group, item),
            Name=item.name,
            SASFieldName=item.name,
            DataType=item.data_type,
            Length=str(item.length),
            SignificantDigits=None if item.digits is None else str(item.digits),
            def_DisplayFormat=item.display_format,
            def_CommentOID=None if _comment(item) is None else _oid("COM", group, item),
        )
        element.append(_description(item.label))
        if item.code_list is not None:
            _under(element, "CodeListRef", CodeListOID=f"CL.{item.code_list}")
        is_copy = item.origin == "Predecessor"
        origin = _under(
            element, "def:Origin", Type=item.origin, Source=None if is_copy else "Sponsor"
        )
        if item.predecessor is not None and is_copy:
            origin.append(_description(item.predecessor))
        if item.values:
            _under(element, "def:ValueListRef", ValueListOID=f"VL.{group.name}.{item.name}")
        yield element


def _comment(item: Item) -> str | None:
    """The comment of a variable; that of its values by parameter is the variable's."""
    return item.comment if item.where is None else None


def _code_list(code_list: CodeList) -> ET.Element:
    terminology = code_list.terminology
    element = _element(
        "CodeList",
        OID=f"CL.{code_list.name}",
        Name=code_list.label,
        DataType="integer" if code_list.is_number else "text",
        def_StandardOID=None if terminology is None else _terminology_oid(terminology),
        def_IsNonStandard="Yes" if terminology is None else None,
    )
    for order, term in enumerate(code_list.terms, start=1):
        item = _under(
            element,
            "EnumeratedItem" if term.meaning is None else "CodeListItem",
            CodedValue=term.value,
            OrderNumber=str(order),
        )
        if term.meaning is not None:
            _under(item, "Decode").append(_translated(term.meaning))
        item.extend(_alias(term.code))
    element.extend(_alias(code_list.code))
    return element


def _alias(code: str | None) -> Iterator[ET.Element]:
    if code is not None:
        yield _element("Alias", Context="nci:ExtCodeID", Name=code)


def _methods(define: Define) -> Iterator[ET.Element]:
    for group, item in _all_items(define):
        if item.method is not None:
            place = f"{group.name}.{item.name}"
            of_parameter = f" of {item.where}" if item.where else ""
            element = _element(
                "MethodDef",
                OID=_oid("MT", group, item),
                Name=f"Derivation of {place}{of_parameter}",
                Type="Computation",
            )
            element.append(_description(item.method))
            yield element


def _comments(define: Define) -> Iterator[ET.Element]:
    comments = {_ABOUT_ALL: define.comment, _IG_COMMENT: _IG_WORDS}
    comments |= {f"COM.{group.name}": group.comment for group in define.groups if group.comment}
    comments |= {
        _oid("COM", group, item): said
        for group, item in _all_items(define)
        if (said := _comment(item)) is not None
    }
    for oid, text in comments.items():
        element = _element("def:CommentDef", OID=oid)
        element.append(_description(text))
        yield element


def _oid(prefix: str, group: ItemGroup, item: Item) -> str:
    parts = (prefix, group.name, item.name, item.where)
    return ".".join(part for part in parts if part is not None)


def _description(text: str) -> ET.Element:
    description = _element("Description")
    description.append(_translated(text))
    return description


def _translated(text: str) -> ET.Element:
    translated = ET.Element(f"{{{_ODM}}}TranslatedText", {f"{{{_XML}}}lang": "en"})
    translated.text = _legal(text)
    return translated


def _element(name: str, **attributes: str | None) -> ET.Element:
    """An element; `def:` before its name and `def_` or `xlink_` before an attribute's are its
    namespace. An attribute of None is left out."""
    return ET.Element(
        _named(name, ":") if ":" in name else f"{{{_ODM}}}{name}",
        {_named(key, "_"): _legal(value) for key, value in attributes.items() if value is not None},
    )


def _under(parent: ET.Element, name: str, **attributes: str | None) -> ET.Element:
    child = _element(name, **attributes)
    parent.append(child)
    return child


def _named(name: str, separator: str) -> str:
    prefix, _, local = name.rpartition(separator)
    return f"{{{dict(_NAMESPACES)[prefix]}}}{local}" if prefix else local


def _legal(text: str) -> str:
    """The text without characters that XML cannot hold."""
    return _ILLEGAL.sub(" ", text)
