with releases as (
    select * from {{ source('history', 'release') }}
),

headline_numbers as (
    select * from {{ source('history', 'headline_number') }}
),

factors as (
    select * from {{ ref('stg_study__factors') }}
),

numbers_of_releases as (
    select
        releases.release_order,
        releases.previous_release_id,
        releases.data_cutoffs,
        releases.n_subjects,
        headline_numbers.*
    from releases
    inner join headline_numbers
        on releases.release_id = headline_numbers.release_id
),

-- an analysis that now compares other levels has no earlier number
compared as (
    select
        numbers_of_releases.*,
        earlier.n_event as n_event_previous,
        earlier.n_risk as n_risk_previous,
        earlier.value as value_previous
    from numbers_of_releases
    left join headline_numbers as earlier
        on
            numbers_of_releases.previous_release_id = earlier.release_id
            and numbers_of_releases.analysis_id = earlier.analysis_id
            and numbers_of_releases.number = earlier.number
            and coalesce(numbers_of_releases.model, '') = coalesce(earlier.model, '')
            and coalesce(numbers_of_releases.factor, '') = coalesce(earlier.factor, '')
            and coalesce(numbers_of_releases.contrast, '')
            = coalesce(earlier.contrast, '')
            and coalesce(numbers_of_releases.event, '') = coalesce(earlier.event, '')
            and coalesce(numbers_of_releases.time_months, -1)
            = coalesce(earlier.time_months, -1)
),

release_history as (
    select
        cast(compared.release_order as int) as release_order,
        compared.release_id,
        compared.previous_release_id,
        compared.data_cutoffs,
        compared.n_subjects,
        cast(
            row_number() over (
                partition by compared.release_order
                order by
                    compared.analysis_order asc,
                    compared.number desc,
                    compared.event desc,
                    compared.time_months asc,
                    factors.display_order asc,
                    compared.factor asc,
                    compared.model asc
            ) as int
        ) as line_order,
        cast(compared.analysis_order as int) as analysis_order,
        compared.analysis_id,
        compared.analysis_label,
        compared.number,
        compared.unit,
        compared.model,
        compared.factor,
        coalesce(factors.label, compared.factor) as factor_label,
        compared.contrast,
        compared.event,
        compared.time_months,
        cast(compared.n as bigint) as n,
        cast(compared.n_event as bigint) as n_event,
        compared.n_risk,
        compared.value,
        compared.ci_lower,
        compared.ci_upper,
        compared.n_event_previous,
        compared.n_risk_previous,
        compared.value_previous,
        compared.value - compared.value_previous as difference,
        compared.status
    from compared
    left join factors on compared.factor = factors.factor
)

select * from release_history
order by release_order, line_order
