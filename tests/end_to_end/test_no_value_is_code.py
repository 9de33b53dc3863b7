"""No text of a study is code anywhere: not in SQL, HTML, SVG, CSV, Excel, Word, RTF, LaTeX,
Postgres, the dashboard, ADaM's define.xml or a terminal."""

import csv
import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import duckdb
import pytest
import yaml
from hostile_study import TOKEN, Walk, make_hostile
from project import NSCLC, Plateau
from serving.postgres_server import Server, running_server
from test_ordinary_trial import written
from torture_scale import full_only

from analytics.release.verify import verify_release
from analytics.study import StudyError, load_study
from expectations.suite import SuiteError, load_suites

LIVE = re.compile(rf"{TOKEN}\(")
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
# places that the walk leaves alone: a path is where the data are
LEFT = frozenset({"package.d", "sdtm", "Y", "life_table.csv", "STUDY DRUG | PLACEBO"})
# what the ordinary trial does not ask for, so that more of the report has a text of the study
FURTHER = {
    "plan.toml": """
[[analyses]]
id = "os_by_arm"
label = "Overall survival by arm"
method = "kaplan_meier"
endpoint = "OS"
population = "all"
strata = "arm"
landmarks_months = [3, 6]
caution = "Few patients."

[[analyses]]
id = "infections"
label = "Infections"
method = "cumulative_incidence"
headline = true
endpoint = "TTI"
population = "all"
landmarks_months = [3]

[[analyses]]
id = "cox"
label = "Factors and survival"
method = "cox_univariate"
endpoint = "OS"
population = "all"
factors = [{ factor = "arm", numerator = ["drug"], denominator = ["placebo"] }]

[[analyses]]
id = "attrition"
label = "From all to the randomised"
method = "attrition"
population = "randomised"

[[analyses]]
id = "baseline"
label = "Baseline"
method = "baseline_table"
groups = ["all", "randomised"]
characteristics = [
    { factor = "arm" },
    { factor = "heart" },
    { factor = "weight", statistics = ["n", "mean"] },
]

[[analyses]]
id = "outcomes"
label = "Outcomes"
method = "outcomes_table"
groups = ["all"]
lines = [
    { outcome = "randomised", level = "any", label = "Was there", population = "randomised" },
]
""",
    "study.toml": """
mrd_unit = "fraction"

[inferred]
mrd_unit = "nobody says"
""",
    "expectations/own.yml": """
gate: marts
schema: marts
table: subjects
expectations:
  - id: OWN-01
    type: unexpected_rows_expectation
    kwargs: {unexpected_rows_query: "select * from {batch} where usubjid = 'BLINDED'"}
    severity: warning
    description: Nobody is blinded.
    finding: "{n} [subject is|subjects are] blinded."
""",
}


@dataclass(frozen=True)
class Built:
    """The study after the walk, its release and what the command said of it."""

    walk: Walk
    study: Path
    releases: Path
    said: str

    @property
    def release(self) -> Path:
        return next(self.releases.glob("*/current"))


def ordinary(folder: Path) -> Path:
    study = written(folder)
    (study / "expectations").mkdir()
    for name, text in FURTHER.items():
        with (study / name).open("a", encoding="utf-8") as file:
            file.write(text)
    return study


def nsclc(folder: Path) -> Path:
    return Path(shutil.copytree(NSCLC, folder / "nsclc"))


@pytest.fixture(
    scope="module",
    params=[ordinary, pytest.param(nsclc, marks=full_only)],
    ids=["ordinary", "nsclc"],
)
def built(
    request: pytest.FixtureRequest, plateau: Plateau, tmp_path_factory: pytest.TempPathFactory
) -> Built:
    folder = tmp_path_factory.mktemp("hostile")
    study = request.param(folder)
    walk = make_hostile(study, LEFT)
    result = plateau("build", study, "--releases", folder / "releases")
    assert result.returncode == 0, result.stderr
    return Built(walk, study, folder / "releases", result.stdout + result.stderr)


def out(built: Built, plateau: Plateau, *arguments: object) -> str:
    """What a command says, which a terminal may be shown."""
    result = plateau(*arguments, "--releases", built.releases)
    assert result.returncode == 0, result.stderr
    said = result.stdout + result.stderr
    assert OBEYED.findall(said) == []
    return said


class Page(HTMLParser):
    """What a browser would find: elements, their attributes, and the texts of programs."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.programs: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        of_program = bool(self.found) and self.found[-1][0] in ("script", "style")
        (self.programs if of_program else self.text).append(data)

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(data)


def page_without_live_tags(text: str) -> Page:
    """A page on which no tag runs or loads anything by itself."""
    page = Page()
    page.feed(text)
    page.close()
    for tag, attributes in page.found:
        assert not [name for name in attributes if name.startswith("on")], (tag, attributes)
        assert attributes.get("src") != "z" and tag not in ("img", "iframe", "object"), attributes
    return page


def assert_inert(text: str) -> Page:
    """A page without anything that the texts of the study brought in."""
    page = page_without_live_tags(text)
    for _, attributes in page.found:
        assert not re.search("javascript:", " ".join(filter(None, attributes.values())), re.I)
    for program in page.programs:  # in a style sheet texts stand in strings, without <
        assert not LIVE.search(re.sub(r'"[^"\n<]*"', "", program))
    assert "6300580007" not in text  # 70001*90007: a template that was filled in
    return page


def tokens_in(text: str) -> set[str]:
    return set(re.findall(TOKEN, text))


def test_most_texts_were_replaced(built: Built) -> None:
    """Otherwise nothing here would show anything."""
    assert len(built.walk.tokens) > 60
    assert len(tokens_in(built.said)) > 3
    assert verify_release(built.release).findings == ()


def test_what_the_build_says_is_obeyed_by_no_terminal(built: Built, plateau: Plateau) -> None:
    assert OBEYED.findall(built.said) == []
    analysis = json.loads((built.release / "manifest.json").read_text())["study"]
    assert "{{70001*90007}}" in analysis["title"]
    out(built, plateau, "status")
    for kind in ("table", "vertical", "csv", "json"):
        said = out(built, plateau, "query", "from results.analysis", "--format", kind)
        assert tokens_in(said)
    ids = out(
        built, plateau, "query", "select analysis_id from results.analysis", "--format", "csv"
    )
    for analysis_id in ids.split()[1:4]:
        assert tokens_in(out(built, plateau, "explain", analysis_id))


def test_the_report_has_no_element_of_theirs(built: Built) -> None:
    text = (built.release / "report/report.html").read_text(encoding="utf-8")
    page = assert_inert(text)
    shown = " ".join(page.text)
    assert len(tokens_in(shown)) > 30
    assert "{{70001*90007}}" in shown and "<script>" in shown
    assert OBEYED.findall(text) == []


def test_figures_are_pictures_and_no_more(built: Built, plateau: Plateau, tmp_path: Path) -> None:
    figures = [*built.release.glob("report/figures/*.svg")]
    assert figures
    out(built, plateau, "figure", "os_by_arm", "--format", "svg", "--output", tmp_path / "x.svg")
    for path in (*figures, tmp_path / "x.svg"):
        for element in ElementTree.parse(path).iter():
            assert not str(element.tag).endswith(("}script", "}image", "}foreignObject", "}a"))
            assert not [name for name in element.attrib if name.startswith("on")]


def csv_files(built: Built, plateau: Plateau, folder: Path) -> Iterator[Path]:
    yield from (built.release / "report").rglob("*.csv")
    plateau("check", built.study, "--csv", folder / "check.csv", "--html", folder / "check.html")
    yield folder / "check.csv"


def test_no_cell_of_a_table_is_a_formula(built: Built, plateau: Plateau, tmp_path: Path) -> None:
    n_cells = 0
    for path in csv_files(built, plateau, tmp_path):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.reader(file):
                for cell in row:
                    is_number = re.fullmatch(r"[+-]?[\d.,]+([eE][+-]?\d+)?%?", cell)
                    assert (
                        is_number
                        or not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
                        or (cell == "-")
                    ), (path.name, cell)
                    n_cells += len(tokens_in(cell))
    assert n_cells > 30
    assert_inert((tmp_path / "check.html").read_text(encoding="utf-8"))


def texts_of_office(path: Path) -> list[str]:
    """The parts of a file of Word or Excel, which hold texts and pictures and nothing else."""
    with zipfile.ZipFile(path) as archive:
        texts = [archive.read(name).decode() for name in archive.namelist() if ".xml" in name]
        kinds = [name.rpartition(".")[2] for name in archive.namelist()]
    assert set(kinds) <= {"xml", "rels", "jpeg"}
    for text in texts:
        for element in ElementTree.fromstring(text).iter():
            tag = str(element.tag).rpartition("}")[2]
            assert tag not in ("f", "altChunk", "object", "script")
            if tag == "hyperlink":  # to a sheet of the same file
                assert not [name for name in element.attrib if name.endswith("}id")]
            if tag == "instrText":
                assert re.fullmatch(r"\s*(PAGE|NUMPAGES)\s*", element.text or "")
    return texts


@pytest.mark.parametrize("kind", ["docx", "xlsx", "rtf", "tex"])
def test_documents_hold_texts_and_no_commands(
    built: Built, plateau: Plateau, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / f"tables.{kind}"
    out(built, plateau, "tables", "--format", kind, "--output", path)
    if kind in ("docx", "xlsx"):
        texts = texts_of_office(path)
    else:
        texts = [path.read_text(encoding="utf-8")]
        # a backslash before the token that no backslash makes a letter; TeX's comments are none
        obeyed = re.sub(r"(?m)^%.*$", "", texts[0]) if kind == "tex" else texts[0]
        assert not re.search(rf"(?<!\\)(?:\\\\)*\\(?:{TOKEN}|frac|field\b(?!\{{\\\*))", obeyed)
    if kind == "tex":
        lines = [line for line in texts[0].splitlines() if not line.startswith("%")]
        assert not [line for line in lines if re.search(r"(?<!\\)[$%#]", line)]
        assert not [line for line in lines if re.match(r"\s*[\[*]", line)]
        depth = sum(
            line.replace(r"\{", "").count("{") - line.replace(r"\}", "").count("}")
            for line in lines
        )
        assert depth == 0
    assert len(tokens_in(" ".join(texts))) > 20


def test_tables_as_pdf_have_no_action(built: Built, plateau: Plateau, tmp_path: Path) -> None:
    path = tmp_path / "tables.pdf"
    out(built, plateau, "tables", "--format", "pdf", "--output", path)
    content = path.read_bytes()
    assert content.startswith(b"%PDF")
    objects = re.sub(rb"stream\r?\n.*?endstream", b"", content, flags=re.DOTALL)
    objects = re.sub(rb"\((?:\\.|[^\\()])*\)", b"()", objects, flags=re.DOTALL)
    assert b"/Page" in objects
    assert not re.search(rb"/(JavaScript|JS|Launch|URI|OpenAction|AA|EmbeddedFiles?)\b", objects)
    if shutil.which("pdftotext"):
        text = subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True).stdout
        assert len(tokens_in(text.decode())) > 20


def test_the_text_for_a_paper_is_text(built: Built, plateau: Plateau, tmp_path: Path) -> None:
    sentences = (built.release / "report/sentences.txt").read_text(encoding="utf-8")
    assert OBEYED.findall(sentences) == []
    assert len(tokens_in(sentences)) > 3
    assert "6300580007" not in sentences
    out(built, plateau, "text", "--format", "txt", "--output", tmp_path / "text.txt")
    assert OBEYED.findall((tmp_path / "text.txt").read_text(encoding="utf-8")) == []
    out(built, plateau, "text", "--format", "docx", "--output", tmp_path / "text.docx")
    texts = texts_of_office(tmp_path / "text.docx")
    assert len(tokens_in(" ".join(texts))) > 3


def test_the_page_to_explore_has_no_element_of_theirs(built: Built, tmp_path: Path) -> None:
    """Neither as it is written, nor as its program has filled it in."""
    path = built.release / "report/explore.html"
    text = path.read_text(encoding="utf-8")
    assert OBEYED.findall(text) == []
    page = Page()
    page.feed(text)
    page.close()
    assert not [tag for tag, attributes in page.found if attributes.get("src") == "z"]
    assert len(tokens_in(text)) > 10
    chromium = shutil.which("chromium")
    if chromium is None:
        return
    shown = subprocess.run(
        [
            *(chromium, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"),
            *(f"--user-data-dir={tmp_path}", "--virtual-time-budget=5000", path.as_uri()),
        ],
        capture_output=True,
        check=True,
    ).stdout.decode()
    assert tokens_in(" ".join(page_without_live_tags(shown).text))


def test_the_dashboard_holds_no_template_and_no_markup(
    built: Built, plateau: Plateau, tmp_path: Path
) -> None:
    out(built, plateau, "superset", "--output", tmp_path / "bundle.zip")
    programs: list[str] = []
    headers: list[str] = []

    def walk(value: object, key: str = "") -> None:
        if isinstance(value, dict):
            for name, item in value.items():
                walk(item, str(name))
        elif isinstance(value, list):
            for item in value:
                walk(item, key)
        elif isinstance(value, str):
            if re.search("sql|expression|where|having|template|js_|css|url", key, re.I):
                programs.append(value)
            if key == "code":
                headers.append(value)

    with zipfile.ZipFile(tmp_path / "bundle.zip") as archive:
        for name in archive.namelist():
            walk(yaml.safe_load(archive.read(name)))
    assert programs
    assert not [text for text in programs if tokens_in(text)]
    (header,) = headers
    assert tokens_in(header)
    assert "<" not in header
    assert not re.search(r"(?<!\\)[\[`_]", header)


def test_exports_are_whole_files_of_their_kind(
    built: Built, plateau: Plateau, tmp_path: Path
) -> None:
    out(built, plateau, "export", "ard", tmp_path / "ard")
    out(built, plateau, "export", "adam", tmp_path / "adam")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    for path in files:
        if path.suffix in (".xml", ".xsl"):
            root = ElementTree.parse(path).getroot()
            tags = {str(element.tag).rpartition("}")[2].lower() for element in root.iter()}
            assert tags.isdisjoint({"script", "img", "iframe"})
        elif path.suffix == ".json":
            json.loads(path.read_text(encoding="utf-8"))
    assert {path.suffix for path in files} >= {".xml", ".json"}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    yield from running_server()


def test_postgres_gets_rows_and_comments_and_nothing_else(
    built: Built, plateau: Plateau, server: Server
) -> None:
    others = "select nspname::text from pg_namespace where nspname !~ '^pg_' order by 1"
    before = {name for (name,) in server.rows(others)}
    out(built, plateau, "publish", "--to", server.uri(), "--marts")
    assert {name for (name,) in server.rows(others)} == {*before, "bi", "marts"}
    with duckdb.connect(str(built.release / "warehouse.duckdb"), read_only=True) as connection:
        for schema, table in (("bi", "endpoint_summary"), ("bi", "about"), ("marts", "subjects")):
            query = f"select count(*), min(t::text), max(t::text) from {schema}.{table} as t"
            ((n, first, last),) = server.rows(query)
            expected = connection.execute(f"select count(*) from {schema}.{table}").fetchall()
            assert [(n,)] == expected
            assert tokens_in(str(first) + str(last)) or table == "subjects"
    ((title,),) = server.rows("select title from bi.about")
    manifest = json.loads((built.release / "manifest.json").read_text())
    assert title == manifest["study"]["title"]


@pytest.mark.parametrize("name", ["study.toml", "populations.csv", "plan.toml", "own.yml"])
@pytest.mark.parametrize("mark", ["\u202a", "\u202e", "\u2066", "\u2069"])
def test_marks_that_turn_the_direction_of_writing_are_refused(
    tmp_path: Path, name: str, mark: str
) -> None:
    study = ordinary(tmp_path)
    path = next(study.rglob(name))
    text = path.read_text(encoding="utf-8")
    words = {"study.toml": "ordinary trial", "populations.csv": "Not treated", "own.yml": "Nobody"}
    word = words.get(name, "Few patients")
    assert word in text
    path.write_text(text.replace(word, f"{mark}{word}"), encoding="utf-8")
    with pytest.raises((StudyError, SuiteError)) as caught:
        load_study(study)
        load_suites([study / "expectations"])
    assert f"holds the invisible mark U+{ord(mark):04X}" in str(caught.value)
    assert mark not in str(caught.value)
