with origins as (
    select * from {{ ref('int_endpoint_origins') }}
),

endpoint_rules as (
    select * from {{ ref('stg_study__endpoint_rules') }}
),

dated_facts as (
    select * from {{ ref('int_dated_facts') }}
),

rule_dates as (
    select
        origins.usubjid,
        origins.paramcd,
        origins.startdt,
        endpoint_rules.rule_id,
        endpoint_rules.role,
        endpoint_rules.priority,
        dated_facts.fact,
        -- by its last possible day an end has certainly come; what censors does so on
        -- the first one, and not before the origin
        {{ add_days(
            "case endpoint_rules.role when 'end' then "
            ~ latest_day_meant('dated_facts.adt', 'dated_facts.adtf')
            ~ " when 'censor_first' then "
            ~ not_before(
                'dated_facts.adt',
                latest_day_meant('dated_facts.adt', 'dated_facts.adtf'),
                'origins.startdt'
            )
            ~ ' else dated_facts.adt end',
            'endpoint_rules.days_after'
        ) }} as adt,
        -- of an imputed day the last one that it can be
        {{ add_days(
            latest_day_meant('dated_facts.adt', 'dated_facts.adtf'),
            'endpoint_rules.days_after'
        ) }} as adt_last,
        dated_facts.adtf,
        dated_facts.srcdom,
        dated_facts.srcvar,
        dated_facts.srcseq
    from origins
    inner join endpoint_rules on origins.paramcd = endpoint_rules.paramcd
    inner join dated_facts
        on
            origins.usubjid = dated_facts.usubjid
            and endpoint_rules.fact = dated_facts.fact
    where dated_facts.adt is not null
)

select * from rule_dates
