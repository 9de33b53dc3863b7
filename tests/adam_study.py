"""A small study whose one trial is read from ADaM, typed as text, for tests to break."""

STUDY = """\
study_id = "adam"
title = "A study of ADaM datasets"
synthetic = true
synthetic_note = "No patient exists."
analysis_set = "itt"

[[trials]]
trial_id = "A1"
label = "Trial 1"
kind = "adam"
path = "adam"
cutoff = 2020-12-31
"""
FILES = {
    "study.toml": STUDY,
    "factors.csv": """\
factor,label,timing,type,derivation,domain,testcd,category,specimen,evaluator,unit,add,no_record,fact,assessed_fact,display_order,description
age,Age,baseline,continuous,adam,,,,,,years,,,,,1,
sex,Sex,baseline,categorical,adam,,,,,,,,,,,2,
hsct,Transplant,post_baseline,categorical,adam,,,,,,,,,,,3,
""",
    "factor_levels.csv": """\
factor,level,label,display_order,wording,lower,lower_inclusive,upper,upper_inclusive
sex,male,Male,1,M,,,,
sex,female,Female,2,F,,,,
hsct,yes,Yes,1,Y,,,,
hsct,no,No,2,N,,,,
""",
    "populations.csv": """\
population,label,display_order,condition_order,kind,name,operator,value,reason
itt,Intention to treat,1,,,,,,ITTFL is not Y
men,Men,2,1,population,itt,,,
men,,,2,factor,sex,=,male,Not a man
""",
    "endpoints.csv": """\
paramcd,param,population,origin_fact,display_order,note
OS,Overall survival,itt,,1,
""",
    "adam_names.csv": """\
kind,name,variable,label
factor,age,AGE,
factor,sex,SEX,
factor,hsct,HSCT,
population,itt,ITTFL,
""",
    "plan.toml": """\
[[analyses]]
id = "os"
label = "Overall survival"
method = "kaplan_meier"
endpoint = "OS"
population = "men"
strata = "sex"
""",
}
