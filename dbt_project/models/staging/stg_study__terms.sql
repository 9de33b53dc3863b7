with study_term as (
    select * from {{ source('study', 'study_term') }}
),

typed as (
    select
        {{ given('trial_id') }} as trial_id,
        -- qualifiers of every domain are one file here: SUPPRS is SUPP
        case
            when {{ upper_case(given('domain')) }} like 'SUPP%' then 'SUPP'
            else {{ upper_case(given('domain')) }}
        end as domain,
        {{ upper_case(given('testcd')) }} as testcd,
        {{ wording('wording') }} as wording,
        {{ given('category') }} as category,
        {{ given('value') }} as value
    from study_term
)

select * from typed
