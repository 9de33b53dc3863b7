"""A small published release of a study that shares nothing with the default one."""

import json
from pathlib import Path

import duckdb

from analytics.results.writing import write_frames

TABLES = """
create schema staging;
create schema marts;
create table staging.stg_study__adam_names(kind varchar, name varchar, variable varchar,
    label varchar);
insert into staging.stg_study__adam_names values
    ('factor', 'stage', 'TUMSTAGE', 'Stage at diagnosis'),
    ('population', 'everyone', 'FASFL', null);
create table staging.stg_study__trials(trial_id varchar, kind varchar);
insert into staging.stg_study__trials values ('S', 'sdtm');
create table staging.stg_study__facts(fact varchar, label varchar);
insert into staging.stg_study__facts values ('surgery', 'Surgery'), ('death', 'Death');
create table marts.entry_times(usubjid varchar, paramcd varchar, fact varchar, day double);
insert into marts.entry_times values ('S-2', 'PFS', 'surgery', 12.0);
create table staging.stg_study__populations(population varchar, label varchar,
    display_order integer);
insert into staging.stg_study__populations values
    ('treated_in_second_line', 'Treated in second line', 2),
    ('everyone', 'Everybody who was ever randomized in the trial', 1);
create table staging.stg_study__factors(factor varchar, label varchar, timing varchar,
    type varchar, derivation varchar, domain varchar, testcd varchar, category varchar,
    specimen varchar, evaluator varchar, unit varchar, add_value double, display_order integer);
insert into staging.stg_study__factors values
    ('stage', 'Stage', 'baseline', 'categorical', 'last_value', 'LB', 'STAGE', null, null, null,
        null, null, 1),
    ('tumor_size', 'Size', 'baseline', 'continuous', 'last_value', 'TR', 'DIAM', null, null, null,
        'mm', null, 2),
    ('tumor_size_group', 'Size, grouped', 'baseline', 'categorical', 'last_value', 'TR', 'DIAM',
        null, null, null, 'mm', null, 3),
    ('lesions', 'Lesions', 'baseline', 'categorical', 'count_records', 'TU', null, null, null,
        null, 'lesions', null, 4),
    ('surgery', 'Surgery', 'post_baseline', 'categorical', 'fact', null, null, null, null, null,
        null, null, 5);
create table staging.stg_study__factor_levels(factor varchar, level varchar, lower double,
    upper double);
insert into staging.stg_study__factor_levels values ('stage', 'IV', null, null),
    ('tumor_size_group', 'large', 20, null), ('lesions', '>=2', 2, null),
    ('surgery', 'yes', null, null);
create table marts.subjects(usubjid varchar, trial_id varchar, trial_label varchar, subjid varchar,
    age integer, sex varchar, race varchar, country varchar, arm varchar, trtsdt date, trtedt date,
    cycles_started integer, treatment_close_date date, cutoff_date date, dthdt date, dthdtf varchar,
    lstalvdt date, in_analysis_set boolean, exclusion_reason varchar);
insert into marts.subjects values
    ('S-2', 'S', 'Trial S', '2', 61, 'F', null, 'ITA', 'A', date '2020-02-29', date '2020-03-01', 1,
     date '2020-04-01', date '2022-01-01', null, null, date '2021-12-31', true, null),
    ('S-1', 'S', 'Trial S', '1', 40, 'M', 'ASIAN', null, 'A', null, null, null, null,
     date '2022-01-01', date '1959-12-31', 'D', null, false, 'No dose');
create table marts.population_members(usubjid varchar, population varchar);
insert into marts.population_members values ('S-2', 'everyone'), ('S-1', 'everyone'),
    ('S-2', 'treated_in_second_line');
create table marts.subject_factors(usubjid varchar, factor varchar, level varchar, value double);
insert into marts.subject_factors values ('S-2', 'stage', 'IV', null),
    ('S-2', 'tumor_size', null, 20.1), ('S-2', 'tumor_size_group', 'large', 20.1),
    ('S-2', 'lesions', '>=2', 3);
create table marts.responses(usubjid varchar, is_assessed boolean, rsseq integer, adt date,
    adtf varchar, ady integer, cycle integer, response varchar, is_remission boolean,
    in_window boolean, is_best_in_window boolean, is_first_remission boolean,
    is_first_relapse boolean, relapse_site varchar, evaluator varchar);
insert into marts.responses values
    ('S-2', true, 7, date '2020-05-01', null, 63, null, null, false, false, false, false, true,
     'liver', null),
    ('S-1', false, null, null, null, null, null, null, false, false, false, false, false, null,
     null),
    ('S-2', true, 3, date '2020-03-20', 'D', 21, 1, 'CR', true, true, true, true, false, null,
     'SITE');
create table marts.time_to_event(usubjid varchar, paramcd varchar, param varchar, startdt date,
    adt date, adtf varchar, aval double, cnsr integer, event_code integer, evntdesc varchar,
    cnsdtdsc varchar, rule_id varchar, srcdom varchar, srcvar varchar, srcseq integer);
insert into marts.time_to_event values ('S-2', 'PFS', 'Progression-free survival',
    date '2020-02-29', date '2020-05-01', null, 62.0, 0, 1, 'Relapse', null, 'relapse', 'RS',
    'RSDTC', 7);
create table marts.covariate_intervals(usubjid varchar, paramcd varchar, interval_number integer,
    tstart double, tstop double, event_code integer);
insert into marts.covariate_intervals values ('S-2', 'PFS', 1, 0, 30.5, 0),
    ('S-2', 'PFS', 2, 30.5, 62, 1);
create table marts.factor_changes(usubjid varchar, paramcd varchar, factor varchar, day double,
    level varchar);
insert into marts.factor_changes values ('S-2', 'PFS', 'surgery', 0, 'no'),
    ('S-2', 'PFS', 'surgery', 30.5, 'yes');
"""


def write_small_releases(folder: Path) -> Path:
    """A folder of releases with one that is not synthetic: two subjects, one never treated.

    The result tables are there and empty.
    """
    release = folder / "releases/small/r1"
    release.mkdir(parents=True)
    with duckdb.connect(str(release / "warehouse.duckdb")) as connection:
        connection.execute(TABLES)
        write_frames({}, connection)
    about = {"study_id": "small", "title": "A small study", "synthetic": False}
    manifest = {"release_id": "r1", "study": {**about, "synthetic_note": None}}
    (release / "manifest.json").write_text(json.dumps(manifest))
    (release.parent / "current").symlink_to("r1")
    (release.parent / "log.jsonl").write_text(
        '{"at": "2026-01-02T03:04:05+00:00", "event": "published", "release": "r1"}\n'
    )
    return folder / "releases"
