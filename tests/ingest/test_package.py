"""A package as submitted loads: what is read, what is passed over and told, what is refused."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from loaded import DM, EX, loaded, records, rows, trial, write
from torture_scale import scaled

from analytics.ingest import IngestError, unused_files, unused_lines
from analytics.ingest.file_names import near_domain, part_of
from analytics.ingest.formats import FORMATS
from analytics.ingest.package import sort_names
from analytics.study.domains import DOMAIN_VARIABLES

USED = frozenset(DOMAIN_VARIABLES)
LB = "STUDYID,DOMAIN,USUBJID,LBTESTCD\nT1,LB,T1-1,HGB\n"
SDTM = "m5/datasets/t1/tabulations/sdtm/"
PACKAGE = {
    f"{SDTM}dm.csv": DM,
    f"{SDTM}ex.csv": EX,
    f"{SDTM}lb.csv": LB,
    f"{SDTM}split/lbhm.csv": LB,
    f"{SDTM}ae.csv": "not, even\nCSV",
    f"{SDTM}suppae.csv": "",
    f"{SDTM}relrec.csv": "",
    f"{SDTM}define.xml": "<ODM/>",
    f"{SDTM}define2-0.xsl": "",
    f"{SDTM}csdrg.pdf": "%PDF",
    f"{SDTM}lb.pdf": "%PDF",
    "m5/datasets/t1/analysis/adam/datasets/adsl.xpt": "",
    "m5/import.log": "",
    "notes.txt": "a note",
}
LINES = [
    "Files of T1 that are not used: adsl.xpt, ae, lbhm, relrec, suppae (data this study does "
    "not use); "
    "csdrg.pdf, define.xml, define2-0.xsl, import.log, lb.pdf, notes.txt (no data).",
    "  {place}/m5/datasets/t1/tabulations/sdtm/define.xml is not used for labels: it describes no "
    "dataset.",
    "  {place}/m5/datasets/t1/tabulations/sdtm/split/lbhm.csv is a part of "
    "{place}/m5/datasets/t1/tabulations/sdtm/lb.csv, which is read.",
]


def laid_out(folder: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        path = folder / "sdtm/T1" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


def zipped(folder: Path, files: dict[str, str]) -> None:
    with zipfile.ZipFile(folder / "t.zip", "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def sentences(folder: Path) -> tuple[str, ...]:
    with pytest.raises(IngestError) as caught:
        loaded(folder)
    return caught.value.sentences


@pytest.mark.parametrize(("write_them", "path"), [(laid_out, "sdtm/T1"), (zipped, "t.zip")])
def test_a_package_as_submitted_is_read_and_the_rest_listed_once(
    write_them: Callable[[Path, dict[str, str]], None], path: str, tmp_path: Path
) -> None:
    write_them(tmp_path, PACKAGE)
    connection, files = loaded(tmp_path, trial(path=path))
    assert [file.src_file for file in files] == [
        f"{path}/{SDTM}{name}" for name in ("dm.csv", "ex.csv", "lb.csv")
    ]
    assert list(unused_lines(unused_files(connection))) == [
        line.format(place=path) for line in LINES
    ]
    assert rows(
        connection, "select what, count(*) from raw.ingest_unused group by what order by what"
    ) == [("data", 5), ("no data", 6)]


def test_parts_in_split_are_read_where_there_is_no_whole(tmp_path: Path) -> None:
    laid_out(tmp_path, {"dm.csv": DM, "ex.csv": EX, "split/lbhm.csv": LB})
    connection, _ = loaded(tmp_path)
    assert rows(connection, "select count(*) from raw.sdtm_lb") == [(1,)]


def test_every_refusal_comes_in_one_answer(tmp_path: Path) -> None:
    write(tmp_path, {"ex.xlsx": "", "lb.csv": LB + "T1\n", "rs.csv": "STUDYID\nT1\n", "a.zip": ""})
    laid_out(tmp_path, {"old/lb.csv": LB, "demo.csv": DM})
    assert sentences(tmp_path) == (
        "sdtm/T1/a.zip is an archive inside the trial; name it as the trial's path in study.toml, "
        "or unpack it.",
        "sdtm/T1/ex.xlsx is in a format that Plateau does not read; convert it to one of "
        f"{', '.join(FORMATS)} "
        "or move it out of the trial's folder.",
        "sdtm/T1/lb.csv and sdtm/T1/old/lb.csv both hold LB of trial T1; keep one of them.",
        "sdtm/T1 has no DM file, which every trial needs; if sdtm/T1/demo.csv contains it, name "
        "that "
        "dm, else add dm.csv or another format of it.",
        "sdtm/T1/lb.csv line 3 has 1 value, but the header has 4 variables; check its delimiters "
        "and quotes.",
        "sdtm/T1/rs.csv has no variable USUBJID, which every record needs; add it, or check that "
        "the first line names the variables.",
    )


def test_several_refusals_are_lines_below_their_number(tmp_path: Path) -> None:
    with pytest.raises(IngestError) as caught:
        loaded(tmp_path, trial("T1"), trial("T2", order=2))
    assert str(caught.value).splitlines() == [
        "2 files or folders cannot be used:",
        *(
            f"  study.toml names the folder sdtm/{name} for trial {name}, but it does not "
            "exist; put the trial's files into it or correct path."
            for name in ("T1", "T2")
        ),
    ]


def test_a_link_to_a_folder_elsewhere_is_refused(tmp_path: Path) -> None:
    place = write(tmp_path, {"dm.csv": DM, "ex.csv": EX})
    (place / "more").symlink_to("/etc")
    assert sentences(tmp_path) == (
        "sdtm/T1/more is a link to a place outside the trial's folder; put the file itself there.",
    )


FORMATS_AND_OUTCOMES = {
    ("dm.csv", "ex.csv", "lb.xlsx"): "refused",
    ("dm.csv", "ex.csv", "lb.csv.gz"): "refused",
    ("dm.csv", "ex.csv", "suppdm.pdf"): "refused",
    ("dm.csv", "ex.csv", "lb.csv", "lb.xlsx"): "listed",
    ("dm.csv", "ex.csv", "lbch.csv", "lb.pdf"): "listed",
    ("dm.csv", "ex.csv", "prot.pdf"): "listed",
    ("dm.csv", "ex.csv", "ae.xlsx"): "listed",
}


@pytest.mark.parametrize("names", FORMATS_AND_OUTCOMES, ids=lambda names: names[-1])
def test_another_format_is_refused_only_where_it_alone_holds_a_used_domain(
    names: tuple[str, ...],
) -> None:
    found = sort_names(trial(), names, USED)
    outcome = "refused" if found.refusals else "listed"
    assert outcome == FORMATS_AND_OUTCOMES[names]
    assert (names[-1] in found.refusals[0]) if found.refusals else len(found.unused) == 1


@pytest.mark.parametrize(
    ("stem", "domain"),
    [
        ("LAB", "LB"),
        ("DEMO", "DM"),
        ("EXPOSURE", "EX"),
        ("DEMOGRAPHY", "DM"),
        ("MEDICATION", None),
        ("T1_LB", "LB"),
        ("T1-DM", "DM"),
        ("AE", None),
        ("VS", None),
        ("RELREC", None),
        ("SUPPAE", None),
        ("ADSL", None),
        ("DEFINE", None),
    ],
)
def test_a_name_that_is_close_to_a_used_domain_is_pointed_out(stem: str, domain: str) -> None:
    assert near_domain(stem, USED) == domain


def test_the_list_points_out_what_may_be_a_slip(tmp_path: Path) -> None:
    write(tmp_path, {"dm.csv": DM, "ex.csv": EX, "lab.csv": LB, "lb_central.xlsx": ""})
    connection, _ = loaded(tmp_path)
    assert list(unused_lines(unused_files(connection))) == [
        "Files of T1 that are not used: lab.csv (data this study does not use); lb_central.xlsx "
        "(no data).",
        "  sdtm/T1/lab.csv may be meant for LB; name it lb.csv if it is.",
        "  sdtm/T1/lb_central.xlsx may hold LB, but Plateau does not read its format.",
    ]


def test_qualifiers_are_read_for_domains_that_are_read() -> None:
    stems = ("SUPP", "SUPPQUAL", "SUPPDM", "SUPPLBCH", "SUPPAE", "SUPPFA", "SUPP_1")
    assert [part_of(stem, USED) for stem in stems] == [*["SUPP"] * 4, None, None, "SUPP"]
    assert part_of("SUPPAE", USED | {"AE"}) == "SUPP"


OTHER_STEMS = ("ae", "vs", "suppae", "relrec", "tu", "lab", "csdrg", "define", "adsl", "ts", "xy")
OTHER_NAMES = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", "other/", "m5/split/", "a b/"]),
    st.sampled_from(OTHER_STEMS),
    st.sampled_from([".csv", ".xpt", ".pdf", ".xml", ".xlsx", ".txt", ".log", "", ".json"]),
)


@settings(
    max_examples=scaled(40),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(others=st.dictionaries(OTHER_NAMES, st.text(max_size=20)))
def test_files_that_are_not_used_never_change_what_is_read(
    tmp_path_factory: pytest.TempPathFactory, others: dict[str, str]
) -> None:
    used = {"dm.csv": DM, "ex.csv": EX, "lb.csv": LB}
    folder = tmp_path_factory.mktemp("study")
    laid_out(folder, used)
    before, _ = loaded(folder)
    laid_out(folder, others)
    after, files = loaded(folder)
    assert records(after) == records(before)
    assert len(files) == len(used)
    assert {file.src_file for file in unused_files(after)} == {f"sdtm/T1/{name}" for name in others}
