"""What is published, in lines for people."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from analytics.release.folders import StudyReleases, published_studies
from analytics.release.history import published_releases
from analytics.release.log import published_at, read_runs, rollback_stands
from analytics.release.manifest import read_manifest


def status_lines(releases: Path) -> Iterator[str]:
    """A few lines per study: the current release, its checks, the last run."""
    names = sorted({path.parent.name for path in releases.glob("*/log.jsonl")})
    published = {study.study_id for study in published_studies(releases)}
    if not names:
        yield f"Nothing has been built in {releases}; run `plateau build`."
    for name in names:
        study = StudyReleases(releases, name)
        yield from _study_lines(study, name in published)


def _study_lines(study: StudyReleases, is_published: bool) -> Iterator[str]:
    runs = read_runs(study.log)
    if is_published:
        manifest = read_manifest(study.current)
        about = manifest["study"]
        yield f"{study.study_id}: {about['title']}"
        if about["synthetic"]:
            yield f"  data       synthetic. {about['synthetic_note'] or ''}".rstrip()
        held = "; a rollback that stands" if rollback_stands(study.log) else ""
        yield f"  release    {manifest['release_id']}, {_when(runs, manifest['release_id'])}{held}"
        others = [
            release.release_id
            for release in published_releases(study)
            if release.release_id != manifest["release_id"]
        ]
        if others:
            yield f"  also kept  {', '.join(others)}"
        yield f"  checks     {_checks(manifest['checks'])}"
        yield f"  warehouse  {study.current / 'warehouse.duckdb'}"
        yield f"  for BI     {study.current / 'bi.duckdb'}"
    else:
        yield f"{study.study_id}: nothing is published"
    if runs:
        last = runs[-1]
        message = f": {last['message']}" if "message" in last else ""
        yield f"  last run   {last['at']}, {last['event']}{message}"


def _when(runs: list[dict[str, Any]], release_id: str) -> str:
    at = published_at(runs, release_id)
    return f"published {at}" if at else "published at a time the log does not tell"


def _checks(checks: dict[str, int]) -> str:
    others = [f"{checks[kind]} {kind}" for kind in ("critical", "warning", "info") if checks[kind]]
    return ", ".join([f"{checks['passed']} passed", *others])
