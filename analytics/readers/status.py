"""What is published, in lines for people."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import duckdb

from analytics.check.reading import n_to_answer
from analytics.plural import counted, plural
from analytics.release.folders import (
    BI,
    REPORT_PAGE,
    WAREHOUSE,
    StudyReleases,
    published_studies,
)
from analytics.release.history import published_releases
from analytics.release.log import FAILED, published_at, read_runs, rollback_stands
from analytics.release.manifest import read_manifest
from analytics.release.soundness import visible_damage
from analytics.warehouse import connect

_REPAIR: Final = (
    "`plateau refresh` builds the release again if its files have not changed; `plateau rollback` "
    "makes another one current"
)


def damaged_studies(releases: Path) -> tuple[str, ...]:
    """The studies whose current release is visibly damaged."""
    return tuple(
        study.study_id for study in published_studies(releases) if visible_damage(study.current)
    )


def status_lines(releases: Path, now: datetime | None = None) -> Iterator[str]:
    """A few lines per study: the current release and its age, its checks, the last run, what next.

    `now` is the moment that ages count from.
    """
    published = {study.study_id for study in published_studies(releases)}
    names = sorted(published | {path.parent.name for path in releases.glob("*/log*.jsonl")})
    if not names:
        yield f"Nothing has been built in {releases}; run `plateau build`."
    for name in names:
        study = StudyReleases(releases, name)
        yield from _study_lines(study, name in published, now or datetime.now(UTC))


def _study_lines(study: StudyReleases, is_published: bool, now: datetime) -> Iterator[str]:
    runs = read_runs(study.log)
    damage = visible_damage(study.current) if is_published else ()
    if damage:
        yield f"{study.study_id}: the release that readers open is damaged"
        yield f"  release    {study.current.resolve().name}"
        yield from (f"  damage     {clause}" for clause in damage)
    elif is_published:
        manifest = read_manifest(study.current)
        about = manifest["study"]
        yield f"{study.study_id}: {about['title']}"
        if about["synthetic"]:
            yield f"  data       synthetic. {about['synthetic_note'] or ''}".rstrip()
        held = "; rollback in effect" if rollback_stands(study.log) else ""
        when = _when(runs, manifest["release_id"], now)
        yield f"  release    {manifest['release_id']}, {when}{held}"
        others = [
            release.release_id
            for release in published_releases(study)
            if release.release_id != manifest["release_id"]
        ]
        if others:
            yield f"  also kept  {', '.join(others)}"
        yield f"  checks     {_checks(manifest['checks'])}"
        for check in manifest.get("failing_checks", ()):
            sentence = check.get("finding") or check["description"]
            yield f"    {check['severity']}: {check['check_id']}: {sentence}"
        yield from _findings(study.current / WAREHOUSE)
        yield f"  warehouse  {study.current / WAREHOUSE}"
        yield f"  for BI     {study.current / BI}"
        if (study.current / REPORT_PAGE).is_file():
            yield f"  report     {study.current / REPORT_PAGE}"
    else:
        yield f"{study.study_id}: nothing is published"
    if runs:
        last = runs[-1]
        message = f": {last['message']}" if "message" in last else ""
        yield f"  last run   {last['at']}, {last['event']}{message}"
    else:
        yield f"  log        {study.log} has no run; compare it with a backup"
    if damage:
        yield f"  next       {_REPAIR}"
    elif runs:
        yield f"  next       {_next_step(runs[-1]['event'], is_published)}"


def _findings(warehouse: Path) -> Iterator[str]:
    """How many records and values need an answer; nothing where the warehouse cannot be read."""
    try:
        with connect(warehouse, read_only=True) as connection:
            n = n_to_answer(connection)
    except duckdb.Error:
        return
    need = f"{counted(n, 'finding')} {plural(n, 'needs', 'need')}" if n else "no finding needs"
    yield f"  records    {need} an answer{'; `plateau check` lists them' if n else ''}"


def _when(runs: list[dict[str, Any]], release_id: str, now: datetime) -> str:
    at = published_at(reversed(runs), release_id)
    if at is None:
        return "published at a time that is not in the log"
    days = (now - datetime.fromisoformat(at)).days
    age = "today" if days < 1 else f"{counted(days, 'day')} ago"
    return f"published {at}, {age}"


def _next_step(event: str, is_published: bool) -> str:
    if event == FAILED:
        kept = "; until then the release above stays current" if is_published else ""
        return f"fix what the last run reports and run `plateau refresh`{kept}"
    if not is_published:
        return "run `plateau build`"
    return '`plateau refresh` when files have changed; `plateau query "from bi.endpoint_summary"`'


def _checks(checks: dict[str, int]) -> str:
    others = [f"{checks[kind]} {kind}" for kind in ("critical", "warning", "info") if checks[kind]]
    return ", ".join([f"{checks['passed']} passed", *others])
