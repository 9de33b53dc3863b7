with plan_stratification_factor as (
    select * from {{ source('study', 'plan_stratification_factor') }}
),

typed as (
    select
        {{ given('analysis_id') }} as analysis_id,
        {{ given('factor') }} as factor,
        cast(factor_order as int) as factor_order
    from plan_stratification_factor
)

select * from typed
