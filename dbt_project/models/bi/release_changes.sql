with releases as (
    select * from {{ source('history', 'release') }}
),

subject_changes as (
    select * from {{ source('history', 'subject_change') }}
),

endpoints as (
    select * from {{ ref('stg_study__endpoints') }}
),

release_changes as (
    select
        cast(releases.release_order as int) as release_order,
        releases.release_id,
        releases.previous_release_id,
        cast(
            row_number() over (
                partition by releases.release_order
                order by
                    endpoints.display_order,
                    subject_changes.endpoint,
                    subject_changes.change = 'unchanged',
                    subject_changes.change
            ) as int
        ) as line_order,
        subject_changes.endpoint,
        subject_changes.endpoint_label,
        subject_changes.change,
        subject_changes.n_subjects
    from subject_changes
    inner join releases on subject_changes.release_id = releases.release_id
    left join endpoints on subject_changes.endpoint = endpoints.paramcd
)

select * from release_changes
order by release_order, line_order
