with transplants as (
    select * from {{ ref('int_transplants') }}
),

transplants_after_first_dose as (
    select
        *,
        {{ study_day('adt', 'trtsdt') }} as ady
    from transplants
    where not is_prior
)

select
    usubjid,
    hsct_number,
    adt,
    adtf,
    ady,
    transplant_type,
    is_first_allogeneic,
    remission_state,
    first_remission_date,
    relapse_date,
    prseq as srcseq
from transplants_after_first_dose
