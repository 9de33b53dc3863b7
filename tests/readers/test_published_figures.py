"""`plateau figure`: one figure of a published report for a journal."""

import re
from pathlib import Path

import pytest
from PIL import Image
from project import Plateau


def drawn(plateau: Plateau, releases: Path, path: Path, *arguments: object) -> Path:
    result = plateau("figure", "--releases", releases, "-o", path, *arguments)
    assert result.returncode == 0, result.stderr
    assert (result.stdout, result.stderr) == (f"{path}\n", "")
    return path


def test_a_pdf_has_its_fonts_and_the_same_bytes_each_time(
    plateau: Plateau, default_releases: Path, tmp_path: Path
) -> None:
    first, second = (
        drawn(plateau, default_releases, tmp_path / f"{i}.pdf", "Figure 2") for i in "12"
    )
    content = first.read_bytes()
    assert content.startswith(b"%PDF")
    assert b"/FontFile2" in content
    assert b"/CreationDate" not in content
    assert content == second.read_bytes()


def test_an_svg_has_real_text_and_no_title_unless_asked(
    plateau: Plateau, default_releases: Path, tmp_path: Path
) -> None:
    title = "Overall survival by trial"
    texts = {}
    for name, asked in (("without", []), ("with", ["--title"])):
        path = tmp_path / f"{name}.svg"
        svg = drawn(plateau, default_releases, path, "os_by_trial", "--format", "svg", *asked)
        texts[name] = re.findall(r"<text[^>]*>([^<]+)</text>", svg.read_text(encoding="utf-8"))
    assert title not in texts["without"]
    assert title in texts["with"]
    assert "MT103-206" in texts["without"]
    assert any("SYNTHETIC DATA" in text for text in texts["without"])
    assert any("MT103-211 2017-02-28" in text for text in texts["without"])


def test_dots_are_as_many_as_asked(
    plateau: Plateau, default_releases: Path, tmp_path: Path
) -> None:
    path = tmp_path / "survival.tiff"
    drawn(plateau, default_releases, path, "survival_os_all", "--format", "tiff")
    with Image.open(path) as image:
        assert image.info["dpi"] == pytest.approx((600, 600), rel=1e-3)
        assert image.width > 3900


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("os_all", "--format", "eps"), "Format 'eps' is not one of pdf, svg, tiff, png."),
        (("os_all", "--dpi", "1"), "--dpi is 1; choose 72 to 2400 dots an inch."),
        (("nothing",), "There is no figure 'nothing'; choose among patient_flow (Figure 1), "),
        (("os_all", "-o", "figure.png"), "figure.png does not end in .pdf; rename it or choose "),
    ],
)
def test_a_wrong_call_is_one_sentence(
    arguments: tuple[str, ...], sentence: str, plateau: Plateau, default_releases: Path
) -> None:
    result = plateau("figure", "--releases", default_releases, *arguments)
    assert result.returncode == 2
    assert result.stderr.startswith(f"plateau: {sentence}")
    assert result.stderr.count("\n") == 1
