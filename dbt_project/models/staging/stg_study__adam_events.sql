with study_adam_event as (
    select * from {{ source('study', 'study_adam_event') }}
),

typed as (
    select
        {{ given('paramcd') }} as paramcd,
        cast(cnsr as int) as cnsr,
        {{ wording('evntdesc') }} as evntdesc,
        {{ given('role') }} as role
    from study_adam_event
)

select * from typed
