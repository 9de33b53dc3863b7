with study_factor as (
    select * from {{ source('study', 'study_factor') }}
),

typed as (
    select
        {{ given('factor') }} as factor,
        {{ given('label') }} as label,
        {{ given('timing') }} as timing,
        {{ given('type') }} as type,
        {{ given('derivation') }} as derivation,
        {{ given('domain') }} as domain,
        {{ wording('testcd') }} as testcd,
        {{ wording('category') }} as category,
        {{ wording('specimen') }} as specimen,
        {{ wording('evaluator') }} as evaluator,
        {{ given('unit') }} as unit,
        cast(add_value as double) as add_value,
        {{ given('no_record') }} as no_record,
        {{ given('fact') }} as fact,
        {{ given('assessed_fact') }} as assessed_fact,
        cast(display_order as int) as display_order
    from study_factor
)

select * from typed
