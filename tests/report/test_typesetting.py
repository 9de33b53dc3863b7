"""Tables typed by hand, as HTML and as CSV."""

from analytics.report.elements import Column, Line, Table
from analytics.report.typesetting import notes_of, table_csv, table_html

TABLE = Table(
    "small",
    "A small table",
    [
        Column("line", "Factor", is_text=True),
        Column("hr", "HR", "Model"),
        Column("p", "P", "Model"),
    ],
    [
        Line({"line": "Blasts <=5% & none", "hr": "0.59", "p": "-"}, group="Base<line", indent=1),
        Line(
            {"line": "=SUM(A1)", "hr": "-0.2", "p": ".053"}, group="Base<line", cautions=("Few.",)
        ),
        Line({"line": "Age", "hr": "1.00"}, group="Later", cautions=("Late.", "Few.")),
    ],
    notes=["HR: hazard ratio."],
)


def test_text_is_escaped_and_markup_is_not():
    html = table_html(TABLE, "title")
    assert '<span class="indent-1">Blasts &lt;=5% &amp; none</span>' in html
    assert "=SUM(A1)<sup>a</sup>" in html
    assert "Age<sup>b, a</sup>" in html
    assert "Base&lt;line" in html
    assert html.startswith('<table aria-labelledby="title"')
    assert html.endswith("</table>")
    assert "<style" not in html
    assert not any(0xE000 <= ord(letter) <= 0xF8FF for letter in html)


def test_a_heading_spans_the_columns_under_it():
    assert 'colspan="2"' in table_html(TABLE, "title")


def test_each_caution_has_one_letter_and_stands_before_the_notes():
    assert notes_of(TABLE) == [("a", "Few."), ("b", "Late."), ("", "HR: hazard ratio.")]


def test_csv_has_the_cells_as_printed_the_cautions_and_the_note():
    assert table_csv(TABLE, "SYNTHETIC DATA.").splitlines() == [
        "group,Factor,Model: HR,Model: P,caution,note",
        "Base<line,Blasts <=5% & none,0.59,,,SYNTHETIC DATA.",
        "Base<line,'=SUM(A1),-0.2,.053,Few.,SYNTHETIC DATA.",
        "Later,Age,1.00,,Late. Few.,SYNTHETIC DATA.",
    ]


def test_no_line_breaks_within_an_interval_or_the_size_of_a_group():
    columns = [Column("line", "Factor", is_text=True), Column("hr", "Treated (n = 12)")]
    lines = [Line({"line": "Age (years)", "hr": "1.00 (0.99-1.01)"})]
    html = table_html(Table("one", "One", columns, lines), "title")
    assert '1.00 <span class="interval">(0.99-1.01)</span>' in html
    assert 'Treated <span class="interval">(n = 12)</span>' in html
    assert "Age (years)" in html
