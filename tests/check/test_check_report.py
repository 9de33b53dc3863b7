"""What `plateau check` says, in the terminal, as a page and for a spreadsheet."""

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from project import STUDY, Plateau

from analytics.check.as_csv import csv_text, spreadsheet_safe
from analytics.check.as_html import html_page
from analytics.check.as_text import text_lines
from analytics.check.findings import (
    Enrolment,
    FileBalance,
    Finding,
    PartialDates,
    Report,
    Wording,
)
from analytics.ingest import UnusedFile
from analytics.study import load_study

FORMULA = '=HYPERLINK("http://x")'


@pytest.fixture(scope="module")
def report() -> Report:
    """A study with a finding of every consequence."""
    study = load_study(STUDY)
    lb, ex, dm = "sdtm/A/lb.csv", "sdtm/A/ex.xpt", "sdtm/A/dm.csv"
    return Report(
        study,
        files=(FileBalance(dm, 3, 3, 0), FileBalance(ex, 5, 4, 1), FileBalance(lb, 20, 7, 13)),
        findings=(
            Finding(lb, 1, 2, "P1", "LBSTAT", "NOT DONE", "not_done", "reject"),
            Finding(
                lb, 2, 4, "P1", "LBSTRESU", "%", "wrong_unit", "exclude_subject", "after_death"
            ),
            *(
                Finding(lb, row, row + 2, None, "USUBJID", None, "missing_key", "reject")
                for row in range(3, 14)
            ),
            Finding(dm, 3, 4, "P3", "RACE", FORMULA, "unknown_level", "reject"),
            Finding(ex, 5, None, "P1", "VISIT", "<b>C9</b>", "unknown_cycle", "stop"),
        ),
        enrolments=(
            Enrolment("person X", "A", "P1", date(2014, 1, 10), is_kept=True),
            Enrolment("person X", "B", "P7", None, is_kept=False),
        ),
        partial_dates=(PartialDates(lb, "LBDTC", 2, 1, 4),),
        wordings=(Wording("sdtm/A/pr.csv", "PRTRT", "ASPIRATION", 4),),
    )


def test_the_terminal_shows_first_what_stops_and_names_line_or_record(report: Report) -> None:
    lines = list(text_lines(report))
    text = "\n".join(lines)
    assert lines[2:9] == [
        "File           read =  accepted +  rejected",
        "-------------  ------  ----------  --------",
        "sdtm/A/dm.csv       3           3         0",
        "sdtm/A/ex.xpt       5           4         1",
        "sdtm/A/lb.csv      20           7        13",
        "3 files            28          14        14",
        "",
    ]
    order = [text.index(f"  {rule} (") for rule in ("unknown_cycle", "missing_key", "wrong_unit")]
    assert order == sorted(order)
    assert "  unknown_cycle (1; stops the build)" in lines
    assert "    sdtm/A/ex.xpt record 5  P1  VISIT '<b>C9</b>'" in lines
    assert "    sdtm/A/lb.csv line 4  P1  LBSTRESU '%'; also after_death" in lines
    assert "    sdtm/A/lb.csv line 5  USUBJID is empty" in lines
    assert "    and 1 more; see all with --csv or --html" in lines
    assert "  followed as P1 in A; rejected: P7 in B" in lines
    assert "Partial dates that were accepted and imputed: 7" in lines
    assert "1 finding stops the build." in lines
    assert report.exit_code == 3


def test_the_spreadsheet_has_every_finding_and_no_formula(report: Report) -> None:
    rows = list(csv.DictReader(io.StringIO(csv_text(report))))
    assert len(rows) == len(report.findings)
    assert [row["rule"] for row in rows][:2] == ["unknown_cycle", "missing_key"]
    by_rule = {row["rule"]: row for row in rows}
    assert by_rule["unknown_level"]["value"] == f"'{FORMULA}"
    assert by_rule["wrong_unit"]["consequence"] == "the subject is excluded"
    assert by_rule["wrong_unit"]["also_breaks"] == "after_death"
    assert by_rule["unknown_level"]["also_breaks"] == ""
    assert (by_rule["unknown_cycle"]["line"], by_rule["unknown_cycle"]["record"]) == ("", "5")
    assert by_rule["not_done"]["needs_answer"] == "no"
    assert all(row["to_do"] for row in rows)


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1+1", "'=1+1"),
        (" =1+1", "' =1+1"),
        ("+1", "'+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-cmd", "'-cmd"),
        ("\tx", "'\tx"),
        ("-0.001", "-0.001"),
        ("-1e5", "-1e5"),
        ("2014-02-30", "2014-02-30"),
        ("CR", "CR"),
        ("", ""),
    ],
)
def test_what_a_spreadsheet_would_compute_is_quoted(text: str, safe: str) -> None:
    assert spreadsheet_safe(text) == safe


def test_the_page_stands_alone_and_escapes_what_the_files_say(report: Report) -> None:
    page = html_page(report)
    assert "&lt;b&gt;C9&lt;/b&gt;" in page
    assert "<b>C9</b>" not in page
    assert "http" not in page.replace("http://x", "")
    assert "<script" not in page
    assert page.count("<tr><td>sdtm/A/lb.csv</td>") == 1 + 13 + 1  # balance, findings, dates
    assert "1 finding stops the build." in page
    assert str(report.study.synthetic_note) in page


def test_files_that_were_not_used_are_told_once_in_every_form() -> None:
    unused = (
        UnusedFile("A", "sdtm/A/ae.xpt", "data", "AE"),
        UnusedFile("A", "sdtm/A/lab.csv", "data", None, "may be meant for LB; name it lb.csv"),
        UnusedFile("A", "sdtm/A/<b>.pdf", "no data"),
    )
    report = Report(load_study(STUDY), files=(FileBalance("dm.csv", 1, 1, 0),), unused=unused)
    told = [
        "Files of A that are not used: ae, lab.csv (data this study does not use); <b>.pdf (no "
        "data).",
        "  sdtm/A/lab.csv may be meant for LB; name it lb.csv.",
    ]
    lines = list(text_lines(report))
    assert [line for line in lines if "lab.csv" in line] == told
    page = html_page(report)
    assert page.count("may be meant for LB") == 1
    assert "&lt;b&gt;.pdf (no data)" in page
    rows = list(csv.DictReader(io.StringIO(csv_text(report))))
    assert [(row["file"], row["rule"], row["needs_answer"], row["asks"]) for row in rows] == [
        ("sdtm/A/ae.xpt", "not_used", "no", "data this study does not use"),
        ("sdtm/A/lab.csv", "not_used", "yes", "may be meant for LB; name it lb.csv"),
        ("sdtm/A/<b>.pdf", "not_used", "no", "no data"),
    ]
    assert report.exit_code == 0


def test_a_clean_study_says_so() -> None:
    clean = Report(load_study(STUDY), files=(FileBalance("dm.csv", 1, 1, 0),))
    lines = list(text_lines(clean))
    assert "Findings that need an answer: none" in lines
    assert "The study can be built; no finding needs an answer." in lines
    assert clean.exit_code == 0
    assert "<p>None.</p>" in html_page(clean)
    assert len(csv_text(clean).splitlines()) == 1


def test_a_study_without_anybody_to_analyse_says_so() -> None:
    """The gate of the marts would refuse it."""
    empty = Report(load_study(STUDY), files=(FileBalance("dm.csv", 1, 1, 0),), n_analyzed=0)
    assert list(text_lines(empty))[-2] == (
        "No subject is in the analysis set 'all', so the study cannot be built; look at its "
        "conditions in populations.csv and at the records that were rejected."
    )
    assert empty.exit_code == 3


def test_every_file_that_cannot_be_read_is_told_at_once(
    plateau: Plateau, study_copy: Path, tmp_path: Path
) -> None:
    """One sentence for each; the same sentences on the page and in the spreadsheet."""
    first, second = study_copy / "sdtm/MT103-206", study_copy / "sdtm/MT103-211"
    (first / "lb.csv").write_text("STUDYID\nMT103-206\n")
    (first / "rs.csv").write_bytes(b"STUDYID,USUBJID\nMT103-206,\xff\n")
    (second / "ex.csv").unlink()
    page, table = tmp_path / "check.html", tmp_path / "check.csv"
    result = plateau("check", study_copy, "--html", page, "--csv", table)
    assert result.returncode == 1
    sentences = [
        "sdtm/MT103-206/lb.csv has no variable USUBJID, which every record needs",
        "sdtm/MT103-206/rs.csv line 2 is not UTF-8 text",
        "sdtm/MT103-211 has no EX file, which every trial needs",
    ]
    for sentence in sentences:
        assert sentence in result.stdout
        assert sentence in page.read_text(encoding="utf-8")
        assert sentence in table.read_text(encoding="utf-8")
    assert "3 files or folders cannot be read, so no record was judged." in result.stdout
    assert "Traceback" not in result.stderr


def test_a_suite_that_a_build_would_refuse_is_told_before_any_record_is_read(
    plateau: Plateau, study_copy: Path
) -> None:
    """The check said that the study can be built."""
    suite = study_copy / "expectations/other.yml"
    suite.write_text("gate: &one marts\nschema: *one\n", encoding="utf-8")
    result = plateau("check", study_copy)
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1] == (
        f"plateau: {suite} has an alias (*) at line 2; write it out."
    )
    assert result.stdout == ""


def test_the_default_study_is_checked_without_a_release(plateau: Plateau, tmp_path: Path) -> None:
    """Every record of its files is accounted for; the report is what the build would find."""
    page, table = tmp_path / "check.html", tmp_path / "check.csv"
    result = plateau("check", STUDY, "--html", page, "--csv", table)
    assert result.returncode == 0, result.stderr
    assert "27 files" in result.stdout
    assert "The study can be built; 14 findings need an answer." in result.stdout
    rows = list(csv.DictReader(table.open(encoding="utf-8", newline="")))
    for row in rows[:20]:
        lines = (STUDY / row["file"]).read_text(encoding="utf-8").split("\n")
        assert f",{row['usubjid']}," in lines[int(row["line"]) - 1]
    assert page.read_text(encoding="utf-8").count("<tr><td>sdtm/") >= len(rows)
