with demographics as (
    select * from {{ accepted('stg_sdtm__dm') }}
),

subject_dates as (
    select * from {{ ref('int_subject_dates') }}
),

trials as (
    select * from {{ ref('stg_study__trials') }}
),

study as (
    select * from {{ ref('stg_study__study') }}
),

populations as (
    select * from {{ ref('stg_study__populations') }}
),

requirements as (
    select * from {{ ref('int_population_requirements') }}
),

population_conditions as (
    select * from {{ ref('population_conditions') }}
),

population_members as (
    select * from {{ ref('population_members') }}
),

analysis_set_members as (
    select population_members.usubjid
    from population_members
    inner join study on population_members.population = study.analysis_set
),

-- base populations are displayed before those that build on them
first_unmet_conditions as (
    select
        population_conditions.usubjid,
        population_conditions.reason
    from population_conditions
    inner join requirements
        on population_conditions.population = requirements.required_population
    inner join study on requirements.population = study.analysis_set
    inner join populations
        on population_conditions.population = populations.population
    where
        not population_conditions.is_met
        and population_conditions.kind != 'population'
    qualify
        row_number() over (
            partition by population_conditions.usubjid
            order by populations.display_order, population_conditions.condition_order
        ) = 1
),

subjects as (
    select
        demographics.usubjid,
        subject_dates.trial_id,
        trials.label as trial_label,
        demographics.subjid,
        cast(demographics.age as int) as age,
        demographics.sex,
        demographics.race,
        demographics.country,
        demographics.arm,
        subject_dates.trtsdt,
        subject_dates.trtedt,
        cast(subject_dates.cycles_started as int) as cycles_started,
        subject_dates.treatment_close_date,
        subject_dates.cutoff_date,
        subject_dates.dthdt,
        subject_dates.dthdtf,
        subject_dates.is_death_dated_by_contact,
        subject_dates.lstalvdt,
        analysis_set_members.usubjid is not null as in_analysis_set,
        first_unmet_conditions.reason as exclusion_reason
    from demographics
    inner join subject_dates on demographics.usubjid = subject_dates.usubjid
    inner join trials on subject_dates.trial_id = trials.trial_id
    left join analysis_set_members
        on demographics.usubjid = analysis_set_members.usubjid
    left join first_unmet_conditions
        on demographics.usubjid = first_unmet_conditions.usubjid
)

select * from subjects
