with subjects as (
    select * from {{ ref('subjects') }}
),

dated_facts as (
    select * from {{ ref('int_dated_facts') }}
),

-- what the study's own definitions speak of; with RECIST a response is no remission
facts_named as (
    select origin_fact as fact
    from {{ ref('stg_study__endpoints') }}
    union all
    select fact from {{ ref('stg_study__endpoint_rules') }}
    union all
    select fact from {{ ref('stg_study__factors') }}
    union all
    select name as fact
    from {{ ref('stg_study__population_conditions') }}
    where kind = 'fact'
),

remissions_named as (
    select count(*) > 0 as are_named
    from facts_named
    where
        fact in (
            'first_remission', 'remission_at_entry', 'relapse', 'hsct_in_remission',
            'hsct_after_relapse', 'hsct_without_remission'
        )
),

facts_of_subjects as (
    select
        usubjid,
        max(case when fact = 'first_remission' then 1 else 0 end) as has_remission,
        max(case when fact = 'relapse' then 1 else 0 end) as has_relapse,
        max(case when fact = 'hsct' then 1 else 0 end) as has_transplant,
        max(case when fact = 'hsct_in_remission' then 1 else 0 end)
            as has_transplant_in_remission,
        max(case when fact = 'death' then 1 else 0 end) as has_died
    from dated_facts
    group by usubjid
),

treated_subjects as (
    select
        subjects.usubjid,
        subjects.in_analysis_set,
        facts.has_remission = 1 as has_remission,
        facts.has_relapse = 1 as has_relapse,
        facts.has_transplant = 1 as has_transplant,
        facts.has_transplant_in_remission = 1 as has_transplant_in_remission,
        facts.has_died = 1 as has_died,
        remissions_named.are_named
        and max(facts.has_remission) over () = 1 as study_has_remissions,
        remissions_named.are_named
        and max(facts.has_relapse) over () = 1 as study_has_relapses,
        max(facts.has_transplant) over () = 1 as study_has_transplants
    from subjects
    inner join facts_of_subjects as facts on subjects.usubjid = facts.usubjid
    cross join remissions_named
    where subjects.trtsdt is not null
),

-- a null state: the question does not arise, for this subject or in this study
states as (
    select
        case when in_analysis_set then 'analyzed' else 'not_analyzed' end as analysis,
        case
            when not in_analysis_set or not study_has_remissions then null
            when has_remission then 'remission'
            else 'no_remission'
        end as remission,
        case
            when not in_analysis_set or not study_has_transplants then null
            when has_remission and has_transplant_in_remission
                then 'transplant_in_remission'
            when has_remission then 'no_transplant_in_remission'
            when has_transplant then 'transplant_without_remission'
            else 'no_transplant'
        end as transplant,
        case
            when not in_analysis_set or not study_has_relapses or not has_remission
                then null
            when has_relapse then 'relapse'
            else 'no_relapse'
        end as relapse,
        case
            when not in_analysis_set or not study_has_transplants then null
            when not has_remission or not has_relapse or has_transplant_in_remission
                then null
            when has_transplant then 'transplant_after_relapse'
            else 'no_transplant_after_relapse'
        end as late_transplant,
        case
            when not in_analysis_set then null
            when has_died then 'died'
            else 'alive'
        end as survival
    from treated_subjects
),

paths as (
    select
        *,
        'treated/' || analysis as analysis_path,
        'treated/' || analysis || coalesce('/' || remission, '') as remission_path,
        'treated/' || analysis || coalesce('/' || remission, '')
        || coalesce('/' || transplant, '') as transplant_path,
        'treated/' || analysis || coalesce('/' || remission, '')
        || coalesce('/' || transplant, '') || coalesce('/' || relapse, '')
            as relapse_path,
        'treated/' || analysis || coalesce('/' || remission, '')
        || coalesce('/' || transplant, '') || coalesce('/' || relapse, '')
        || coalesce('/' || late_transplant, '') as late_transplant_path
    from states
),

steps as (
    select
        1 as stage_order,
        'treated' as state,
        'treated' as node,
        cast(null as {{ dbt.type_string() }}) as parent
    from paths
    union all
    select
        2 as stage_order,
        analysis as state,
        analysis_path as node,
        'treated' as parent
    from paths
    union all
    select
        3 as stage_order,
        remission as state,
        remission_path as node,
        analysis_path as parent
    from paths
    union all
    select
        4 as stage_order,
        transplant as state,
        transplant_path as node,
        remission_path as parent
    from paths
    union all
    select
        5 as stage_order,
        relapse as state,
        relapse_path as node,
        transplant_path as parent
    from paths
    union all
    select
        6 as stage_order,
        late_transplant as state,
        late_transplant_path as node,
        relapse_path as parent
    from paths
    union all
    select
        7 as stage_order,
        survival as state,
        late_transplant_path || '/' || survival as node,
        late_transplant_path as parent
    from paths
),

node_totals as (
    select
        stage_order,
        state,
        node,
        parent,
        count(*) as n
    from steps
    where state is not null
    group by stage_order, state, node, parent
),

patient_flow as (
    select
        nodes.node,
        nodes.parent,
        cast(nodes.stage_order as int) as stage_order,
        nodes.state,
        case nodes.state
            when 'treated' then 'Treated'
            when 'analyzed' then 'Analysis set'
            when 'not_analyzed' then 'Not in the analysis set'
            when 'remission' then 'Remission'
            when 'no_remission' then 'No remission'
            when 'transplant_in_remission' then 'Transplant in continuous remission'
            when 'no_transplant_in_remission'
                then 'No transplant in continuous remission'
            when 'transplant_without_remission' then 'Transplant without remission'
            when 'no_transplant' then 'No transplant'
            when 'relapse' then 'Relapse'
            when 'no_relapse' then 'No relapse'
            when 'transplant_after_relapse' then 'Transplant after relapse'
            when 'no_transplant_after_relapse' then 'No transplant after relapse'
            when 'died' then 'Died'
            when 'alive' then 'Last known alive'
        end as label,
        cast(nodes.n as bigint) as n,
        cast(parents.n as bigint) as denominator,
        100.0 * nodes.n / parents.n as percent
    from node_totals as nodes
    left join node_totals as parents on nodes.parent = parents.node
)

select * from patient_flow
order by stage_order, node
