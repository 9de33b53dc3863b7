"""The folder of a study proposed from packages: read first, then written, so that it loads."""

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

import duckdb

from analytics.ingest.loading import load_packages
from analytics.ingest.unused import DATA, UnusedFile
from analytics.proposal.adam_study import propose_adam, questions
from analytics.proposal.course import CLINICAL_EVENTS, Course, read_course
from analytics.proposal.course_files import Arms, arms_of, control_last, write_course
from analytics.proposal.factors import Cells, proposed_factors
from analytics.proposal.skeleton_files import (
    TrialEntry,
    fill_list,
    fill_rows,
    fill_trials,
    replace_text,
    toml_text,
)
from analytics.proposal.terms import RESPONSES, ProposedTerm, proposed_terms
from analytics.proposal.trials import FoundTrial, find_trials, is_adam, latest_dates, trial_places
from analytics.signals import temporary_folder
from analytics.study.errors import StudyError
from analytics.study.loading import load_study
from analytics.study.new_study import SKELETON, check_new, write_skeleton
from analytics.study.specification import Parameters, StudySpecification
from analytics.study.terms import normal
from analytics.study.used_domains import used_domains
from analytics.study.vocabularies import merged, read_vocabularies
from analytics.warehouse import connect

# Domains whose dates show that a subject was seen, beside the contact_domains that every study
# has. An adverse event is none of them: it may end with the death.
_FURTHER_CONTACTS: Final = ("TU", "VS", "EG")


@dataclass(frozen=True)
class ProposedStudy:
    """What was proposed, what was passed over, and what the files leave open.

    `course` is None for ADaM packages, and only they have `questions`.
    """

    trials: tuple[TrialEntry, ...]
    terms: tuple[ProposedTerm, ...]
    factors: tuple[str, ...]
    unused: tuple[UnusedFile, ...]
    endpoints: tuple[str, ...]
    course: Course | None = None
    arms: Arms | None = None
    questions: tuple[str, ...] = ()


def propose_study(
    folder: Path, sources: Sequence[Path], encoding: str | None = None
) -> ProposedStudy:
    """Write a study of the trials that the sources hold into a new folder, with copies of them.

    Each source is a folder or .zip of SDTM files, of one trial or of several side by side, or of
    ADaM datasets, likewise.
    `encoding` is how text that is not UTF-8 is written, as study.toml names it. Raises StudyError
    and IngestError, with a sentence for everything that cannot be read; nothing is written then.
    """
    check_new(folder)
    _check_apart(folder, sources)
    places = [place for source in sources for place in trial_places(source)]
    adam = [place for place in places if is_adam(place)]
    if adam:
        return _proposed_from_adam(folder, places, adam, encoding)
    spec = _reading(load_study(SKELETON), [CLINICAL_EVENTS]).model_copy(update={"folder": Path()})
    with temporary_folder("plateau-init-") as work, connect(":memory:") as connection:
        found = find_trials(spec, sources, encoding, work)
        of_trials = spec.model_copy(update={"trials": tuple(one.trial for one in found)})
        load_packages(of_trials, connection, [one.package for one in found])
        terms = tuple(proposed_terms(connection))
        course = read_course(connection, terms)
        terms = tuple(_beside(course, terms))
        with_transplant = course.outcome == "remission" or course.has_transplants
        factors, levels = proposed_factors(
            connection, _codes(found), with_transplant=with_transplant, arms=course.arms
        )
        levels = control_last(levels)
        contacts = _contacts(found) if course.outcome != "remission" else []
        if contacts:
            _load_contacts(_reading(spec, contacts), sources, encoding, work, connection)
        entries = tuple(_entries(found, latest_dates(connection), encoding))
    write_skeleton(folder)
    for one, entry in zip(found, entries, strict=True):
        _copy(one.place, folder / entry.path)
    titles = [one.stated_title or one.trial.trial_id for one in found]
    replace_text(folder / "study.toml", '"Title of the study"', toml_text(", ".join(titles)))
    _write(folder, entries, terms, (factors, levels), course)
    if contacts:
        known = (*Parameters().contact_domains, *contacts)
        fill_list(folder / "study.toml", "contact_domains", known)
    endpoints = write_course(folder, course, factors, levels)
    used = used_domains(load_study(folder))
    return ProposedStudy(
        entries,
        terms,
        tuple(row[0] for row in factors),
        tuple(file for one in found for file in _unused(one, used)),
        endpoints,
        course,
        arms_of(course, levels),
    )


def _contacts(found: Sequence[FoundTrial]) -> list[str]:
    """The further domains of contacts among the files, also those that nothing reads so far."""
    read = {file.domain for one in found for file in one.package.files}
    passed_over = {file.domain for one in found for file in one.package.unused}
    return [domain for domain in _FURTHER_CONTACTS if domain in read | passed_over]


def _unused(one: FoundTrial, used: AbstractSet[str]) -> Iterator[UnusedFile]:
    """The files that the proposed study passes over, whatever was read for the proposal."""
    for file in one.package.files:
        if file.domain not in used:
            yield UnusedFile(file.trial_id, file.name, DATA, file.domain)
    for passed_over in one.package.unused:
        if passed_over.domain not in used:
            yield passed_over


def _load_contacts(
    spec: StudySpecification,
    sources: Sequence[Path],
    encoding: str | None,
    work: Path,
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """Load the files once more, by a study that reads the further contacts, too.

    Their dates may be the latest ones.
    """
    again = work / "contacts"  # archives are unpacked a second time
    again.mkdir()
    found = find_trials(spec, sources, encoding, again)
    of_trials = spec.model_copy(update={"trials": tuple(one.trial for one in found)})
    load_packages(of_trials, connection, [one.package for one in found])


def _reading(spec: StudySpecification, domains: Sequence[str]) -> StudySpecification:
    """The study with these among the domains that it reads."""
    contacts = (*spec.parameters.contact_domains, *domains)
    parameters = spec.parameters.model_copy(update={"contact_domains": contacts})
    return spec.model_copy(update={"parameters": parameters})


def _beside(course: Course, terms: Sequence[ProposedTerm]) -> Iterator[ProposedTerm]:
    """The terms that the vocabularies do not have.

    A relapse of a lymphoma or myeloma is a progression, but for what IMWG calls a relapse from CR,
    which is for disease-free survival; a response that they do not rank is a remark.
    """
    known = merged(read_vocabularies()[name] for name in course.vocabularies)
    theirs = {(term.domain, term.testcd, normal(term.wording or "")) for term in known.terms}
    for term in terms:
        if (term.domain, term.testcd, normal(term.wording or "")) in theirs:
            continue
        own = term
        if course.outcome == "progression" and term.category == "relapse":
            is_early = "FROM CR" in (term.wording or "")
            note = "IMWG: for disease-free survival alone" if is_early else term.note
            own = replace(term, category="response", value="progression", note=note)
            own = replace(own, in_force=own.in_force and not is_early)
        is_ranked = own.category != "response" or own.value in known.responses
        yield own if is_ranked or not course.vocabularies else replace(own, in_force=False)


def _proposed_from_adam(
    folder: Path, sources: Sequence[Path], adam: Sequence[Path], encoding: str | None
) -> ProposedStudy:
    """A study of ADaM packages alone: the two kinds have nothing in common to propose."""
    other = next((source for source in sources if source not in adam), None)
    if other is not None:
        raise StudyError(
            f"{adam[0]} holds ADaM datasets, but {other} does not; propose a study from each, then "
            "join their [[trials]]."
        )
    entries, findings, found = propose_adam(folder, sources, encoding)
    return ProposedStudy(
        entries,
        (),
        tuple(item.name for item in findings.factors),
        tuple(file for one in found for file in one.package.unused),
        tuple(item.paramcd for item in findings.endpoints),
        questions=tuple(questions(findings)),
    )


def _check_apart(folder: Path, sources: Sequence[Path]) -> None:
    for source in sources:
        if folder.resolve().is_relative_to(source.resolve()):
            raise StudyError(
                f"{folder} is inside the package {source}, which is copied into it; name "
                "another folder."
            )


def _codes(found: Sequence[FoundTrial]) -> dict[tuple[str, str], dict[str, str]]:
    """What the define.xml of all trials say of codes together."""
    together: dict[tuple[str, str], dict[str, str]] = {}
    for one in found:
        for key, meanings in one.package.definition.codes.items():
            together[key] = {**meanings, **together.get(key, {})}
    return together


def _entries(
    found: Sequence[FoundTrial],
    latest: Mapping[str, tuple[date, str]],
    encoding: str | None,
) -> list[TrialEntry]:
    entries: list[TrialEntry] = []
    for order, one in enumerate(found, start=1):
        trial_id = one.trial.trial_id
        name = _folder_name(trial_id) or f"trial-{order}"
        taken = {entry.path for entry in entries}
        suffix = one.place.suffix if one.place.is_file() else ""
        path = f"sdtm/{name}{suffix}"
        cutoff, reason = _cutoff(one, latest)
        entries.append(
            TrialEntry(
                trial_id,
                f"sdtm/{name}-{order}{suffix}" if path in taken else path,
                cutoff,
                reason,
                encoding,
            )
        )
    return entries


def _folder_name(trial_id: str) -> str:
    """The trial's id as a folder: its letters, digits and hyphens."""
    return re.sub(r"[^A-Za-z0-9]+", "-", trial_id).strip("-")


def _cutoff(one: FoundTrial, latest: Mapping[str, tuple[date, str]]) -> tuple[date, str]:
    if one.stated_cutoff is not None:
        return one.stated_cutoff, "DCUTDTC of TS"
    if one.trial.trial_id in latest:
        day, variable = latest[one.trial.trial_id]
        return day, f"the latest date in the files, {variable}"
    return one.trial.cutoff, "no file has a complete date"


def _copy(place: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if place.is_file():
        shutil.copyfile(place, target)
    else:
        shutil.copytree(place, target, ignore=shutil.ignore_patterns(".*"))


def _write(
    folder: Path,
    entries: Sequence[TrialEntry],
    terms: Sequence[ProposedTerm],
    factors: tuple[Sequence[Cells], Sequence[Cells]],
    course: Course,
) -> None:
    fill_trials(folder / "study.toml", entries)
    responses = {term.value for term in terms if term.category == "response" and term.value}
    if not course.vocabularies and not responses <= set(Parameters().response_order):
        fill_list(folder / "study.toml", "response_order", RESPONSES)
    fill_rows(
        folder / "terms.csv",
        [term.cells for term in terms],
        "Proposed from the wordings of the files: look at every row. A row that begins with # "
        "is not in force\n# until it has a meaning and the # is removed.",
    )
    fill_rows(
        folder / "factors.csv",
        factors[0],
        "Proposed from the variables of DM: look at every row.",
    )
    fill_rows(
        folder / "factor_levels.csv",
        factors[1],
        "Proposed from the values of DM: look at every row.",
    )
