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
numbers_with_previous as (
    select
        numbers_of_releases.*,
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
        cast(numbers_with_previous.release_order as int) as release_order,
        numbers_with_previous.release_id,
        numbers_with_previous.previous_release_id,
        numbers_with_previous.data_cutoffs,
        numbers_with_previous.n_subjects,
        cast(
            row_number() over (
                partition by numbers_with_previous.release_order
                order by
                    numbers_with_previous.analysis_order,
                    numbers_with_previous.number desc,
                    numbers_with_previous.event desc,
                    numbers_with_previous.time_months,
                    factors.display_order,
                    numbers_with_previous.factor,
                    numbers_with_previous.model
            ) as int
        ) as line_order,
        cast(numbers_with_previous.analysis_order as int) as analysis_order,
        numbers_with_previous.analysis_id,
        numbers_with_previous.analysis_label,
        numbers_with_previous.number,
        numbers_with_previous.unit,
        numbers_with_previous.model,
        numbers_with_previous.factor,
        coalesce(factors.label, numbers_with_previous.factor) as factor_label,
        numbers_with_previous.contrast,
        numbers_with_previous.event,
        numbers_with_previous.time_months,
        cast(numbers_with_previous.n as bigint) as n,
        cast(numbers_with_previous.n_event as bigint) as n_event,
        numbers_with_previous.value,
        numbers_with_previous.ci_lower,
        numbers_with_previous.ci_upper,
        numbers_with_previous.value_previous,
        numbers_with_previous.value - numbers_with_previous.value_previous as difference,
        numbers_with_previous.status
    from numbers_with_previous
    left join factors on numbers_with_previous.factor = factors.factor
)

select * from release_history
order by release_order, line_order
