with dm as (
    select * from {{ accepted('stg_sdtm__dm') }}
),

rs as (
    select * from {{ accepted('stg_sdtm__rs') }}
),

qs as (
    select * from {{ accepted('stg_sdtm__qs') }}
),

lb as (
    select * from {{ accepted('stg_sdtm__lb') }}
),

gf as (
    select * from {{ accepted('stg_sdtm__gf') }}
),

mh as (
    select * from {{ accepted('stg_sdtm__mh') }}
),

cm as (
    select * from {{ accepted('stg_sdtm__cm') }}
),

supp as (
    select * from {{ accepted('stg_sdtm__supp') }}
),

-- the record that a qualifier speaks of, and when; one of a group stands for all
qualified as (
    select
        qualified_records.src_file,
        qualified_records.src_row,
        records.seq,
        records.adt,
        records.adt_last,
        records.adtf
    from {{ ref('int_qualified_records') }} as qualified_records
    inner join {{ accepted('int_staged_records') }} as records
        on
            qualified_records.record_file = records.src_file
            and qualified_records.record_row = records.src_row
    qualify
        row_number() over (
            partition by qualified_records.src_file, qualified_records.src_row
            order by records.adt asc nulls last, records.seq asc
        ) = 1
),

observations as (
    {% for variable in layout_of('DM').subject %}
    select
        usubjid,
        'DM' as srcdom,
        '{{ variable | upper }}' as srcvar,
        cast(null as int) as srcseq,
        '{{ variable | upper }}' as testcd,
        cast(null as string) as category,
        cast(null as string) as specimen,
        cast(null as string) as evaluator,
        cast(null as string) as group_id,
        cast({{ variable }} as string) as value_text,
        {{ 'age' if variable == 'age' else 'cast(null as double)' }} as value_num,
        cast(null as date) as adt,
        cast(null as date) as adt_last,
        cast(null as string) as adtf
    from dm
    union all
    {% endfor %}
    select
        usubjid,
        'RS' as srcdom,
        case when rsstresc is null then 'RSORRES' else 'RSSTRESC' end as srcvar,
        rsseq as srcseq,
        rstestcd as testcd,
        rscat as category,
        cast(null as string) as specimen,
        rseval as evaluator,
        cast(null as string) as group_id,
        coalesce(rsstresc, rsorres) as value_text,
        rsstresn as value_num,
        rsdt as adt,
        rsdt_last as adt_last,
        rsdtf as adtf
    from rs
    union all
    select
        usubjid,
        'QS' as srcdom,
        case when qsstresc is null then 'QSORRES' else 'QSSTRESC' end as srcvar,
        qsseq as srcseq,
        qstestcd as testcd,
        qscat as category,
        cast(null as string) as specimen,
        cast(null as string) as evaluator,
        cast(null as string) as group_id,
        coalesce(qsstresc, qsorres) as value_text,
        qsstresn as value_num,
        qsdt as adt,
        qsdt_last as adt_last,
        qsdtf as adtf
    from qs
    union all
    select
        usubjid,
        'LB' as srcdom,
        case when lbstresc is null then 'LBORRES' else 'LBSTRESC' end as srcvar,
        lbseq as srcseq,
        lbtestcd as testcd,
        lbcat as category,
        lbspec as specimen,
        lbnam as evaluator,
        cast(null as string) as group_id,
        coalesce(lbstresc, lborres) as value_text,
        lbstresn as value_num,
        lbdt as adt,
        lbdt_last as adt_last,
        lbdtf as adtf
    from lb
    union all
    select
        usubjid,
        'GF' as srcdom,
        case when gfstresc is null then 'GFORRES' else 'GFSTRESC' end as srcvar,
        gfseq as srcseq,
        gftestcd as testcd,
        cast(null as string) as category,
        gfspec as specimen,
        cast(null as string) as evaluator,
        cast(null as string) as group_id,
        coalesce(gfstresc, gforres) as value_text,
        cast(null as double) as value_num,
        gfdt as adt,
        gfdt_last as adt_last,
        gfdtf as adtf
    from gf
    union all
    select
        usubjid,
        'MH' as srcdom,
        case when mhdecod is null then 'MHTERM' else 'MHDECOD' end as srcvar,
        mhseq as srcseq,
        coalesce(mhdecod, mhterm) as testcd,
        mhcat as category,
        mhscat as specimen,
        cast(null as string) as evaluator,
        mhgrpid as group_id,
        coalesce(mhdecod, mhterm) as value_text,
        cast(null as double) as value_num,
        mhstdt as adt,
        mhstdt_last as adt_last,
        mhstdtf as adtf
    from mh
    union all
    select
        usubjid,
        'CM' as srcdom,
        case when cmdecod is null then 'CMTRT' else 'CMDECOD' end as srcvar,
        cmseq as srcseq,
        coalesce(cmdecod, cmtrt) as testcd,
        cmcat as category,
        cmscat as specimen,
        cast(null as string) as evaluator,
        cmgrpid as group_id,
        coalesce(cmdecod, cmtrt) as value_text,
        cast(null as double) as value_num,
        cmstdt as adt,
        cmstdt_last as adt_last,
        cmstdtf as adtf
    from cm
    union all
    select
        supp.usubjid,
        'SUPP' as srcdom,
        supp.qnam as srcvar,
        qualified.seq as srcseq,
        supp.qnam as testcd,
        supp.rdomain as category,
        cast(null as string) as specimen,
        supp.qeval as evaluator,
        cast(supp.src_row as string) as group_id,
        supp.qval as value_text,
        {{ number('supp.qval') }} as value_num,
        qualified.adt,
        qualified.adt_last,
        qualified.adtf
    from supp
    inner join qualified
        on
            supp.src_file = qualified.src_file
            and supp.src_row = qualified.src_row
)

select * from observations
