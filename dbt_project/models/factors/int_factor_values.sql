with factors as (
    select * from {{ ref('stg_study__factors') }}
),

subject_dates as (
    select * from {{ ref('int_subject_dates') }}
),

baseline_observations as (
    select * from {{ ref('int_baseline_observations') }}
),

dated_facts as (
    select * from {{ ref('int_dated_facts') }}
),

facts as (
    select * from {{ ref('stg_study__facts') }}
),

subjects_by_factor as (
    select
        subject_dates.usubjid,
        subject_dates.cycles_started,
        factors.factor,
        factors.type,
        factors.derivation,
        factors.testcd,
        -- empty for another derivation, so that its join needs no further condition
        case when factors.derivation = 'fact' then factors.fact end as fact,
        -- without a dose nothing is known of what is told from the first dose
        subject_dates.trtsdt is null and coalesce(facts.needs_first_dose, false)
            as is_fact_unknown,
        factors.add_value,
        factors.no_record
    from subject_dates
    cross join factors
    left join facts
        on factors.fact = facts.fact
    where factors.timing = 'baseline'
),

last_observations as (
    select *
    from baseline_observations
    -- a known value before a wording that means "missing", then the one flagged as
    -- baseline, then the latest
    qualify
        row_number() over (
            partition by usubjid, factor
            order by
                case when says_missing then 1 else 0 end asc,
                baseline_flag desc nulls last,
                adt desc nulls last,
                atm desc nulls last,
                time_point_order desc,
                srcseq desc nulls last,
                srcdom asc nulls last
        ) = 1
),

record_counts as (
    select
        usubjid,
        factor,
        -- records that share a group are one regimen
        count(
            distinct coalesce('group ' || group_id, 'record ' || cast(srcseq as string))
        ) as n_records
    from baseline_observations
    group by usubjid, factor
),

values_by_derivation as (
    select
        subjects.usubjid,
        subjects.factor,
        subjects.type,
        subjects.no_record,
        case
            when subjects.derivation in ('variable', 'last_value')
                then last_observations.value_text
            when subjects.derivation = 'any_record'
                then
                    case when last_observations.usubjid is null then 'no' else 'yes' end
            when subjects.derivation = 'fact' and dated_facts.usubjid is not null
                then 'yes'
            when subjects.derivation = 'fact' and not subjects.is_fact_unknown
                then 'no'
        end as value_text,
        case
            when subjects.derivation in ('variable', 'last_value')
                then last_observations.value_num
            when subjects.derivation = 'count_records'
                then
                    coalesce(record_counts.n_records, 0)
                    + coalesce(subjects.add_value, 0)
            when
                subjects.derivation = 'subject_column'
                and subjects.testcd = 'CYCLES_STARTED'
                then subjects.cycles_started
        end as value_num,
        subjects.derivation in ('any_record', 'fact') as is_level,
        coalesce(last_observations.adt, dated_facts.adt) as adt,
        coalesce(last_observations.srcdom, dated_facts.srcdom) as srcdom,
        coalesce(last_observations.srcvar, dated_facts.srcvar) as srcvar,
        coalesce(last_observations.srcseq, dated_facts.srcseq) as srcseq
    from subjects_by_factor as subjects
    left join last_observations
        on
            subjects.usubjid = last_observations.usubjid
            and subjects.factor = last_observations.factor
    left join record_counts
        on
            subjects.usubjid = record_counts.usubjid
            and subjects.factor = record_counts.factor
    left join dated_facts
        on
            subjects.usubjid = dated_facts.usubjid
            and subjects.fact = dated_facts.fact
)

select * from values_by_derivation
