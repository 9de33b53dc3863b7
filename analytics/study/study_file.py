"""study.toml: the study's name, its trials and the conventions it is computed under."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast, get_args

from pydantic import ValidationError

from analytics.study.adam_datasets import UNIT_NAMES
from analytics.study.codes import LONGEST, is_domain
from analytics.study.date_forms import READABLE_YEARS
from analytics.study.errors import StudyError
from analytics.study.keys import Table, read_toml
from analytics.study.number_styles import PLAIN, STYLE_NAMES, StyleName
from analytics.study.record_rules import RECORD_RULES, default_policies
from analytics.study.specification import Parameters, Publication, Trial, TrialKind
from analytics.study.trial_files import read_file_format, read_file_formats
from analytics.study.vocabularies import Vocabulary, merged, read_vocabularies
from analytics.study.wording import one_line, shortened

_STUDY_ID: Final = re.compile(r"[a-z0-9][a-z0-9_-]*")
_KEYS = (
    "study_id",
    "title",
    "synthetic",
    "synthetic_note",
    "analysis_set",
    "trials",
    "parameters",
    "policies",
    "inferred",
    "publication",
    "report",
    "vocabularies",
)
_LONGEST_PATH: Final = 1000
_LONGEST_GRID: Final = 366
_TRIAL_KEYS = (
    "trial_id",
    "label",
    "kind",
    "path",
    "cutoff",
    "time_unit",
    "encoding",
    "delimiter",
    "files",
)


@dataclass(frozen=True)
class StudyFile:
    """What study.toml says, checked in itself; `analysis_set` is checked against populations."""

    study_id: str
    title: str
    synthetic: bool
    synthetic_note: str | None
    analysis_set: str
    trials: tuple[Trial, ...]
    parameters: Parameters
    policies: dict[str, str]
    inferred_parameters: dict[str, str]
    publication: Publication
    number_style: StyleName
    vocabulary: Vocabulary


def read_study_file(folder: Path) -> StudyFile:
    """study.toml of a study folder. Errors: one sentence naming the key."""
    if not folder.is_dir():
        raise StudyError(f"There is no study folder {folder}; name a folder with a study.toml.")
    table = read_toml(folder / "study.toml")
    table.allow(_KEYS)
    synthetic = table.truth("synthetic")
    note = table.required("synthetic_note") if synthetic else table.text("synthetic_note")
    vocabulary = _vocabulary(table)
    return StudyFile(
        study_id=_identifier(table),
        title=table.required("title"),
        synthetic=synthetic,
        synthetic_note=note,
        analysis_set=table.required("analysis_set"),
        trials=_trials(table),
        parameters=read_parameters(
            Table("study.toml [parameters]", table.table("parameters")), vocabulary
        ),
        policies=_policies(Table("study.toml [policies]", table.table("policies"))),
        inferred_parameters=_inferred(Table("study.toml [inferred]", table.table("inferred"))),
        publication=_publication(Table("study.toml [publication]", table.table("publication"))),
        number_style=_number_style(Table("study.toml [report]", table.table("report"))),
        vocabulary=vocabulary,
    )


def read_parameters(table: Table, vocabulary: Vocabulary | None = None) -> Parameters:
    """The [parameters] table over the defaults; "" for the window means no window.

    The defaults of the response values and remissions are those of the vocabulary, if it has any.
    """
    table.allow(tuple(Parameters.model_fields))
    values = dict(table.values)
    if vocabulary is not None and vocabulary.responses:
        values.setdefault("response_order", vocabulary.responses)
        values.setdefault("remission_terms", vocabulary.remissions)
    if values.get("remission_window_cycles") == "":
        values["remission_window_cycles"] = None
    try:
        parameters = Parameters.model_validate(_tuples(values), strict=True)
    except ValidationError as error:
        raise StudyError(_sentence(table.where, "parameter", error)) from None
    _check_responses(table.where, parameters)
    if vocabulary is not None:
        _check_vocabulary(table.where, parameters, vocabulary)
    _check_not_evaluable(table.where, parameters)
    _check_domains(table, parameters)
    return parameters


def parameter_values(parameters: Parameters) -> dict[str, str]:
    """Every parameter as text: lists comma-joined, no window as "", 36.0 as "36"."""
    return {name: _as_text(value) for name, value in parameters.model_dump().items()}


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple | list):
        return ",".join(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _tuples(values: dict[str, Any]) -> dict[str, Any]:
    """The values as Parameters takes them: lists as tuples, texts on one line."""
    return {
        key: tuple(map(_as_value, value)) if isinstance(value, list) else _as_value(value)
        for key, value in values.items()
    }


def _as_value(value: Any) -> Any:
    return one_line(value) if isinstance(value, str) else value


def _sentence(where: str, noun: str, error: ValidationError) -> str:
    first = error.errors()[0]
    message = first["msg"].removeprefix("Input ").replace("should be", "must be")
    return (
        f"{where}: {noun} '{first['loc'][0]}' is {first['input']!r}, but it {message}; correct "
        "it, or remove it to use the default."
    )


def _check_responses(where: str, parameters: Parameters) -> None:
    order = parameters.response_order
    if not order:
        raise StudyError(f"{where}: response_order is empty; list the responses, best first.")
    for value in order:
        if not value or "," in value:
            raise StudyError(
                f"{where}: response_order has the value '{shortened(value)}', which is empty or "
                "has a comma in it; write it without."
            )
        if order.count(value) > 1:
            raise StudyError(f"{where}: response_order names '{value}' twice; keep one of them.")
    missing = [term for term in parameters.remission_terms if term not in parameters.response_order]
    if missing:
        raise StudyError(
            f"{where}: response_order does not rank the remission term '{missing[0]}'; add it."
        )
    if parameters.survivor_known_alive_months > parameters.survivor_months:
        raise StudyError(
            f"{where}: survivor_known_alive_months is greater than survivor_months; a visit "
            "window cannot begin after its visit."
        )


def _check_vocabulary(where: str, parameters: Parameters, vocabulary: Vocabulary) -> None:
    missing = [name for name in vocabulary.responses if name not in parameters.response_order]
    if missing:
        raise StudyError(
            f"{where}: response_order does not rank '{missing[0]}', a response of the vocabulary "
            f"{vocabulary.name}; add it, or remove response_order to use the vocabulary's order."
        )


def _check_not_evaluable(where: str, parameters: Parameters) -> None:
    for term in parameters.not_evaluable_terms:
        if term not in parameters.response_order:
            raise StudyError(
                f"{where}: not_evaluable_terms has the response '{term}', which response_order "
                "does not rank; add it there, or list in not_evaluable_terms the responses that "
                "say nothing about the disease, [] if none does."
            )


def _check_domains(table: Table, parameters: Parameters) -> None:
    """Contacts come from domains, and those in person from some of them."""
    for key in ("contact_domains", "visit_domains"):
        for domain in getattr(parameters, key):
            if not is_domain(domain):
                raise StudyError(
                    f"{table.where}: {key} names '{domain}', which is not the code of an SDTM "
                    "domain; write two capitals, such as SV."
                )
    if not parameters.contact_domains:
        raise StudyError(
            f"{table.where}: contact_domains is empty, so that nobody would be known to be alive; "
            "name a domain, or remove it to use the default."
        )
    if "visit_domains" in table.values:
        for domain in parameters.visit_domains:
            if domain not in parameters.contact_domains:
                raise StudyError(
                    f"{table.where}: visit_domains names {domain}, but a visit is a contact and "
                    "contact_domains does not name it; add it there, or remove it here."
                )


def _identifier(table: Table) -> str:
    study_id = table.required("study_id")
    if len(study_id) > LONGEST or not _STUDY_ID.fullmatch(study_id):
        raise StudyError(
            f"{table.where}: study_id '{shortened(study_id)}' is also the name of a folder; use "
            f"lower-case letters, digits, - and _, {LONGEST} characters at most."
        )
    return study_id


def _vocabulary(table: Table) -> Vocabulary:
    """The ready-made terms that the study names, as one; none by default."""
    known = read_vocabularies()
    names = table.texts("vocabularies")
    return merged(known[table.check(name, known, "vocabulary")] for name in names)


def _trials(table: Table) -> tuple[Trial, ...]:
    tables = table.tables("trials")
    if not tables:
        raise StudyError(f"{table.where}: no [[trials]]; define at least one trial.")
    trials: list[Trial] = []
    for order, values in enumerate(tables, start=1):
        trial = _trial(Table(f"{table.where} [[trials]] {order}", values), order)
        if trial.trial_id in {other.trial_id for other in trials}:
            raise StudyError(
                f"{table.where}: trial_id '{trial.trial_id}' is given twice; keep one of them."
            )
        trials.append(trial)
    return tuple(trials)


def _trial(table: Table, order: int) -> Trial:
    table.allow(_TRIAL_KEYS)
    path = table.required("path")
    if len(path) > _LONGEST_PATH:
        raise StudyError(
            f"{table.where}: path '{shortened(path)}' has {len(path):,} characters; write "
            f"{_LONGEST_PATH} at most."
        )
    if Path(path).is_absolute() or ".." in Path(path).parts:
        raise StudyError(
            f"{table.where}: path '{path}' is outside the study folder; write it relative to "
            "that folder."
        )
    cutoff = table.day("cutoff")
    if cutoff.year not in READABLE_YEARS:
        raise StudyError(
            f"{table.where}: cutoff is {cutoff}, but dates are read from {READABLE_YEARS[0]} to "
            f"{READABLE_YEARS[-1]}; correct the year."
        )
    kind = table.known("kind", get_args(TrialKind), "kind") if table.text("kind") else "sdtm"
    return Trial.model_validate(
        {
            "trial_id": table.required("trial_id"),
            "label": table.required("label"),
            "path": path,
            "cutoff": cutoff,
            "display_order": order,
            "file_format": read_file_format(table),
            "files": read_file_formats(table),
            "kind": kind,
            "time_unit": _time_unit(table, kind),
        }
    )


def _time_unit(table: Table, kind: str) -> str | None:
    """The unit of AVAL, of a trial of kind adam alone."""
    if table.text("time_unit") is None:
        return None
    if kind != "adam":
        raise StudyError(
            f"{table.where}: time_unit is the unit of AVAL in ADTTE, but the trial is of the kind "
            f"{kind}; remove it."
        )
    return table.known("time_unit", UNIT_NAMES, "time_unit")


def _inferred(table: Table) -> dict[str, str]:
    table.allow(tuple(Parameters.model_fields))
    return {name: table.required(name) for name in table.values}


def _policies(table: Table) -> dict[str, str]:
    """The policy of every rule: the study's own over the defaults of the catalogue."""
    policies = default_policies()
    for name in table.values:
        table.check(name, RECORD_RULES, "rule")
        policies[name] = table.known(name, RECORD_RULES[name].policies, f"policy of rule {name}")
    return policies


def _number_style(table: Table) -> StyleName:
    """How numbers are printed; plain by default."""
    table.allow(("style",))
    name = table.known("style", STYLE_NAMES, "style") if table.text("style") else PLAIN
    return cast(StyleName, name)


def _publication(table: Table) -> Publication:
    table.allow(tuple(Publication.model_fields))
    grid = table.values.get("curve_grid")
    if grid is not None and grid != "monthly" and not _is_days(grid):
        raise StudyError(
            f"{table.where}: key 'curve_grid' is {grid!r}, but it must be \"monthly\" or a number "
            f"of days from 2 to {_LONGEST_GRID}; correct it, or remove it to publish curves by day."
        )
    try:
        publication = Publication.model_validate(table.values, strict=True)
    except ValidationError as error:
        raise StudyError(_sentence(table.where, "key", error)) from None
    _check_protection(table.where, publication)
    return publication


def _is_days(grid: object) -> bool:
    is_whole = isinstance(grid, int) and not isinstance(grid, bool)
    return is_whole and 2 <= int(str(grid)) <= _LONGEST_GRID


def _check_protection(where: str, publication: Publication) -> None:
    """Of the values from 1 to the limit no more can stay possible than there are."""
    if publication.protection is None:
        return
    most = publication.at_risk_bound - 2
    if most < 1:
        raise StudyError(
            f"{where}: key 'protection' is {publication.protection}, but no limit leaves two "
            "values to hide a count among; give a smallest_cell of at least 3, or remove it."
        )
    if publication.protection > most:
        raise StudyError(
            f"{where}: key 'protection' is {publication.protection}, but counts from 1 to "
            f"{publication.at_risk_bound - 1} are hidden, which are at most {most} apart; lower "
            "it, or remove it to keep all of them possible."
        )
