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

treated_subjects_by_factor as (
    select
        subject_dates.usubjid,
        subject_dates.cycles_started,
        factors.factor,
        factors.type,
        factors.derivation,
        factors.testcd,
        -- empty for another derivation, so that its join needs no further condition
        case when factors.derivation = 'fact' then factors.fact end as fact,
        factors.add_value,
        factors.no_record
    from subject_dates
    cross join factors
    where subject_dates.trtsdt is not null and factors.timing = 'baseline'
),

last_observations as (
    select *
    from baseline_observations
    -- a known value before a wording that means "missing", then the latest
    qualify
        row_number() over (
            partition by usubjid, factor
            order by
                case when says_missing then 1 else 0 end asc,
                adt desc nulls last,
                srcseq desc nulls last,
                srcdom asc
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
        treated.usubjid,
        treated.factor,
        treated.type,
        treated.no_record,
        case
            when treated.derivation in ('variable', 'last_value')
                then last_observations.value_text
            when treated.derivation = 'any_record' and last_observations.usubjid is null
                then 'no'
            when treated.derivation = 'any_record' then 'yes'
            when treated.derivation = 'fact' and dated_facts.usubjid is null then 'no'
            when treated.derivation = 'fact' then 'yes'
        end as value_text,
        case
            when treated.derivation in ('variable', 'last_value')
                then last_observations.value_num
            when treated.derivation = 'count_records'
                then
                    coalesce(record_counts.n_records, 0)
                    + coalesce(treated.add_value, 0)
            when
                treated.derivation = 'subject_column'
                and treated.testcd = 'CYCLES_STARTED'
                then treated.cycles_started
        end as value_num,
        treated.derivation in ('any_record', 'fact') as is_level,
        coalesce(last_observations.adt, dated_facts.adt) as adt,
        coalesce(last_observations.srcdom, dated_facts.srcdom) as srcdom,
        coalesce(last_observations.srcvar, dated_facts.srcvar) as srcvar,
        coalesce(last_observations.srcseq, dated_facts.srcseq) as srcseq
    from treated_subjects_by_factor as treated
    left join last_observations
        on
            treated.usubjid = last_observations.usubjid
            and treated.factor = last_observations.factor
    left join record_counts
        on
            treated.usubjid = record_counts.usubjid
            and treated.factor = record_counts.factor
    left join dated_facts
        on
            treated.usubjid = dated_facts.usubjid
            and treated.fact = dated_facts.fact
)

select * from values_by_derivation
