"""ADaM datasets: the marts' values, the study's own names, files that read back exactly."""

import csv
import json
import shutil
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyreadstat
import pytest
from small_warehouse import write_small_releases
from typer.testing import CliRunner, Result

from analytics.cli import app
from analytics.results.cox_design import CoxCohort, column_of, cox_design
from analytics.results.marts import read_marts
from analytics.study import load_study

FILES = ("adsl", "adrs", "adtte", "adtteint")


def export(releases: Path, *arguments: object) -> Result:
    words = ["export", "adam", *map(str, arguments), "--releases", str(releases)]
    return CliRunner().invoke(app, words)


def from_json(path: Path) -> tuple[dict[str, Any], pl.DataFrame]:
    """A Dataset-JSON file read by what its columns say, and by nothing of Plateau."""
    content = json.loads(path.read_text(encoding="utf-8"))
    types = {"string": pl.String, "integer": pl.Int64, "double": pl.Float64, "date": pl.String}
    schema = {item["name"]: types[item["dataType"]] for item in content["columns"]}
    frame = pl.DataFrame(content["rows"], schema=schema, orient="row")
    dates = [item["name"] for item in content["columns"] if item["dataType"] == "date"]
    return content, frame.with_columns(pl.col(name).str.to_date("%Y-%m-%d") for name in dates)


def from_xpt(path: Path) -> pl.DataFrame:
    """A transport file; a blank text is missing."""
    frame, _ = pyreadstat.read_xport(str(path), output_format="polars")
    return frame.with_columns(pl.when(pl.col(pl.String) != "").then(pl.col(pl.String)).name.keep())


def mart(release: Path, sql: str) -> pl.DataFrame:
    with duckdb.connect(str(release / "warehouse.duckdb"), read_only=True) as connection:
        return connection.sql(sql).pl()


def same(found: pl.DataFrame, expected: pl.DataFrame) -> None:
    """Equal values in any row order; a transport file has one kind of number."""
    assert found.columns == expected.columns
    numbers = [name for name, kind in expected.schema.items() if kind.is_numeric()]
    frames = [
        frame.with_columns(pl.col(numbers).cast(pl.Float64)).sort(pl.all(), nulls_last=True)
        for frame in (found, expected)
    ]
    assert frames[0].equals(frames[1])


@pytest.fixture
def small_releases(tmp_path: Path) -> Path:
    return write_small_releases(tmp_path)


@pytest.fixture(scope="module")
def exported(default_releases: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("export") / "adam"
    result = export(default_releases, target)
    assert result.exit_code == 0, result.stderr
    assert "SYNTHETIC DATA" in result.stderr
    assert result.stdout == f"{target}\n"
    return target


@pytest.mark.parametrize("name", FILES)
def test_transport_file_and_dataset_json_hold_the_same_rows(exported: Path, name: str) -> None:
    content, rows = from_json(exported / f"{name}.json")
    assert content["records"] == rows.height > 0
    same(from_xpt(exported / f"{name}.xpt"), rows)


def test_adtte_gives_back_the_mart(exported: Path, default_release: Path) -> None:
    expected = mart(
        default_release,
        "select usubjid, trial_id, paramcd, param, startdt, adt, adtf, aval, cnsr, event_code, "
        "evntdesc, cnsdtdsc, rule_id, srcdom, srcvar, srcseq from marts.time_to_event",
    )
    names = {"TRIAL_ID": "STUDYID", "EVENT_CODE": "EVNTCODE", "RULE_ID": "RULEID"}
    expected.columns = [names.get(name.upper(), name.upper()) for name in expected.columns]
    for found in (from_xpt(exported / "adtte.xpt"), from_json(exported / "adtte.json")[1]):
        assert found["AVALU"].unique().to_list() == ["DAYS"]
        same(found.select(expected.columns), expected)


def test_adrs_gives_back_the_mart(exported: Path, default_release: Path) -> None:
    yes = {True: "Y", False: "N"}
    expected = mart(
        default_release,
        "select usubjid, rsseq, adt, ady, cycle, coalesce(response, relapse_site), relapse_site, "
        "is_remission, in_window, is_best_in_window, is_first_remission, is_first_relapse, "
        "evaluator from marts.responses where is_assessed",
    ).with_columns(pl.col(pl.Boolean).replace_strict(yes, return_dtype=pl.String))
    expected.columns = [
        *("USUBJID", "SRCSEQ", "ADT", "ADY", "CYCLE", "AVALC", "RELSITE", "REMISFL", "WINDOWFL"),
        *("BESTFL", "FRSTRMFL", "FRSTRLFL", "RSEVAL"),
    ]
    found = from_xpt(exported / "adrs.xpt")
    same(found.select(expected.columns), expected)
    assert set(found["PARAMCD"]) == {"OVRLRESP", "RELAPSE"}


def test_adsl_is_wide_and_gives_back_subjects_flags_and_factors(
    exported: Path, default_release: Path
) -> None:
    found = from_xpt(exported / "adsl.xpt")
    assert found["USUBJID"].is_unique().all()
    with (exported / "variables.csv").open(newline="") as file:
        sources = {
            line["variable"]: line["source"]
            for line in csv.DictReader(file)
            if line["dataset"] == "ADSL"
        }
    flags = {
        name: source.split(": ")[1]
        for name, source in sources.items()
        if source.startswith("marts.population_members")
    }
    members = mart(default_release, "select usubjid, population from marts.population_members")
    rebuilt = pl.concat(
        found.filter(pl.col(flag) == "Y").select(usubjid="USUBJID", population=pl.lit(population))
        for flag, population in flags.items()
    )
    same(rebuilt, members)
    factors = mart(
        default_release, "select usubjid, factor, level, value from marts.subject_factors"
    )
    checked = set()
    for name, source in sources.items():
        if not source.startswith("marts.subject_factors"):
            continue
        column, factor = source.removeprefix("marts.subject_factors.").split(": ")
        expected = factors.filter(factor=factor).select("usubjid", column).drop_nulls()
        same(found.select(usubjid="USUBJID", **{column: name}).drop_nulls(), expected)
        checked.add((factor, column))
    assert {factor for factor, _ in checked} == set(factors["factor"])
    subjects = mart(
        default_release,
        "select usubjid, age, trtsdt, trtedt, dthdt, lstalvdt, cutoff_date, treatment_close_date, "
        "cycles_started, exclusion_reason from marts.subjects",
    )
    names = {"CUTOFF_DATE": "CUTOFFDT", "TREATMENT_CLOSE_DATE": "TRTCLSDT"}
    names |= {"CYCLES_STARTED": "NCYCLES", "EXCLUSION_REASON": "EXCLREAS"}
    subjects.columns = [names.get(name.upper(), name.upper()) for name in subjects.columns]
    same(found.select(subjects.columns), subjects)


def test_the_intervals_hold_what_the_cox_models_are_fitted_on(
    exported: Path, default_release: Path
) -> None:
    """The levels are joined on their own here; the models' design is the second opinion."""
    study = load_study(Path("studies/blinatumomab"))
    analysis = next(item for item in study.analyses if item.method == "cox_univariate")
    contrast = next(
        item for item in analysis.factors if study.factor(item.factor).timing == "post_baseline"
    )
    with duckdb.connect(str(default_release / "warehouse.duckdb"), read_only=True) as connection:
        marts = read_marts(connection)
    assert analysis.endpoint
    cohort = CoxCohort(analysis.endpoint, contrast.population or analysis.population or "")
    design = cox_design(study, marts, cohort, [contrast])
    variable = next(item.variable for item in study.adam_names if item.name == contrast.factor)
    rows = from_xpt(exported / "adtteint.xpt").filter(PARAMCD=analysis.endpoint)
    exposed = pl.col(variable).is_in(contrast.numerator)
    days = pl.col("TSTOP") - pl.col("TSTART")
    mine = rows.filter(
        pl.col("USUBJID").is_in(design.intervals["usubjid"].cast(pl.String).to_list())
    )
    theirs = design.intervals.filter(pl.col(column_of(contrast.factor)) == 1)
    assert (
        mine.filter(exposed).select(days.sum()).item()
        == (theirs["tstop"] - theirs["tstart"]).sum()
        > 0
    )
    assert mine.filter(exposed, pl.col("EVNTCODE") == 1).height == theirs["event"].sum() > 0


def test_no_label_of_the_default_study_is_shortened(exported: Path) -> None:
    for name in FILES:
        content, _ = from_json(exported / f"{name}.json")
        labels = [content["label"], *(item["label"] for item in content["columns"])]
        assert max(len(label.encode()) for label in labels) <= 40
        _, about = pyreadstat.read_xport(str(exported / f"{name}.xpt"), metadataonly=True)
        assert [about.file_label, *about.column_labels] == labels
        assert about.table_name == name.upper()


def test_dataset_json_says_what_version_1_1_asks_for(exported: Path) -> None:
    content, rows = from_json(exported / "adtte.json")
    assert content["datasetJSONVersion"] == "1.1.0"
    assert content["itemGroupOID"] == "IG.ADTTE"
    assert content["label"] == "SYNTHETIC DATA: Time-to-Event Analysis"
    assert set(content) == {
        *("datasetJSONCreationDateTime", "datasetJSONVersion", "fileOID", "sourceSystem"),
        *("dbLastModifiedDateTime", "studyOID", "metaDataVersionOID", "itemGroupOID"),
        *("metaDataRef", "records", "name", "label", "columns", "rows"),
    }
    assert (exported / content["metaDataRef"]).exists()
    keys = {
        item["name"]: item["keySequence"] for item in content["columns"] if "keySequence" in item
    }
    assert keys == {"STUDYID": 1, "USUBJID": 2, "PARAMCD": 3}
    by_name = {item["name"]: item for item in content["columns"]}
    assert by_name["ADT"] == {
        "itemOID": "IT.ADTTE.ADT",
        "name": "ADT",
        "label": "Analysis Date",
        "dataType": "date",
        "targetDataType": "integer",
        "displayFormat": "DATE9.",
    }
    assert by_name["PARAM"]["length"] == rows["PARAM"].str.len_chars().max()


def test_r_reads_the_transport_files(exported: Path) -> None:
    r = shutil.which("Rscript")
    if r is None:
        pytest.skip("R is not installed here")
    program = (
        "x <- foreign::read.xport(commandArgs(TRUE)); "
        "cat(nrow(x), sprintf('%.6f', sum(x$AVAL)), sum(x$CNSR), "
        "format(as.Date(min(x$STARTDT), origin = '1960-01-01')), sep = ' ')"
    )
    command = [r, "--vanilla", "-e", program, str(exported / "adtte.xpt")]
    read = subprocess.run(command, capture_output=True, text=True, check=False)
    if "there is no package called" in read.stderr:
        pytest.skip("R has no package foreign here")
    rows = from_json(exported / "adtte.json")[1]
    assert read.stdout == (
        f"{rows.height} {rows['AVAL'].sum():.6f} {rows['CNSR'].sum()} {rows['STARTDT'].min()}"
    )


def test_the_files_are_their_owners_alone(exported: Path) -> None:
    assert exported.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in exported.iterdir()} == {0o600}
    assert {path.name for path in exported.iterdir()} == {
        *(f"{name}.{form}" for name in FILES for form in ("xpt", "json")),
        *("adam_names.csv", "adam_events.csv", "define.xml", "variables.csv", "README.txt"),
    }
    assert "SYNTHETIC DATA" in (exported / "README.txt").read_text()


def test_exporting_twice_gives_the_same_bytes(
    exported: Path, default_releases: Path, tmp_path: Path
) -> None:
    assert export(default_releases, tmp_path / "again").exit_code == 0
    for path in exported.iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes(), path.name


def test_another_study_has_its_own_variables(small_releases: Path, tmp_path: Path) -> None:
    """Given names as given, others of their words; a number beside a range unless it is there."""
    result = export(small_releases, tmp_path / "out", "--format", "json")
    assert result.exit_code == 0, result.stderr
    assert "SYNTHETIC" not in result.stderr
    content, rows = from_json(tmp_path / "out/adsl.json")
    assert content["label"] == "Subject-Level Analysis"
    labels = {item["name"]: item["label"] for item in content["columns"][20:]}
    assert labels == {
        "FASFL": "Everybody who was ever randomized in the trial",
        "TRINSLFL": "Treated in second line",
        "TUMSTAGE": "Stage at diagnosis",
        "TUMOSIZE": "Size",
        "TUMSIZGR": "Size, grouped",
        "LESIONS": "Lesions",
        "LESINUMB": "Lesions, number",
    }
    assert rows.select(list(labels)).rows() == [
        ("Y", "N", None, None, None, None, None),
        ("Y", "Y", "IV", 20.1, "large", ">=2", 3.0),
    ]
    assert rows["DTHDT"].to_list() == [date(1959, 12, 31), None]
    assert rows["ANLSETFL"].to_list() == ["N", "Y"]
    intervals = from_json(tmp_path / "out/adtteint.json")[1]
    assert intervals["SURGERY"].to_list() == ["no", "yes"]
    assert from_json(tmp_path / "out/adtte.json")[1]["SURGEDAY"].to_list() == [12.0]
    assert (tmp_path / "out/adam_names.csv").read_text(encoding="utf-8") == (
        "kind,name,variable,label\n"
        "factor,stage,TUMSTAGE,Stage at diagnosis\n"
        "factor,tumor_size,TUMOSIZE,Size\n"
        'factor,tumor_size_group,TUMSIZGR,"Size, grouped"\n'
        "factor,lesions,LESIONS,Lesions\n"
        'number,lesions,LESINUMB,"Lesions, number"\n'
        "factor,surgery,SURGERY,Surgery\n"
        "population,everyone,FASFL,\n"
        "population,treated_in_second_line,TRINSLFL,Treated in second line\n"
        "fact,surgery,SURGEDAY,Day of: Surgery\n"
    )


def test_each_trial_has_a_folder_of_its_own(small_releases: Path, tmp_path: Path) -> None:
    """Its records alone, under their own definition; the competing events are told once."""
    change(small_releases, "update marts.subjects set trial_id = 'T' where usubjid = 'S-1'")
    change(small_releases, "update marts.time_to_event set cnsr = 2, event_code = 2")
    result = export(small_releases, tmp_path / "out", "--by-trial")
    assert result.exit_code == 0, result.stderr
    found = {
        trial: {name: from_xpt(tmp_path / f"out/{trial}/{name}.xpt") for name in FILES}
        for trial in ("S", "T")
    }
    assert {trial: files["adsl"]["USUBJID"].to_list() for trial, files in found.items()} == {
        "S": ["S-2"],
        "T": ["S-1"],
    }
    assert [files["adtte"].height for files in found.values()] == [1, 0]
    assert ", trial T." in (tmp_path / "out/T/define.xml").read_text(encoding="utf-8")
    assert (tmp_path / "out/adam_events.csv").read_text(encoding="utf-8") == (
        "paramcd,cnsr,evntdesc,role\nPFS,2,,competing\n"
    )
    assert {path.stat().st_mode & 0o777 for path in tmp_path.glob("out/*/*")} == {0o600}
    assert {path.stat().st_mode & 0o777 for path in tmp_path.glob("out/[ST]")} == {0o700}
    change(small_releases, "update marts.subjects set trial_id = '../T' where usubjid = 'S-1'")
    refused = export(small_releases, tmp_path / "other", "--by-trial")
    assert (refused.exit_code, refused.stderr) == (
        1,
        "plateau: Trial '../T' cannot be the name of a folder; export it without --by-trial.\n",
    )
    assert not (tmp_path / "other").exists()


def test_a_flag_of_the_adamig_is_given_by_the_study_alone(
    small_releases: Path, tmp_path: Path
) -> None:
    """A population that happens to be called so has another name, unless adam_names.csv says so."""
    populations = "update staging.stg_study__populations set population = 'itt'"
    change(small_releases, f"{populations} where population = 'treated_in_second_line'")
    assert export(small_releases, tmp_path / "out", "--format", "json").exit_code == 0
    names = from_json(tmp_path / "out/adsl.json")[1].columns
    assert {"ITT2FL", "FASFL"} < set(names)
    assert "ITTFL" not in names
    change(
        small_releases,
        "insert into staging.stg_study__adam_names values ('population', 'itt', 'ITTFL', null)",
    )
    assert export(small_releases, tmp_path / "out", "--format", "json").exit_code == 0
    assert "ITTFL" in from_json(tmp_path / "out/adsl.json")[1].columns


def test_a_variable_that_a_factor_was_read_from_is_written_once(
    small_releases: Path, tmp_path: Path
) -> None:
    """AGE of a study of ADaM trials alone is the factor, not the column of the mart beside it."""
    change(small_releases, "update staging.stg_study__trials set kind = 'adam'")
    change(
        small_releases,
        "update staging.stg_study__adam_names set variable = 'AGE' where kind = 'factor'",
    )
    assert export(small_releases, tmp_path / "out", "--format", "json").exit_code == 0
    content, rows = from_json(tmp_path / "out/adsl.json")
    assert [item["label"] for item in content["columns"] if item["name"] == "AGE"] == [
        "Stage at diagnosis"
    ]
    assert rows["AGE"].to_list() == [None, "IV"]


def test_a_transport_file_holds_missing_values_and_dates_before_1960(
    small_releases: Path, tmp_path: Path
) -> None:
    assert export(small_releases, tmp_path / "out").exit_code == 0
    for name in FILES:
        same(from_xpt(tmp_path / f"out/{name}.xpt"), from_json(tmp_path / f"out/{name}.json")[1])
    _, about = pyreadstat.read_xport(str(tmp_path / "out/adsl.xpt"), metadataonly=True)
    assert about.column_names_to_labels["FASFL"] == "Everybody who was ever randomized in..."
    assert (
        "Everybody who was ever randomized in the trial"
        in (tmp_path / "out/variables.csv").read_text()
    )


def test_datasets_without_rows_are_written_with_their_variables(
    small_releases: Path, tmp_path: Path
) -> None:
    for table in ("responses", "time_to_event", "covariate_intervals", "factor_changes"):
        change(small_releases, f"delete from marts.{table}")
    result = export(small_releases, tmp_path / "out")
    assert result.exit_code == 0, result.stderr
    for name in FILES[1:]:
        content, rows = from_json(tmp_path / f"out/{name}.json")
        assert content["records"] == rows.height == 0
        found = from_xpt(tmp_path / f"out/{name}.xpt")
        assert (found.height, found.columns) == (0, rows.columns)


def change(releases: Path, sql: str) -> None:
    with duckdb.connect(str(releases / "small/current/warehouse.duckdb")) as connection:
        connection.execute(sql)


LONG = "update marts.time_to_event set evntdesc = repeat('ä', 101)"


def test_a_text_too_long_for_a_transport_file_is_refused_and_nothing_is_written(
    small_releases: Path, tmp_path: Path
) -> None:
    change(small_releases, LONG)
    target = tmp_path / "out"
    target.mkdir()
    (target / "adtte.xpt").write_text("older")
    result = export(small_releases, target)
    assert (result.exit_code, result.stderr) == (
        1,
        "plateau: ADTTE.EVNTDESC (marts.time_to_event.evntdesc) has a text of 202 bytes in row "
        "1, but a transport file allows 200; shorten it in the study or export with "
        "--format json.\n",
    )
    assert [path.name for path in target.iterdir()] == ["adtte.xpt"]
    assert (target / "adtte.xpt").read_text() == "older"
    assert export(small_releases, target, "--format", "json").exit_code == 0


@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        (
            "update marts.time_to_event set paramcd = 'PROGRESSION'",
            "endpoints.csv calls an endpoint 'PROGRESSION', but PARAMCD allows 8 characters; "
            "shorten the code in the study and build it again.",
        ),
        (
            "update staging.stg_study__adam_names set variable = 'AGE' where kind = 'factor'",
            "adam_names.csv calls 'stage' AGE, but the dataset already has a variable AGE; "
            "choose another name.",
        ),
    ],
)
def test_a_name_that_does_not_fit_is_one_sentence(
    small_releases: Path, tmp_path: Path, sql: str, sentence: str
) -> None:
    change(small_releases, sql)
    assert export(small_releases, tmp_path / "out").stderr == f"plateau: {sentence}\n"


def test_a_wrong_call_is_one_sentence(small_releases: Path, tmp_path: Path) -> None:
    inside = small_releases / "small/current/adam"
    assert export(small_releases, inside).stderr == (
        f"plateau: {inside} is inside the folder of releases {small_releases}, which must not "
        "change; choose another folder.\n"
    )
    assert not inside.exists()
    result = export(small_releases, tmp_path / "out", "--format", "sas7bdat")
    assert (result.exit_code, result.stderr) == (
        2,
        "plateau: Format 'sas7bdat' is not one of xpt, json or both.\n",
    )
    (tmp_path / "file").touch()
    assert export(small_releases, tmp_path / "file").stderr == (
        f"plateau: {tmp_path / 'file'} is a file; name a folder to write into.\n"
    )
    (small_releases / "small/log.jsonl").unlink()
    assert "give the time with --created" in export(small_releases, tmp_path / "out").stderr
    assert export(small_releases, tmp_path / "out", "--created", "yesterday").stderr == (
        "plateau: 'yesterday' is not a date and time; write it as 2026-11-22T12:00:00Z.\n"
    )
    made = export(small_releases, tmp_path / "out", "--created", "2026-05-06T07:08:09Z")
    assert made.exit_code == 0
    assert b"06MAY26:07:08:09" in (tmp_path / "out/adsl.xpt").read_bytes()


def test_an_older_release_without_the_names_is_told(small_releases: Path, tmp_path: Path) -> None:
    change(small_releases, "drop table staging.stg_study__adam_names")
    result = export(small_releases, tmp_path / "out")
    assert result.exit_code == 1
    assert result.stderr.startswith(
        "plateau: Release r1 lacks a table that this version of Plateau exports ("
    )
    assert len(result.stderr.splitlines()) == 1
