with assessments as (
    select * from {{ ref('int_responses') }}
),

first_remissions as (
    select * from {{ ref('int_first_remissions') }}
),

best_responses as (
    select * from {{ ref('int_best_responses') }}
),

remissions_at_entry as (
    select * from {{ ref('int_remissions_at_entry') }}
),

first_relapses as (
    select * from {{ ref('int_relapses') }}
),

treated_subjects as (
    select usubjid
    from {{ ref('int_subject_dates') }}
    where trtsdt is not null
),

responses as (
    select
        treated_subjects.usubjid,
        assessments.usubjid is not null as is_assessed,
        assessments.rsseq,
        coalesce(first_relapses.adt, assessments.adt) as adt,
        assessments.adtf,
        {{ study_day(
            'coalesce(first_relapses.adt, assessments.adt)', 'assessments.trtsdt'
        ) }} as ady,
        assessments.cycle,
        assessments.response,
        coalesce(assessments.is_remission, false) as is_remission,
        coalesce(assessments.in_window, false) as in_window,
        best_responses.rsseq is not null as is_best_in_window,
        first_remissions.rsseq is not null as is_first_remission,
        remissions_at_entry.rsseq is not null as is_remission_at_entry,
        first_relapses.rsseq is not null as is_first_relapse,
        assessments.relapse_site,
        assessments.evaluator
    from treated_subjects
    left join assessments
        on treated_subjects.usubjid = assessments.usubjid
    left join best_responses
        on
            assessments.usubjid = best_responses.usubjid
            and assessments.rsseq = best_responses.rsseq
    left join remissions_at_entry
        on
            assessments.usubjid = remissions_at_entry.usubjid
            and assessments.rsseq = remissions_at_entry.rsseq
    left join first_remissions
        on
            assessments.usubjid = first_remissions.usubjid
            and assessments.rsseq = first_remissions.rsseq
    left join first_relapses
        on
            assessments.usubjid = first_relapses.usubjid
            and assessments.rsseq = first_relapses.rsseq
)

select
    usubjid,
    is_assessed,
    rsseq,
    adt,
    adtf,
    ady,
    cycle,
    response,
    is_remission,
    in_window,
    is_best_in_window,
    is_first_remission,
    is_remission_at_entry,
    is_first_relapse,
    relapse_site,
    evaluator
from responses
