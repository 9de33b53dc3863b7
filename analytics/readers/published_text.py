"""The text to copy of a published release: methods and results in sentences, as a document."""

from pathlib import Path
from typing import Final

from analytics.readers.published_report import (
    FOLDER,
    check_format,
    outside_releases,
    provenance_of,
    readable,
    style_for,
)
from analytics.release.manifest import read_manifest
from analytics.report.text_to_copy import as_plain_text, text_to_copy
from analytics.study.number_styles import written_as

FORMATS: Final = ("docx", "txt")


def write_text(
    release: Path,
    releases: Path,
    kind: str,
    output: Path | None,
    number_style: str | None = None,
) -> tuple[Path, int]:
    """Write the text of the release into one file; its path and the number of its passages.

    Raises ReportError for an unknown format or style, and for a file among the releases.
    """
    check_format(kind, FORMATS)
    manifest = read_manifest(release)
    path = output or FOLDER / manifest["study"]["study_id"] / f"text.{kind}"
    outside_releases(path.parent, releases, release)
    bi = readable(release, manifest)
    with written_as(style_for(bi, number_style)):
        text = text_to_copy(bi, provenance_of(release, manifest))
    path.parent.mkdir(parents=True, exist_ok=True)
    if kind == "txt":
        path.write_text(as_plain_text(text), encoding="utf-8")
    else:
        from analytics.report.word_text import write_word_text  # noqa: PLC0415 - slow to import

        write_word_text(text, path)
    return path, len(text.results)
