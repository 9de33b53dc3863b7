{#- Everything that is asked of the rows of one model, as one test. It fails with one row for
    each thing that does not hold: what was found, and in how many rows (of a key: how many
    times). What is asked:

    one_row_per: these columns together name one row; a null counts as a value
    present: these columns have no nulls
    accepted: these columns have no other values than these; nulls pass
    references: each value of the column is in the column of the same name of that model;
      nulls pass
    holds: these expressions are true, or not known, in every row
    nothing_after_death: this day is not after the death or the data cut-off of the subject
    no_overlap: the intervals of one partition, first and last day included, share no day -#}
{% test checks(
    model, one_row_per=none, present=[], accepted={}, references={}, holds=[],
    nothing_after_death=none, no_overlap=none
) %}
{%- set wrong = [] -%}
{%- for column in present -%}
    {%- do wrong.append((column ~ ' is null', column ~ ' is null')) -%}
{%- endfor -%}
{%- for column, values in accepted.items() -%}
    {%- set listed = "'" ~ values | join("', '") ~ "'" -%}
    {%- do wrong.append((column ~ ' is another value', column ~ ' not in (' ~ listed ~ ')')) -%}
{%- endfor -%}
{%- for expression in holds -%}
    {%- do wrong.append(('not: ' ~ expression, 'not (' ~ expression ~ ')')) -%}
{%- endfor -%}
{%- set counts = [] -%}
with
{% if wrong -%}
row_by_row as (
    select
        {%- for finding, condition in wrong %}
        count_if({{ condition }}) as n_{{ loop.index }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from {{ model }}
),

{% for finding, condition in wrong -%}
    {%- do counts.append((finding, 'n_' ~ loop.index ~ ' as n from row_by_row')) -%}
{%- endfor -%}
{%- endif -%}
{%- if one_row_per -%}
{%- do counts.append((one_row_per | join(', ') ~ ' is repeated', 'count(*) as n from repeated')) -%}
repeated as (
    select {{ one_row_per | join(', ') }}
    from {{ model }}
    group by {{ one_row_per | join(', ') }}
    having count(*) > 1
),

{% endif -%}
{%- for column, parent in references.items() -%}
{%- do counts.append((column ~ ' is not in ' ~ parent, 'count(*) as n from without_' ~ column)) -%}
without_{{ column }} as (
    select checked.{{ column }}
    from {{ model }} as checked
    where
        checked.{{ column }} is not null
        and not exists (
            select 1 from {{ ref(parent) }} as referred
            where referred.{{ column }} = checked.{{ column }}
        )
),

{% endfor -%}
{%- if nothing_after_death -%}
{%- do counts.append((
    nothing_after_death ~ ' is after death or cut-off', 'count(*) as n from after_death'
)) -%}
after_death as (
    select checked.usubjid
    from {{ model }} as checked
    inner join {{ ref('int_subject_dates') }} as subject_dates
        on checked.usubjid = subject_dates.usubjid
    where
        checked.{{ nothing_after_death }} > subject_dates.dthdt
        or checked.{{ nothing_after_death }} > subject_dates.cutoff_date
),

{% endif -%}
{%- if no_overlap -%}
{%- do counts.append((
    no_overlap.first_column ~ ' is in another interval', 'count(*) as n from overlapping'
)) -%}
intervals_in_order as (
    select
        {{ no_overlap.first_column }} as first_day,
        lag({{ no_overlap.last_column }}) over (
            partition by {{ no_overlap.partition }}
            order by {{ no_overlap.first_column }} nulls last
        ) as last_day_before
    from {{ model }}
),

overlapping as (
    select first_day from intervals_in_order
    where first_day <= last_day_before
),

{% endif -%}
counted as (
    {%- for finding, counted in counts %}
    select '{{ finding | replace("'", "''") }}' as finding, {{ counted }}
    {%- if not loop.last %} union all {%- endif %}
    {%- endfor %}
)

select finding, n from counted
where n > 0
{% endtest %}
