with baseline_characteristics as (
    select * from {{ source('results', 'baseline_characteristics') }}
),

analysis_labels as (
    select * from {{ ref('int_analysis_labels') }}
),

factors as (
    select * from {{ ref('stg_study__factors') }}
),

level_labels as (
    select * from {{ ref('int_level_labels') }}
),

populations as (
    select * from {{ ref('stg_study__populations') }}
),

labelled_lines as (
    select
        analysis_labels.analysis_order,
        characteristics.analysis_id,
        analysis_labels.analysis_label,
        characteristics.group_population,
        populations.label as group_label,
        populations.display_order as group_order,
        characteristics.characteristic,
        coalesce(factors.label, characteristics.characteristic)
            as characteristic_label,
        factors.unit,
        factors.display_order as factor_order,
        characteristics.level,
        level_labels.level_label,
        level_labels.level_order,
        characteristics.statistic,
        characteristics.value,
        characteristics.n,
        characteristics.denominator,
        characteristics.percent,
        characteristics.status
    from baseline_characteristics as characteristics
    inner join analysis_labels
        on characteristics.analysis_id = analysis_labels.analysis_id
    left join factors on characteristics.characteristic = factors.factor
    left join populations on characteristics.group_population = populations.population
    left join level_labels
        on
            characteristics.characteristic = level_labels.factor
            and characteristics.level = level_labels.level
),

table_1 as (
    select
        analysis_order,
        analysis_id,
        analysis_label,
        group_population,
        group_label,
        cast(group_order as int) as group_order,
        cast(
            row_number() over (
                partition by analysis_id, group_population
                order by
                    factor_order,
                    characteristic,
                    level_order,
                    level,
                    case statistic
                        when 'count_percent' then 1
                        when 'n' then 2
                        when 'mean' then 3
                        when 'sd' then 4
                        when 'median' then 5
                        when 'min' then 6
                        when 'max' then 7
                    end
            ) as int
        ) as line_order,
        characteristic,
        characteristic_label,
        unit,
        level,
        coalesce(level_label, level) as level_label,
        statistic,
        value,
        cast(n as bigint) as n,
        cast(denominator as bigint) as denominator,
        percent,
        status
    from labelled_lines
)

select * from table_1
order by analysis_order, group_order, line_order
