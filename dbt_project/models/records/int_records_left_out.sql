with conditions as (
    select distinct
        trial_id,
        fact,
        about,
        condition_order,
        domain,
        is_negated
    from {{ ref('stg_study__fact_conditions') }}
    where about <> 'fact'
),

records as (
    select
        src_trial,
        src_file,
        src_row,
        domain
    from {{ ref('int_staged_records') }}
),

matches as (
    select * from {{ ref('int_condition_matches') }}
),

records_left_out as (
    select distinct
        conditions.about,
        conditions.fact as counted_as,
        records.src_file,
        records.src_row
    from conditions
    inner join records
        on
            conditions.domain = records.domain
            and (
                conditions.trial_id is null
                or conditions.trial_id = records.src_trial
            )
    left join matches
        on
            conditions.fact = matches.fact
            and conditions.condition_order = matches.condition_order
            and records.src_file = matches.src_file
            and records.src_row = matches.src_row
    where (matches.src_row is not null) = conditions.is_negated
)

select * from records_left_out
