"""`plateau figure`: one figure of a published report for a journal."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from project import Plateau, published_note

from analytics.readers.published_figures import Chosen, write_figure
from analytics.readers.published_report import ReportError


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
    foot = " ".join(texts["without"])
    source = "Data cut-off: MT103-206 2015-06-30; MT103-211 2017-02-28."
    assert f"{source} {published_note(default_releases)}" in foot


def test_a_release_without_its_log_has_no_day_of_publication(
    default_releases: Path, tmp_path: Path
) -> None:
    release = shutil.copytree(
        (default_releases / "blinatumomab/current").resolve(),
        tmp_path / "elsewhere",
        ignore=shutil.ignore_patterns("report", "bi"),
    )
    path = tmp_path / "figures/os_all.svg"
    write_figure(release, tmp_path / "none", "os_all", Chosen(kind="svg"), path)
    released = published_note(default_releases).partition(",")[0]
    text = path.read_text(encoding="utf-8")
    assert f"{released}." in text
    assert ", published" not in text


def test_one_analysis_set_stands_above_the_lines_of_a_forest_and_several_beside_them(
    default_releases: Path, nsclc_releases: Path, tmp_path: Path
) -> None:
    for releases, name, heading, has_column in (
        (nsclc_releases, "cox_os", "Baseline: Intention to treat", False),
        (default_releases, "cox_os_univariate", "Baseline", True),
    ):
        path = written(releases, name, tmp_path / f"{name}.svg")
        drawn = re.findall(r"<text[^>]*>([^<]+)</text>", path.read_text(encoding="utf-8"))
        assert heading in drawn
        assert ("Analysis set" in drawn) is has_column


def test_dots_are_as_many_as_asked(
    plateau: Plateau, default_releases: Path, tmp_path: Path
) -> None:
    path = tmp_path / "survival.tiff"
    drawn(plateau, default_releases, path, "survival_os_all", "--format", "tiff")
    with Image.open(path) as image:
        assert image.info["dpi"] == pytest.approx((600, 600), rel=1e-3)
        assert image.width == pytest.approx(180 / 25.4 * 600, abs=1)


def written(releases: Path, name: str, path: Path, **chosen: Any) -> Path:
    release = next(releases.glob("*/current"))
    return write_figure(
        release, releases, name, Chosen(kind=path.suffix.removeprefix("."), **chosen), path
    )


@pytest.mark.parametrize("width", ["85mm", "18 cm", "6in"])
def test_a_figure_is_exactly_as_wide_as_asked(
    width: str, default_releases: Path, tmp_path: Path
) -> None:
    path = written(default_releases, "os_by_trial", tmp_path / "figure.pdf", width=width)
    box = re.search(rb"/MediaBox \[ ?0 0 ([\d.]+) ", path.read_bytes())
    assert box is not None
    points = {"85mm": 85 / 25.4 * 72, "18 cm": 180 / 25.4 * 72, "6in": 432.0}[width]
    assert float(box[1]) == pytest.approx(points, abs=0.01)


def test_an_eps_has_its_fonts_no_transparency_and_no_date(
    default_releases: Path, tmp_path: Path
) -> None:
    first, second = (
        written(default_releases, "os_all", tmp_path / f"{i}.eps").read_bytes() for i in "12"
    )
    assert first.startswith(b"%!PS-Adobe-3.0 EPSF-3.0")
    assert b"/FontType 42" in first
    assert b"CreationDate" not in first
    assert first == second


def test_the_style_of_a_journal_is_that_of_its_numbers_and_of_the_table_below(
    default_releases: Path, tmp_path: Path
) -> None:
    svg = written(
        default_releases, "os_by_trial", tmp_path / "lancet.svg", style="lancet"
    ).read_text(encoding="utf-8")
    texts = re.findall(r"<text[^>]*>([^<]+)</text>", svg)
    assert "Number at risk (number censored)" in texts
    assert any("p=0\u00b720" in text for text in texts)
    assert any("13\u00b70 (7\u00b78\u201321\u00b76)" in text for text in texts)


def test_a_hazard_ratio_is_written_beside_the_test_of_two_groups(
    myeloid_releases: Path, tmp_path: Path
) -> None:
    svg = written(myeloid_releases, "os_by_arm", tmp_path / "ratio.svg", has_ratio=True)
    texts = re.findall(r"<text[^>]*>([^<]+)</text>", svg.read_text(encoding="utf-8"))
    assert any(re.search(r"hazard ratio 0\.71 \(0\.57-0\.88\), P = \.002", one) for one in texts)


@pytest.mark.parametrize(
    ("name", "chosen", "sentence"),
    [
        ("os_all", {"width": "85"}, "--width is '85'; write a length such as 85mm, 18cm or 7in."),
        ("os_all", {"width": "300mm"}, "--width is 300mm; choose 250 mm at most."),
        ("os_all", {"width": "40mm"}, "Figure 1 needs 80 mm, as its words would not fit into 40 "),
        ("forest_cox_os_univariate", {"width": "85mm"}, "needs 150 mm, as its words would not"),
        ("os_all", {"has_ratio": True}, "Figure 1 has no hazard ratio to show; the plan needs "),
        ("os_all", {"style": "bmj"}, "Style 'bmj' is not one of plain, nejm, jco, lancet, jama."),
    ],
)
def test_what_a_figure_cannot_be_is_said(
    name: str, chosen: dict[str, Any], sentence: str, default_releases: Path, tmp_path: Path
) -> None:
    path = tmp_path / "figure.pdf"
    with pytest.raises(ReportError, match=re.escape(sentence)):
        written(default_releases, name, path, **chosen)
    assert not path.exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("os_all", "--format", "bmp"), "Format 'bmp' is not one of pdf, eps, svg, tiff, png."),
        (("os_all", "--dpi", "1"), "--dpi is 1; choose 72 to 2400 dots an inch."),
        (("nothing",), "There is no figure 'nothing'; choose among survival_os_all (Figure 1), "),
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
