{# as many steps as MOST_LEVELS of analytics/study/declared_facts.py allows #}
{% set levels = range(1, 7) %}
with built_in_facts as (
    select * from {{ ref('int_built_in_facts') }}
),

fact_records as (
    select * from {{ ref('int_fact_records') }}
    where rule is null
),

time_conditions as (
    select * from {{ ref('stg_study__fact_conditions') }}
    where kind = 'fact'
),

cycle_conditions as (
    select * from {{ ref('stg_study__fact_conditions') }}
    where kind = 'cycle'
),

confirmations as (
    select * from {{ ref('stg_study__fact_conditions') }}
    where kind = 'confirmed'
),

cycles as (
    select * from {{ ref('int_treatment_cycles') }}
),

{% for level in levels %}
anchors_{{ level }} as (
    select
        usubjid,
        fact,
        adt
    from built_in_facts
    {% for earlier in range(1, level) %}
    union all
    select
        usubjid,
        fact,
        adt
    from facts_{{ earlier }}
    {% endfor %}
),

-- a partial date counts as after a day when it can be, and stands for the next possible
-- day; it counts as before a day only when it cannot be later
placed_{{ level }} as (
    select
        records.fact,
        records.take,
        records.usubjid,
        records.src_trial,
        records.src_file,
        records.src_row,
        records.fact_value,
        records.srcdom,
        records.srcvar,
        records.srcseq,
        records.adtf,
        records.adt_last,
        greatest(
            records.adt,
            max(
                case
                    when time_conditions.comparison = 'after'
                        then {{ add_days('anchors.adt', 1) }}
                    when
                        time_conditions.comparison
                        in ('on or after', 'within days after')
                        then anchors.adt
                    when time_conditions.comparison = 'at least days after'
                        then
                            {{ add_days(
                                'anchors.adt', 'time_conditions.value_number'
                            ) }}
                end
            )
        ) as adt,
        min(
            case
                when time_conditions.fact is null then 1
                -- what never happens, nothing comes after
                when anchors.adt is null
                    then
                        case
                            when time_conditions.comparison like 'not %' then 1 else 0
                        end
                when
                    case time_conditions.comparison
                        when 'after' then records.adt_last > anchors.adt
                        when 'on or after' then records.adt_last >= anchors.adt
                        when 'before' then records.adt_last < anchors.adt
                        when 'on or before' then records.adt_last <= anchors.adt
                        when 'not after' then records.adt_last <= anchors.adt
                        when 'not on or after' then records.adt_last < anchors.adt
                        when 'within days after'
                            then
                                records.adt_last >= anchors.adt
                                and {{ days_between('anchors.adt', 'records.adt') }}
                                <= time_conditions.value_number
                        when 'at least days after'
                            then
                                {{ days_between('anchors.adt', 'records.adt_last') }}
                                >= time_conditions.value_number
                        when 'at most days after'
                            then
                                {{ days_between('anchors.adt', 'records.adt') }}
                                <= time_conditions.value_number
                        when 'within days before'
                            then
                                records.adt_last <= anchors.adt
                                and {{ days_between('records.adt', 'anchors.adt') }}
                                <= time_conditions.value_number
                    end
                    then 1
                else 0
            end
        ) = 1 as is_placed
    from fact_records as records
    left join time_conditions
        on
            records.fact = time_conditions.fact
            and (
                time_conditions.trial_id is null
                or records.src_trial = time_conditions.trial_id
            )
    left join anchors_{{ level }} as anchors
        on
            records.usubjid = anchors.usubjid
            and time_conditions.name = anchors.fact
    where records.level = {{ level }}
    group by
        records.fact,
        records.take,
        records.usubjid,
        records.src_trial,
        records.src_file,
        records.src_row,
        records.fact_value,
        records.srcdom,
        records.srcvar,
        records.srcseq,
        records.adtf,
        records.adt,
        records.adt_last
),

with_cycle_{{ level }} as (
    select
        placed.fact,
        placed.take,
        placed.usubjid,
        placed.src_trial,
        placed.src_file,
        placed.src_row,
        placed.fact_value,
        placed.srcdom,
        placed.srcvar,
        placed.srcseq,
        placed.adtf,
        placed.adt,
        placed.adt_last,
        cycles.cycle,
        min(
            case
                when cycle_conditions.fact is null then 1
                when
                    {{ relation_holds(
                        'cycle_conditions.comparison',
                        'cycles.cycle',
                        'cycle_conditions.value_number',
                    ) }}
                    then 1
                else 0
            end
        ) = 1 as is_in_cycle
    from placed_{{ level }} as placed
    left join cycles
        on
            placed.usubjid = cycles.usubjid
            and placed.adt between cycles.cycle_start and cycles.cycle_end
    left join cycle_conditions
        on
            placed.fact = cycle_conditions.fact
            and (
                cycle_conditions.trial_id is null
                or placed.src_trial = cycle_conditions.trial_id
            )
    where placed.is_placed
    group by
        placed.fact,
        placed.take,
        placed.usubjid,
        placed.src_trial,
        placed.src_file,
        placed.src_row,
        placed.fact_value,
        placed.srcdom,
        placed.srcvar,
        placed.srcseq,
        placed.adtf,
        placed.adt,
        placed.adt_last,
        cycles.cycle
),

last_days_{{ level }} as (
    select
        *,
        max(adt) over (partition by usubjid, fact) as last_day
    from with_cycle_{{ level }}
    where is_in_cycle
),

facts_{{ level }} as (
    select records.*
    from last_days_{{ level }} as records
    left join confirmations
        on
            records.fact = confirmations.fact
            and (
                confirmations.trial_id is null
                or records.src_trial = confirmations.trial_id
            )
    where
        confirmations.fact is null
        or {{ days_between('records.adt', 'records.last_day') }}
        >= confirmations.value_number
    -- the first is the one that has certainly come first: a complete date stands before
    -- a partial one that it may lie in
    qualify
        row_number() over (
            partition by records.usubjid, records.fact
            order by
                case when records.take = 'first' then records.adt_last end asc
                nulls last,
                case when records.take = 'last' then records.adt end desc,
                case when records.adtf is null then 0 else 1 end asc,
                records.adt asc nulls last,
                records.srcseq asc nulls last,
                records.src_file asc,
                records.src_row asc
        ) = 1
),

{% endfor %}
declared_facts as (
    {% for level in levels %}
    select
        usubjid,
        fact,
        adt,
        adtf,
        fact_value,
        cycle,
        srcdom,
        srcvar,
        srcseq
    from facts_{{ level }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from declared_facts
