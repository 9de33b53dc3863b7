"""The text to copy as a Word document."""

from pathlib import Path
from typing import Any

from docx import Document
from docx.shared import Pt

from analytics.report.text_to_copy import BEFORE_USE, METHODS, RESULTS, TextToCopy
from analytics.report.word import FONT, foot

_BODY = Pt(10.5)


def write_word_text(text: TextToCopy, path: Path) -> None:
    """Write a document: methods, then a passage per analysis under its heading."""
    document = Document()
    style = document.styles["Normal"]
    style.font.name, style.font.size = FONT, _BODY
    for name in ("title", "author", "comments"):
        setattr(document.core_properties, name, text.title if name == "title" else "")
    foot(document.sections[0], text.source)
    document.add_heading(text.title, level=1)
    document.add_paragraph(text.source)
    document.add_heading(METHODS, level=2)
    for paragraph in text.methods:
        document.add_paragraph(text.labelled(paragraph))
    document.add_heading(RESULTS, level=2)
    for passage in text.results:
        document.add_heading(passage.heading, level=3)
        if passage.caution:
            _caution(document, passage.caution)
        document.add_paragraph(text.paragraph(passage))
    document.save(str(path))


def _caution(document: Any, caution: str) -> None:
    paragraph = document.add_paragraph()
    paragraph.add_run(f"{BEFORE_USE} ").bold = True
    paragraph.add_run(caution).italic = True
