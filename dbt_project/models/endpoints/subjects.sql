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

described_subjects as (
    select
        demographics.usubjid,
        subject_dates.trial_id,
        demographics.subjid,
        demographics.age,
        demographics.sex,
        demographics.race,
        demographics.country,
        demographics.arm,
        subject_dates.trtsdt,
        subject_dates.trtedt,
        subject_dates.cycles_started,
        subject_dates.treatment_close_date,
        subject_dates.dthdt,
        subject_dates.dthdtf,
        subject_dates.is_death_dated_by_contact,
        subject_dates.lstalvdt
    from demographics
    inner join subject_dates on demographics.usubjid = subject_dates.usubjid
    union all
    select
        usubjid,
        src_trial as trial_id,
        subjid,
        age,
        sex,
        race,
        country,
        arm,
        trtsdt,
        trtedt,
        cast(null as int) as cycles_started,
        cast(null as date) as treatment_close_date,
        dthdt,
        dthdtf,
        cast(null as boolean) as is_death_dated_by_contact,
        lstalvdt
    from {{ accepted('stg_adam__adsl') }}
),

subjects as (
    select
        described.usubjid,
        described.trial_id,
        trials.label as trial_label,
        described.subjid,
        {{ nearest_integer('described.age') }} as age,
        described.sex,
        described.race,
        described.country,
        described.arm,
        described.trtsdt,
        described.trtedt,
        cast(described.cycles_started as int) as cycles_started,
        described.treatment_close_date,
        trials.cutoff as cutoff_date,
        described.dthdt,
        described.dthdtf,
        described.is_death_dated_by_contact,
        described.lstalvdt,
        analysis_set_members.usubjid is not null as in_analysis_set,
        first_unmet_conditions.reason as exclusion_reason
    from described_subjects as described
    inner join trials on described.trial_id = trials.trial_id
    left join analysis_set_members
        on described.usubjid = analysis_set_members.usubjid
    left join first_unmet_conditions
        on described.usubjid = first_unmet_conditions.usubjid
)

select * from subjects
