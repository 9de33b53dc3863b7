with study_same_person as (
    select * from {{ source('study', 'study_same_person') }}
),

typed as (
    select
        {{ given('person') }} as person,
        {{ given('usubjid') }} as usubjid
    from study_same_person
)

select * from typed
