"""Writes the page: what was asked before, as data, with the script that shows it."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from analytics.release.folders import BI, WAREHOUSE
from analytics.report.bi_tables import read_bi
from analytics.report.elements import Bi, as_of
from analytics.report.explore.answers import Answers
from analytics.report.explore.estimates import split
from analytics.report.explore.library import library
from analytics.report.explore.offered import (
    Offered,
    labels_of_levels,
    levels_of,
    offered,
    refusals,
    subjects_of,
)
from analytics.report.explore.planned import planned
from analytics.report.formats import confidence, decimal_places, time_since
from analytics.report.provenance import release_note
from analytics.report.writing import number_style_of
from analytics.study.number_styles import style, written_as
from analytics.study.specification import Parameters, Publication
from analytics.warehouse import connect

PAGE: Final = "explore.html"
LARGEST: Final = 5_000
"""The most patients of whom questions beyond the plan are answered: a page holds every day."""


_OWNERS_ALONE: Final = 0o600
_PUBLIC: Final = 0o644


@dataclass(frozen=True)
class ReleaseOf:
    """The release that the page is of, and what its numbers depend on."""

    release_id: str
    parameters: Parameters
    publication: Publication
    published: str | None = None
    """The day on which it was published, where that is known."""


_TEMPLATES: Final = Path(__file__).parent.parent / "templates"


def write_explore(
    release: Path,
    folder: Path,
    about: ReleaseOf,
    number_style: str | None = None,
    answers: Answers | None = None,
) -> Path:
    """Write explore.html into the folder, from the files of a release; the page.

    With limits of publication, too many patients or a warehouse that may not be read it has the
    analyses of the plan alone, as schema bi has them; otherwise also what the guard allows. The
    same release gives the same bytes. Without limits the page is its owner's alone: the counts of
    many groups by day tell most patients' factors and times when they are put together.
    `number_style` is that of the study unless given; `answers` may know some from another page.
    """
    bi = read_bi(release / BI)
    why_planned = _why_only_planned(bi, release / WAREHOUSE, about.publication)
    path = folder / PAGE
    with written_as(number_style or number_style_of(bi)):
        answering = answers or Answers()
        asked = {} if why_planned else _asked(release / WAREHOUSE, about.parameters, answering)
        text = _page(bi, asked, why_planned, about)
    path.touch(mode=_OWNERS_ALONE)
    path.chmod(_PUBLIC if about.publication.has_limits else _OWNERS_ALONE)
    path.write_text(text, encoding="utf-8")
    return path


def _why_only_planned(bi: Bi, warehouse: Path, publication: Publication) -> str | None:
    """Why nothing beyond the plan is offered, in a sentence; None: it is."""
    if publication.has_limits:
        return (
            "The study limits what is published, so this page offers the analyses of the plan, "
            "with the same limits."
        )
    if bi["about"].to_dicts()[0]["n_subjects"] > LARGEST:
        return (
            "The study has more patients than such a page can hold, so it offers the analyses of "
            "the plan."
        )
    if not os.access(warehouse, os.R_OK):
        return (
            "This page was made without access to the data of patients, so it offers the "
            "analyses of the plan."
        )
    return None


def _asked(warehouse: Path, parameters: Parameters, answering: Answers) -> dict[str, Any]:
    """The questions that are offered, each answered."""
    with connect(warehouse, read_only=True) as connection:
        found = offered(connection)
        levels = levels_of(connection).partition_by("factor", as_dict=True)
        labels = labels_of_levels(connection)
        subjects = {
            (offer.endpoint, offer.population): subjects_of(
                connection, offer.endpoint, offer.population
            )
            for offer in found.offers
            if offer.factor is None
        }
        refused = refusals(connection)
    return {
        "endpoints": [_endpoint(row) for row in found.endpoints],
        "populations": list(found.populations),
        "factors": list(found.factors),
        "refused": refused,
        **_answers(found, subjects, levels, labels, parameters, answering),
    }


def _answers(  # noqa: PLR0913, PLR0917 - what the answers are made of
    found: Offered,
    subjects: Mapping[tuple[str, str], pl.DataFrame],
    levels: Mapping[tuple[Any, ...], pl.DataFrame],
    labels: Mapping[str, Mapping[str, str]],
    parameters: Parameters,
    answering: Answers,
) -> dict[str, Any]:
    # of an endpoint from ADaM only its rows tell whether it has competing events
    competing = {row["name"] for row in found.endpoints if row["competing_events"] is not None}
    competing |= {
        endpoint for (endpoint, _), rows in subjects.items() if (rows["event_code"] == 2).any()
    }
    offers: list[dict[str, Any]] = []
    answers: list[dict[str, Any]] = []
    for offer in found.offers:
        own = subjects[offer.endpoint, offer.population]
        if own.is_empty():
            continue
        groups = split(
            own,
            None if offer.factor is None else levels[(offer.factor,)].drop("factor"),
            labels.get(offer.factor or "", {}),
        )
        offers.append({**vars(offer), "answer": len(answers)})
        is_competing = offer.endpoint in competing
        answers.append(answering.of(offer, groups, parameters, competing=is_competing))
    return {"offers": offers, "answers": answers}


def _endpoint(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "axis": time_since({"starts_at": row["starts_at"], "landmark_days": None}),
        "labels": {
            "event": row["events"] or "event",
            "competing": row["competing_events"] or "competing event",
        },
    }


def _page(bi: Bi, asked: dict[str, Any], why_planned: str | None, release: ReleaseOf) -> str:
    about = bi["about"].to_dicts()[0]
    data = {
        "study": about["study_id"],
        "note": f"{as_of(bi)} {release_note(release.release_id, release.published)}",
        "level": confidence(release.parameters.conf_level),
        "point": style().point,
        "to": style().to,
        "limited": release.publication.has_limits,
        "planned": planned(bi),
        **asked,
    }
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("explore.html").render(
        about=about,
        release_id=release.release_id,
        published=release.published,
        asks=bool(asked),
        why_planned=why_planned,
        level=f"{decimal_places(100 * release.parameters.conf_level)}%",
        data=Markup(_json(data)),
        css=Markup((_TEMPLATES / "explore.css").read_text(encoding="utf-8")),
        script=Markup((_TEMPLATES / "explore.js").read_text(encoding="utf-8")),
        library=Markup(library()),
    )


def _json(data: dict[str, Any]) -> str:
    """JSON that ends no <script> element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
