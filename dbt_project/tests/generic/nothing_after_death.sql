{#- No row is dated after the death or the data cut-off of its subject. -#}
{% test nothing_after_death(model, date_column) %}
select dated.*
from {{ model }} as dated
inner join {{ ref('int_subject_dates') }} as subject_dates
    on dated.usubjid = subject_dates.usubjid
where
    dated.{{ date_column }} > subject_dates.dthdt
    or dated.{{ date_column }} > subject_dates.cutoff_date
{% endtest %}
