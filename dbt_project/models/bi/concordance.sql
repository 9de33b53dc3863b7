with published_concordance as (
    select * from {{ source('results', 'published_concordance') }}
),

concordance as (
    select
        published_id,
        quantity,
        kind,
        source,
        published,
        computed,
        computed_as_printed,
        case
            when matches then 'agrees'
            when not matches then 'differs'
            else 'not compared'
        end as verdict,
        note
    from published_concordance
)

select * from concordance
order by published_id, quantity
