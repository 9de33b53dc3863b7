"""The text that a release offers to copy: methods for a paper, and its results in sentences."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from analytics.report.elements import Bi, as_of
from analytics.report.methods_text import methods_paragraphs
from analytics.report.provenance import Provenance
from analytics.report.result_sentences import Passage, passages

SYNTHETIC: Final = "[Synthetic data]"
METHODS: Final = "Methods"
RESULTS: Final = "Results"
BEFORE_USE: Final = "Read before use:"


@dataclass(frozen=True)
class TextToCopy:
    """Paragraphs of methods and passages of results; `source` says as of when they are.

    `label` stands before each paragraph that could leave without the others; None: real data.
    """

    title: str
    source: str
    label: str | None
    methods: tuple[str, ...]
    results: tuple[Passage, ...]

    def paragraph(self, passage: Passage) -> str:
        """The sentences of a passage as one paragraph, with its label."""
        return self.labelled(" ".join(passage.sentences))

    def labelled(self, text: str) -> str:
        """The text behind the label."""
        return f"{self.label} {text}" if self.label else text


def text_to_copy(bi: Bi, provenance: Provenance) -> TextToCopy:
    """The text of a release, in the number style that is set."""
    about = bi["about"].to_dicts()[0]
    return TextToCopy(
        title=about["title"],
        source=f"{as_of(bi)} {provenance.note}",
        label=SYNTHETIC if about["is_synthetic"] else None,
        methods=tuple(methods_paragraphs(bi, provenance)),
        results=tuple(passages(bi)),
    )


def as_plain_text(text: TextToCopy) -> str:
    """The text for an editor or a mail: headings, and each paragraph on one line."""
    return "\n".join(_lines(text)) + "\n"


def _lines(text: TextToCopy) -> Iterator[str]:
    yield text.title
    yield text.source
    yield ""
    yield from _heading(METHODS)
    for paragraph in text.methods:
        yield text.labelled(paragraph)
        yield ""
    yield from _heading(RESULTS)
    for passage in text.results:
        yield f"{passage.heading} ({passage.analysis_id})"
        if passage.caution:
            yield f"{BEFORE_USE} {passage.caution}"
        yield text.paragraph(passage)
        yield ""


def _heading(words: str) -> Iterator[str]:
    yield words
    yield "=" * len(words)
    yield ""
