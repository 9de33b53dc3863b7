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
create table staging.stg_study__parameters(name varchar, value varchar);
insert into staging.stg_study__parameters values ('day_convention', 'difference');
create table staging.stg_study__facts(fact varchar, label varchar, definition varchar);
insert into staging.stg_study__facts values
    ('surgery', 'Surgery', 'first PRSTDTC of PR where PRTRT = SURGERY'), ('death', 'Death', null),
    ('randomisation', 'Randomisation', null), ('relapse', 'First relapse', null),
    ('scan', 'Scan', 'last RSDTC of RS'), ('new_therapy', 'New therapy', null),
    ('last_dose', 'Last dose', null), ('last_contact', 'Last contact', null);
create table staging.stg_study__fact_conditions(trial_id varchar, fact varchar, about varchar,
    domain varchar, condition_order integer, kind varchar, name varchar, comparison varchar,
    is_negated boolean, value varchar);
insert into staging.stg_study__fact_conditions values
    (null, 'scan', 'fact', 'RS', 1, 'variable', 'RSTESTCD', 'equals', false, 'SCAN'),
    ('S', 'response', 'category', 'RS', 1, 'variable', 'RSEVAL', 'equals', true, 'READER 1'),
    ('S', 'response', 'category', 'RS', 1, 'variable', 'RSEVAL', 'equals', true, 'READER 2'),
    ('T', 'response', 'category', 'RS', 1, 'variable', 'RSEVAL', 'equals', false, 'NOBODY'),
    (null, 'dose', 'category', 'EX', 1, 'variable', 'EPOCH', 'equals', false, 'TREATMENT');
create table staging.stg_study__endpoints(paramcd varchar, param varchar, population varchar,
    origin_fact varchar, assessments varchar, longest_gap_days integer, display_order integer);
insert into staging.stg_study__endpoints values
    ('PFS', 'Progression-free survival', 'everyone', 'randomisation', 'scan', 119, 1),
    ('TTR', 'Time to relapse', 'everyone', 'surgery', null, null, 2);
create table staging.stg_study__endpoint_rules(paramcd varchar, rule_id varchar, role varchar,
    fact varchar, priority integer, description varchar, days_after integer);
insert into staging.stg_study__endpoint_rules values
    ('PFS', 'death', 'event', 'death', 2, 'Death without relapse', 0),
    ('PFS', 'relapse', 'event', 'relapse', 1, 'Relapse', 0),
    ('PFS', 'therapy', 'end', 'new_therapy', 1, 'New anti-cancer therapy', 0),
    ('TTR', 'relapse', 'event', 'relapse', 1, 'Relapse', 0),
    ('TTR', 'death', 'competing', 'death', 2, 'Death before a relapse', 0),
    ('TTR', 'late', 'censor_first', 'last_dose', 1, '30 days after the last dose', 30),
    ('TTR', 'contact', 'censor', 'last_contact', 1, 'Last contact', 0);
create table staging.stg_study__adam_events(paramcd varchar, cnsr integer, evntdesc varchar,
    role varchar);
create table staging.stg_study__population_conditions(population varchar, condition_order integer,
    kind varchar, name varchar, operator varchar, value varchar, reason varchar);
insert into staging.stg_study__population_conditions values
    ('everyone', 1, 'variable', 'ITT', '=', 'Y', 'Not randomized'),
    ('treated_in_second_line', 1, 'population', 'everyone', null, null, null),
    ('treated_in_second_line', 2, 'fact', 'surgery', 'exists', null, 'No surgery'),
    ('treated_in_second_line', 3, 'fact', 'death', 'absent', null, 'Dead'),
    ('treated_in_second_line', 4, 'factor', 'stage', '!=', 'IV', 'Stage IV'),
    ('treated_in_second_line', 5, 'endpoint', 'PFS', 'months >', '6', 'Relapsed early'),
    ('treated_in_second_line', 6, 'rule', 'before_birth', 'unbroken', null, 'Bad dates');
create table marts.entry_times(usubjid varchar, paramcd varchar, fact varchar, day double);
insert into marts.entry_times values ('S-2', 'PFS', 'surgery', 12.0);
create table staging.stg_study__populations(population varchar, label varchar,
    display_order integer);
insert into staging.stg_study__populations values
    ('treated_in_second_line', 'Treated in second line', 2),
    ('everyone', 'Everybody who was ever randomized in the trial', 1);
create table staging.stg_study__factors(factor varchar, label varchar, timing varchar,
    type varchar, derivation varchar, domain varchar, testcd varchar, category varchar,
    specimen varchar, evaluator varchar, unit varchar, add_value double, no_record varchar,
    fact varchar, assessed_fact varchar, display_order integer);
insert into staging.stg_study__factors values
    ('stage', 'Stage', 'baseline', 'categorical', 'last_value', 'LB', 'STAGE', null, 'BLOOD', null,
        null, null, 'unknown stage', null, null, 1),
    ('tumor_size', 'Size', 'baseline', 'continuous', 'last_value', 'TR', 'DIAM', null, null, null,
        'mm', null, null, null, null, 2),
    ('tumor_size_group', 'Size, grouped', 'baseline', 'categorical', 'last_value', 'TR', 'DIAM',
        null, null, null, 'mm', null, null, null, null, 3),
    ('lesions', 'Lesions', 'baseline', 'categorical', 'count_records', 'TU', null, null, null,
        null, 'lesions', 1, null, null, null, 4),
    ('surgery', 'Surgery', 'post_baseline', 'categorical', 'fact', null, null, null, null, null,
        null, null, null, 'surgery', 'scan', 5);
create table staging.stg_study__factor_levels(factor varchar, level varchar, label varchar,
    display_order integer, wording varchar, lower double, lower_inclusive boolean, upper double,
    upper_inclusive boolean);
insert into staging.stg_study__factor_levels values
    ('stage', 'III', 'Stage III', 1, 'III', null, null, null, null),
    ('stage', 'III', 'Stage III', 1, 'THREE', null, null, null, null),
    ('stage', 'IV', 'Stage IV', 2, 'IV', null, null, null, null),
    ('tumor_size_group', 'large', 'Large', 1, null, 20, true, null, null),
    ('lesions', '>=2', 'Two or more', 1, null, 2, true, 9, false),
    ('surgery', 'yes', 'Yes', 1, null, null, null, null, null);
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
    startdtf varchar, adt date, adtf varchar, aval double, cnsr integer, event_code integer,
    evntdesc varchar, cnsdtdsc varchar, rule_id varchar, srcdom varchar, srcvar varchar,
    srcseq integer);
insert into marts.time_to_event values ('S-2', 'PFS', 'Progression-free survival',
    date '2020-02-29', 'D', date '2020-05-01', null, 62.0, 0, 1, 'Relapse', null, 'relapse', 'RS',
    'RSDTC', 7);
create table marts.covariate_intervals(usubjid varchar, paramcd varchar, interval_number integer,
    tstart double, tstop double, event_code integer);
insert into marts.covariate_intervals values ('S-2', 'PFS', 1, 0, 30.5, 0),
    ('S-2', 'PFS', 2, 30.5, 62, 1);
create table marts.factor_changes(usubjid varchar, paramcd varchar, factor varchar, day double,
    level varchar);
insert into marts.factor_changes values ('S-2', 'PFS', 'surgery', 0, 'no'),
    ('S-2', 'PFS', 'surgery', 30.5, 'yes');
comment on column marts.subjects.trtsdt is 'Day of the
first dose.';
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
