"""The folder of a study proposed from ADaM packages."""

import json
import shutil
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from analytics.ingest.errors import IngestError
from analytics.ingest.files import packages
from analytics.ingest.loading import load_packages
from analytics.proposal.adam import (
    TREATMENTS,
    AdamEndpoint,
    AdamFactor,
    AdamFindings,
    AdamPopulation,
    landmarks,
    level_names_of,
    read_adam,
    unit_as_declared,
)
from analytics.proposal.skeleton_files import (
    TrialEntry,
    analysis_text,
    csv_text,
    toml_text,
)
from analytics.proposal.trials import FoundTrial, check_twice, study_id_of_files
from analytics.signals import temporary_folder
from analytics.study.adam_datasets import ADSL
from analytics.study.errors import StudyError
from analytics.study.factors import FACTOR_COLUMNS, LEVEL_COLUMNS
from analytics.study.keys import Table
from analytics.study.loading import load_study
from analytics.study.new_study import SKELETON, study_id_of
from analytics.study.specification import StudySpecification, Trial
from analytics.study.trial_files import read_file_format
from analytics.study.wording import choices
from analytics.warehouse import connect

_NO_LEVEL: Final = "Not known, or in no population"
_UNKNOWN_CUTOFF: Final = date(2030, 12, 31)


def propose_adam(
    folder: Path, sources: Sequence[Path], encoding: str | None
) -> tuple[tuple[TrialEntry, ...], AdamFindings, tuple[FoundTrial, ...]]:
    """Write a study of the ADaM packages, each of one trial, into a new folder, with copies.

    Raises StudyError where no flag of ADSL is a population, and IngestError for what cannot be
    read; nothing is written then.
    """
    spec = _without_definitions(load_study(SKELETON))
    with temporary_folder("plateau-init-") as work, connect(":memory:") as connection:
        found = tuple(_found_trials(spec, sources, encoding, work))
        of_trials = spec.model_copy(update={"trials": tuple(one.trial for one in found)})
        load_packages(of_trials, connection, [one.package for one in found])
        findings = read_adam(connection, spec.parameters.days_per_month)
    if not findings.populations:
        raise StudyError(
            "ADSL has no flag of a population (ITTFL, FASFL, SAFFL ...) with a Y; add one, as it "
            "says who is analysed."
        )
    if not findings.endpoints:
        raise StudyError("No row of ADTTE has a PARAMCD; add it, as it names the endpoints.")
    entries = tuple(_entry(order, one, findings, encoding) for order, one in enumerate(found, 1))
    folder.mkdir(parents=True, exist_ok=True)
    for one, entry in zip(found, entries, strict=True):
        _copy(one.place, folder / entry.path)
    for file_name, text in _files(folder, entries, findings).items():
        (folder / file_name).write_text(text, encoding="utf-8")
    load_study(folder)
    return entries, findings, found


def _without_definitions(spec: StudySpecification) -> StudySpecification:
    """Nothing but conventions: a package is loaded before anything is asked of it."""
    nothing: dict[str, tuple[()]] = dict.fromkeys(
        ("terms", "factors", "factor_levels", "populations", "endpoints", "analyses"), ()
    )
    more = {"endpoint_rules": (), "folder": Path()}
    return spec.model_copy(update={**nothing, **more})


def _found_trials(
    spec: StudySpecification, sources: Sequence[Path], encoding: str | None, work: Path
) -> list[FoundTrial]:
    file_format = read_file_format(Table("--encoding", {"encoding": encoding} if encoding else {}))
    trials = tuple(
        Trial(
            trial_id=source.name,
            label=source.name,
            path=source.as_posix(),
            cutoff=_UNKNOWN_CUTOFF,
            display_order=order,
            file_format=file_format,
            kind="adam",
        )
        for order, source in enumerate(sources, start=1)
    )
    found = packages(spec.model_copy(update={"trials": trials}), work)
    if refusals := [sentence for package in found for sentence in package.refusals]:
        raise IngestError(*refusals)
    named = [
        study_id_of_files(trial, source, package, ADSL)
        for trial, source, package in zip(trials, sources, found, strict=True)
    ]
    check_twice(named)
    return named


def _entry(order: int, one: FoundTrial, findings: AdamFindings, encoding: str | None) -> TrialEntry:
    trial_id = one.trial.trial_id
    letters = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in trial_id)
    suffix = one.place.suffix if one.place.is_file() else ""
    unit = findings.time_units.get(trial_id)
    day, where = findings.latest.get(trial_id, (None, None))
    return TrialEntry(
        trial_id,
        f"adam/{letters.strip('-') or f'trial-{order}'}{suffix}",
        day or one.trial.cutoff,
        f"the latest date in the files, {where}" if day else "no file has a complete date",
        encoding,
        kind="adam",
        time_unit=None if unit is None else unit_as_declared(unit),
        asks_unit=trial_id in findings.untold,
    )


def questions(findings: AdamFindings) -> Iterator[str]:
    """What the datasets leave open, in sentences to print."""
    for trial, paramcds in findings.untold.items():
        yield (
            f"study.toml: nothing tells the unit of AVAL of {', '.join(paramcds)} in ADTTE of "
            f"{trial}: no AVALU, no unit in PARAM, no dates that agree with it. Is it DAYS, WEEKS, "
            "MONTHS or YEARS? A build stops (unknown_time_unit) until AVALU or time_unit says so."
        )
    if findings.unknown_units:
        yield (
            f"ADTTE: AVALU is {choices(findings.unknown_units)}, but a unit is DAYS, WEEKS, MONTHS "
            "or YEARS. A build stops (unknown_time_unit) until AVALU is corrected."
        )
    for paramcd, found in findings.split.items():
        yield (
            f"ADTTE: {paramcd} has rows with PARQUAL {choices(found)}; ADaM wants one PARAMCD for "
            "each analysis, so give each a PARAMCD of its own, or mark the rows of one of them "
            "with ANL01FL."
        )
    yield from _reference_questions(findings)


def _reference_questions(findings: AdamFindings) -> Iterator[str]:
    """With which arm the others of each treatment variable are compared."""
    for item in findings.factors:
        if item.variable in TREATMENTS and len(item.wordings) > 1:
            control = item.wordings[-1]
            yield (
                f"factor_levels.csv: every other arm of {item.variable} is compared with "
                f"{control}. Is {control} the control?"
            )


def _copy(place: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if place.is_file():
        shutil.copyfile(place, target)
    else:
        shutil.copytree(place, target, ignore=shutil.ignore_patterns(".*"))


def _files(folder: Path, entries: Sequence[TrialEntry], findings: AdamFindings) -> dict[str, str]:
    """The study's own files by name."""
    return {
        "study.toml": _study(folder, entries, findings),
        "factors.csv": _table(
            FACTOR_COLUMNS,
            [
                [
                    *(item.name, item.label, "baseline"),
                    "categorical" if item.wordings else "continuous",
                    *("adam", "", "", "", "", "", "" if item.wordings else "years"),
                    *("", "", "", "", order, ""),
                ]
                for order, item in enumerate(findings.factors, start=1)
            ],
        ),
        "factor_levels.csv": _table(
            LEVEL_COLUMNS,
            [row for item in findings.factors for row in _levels(item)],
        ),
        "populations.csv": _table(
            (
                *("population", "label", "display_order", "condition_order", "kind", "name"),
                *("operator", "value", "reason"),
            ),
            [_population(order, item) for order, item in enumerate(findings.populations, start=1)],
        ),
        "endpoints.csv": _table(
            ("paramcd", "param", "population", "origin_fact", "display_order", "note"),
            [
                [item.paramcd, item.param, item.population, "", order, ""]
                for order, item in enumerate(findings.endpoints, start=1)
            ],
        ),
        "adam_names.csv": _table(
            ("kind", "name", "variable", "label"),
            [
                *(["factor", item.name, item.variable, ""] for item in findings.factors),
                *(["population", item.name, item.variable, ""] for item in findings.populations),
            ],
        ),
        "adam_events.csv": _events(findings),
        "plan.toml": _plan(findings),
    }


def _levels(item: AdamFactor) -> Iterator[list[object]]:
    """A row for each level, and one without a level for each other wording."""
    names = level_names_of(item.wordings, item.others)
    for order, (level, wording) in enumerate(zip(names, item.wordings, strict=True), start=1):
        yield [item.name, level, wording, order, wording, "", "", "", ""]
    for wording in item.others:
        yield [item.name, "", _NO_LEVEL, len(names) + 1, wording, "", "", "", ""]


def _population(order: int, item: AdamPopulation) -> list[object]:
    """A population of its flag alone, or of those in another one who have the flag, too."""
    if item.within is None:
        return [item.name, item.label, order, "", "", "", "", "", f"{item.variable} is not Y"]
    return [item.name, item.label, order, 1, "population", item.within, "", "", ""]


def _study(folder: Path, entries: Sequence[TrialEntry], findings: AdamFindings) -> str:
    title = ", ".join(entry.trial_id for entry in entries)
    trials = "".join(
        "\n[[trials]]\n" + "".join(f"{key} = {value}\n" for key, value in entry.values.items())
        for entry in entries
    )
    return (
        "# Proposed from the ADaM datasets: look at every line.\n\n"
        f"study_id = {json.dumps(study_id_of(folder))}\n"
        f"title = {json.dumps(title, ensure_ascii=False)}\n"
        "# true for invented or simulated data: every output then carries synthetic_note.\n"
        "synthetic = false\n"
        '#synthetic_note = "SYNTHETIC DATA: no patient of this study exists."\n'
        f'analysis_set = "{findings.populations[0].name}"\n'
        f"{trials}\n"
        "[parameters]\n"
        '# Whether AVAL is ADT - STARTDT ("difference") or a day more ("adam"), as found.\n'
        f'day_convention = "{findings.day_convention}"\n'
    )


def _events(findings: AdamFindings) -> str:
    """Every reason of censoring as a line that is not in force; a # less makes it competing."""
    rows = [
        [f"#{item.paramcd}", item.cnsr, item.evntdesc or "", "competing"]
        for item in findings.censorings
    ]
    return (
        "# CNSR 0 is the event and any other number a reason of censoring. Remove the # before "
        "what is a competing event,\n# and give the curves of its endpoint the method "
        "cumulative_incidence in plan.toml.\n"
        + _table(("paramcd", "cnsr", "evntdesc", "role"), rows)
    )


def _plan(findings: AdamFindings) -> str:
    treatment = findings.treatment
    parts = ["# A curve for each endpoint, by planned treatment where ADSL has it.\n"]
    for item in findings.endpoints:
        code = "".join(sign if sign.isalnum() else "_" for sign in item.paramcd.lower())
        parts.append(_curve(code, item.param, item))
        if treatment is not None:
            label = f"{item.param} by treatment"
            parts.append(_curve(f"{code}_by_treatment", label, item, treatment.name))
    return "\n".join(parts)


def _curve(name: str, label: str, endpoint: AdamEndpoint, strata: str | None = None) -> str:
    months = landmarks(endpoint.longest_months)
    return analysis_text(
        name,
        label,
        "kaplan_meier",
        endpoint=toml_text(endpoint.paramcd),
        population=toml_text(endpoint.population),
        **({"strata": toml_text(strata)} if strata else {}),
        **({"landmarks_months": json.dumps(list(months))} if months else {}),
    )


def _table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    return csv_text([columns, *rows])
