"""Every mistake in a study folder is one sentence: file, line or key, fact, next step."""

from pathlib import Path

import pytest
from small_study import refusal, with_plan, write_study

from analytics.study import StudyError, load_study

CSV_MISTAKES = {
    "variable of another domain than DM": (
        "factors_csv",
        ("variable,DM,AGE", "variable,SUPP,FLOW"),
        "factors.csv line 2: derivation variable reads DM, or a qualifier of it (domain SUPP, "
        "category DM), not SUPP; use last_value for other domains.",
    ),
    "missing column": (
        "factors_csv",
        (",add,", ",adds,"),
        "factors.csv: unknown column 'adds' (did you mean 'add'?); the columns are factor, label, "
        "timing, type, derivation, domain, testcd, category, specimen, evaluator, unit, add, "
        "no_record, fact, assessed_fact, display_order, description.",
    ),
    "what cannot name a variable of DM": (
        "factors_csv",
        ("DM,SEX,", "DM,actual arm,"),
        "factors.csv line 3: 'actual arm' is not a variable of DM; write its name in capitals, "
        "such as ACTARM.",
    ),
    "column left out": (
        "endpoints_csv",
        (",note\n", "\n"),
        "endpoints.csv: column 'note' is missing; the columns are paramcd, param, population, "
        "origin_fact, display_order, note, assessments, longest_gap_days.",
    ),
    "column twice": (
        "endpoints_csv",
        (",note\n", ",param\n"),
        "endpoints.csv: column 'param' occurs twice in the header; remove one.",
    ),
    "cells do not fit the header": (
        "endpoints_csv",
        ("first_dose,1,\n", "first_dose,1\n"),
        "endpoints.csv line 2: 5 cells, but the header has 6 columns; check the commas and quotes.",
    ),
    "no whole number": (
        "endpoints_csv",
        ("first_dose,1,", "first_dose,first,"),
        "endpoints.csv line 2: column 'display_order' is 'first', which is not a whole number; "
        "write "
        "digits only.",
    ),
    "two signs": (
        "endpoints_csv",
        ("first_dose,1,", "first_dose,--1,"),
        "endpoints.csv line 2: column 'display_order' is '--1', which is not a whole number; write "
        "digits only.",
    ),
    "digit that is no number": (
        "endpoints_csv",
        ("first_dose,1,", "first_dose,\u00b2,"),
        "endpoints.csv line 2: column 'display_order' is '\u00b2', which is not a whole number; "
        "write "
        "digits only.",
    ),
    "no finite number": (
        "factor_levels_csv",
        ("low,Low,1,,,,10,", "low,Low,1,,,,inf,"),
        "factor_levels.csv line 5: column 'upper' is 'inf', which is not a number; write it with a "
        "decimal point.",
    ),
    "no number": (
        "factor_levels_csv",
        ("low,Low,1,,,,10,", "low,Low,1,,,,ten,"),
        "factor_levels.csv line 5: column 'upper' is 'ten', which is not a number; write it with a "
        "decimal point.",
    ),
    "no truth": (
        "factor_levels_csv",
        ("low,Low,1,,,,10,false", "low,Low,1,,,,10,maybe"),
        "factor_levels.csv line 5: column 'upper_inclusive' is 'maybe'; write true or false.",
    ),
    "bound without side": (
        "factor_levels_csv",
        ("low,Low,1,,,,10,false", "low,Low,1,,,,10,"),
        "factor_levels.csv line 5: say whether the upper bound of factor 'blasts' belongs to the "
        "level; set upper_inclusive to true or false.",
    ),
    "ranges overlap": (
        "factor_levels_csv",
        ("low,Low,1,,,,10,false", "low,Low,1,,,,10,true"),
        "factor_levels.csv line 6: the range of level 'middle' of factor 'blasts' overlaps that "
        "of 'low'; move a bound.",
    ),
    "wording twice": (
        "factor_levels_csv",
        ("sex,female,Female,2,F", "sex,female,Female,2, m "),
        "factor_levels.csv line 3: factor 'sex' has the wording 'm' already; keep one of them.",
    ),
    "level of unknown factor": (
        "factor_levels_csv",
        ("sex,male", "sexe,male"),
        "factor_levels.csv line 2: unknown factor 'sexe' (did you mean 'sex'?); use age, sex, "
        "blasts, cycles, mrd or hsct.",
    ),
    "unknown domain": (
        "factors_csv",
        ("last_value,LB", "last_value,LAB"),
        "factors.csv line 4: 'LAB' is not the code of an SDTM domain; write two capitals, such as "
        "RS, or SUPP.",
    ),
    "factor twice": (
        "factors_csv",
        ("sex,Sex,", "age,Sex,"),
        "factors.csv line 3: factor 'age' is defined twice; keep one of them.",
    ),
    "wrong timing": (
        "factors_csv",
        ("hsct,HSCT,post_baseline", "hsct,HSCT,baseline"),
        "factors.csv line 7: factor 'hsct' is baseline, but the fact 'hsct' is known only after "
        "baseline; correct the timing.",
    ),
    "post-baseline without fact": (
        "factors_csv",
        ("sex,Sex,baseline", "sex,Sex,post_baseline"),
        "factors.csv line 3: post-baseline factor 'sex' needs the derivation fact, as only a "
        "fact has a date on which it changes.",
    ),
    "unknown fact of a factor": (
        "factors_csv",
        (",hsct,,6", ",hscts,,6"),
        "factors.csv line 7: unknown fact 'hscts' (did you mean 'hsct'?); use first_dose, "
        "last_dose, treatment_close, prior_hsct, remission_at_entry, first_remission, "
        "best_response, relapse, mrd_evaluated, mrd_response, hsct, hsct_in_remission, "
        "hsct_after_relapse, hsct_without_remission, death, last_known_alive, "
        "last_documented_visit, last_contact or last_assessment.",
    ),
    "unknown population of an endpoint": (
        "endpoints_csv",
        ("survival,all", "survival,everyone"),
        "endpoints.csv: endpoint 'OS' names the unknown population 'everyone'; define it in "
        "populations.csv.",
    ),
    "endpoint population resting on an endpoint": (
        "endpoints_csv",
        ("survival,all", "survival,survivors"),
        "endpoints.csv: population 'survivors' of endpoint 'OS' depends on an endpoint "
        "condition, so the endpoint would define its own patients; choose a population of facts "
        "and factors.",
    ),
    "endpoint twice": (
        "endpoints_csv",
        ("OSHSCTD,", "OS,"),
        "endpoints.csv line 5: endpoint 'OS' is defined twice; keep one of them.",
    ),
    "rule of unknown endpoint": (
        "endpoint_rules_csv",
        ("OS,death", "OSX,death"),
        "endpoint_rules.csv line 2: unknown endpoint 'OSX' (did you mean 'OS'?); use OS, "
        "RFS, OSHSCT or OSHSCTD.",
    ),
    "unknown role": (
        "endpoint_rules_csv",
        ("OS,death,event", "OS,death,events"),
        "endpoint_rules.csv line 2: unknown role 'events' (did you mean 'event'?); use event, "
        "competing, censor, censor_first or end.",
    ),
    "no winner on one day": (
        "endpoint_rules_csv",
        ("RFS,death,event,death,2", "RFS,death,event,death,1"),
        "endpoint_rules.csv line 5: rules 'relapse' and 'death' of endpoint 'RFS' have the "
        "priority 1; on the same day one must win, so give them different priorities.",
    ),
    "rule twice": (
        "endpoint_rules_csv",
        ("RFS,death,event", "RFS,relapse,event"),
        "endpoint_rules.csv line 5: endpoint 'RFS' has the rule 'relapse' twice; give each rule "
        "its own id.",
    ),
    "no censor rule in force": (
        "endpoint_rules_csv",
        ("rfs_censor,last_visit", "rfs_censor,last_assessment"),
        "endpoint_rules.csv: endpoint 'RFS' has no censor rule in force; add one, or check "
        "when_parameter and when_value.",
    ),
    "unknown parameter of a rule": (
        "endpoint_rules_csv",
        ("rfs_censor,last_visit", "rfs_censored,last_visit"),
        "endpoint_rules.csv line 6: unknown parameter 'rfs_censored' (did you mean "
        "'rfs_censor'?); use days_per_month, day_convention, remission_window_cycles, "
        "cycle_close_days, remission_terms, response_order, not_evaluable_terms, "
        "mrd_threshold, mrd_unit, survivor_months, "
        "survivor_known_alive_months, rfs_censor, contact_domains, visit_domains, "
        "cif_variance, ph_transform, ci_transform, smallest_risk_set, ties, "
        "slcandidate, slentry, slstay or conf_level.",
    ),
    "unknown population in a population": (
        "populations_csv",
        ("men,Men,3,1,population,all", "men,Men,3,1,population,al"),
        "populations.csv line 5: unknown population 'al' (did you mean 'all'?); use all, "
        "responders, men, evaluable, transplanted, not_transplanted or survivors.",
    ),
    "population cycle": (
        "populations_csv",
        ("all,All,1,1,fact,first_dose,exists,", "all,All,1,1,population,men,,"),
        "populations.csv: population 'all' depends on itself (all -> men -> all); remove one of "
        "these conditions.",
    ),
    "unknown level in a population": (
        "populations_csv",
        ("sex,=,male", "sex,=,man"),
        "populations.csv line 6: unknown sex level 'man'; use male or female.",
    ),
    "unknown fact in a population": (
        "populations_csv",
        ("fact,first_remission,exists", "fact,remission,exists"),
        "populations.csv line 4: unknown fact 'remission' (did you mean "
        "'first_remission'?); use first_dose, last_dose, treatment_close, prior_hsct, "
        "remission_at_entry, first_remission, best_response, relapse, mrd_evaluated, "
        "mrd_response, hsct, hsct_in_remission, hsct_after_relapse, hsct_without_remission, "
        "death, last_known_alive, last_documented_visit, last_contact or last_assessment.",
    ),
    "unknown factor in a population": (
        "populations_csv",
        ("factor,sex,=", "factor,gender,="),
        "populations.csv line 6: unknown factor 'gender'; use age, sex, blasts, cycles, mrd or "
        "hsct.",
    ),
    "post-baseline factor in a population": (
        "populations_csv",
        ("factor,sex,=,male", "factor,hsct,=,yes"),
        "populations.csv line 6: factor 'hsct' changes after baseline; use its fact 'hsct' "
        "instead.",
    ),
    "course of treatment in a population": (
        "populations_csv",
        ("factor,sex,=,male", "factor,cycles,=,2"),
        "populations.csv line 6: factor 'cycles' is known only at the end of treatment and "
        "cannot define a population; show it in a table.",
    ),
    "unknown endpoint in a population": (
        "populations_csv",
        ("endpoint,OS,", "endpoint,PFS,"),
        "populations.csv line 15: unknown endpoint 'PFS'; use OS, RFS, OSHSCT or OSHSCTD.",
    ),
    "operator of another kind": (
        "populations_csv",
        ("endpoint,OS,months >", "endpoint,OS,exists"),
        "populations.csv line 15: unknown endpoint operator 'exists'; use "
        "months >, months >=, months <, months <= or event_code =.",
    ),
    "neither number nor parameter": (
        "populations_csv",
        ("survivor_known_alive_months", "three_years"),
        "populations.csv line 15: 'three_years' is neither a number nor a parameter with a "
        "number; write months such as 35 or a parameter's name.",
    ),
    "second label of a population": (
        "populations_csv",
        ("men,,,2,factor", "men,Males,,2,factor"),
        "populations.csv line 6: population 'men' has its label on its first row; leave label "
        "and display_order empty here, or give this population its own name.",
    ),
    "condition order twice": (
        "populations_csv",
        ("men,,,2,factor", "men,,,1,factor"),
        "populations.csv line 5: population 'men' has condition_order 1 twice; number its "
        "conditions 1, 2, ...",
    ),
    "term of unknown trial": (
        "terms_csv",
        ("T1,RS", "T2,RS"),
        "terms.csv line 2: unknown trial 'T2'; use T1.",
    ),
    "unknown category": (
        "terms_csv",
        (",response,CR", ",responses,CR"),
        "terms.csv line 2: unknown category 'responses' (did you mean 'response'?); use response, "
        "relapse, mrd, transplant, status, disposition, contact_mode or cycle.",
    ),
    "unknown value of a category": (
        "terms_csv",
        (",response,CR", ",response,complete"),
        "terms.csv line 2: unknown response value 'complete'; use CR, CRh, hypocellular, PR, "
        "no_response, progression or not_evaluable.",
    ),
    "same wording twice": (
        "terms_csv",
        (
            "Complete Remission,response,CR,\n",
            "Complete Remission,response,CR,\nT1,RS,OVRLRESP,complete  remission,response,CRh,\n",
        ),
        "terms.csv line 3: the wording 'complete  remission' already has a response at terms.csv "
        "line 2; keep one of them.",
    ),
    "level with the code of the whole population": (
        "factor_levels_csv",
        ("sex,male,Male", "sex,ALL,ALL"),
        "factor_levels.csv line 2: column 'level' of factor 'sex' is 'ALL', which "
        "stands for the whole population in the results; write another code, such as "
        "'sex_all', and keep 'ALL' as the label.",
    ),
    "level with the code of what is not known": (
        "factor_levels_csv",
        ("sex,male,Male", "sex,unknown,Not stated"),
        "factor_levels.csv line 2: column 'level' of factor 'sex' is 'unknown', "
        "which stands for subjects whose level is not known in the results; write "
        "another code, such as 'sex_unknown', and keep 'Not stated' as the label; or "
        "leave column 'level' empty where the value says that nothing is known.",
    ),
    "level that R reads as missing": (
        "factor_levels_csv",
        ("sex,male,Male", "sex,NA,Not applicable"),
        "factor_levels.csv line 2: column 'level' of factor 'sex' is 'NA', which R "
        "reads as a missing value; write another code, such as 'sex_na', and keep "
        "'Not applicable' as the label; or leave column 'level' empty where the "
        "value says that nothing is known.",
    ),
    "level longer than a code": (
        "factor_levels_csv",
        (
            "sex,male,",
            f"sex,{'m' * 129},",
        ),
        "factor_levels.csv line 2: column 'level' is "
        "'mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm...', which is longer than 128 "
        "characters; shorten it, as the label may say all of it.",
    ),
    "levels that differ in case alone": (
        "factor_levels_csv",
        ("sex,female", "sex,Male"),
        "factor_levels.csv line 3: level 'Male' of factor 'sex' differs from 'male' "
        "in case alone; write both alike, or choose another code.",
    ),
    "level with two labels": (
        "factor_levels_csv",
        ("sex,female,Female,2,F,,,,", "sex,female,Female,2,F,,,,\nsex,female,Woman,2,W,,,,"),
        "factor_levels.csv line 4: column 'label' is 'Woman', but another row of "
        "level 'female' of factor 'sex' has 'Female'; give the rows of a level one "
        "label.",
    ),
    "unknown level with two labels": (
        "factor_levels_csv",
        ("sex,,Unknown,3,U,,,,", "sex,,Unknown,3,U,,,,\nsex,,Not stated,3,N,,,,"),
        "factor_levels.csv line 5: column 'label' is 'Not stated', but another row "
        "of the empty level of factor 'sex' has 'Unknown'; give the rows of a level "
        "one label.",
    ),
    "levels of one order": (
        "factor_levels_csv",
        ("sex,female,Female,2", "sex,female,Female,1"),
        "factor_levels.csv line 3: level 'female' of factor 'sex' has the "
        "display_order 1 of level 'male'; number the levels 1, 2, ...",
    ),
    "range that holds no number": (
        "factor_levels_csv",
        ("low,Low,1,,,,10,false", "low,Low,1,,10,true,10,false"),
        "factor_levels.csv line 5: a level of factor 'blasts' goes from 10 to the "
        "same number without it, so that no value has it; move a bound, or set both "
        "lower_inclusive and upper_inclusive to true.",
    ),
    "level of a continuous factor": (
        "factor_levels_csv",
        ("sex,male,", "age,old,Old,1,,65,true,,\nsex,male,"),
        "factor_levels.csv line 2: factor 'age' is continuous and has no levels; "
        "remove the line, or make the factor categorical.",
    ),
    "fact that is neither yes nor no": (
        "factor_levels_csv",
        ("hsct,no,No,2", "hsct,never,No,2"),
        "factor_levels.csv: factor 'hsct' has the derivation fact and so the levels "
        "yes and no, but the file has yes and never; correct column 'level', as the "
        "labels are free.",
    ),
    "fact that is always yes": (
        "factor_levels_csv",
        ("hsct,no,No,2,,,,,\n", ""),
        "factor_levels.csv: factor 'hsct' has the derivation fact and so the levels "
        "yes and no, but the file has yes; correct column 'level', as the labels are "
        "free.",
    ),
    "record that is there or not, as a number": (
        "factors_csv",
        (
            "blasts,Blasts,baseline,categorical,last_value,LB,BLAST,,,,%,",
            "blasts,Blasts,baseline,continuous,any_record,LB,BLAST,,,,%,",
        ),
        "factors.csv line 4: factor 'blasts' says whether there is a record, so its "
        "type must be categorical; use count_records for their number.",
    ),
    "no_record that is no level": (
        "factors_csv",
        ("LB,BLAST,,,,%,,,", "LB,BLAST,,,,%,,none,"),
        "factors.csv: column 'no_record' of factor 'blasts' is 'none', which is no "
        "level of it; use low, middle or high, or leave it empty.",
    ),
    "no_record of a continuous factor": (
        "factors_csv",
        ("DM,AGE,,,,years,,,", "DM,AGE,,,,years,,old,"),
        "factors.csv line 2: column 'no_record' is 'old', but the continuous factor "
        "'age' has no levels; leave it empty.",
    ),
    "factor that has no name": (
        "factors_csv",
        ("\nsex,Sex", '\n"Sex, as recorded",Sex'),
        "factors.csv line 3: column 'factor' is 'Sex, as recorded', which cannot "
        "name a factor; use lower-case letters, digits and underscores, a letter "
        "first, 128 characters at most.",
    ),
    "factor longer than a code": (
        "factors_csv",
        (
            "\nsex,Sex",
            f"\n{'s' * 129},Sex",
        ),
        "factors.csv line 3: column 'factor' is "
        "'ssssssssssssssssssssssssssssssssssssssss...', which cannot name a factor; "
        "use lower-case letters, digits and underscores, a letter first, 128 "
        "characters at most.",
    ),
    "number too large for a column": (
        "factors_csv",
        (",,,,1,\n", ",,,,99999999999,\n"),
        "factors.csv line 2: column 'display_order' is 99999999999; write a number "
        "of at most 1000000.",
    ),
    "population that has no name": (
        "populations_csv",
        ("men,Men,3,1", "Men,Men,3,1"),
        "populations.csv line 5: column 'population' is 'Men', which cannot name a "
        "population; use lower-case letters, digits and underscores, a letter first, "
        "128 characters at most.",
    ),
    "populations of one order": (
        "populations_csv",
        ("men,Men,3,1", "men,Men,1,1"),
        "populations.csv line 5: population 'men' has the display_order 1 of "
        "population 'all'; number the populations 1, 2, ...",
    ),
    "number of months that is none": (
        "populations_csv",
        ("survivor_known_alive_months", "nan"),
        "populations.csv line 15: 'nan' is neither a number nor a parameter with a "
        "number; write months such as 35 or a parameter's name.",
    ),
    "number of months with an underscore": (
        "populations_csv",
        ("survivor_known_alive_months", "3_5"),
        "populations.csv line 15: '3_5' is neither a number nor a parameter with a "
        "number; write months such as 35 or a parameter's name.",
    ),
    "endpoint that is no PARAMCD": (
        "endpoints_csv",
        ("\nOS,", "\nOs,"),
        "endpoints.csv line 2: column 'paramcd' is 'Os', which ADaM does not take as "
        "PARAMCD; use capitals, digits and underscores, a capital first, 8 "
        "characters at most.",
    ),
    "endpoint longer than a PARAMCD": (
        "endpoints_csv",
        ("\nOSHSCTD,", "\nOSHSCTDAY,"),
        "endpoints.csv line 5: column 'paramcd' is 'OSHSCTDAY', which ADaM does not "
        "take as PARAMCD; use capitals, digits and underscores, a capital first, 8 "
        "characters at most.",
    ),
    "origin that the population does not require": (
        "endpoints_csv",
        ("survival,responders,first_remission", "survival,all,first_remission"),
        "endpoints.csv: column 'origin_fact' of endpoint 'RFS' is 'first_remission', "
        "which population 'all' does not require, so some of its patients would have "
        "no RFS time; add the condition fact first_remission exists to the "
        "population, or name another one.",
    ),
    "origin beside another value": (
        "populations_csv",
        (
            "responders,,,2,fact,first_remission,exists,",
            "responders,,,2,fact,first_remission,value !=,CR",
        ),
        "endpoints.csv: column 'origin_fact' of endpoint 'RFS' is 'first_remission', "
        "which population 'responders' does not require, so some of its patients "
        "would have no RFS time; add the condition fact first_remission exists to "
        "the population, or name another one.",
    ),
    "origin of the dead, who may be untreated": (
        "populations_csv",
        ("all,All,1,1,fact,first_dose", "all,All,1,1,fact,death"),
        "endpoints.csv: column 'origin_fact' of endpoint 'OS' is 'first_dose', which "
        "population 'all' does not require, so some of its patients would have no OS "
        "time; add the condition fact first_dose exists to the population, or name "
        "another one.",
    ),
    "rule that has no name": (
        "endpoint_rules_csv",
        ("OS,death,", "OS,death from any cause,"),
        "endpoint_rules.csv line 2: column 'rule_id' is 'death from any cause', "
        "which cannot name a rule; use lower-case letters, digits and underscores, a "
        "letter first, 128 characters at most.",
    ),
    "rule with the name of ours": (
        "endpoint_rules_csv",
        ("OS,alive,", "OS,origin,"),
        "endpoint_rules.csv line 3: column 'rule_id' is 'origin', which names the "
        "censoring of subjects without any date on or after the origin; give the "
        "rule another id.",
    ),
    "same wording in another case of its test": (
        "terms_csv",
        (
            "Complete Remission,response,CR,\n",
            "Complete Remission,response,CR,\nT1,RS,ovrlresp,COMPLETE REMISSION,response,PR,\n",
        ),
        "terms.csv line 3: the wording 'COMPLETE REMISSION' already has a response "
        "at terms.csv line 2; keep one of them.",
    ),
    "category of another domain": (
        "terms_csv",
        ("T1,RS,OVRLRESP,Complete Remission,response,CR,", "T1,SV,,WEEK 1,cycle,1,"),
        "terms.csv line 2: category 'cycle' is read from EX, not from SV; correct column 'domain', "
        "or declare a fact that asks for it.",
    ),
    "cycle of eleven digits": (
        "terms_csv",
        ("T1,RS,OVRLRESP,Complete Remission,response,CR,", "T1,EX,,C1,cycle,99999999999,"),
        "terms.csv line 2: cycle '99999999999' is not a cycle number; write 1, 2, ...",
    ),
    "censoring on a day that is computed": (
        "endpoint_rules_csv",
        ("OS,alive,censor,last_known_alive", "OS,alive,censor,treatment_close"),
        "endpoint_rules.csv line 3: rule 'alive' censors at 'treatment_close', which is computed "
        "and may come after the last day known alive; use the role censor_first, or another fact.",
    ),
    "same wording of a qualifier": (
        "terms_csv",
        (
            "T1,RS,OVRLRESP,Complete Remission,response,CR,\n",
            "T1,SUPPRS,SITE,Skin,relapse,extramedullary,\nT1,SUPP,SITE,Skin,relapse,unspecified,\n",
        ),
        "terms.csv line 3: the wording 'Skin' already has a relapse at terms.csv line 2; keep one "
        "of them.",
    ),
}

STUDY_MISTAKES = {
    "unknown encoding": (
        ("cutoff = 2015-06-30", 'cutoff = 2015-06-30\nencoding = "latin1"'),
        "study.toml [[trials]] 1: unknown encoding 'latin1' (did you mean 'latin-1'?); use utf-8, "
        "latin-1, windows-1252, iso-8859-15, iso-8859-2, windows-1250 or shift-jis.",
    ),
    "unknown delimiter": (
        ("cutoff = 2015-06-30", 'cutoff = 2015-06-30\ndelimiter = "space"'),
        "study.toml [[trials]] 1: unknown delimiter 'space'; use comma, semicolon, tab or pipe.",
    ),
    "file declared twice": (
        (
            "cutoff = 2015-06-30",
            'cutoff = 2015-06-30\nfiles = [{name = "lb.csv"}, {name = "lb.csv"}]',
        ),
        "study.toml [[trials]] 1 [[trials.files]] 2: file 'lb.csv' is named twice; keep one entry.",
    ),
    "file without a name": (
        ("cutoff = 2015-06-30", 'cutoff = 2015-06-30\nfiles = [{encoding = "utf-8"}]'),
        "study.toml [[trials]] 1 [[trials.files]] 1: key 'name' is missing; give it a value.",
    ),
    "unknown key": (
        ("title =", "titel ="),
        "study.toml: unknown key 'titel' (did you mean 'title'?); the keys are study_id, title, "
        "synthetic, synthetic_note, analysis_set, trials, parameters, policies, inferred, "
        "publication, report, vocabularies.",
    ),
    "missing key": (
        ('title = "A small study"\n', ""),
        "study.toml: key 'title' is missing; give it a value.",
    ),
    "wrong type": (
        ("synthetic = true", 'synthetic = "yes"'),
        "study.toml: key 'synthetic' is 'yes'; it takes true or false.",
    ),
    "synthetic without a note": (
        ('synthetic_note = "No patient exists."\n', ""),
        "study.toml: key 'synthetic_note' is missing; give it a value.",
    ),
    "date in quotes": (
        ("cutoff = 2015-06-30", 'cutoff = "2015-06-30"'),
        "study.toml [[trials]] 1: key 'cutoff' is '2015-06-30'; it takes a date such as "
        "2014-01-31, without quotes.",
    ),
    "path out of the folder": (
        ("sdtm/T1", "../T1"),
        "study.toml [[trials]] 1: path '../T1' is outside the study folder; write it relative "
        "to that folder.",
    ),
    "unknown analysis set": (
        ('analysis_set = "all"', 'analysis_set = "treated"'),
        "study.toml: unknown population of analysis_set 'treated'; use all, responders, men, "
        "evaluable, transplanted, not_transplanted or survivors.",
    ),
    "unknown parameter": (
        ('ties = "breslow"', 'tie = "breslow"'),
        "study.toml [parameters]: unknown key 'tie' (did you mean 'ties'?); the keys are "
        "days_per_month, day_convention, remission_window_cycles, cycle_close_days, "
        "remission_terms, response_order, not_evaluable_terms, "
        "mrd_threshold, mrd_unit, survivor_months, "
        "survivor_known_alive_months, rfs_censor, contact_domains, visit_domains, "
        "cif_variance, ph_transform, ci_transform, smallest_risk_set, ties, "
        "slcandidate, slentry, slstay, conf_level.",
    ),
    "parameter out of its values": (
        ('ties = "breslow"', 'ties = "exact"'),
        "study.toml [parameters]: parameter 'ties' is 'exact', but it must be 'efron' or "
        "'breslow'; correct it, or remove it to use the default.",
    ),
    "parameter out of range": (
        ('ties = "breslow"', "conf_level = 95"),
        "study.toml [parameters]: parameter 'conf_level' is 95, but it must be less than 1; "
        "correct it, or remove it to use the default.",
    ),
    "parameter of the wrong type": (
        ('ties = "breslow"', 'mrd_threshold = "1e-4"'),
        "study.toml [parameters]: parameter 'mrd_threshold' is '1e-4', but it must be a valid "
        "number; correct it, or remove it to use the default.",
    ),
    "more days than a life has": (
        ('ties = "breslow"', "cycle_close_days = 99999999999"),
        "study.toml [parameters]: parameter 'cycle_close_days' is 99999999999, but it must be less "
        "than or equal to 36525; correct it, or remove it to use the default.",
    ),
    "remission term without a rank": (
        ('ties = "breslow"', 'response_order = ["CR", "PR"]'),
        "study.toml [parameters]: response_order does not rank the remission term 'CRh'; add it.",
    ),
    "window before its visit": (
        ("survivor_known_alive_months = 35", "survivor_known_alive_months = 37"),
        "study.toml [parameters]: survivor_known_alive_months is greater than survivor_months; "
        "a visit window cannot begin after its visit.",
    ),
    "unknown style of numbers": (
        ("[inferred]", '[report]\nstyle = "lancett"\n\n[inferred]'),
        "study.toml [report]: unknown style 'lancett' (did you mean 'lancet'?); use plain, nejm, "
        "jco, lancet or jama.",
    ),
    "unknown key of the report": (
        ("[inferred]", '[report]\njournal = "lancet"\n\n[inferred]'),
        "study.toml [report]: unknown key 'journal'; the keys are style.",
    ),
    "unknown limit of publication": (
        ("[inferred]", "[publication]\nsmallest_cel = 11\n\n[inferred]"),
        "study.toml [publication]: unknown key 'smallest_cel' (did you mean 'smallest_cell'?); "
        "the keys are smallest_cell, smallest_n_at_risk, protection, curve_grid, round_counts_to.",
    ),
    "curve grid that is none": (
        ("[inferred]", '[publication]\ncurve_grid = "weekly"\n\n[inferred]'),
        "study.toml [publication]: key 'curve_grid' is 'weekly', but it must be \"monthly\" or a "
        "number of days from 2 to 366; correct it, or remove it to publish curves by day.",
    ),
    "curve grid of one day": (
        ("[inferred]", "[publication]\ncurve_grid = 1\n\n[inferred]"),
        "study.toml [publication]: key 'curve_grid' is 1, but it must be \"monthly\" or a number "
        "of days from 2 to 366; correct it, or remove it to publish curves by day.",
    ),
    "protection without a limit": (
        ("[inferred]", "[publication]\nprotection = 3\n\n[inferred]"),
        "study.toml [publication]: key 'protection' is 3, but no limit leaves two values to hide a "
        "count among; give a smallest_cell of at least 3, or remove it.",
    ),
    "protection wider than what is hidden": (
        ("[inferred]", "[publication]\nsmallest_cell = 5\nprotection = 4\n\n[inferred]"),
        "study.toml [publication]: key 'protection' is 4, but counts from 1 to 4 are hidden, which "
        "are at most 3 apart; lower it, or remove it to keep all of them possible.",
    ),
    "rounding that hides nothing": (
        ("[inferred]", "[publication]\nround_counts_to = 2\n\n[inferred]"),
        "study.toml [publication]: key 'round_counts_to' is 2, but it must be greater than or "
        "equal to 3; correct it, or remove it to use the default.",
    ),
    "limit of publication that hides nothing": (
        ("[inferred]", "[publication]\nsmallest_cell = 1\n\n[inferred]"),
        "study.toml [publication]: key 'smallest_cell' is 1, but it must be greater than or equal "
        "to 2; correct it, or remove it to use the default.",
    ),
    "inferred of nothing": (
        ("[inferred]\nties", "[inferred]\ntied"),
        "study.toml [inferred]: unknown key 'tied' (did you mean 'ties'?); the keys are "
        "days_per_month, day_convention, remission_window_cycles, cycle_close_days, "
        "remission_terms, response_order, not_evaluable_terms, "
        "mrd_threshold, mrd_unit, survivor_months, "
        "survivor_known_alive_months, rfs_censor, contact_domains, visit_domains, "
        "cif_variance, ph_transform, ci_transform, smallest_risk_set, ties, "
        "slcandidate, slentry, slstay, conf_level.",
    ),
    "no name of a folder": (
        ('study_id = "small"', 'study_id = "kläger"'),
        "study.toml: study_id 'kläger' is also the name of a folder; use lower-case "
        "letters, digits, - and _, 128 characters at most.",
    ),
    "folder with a long name": (
        (
            'study_id = "small"',
            f'study_id = "{"s" * 129}"',
        ),
        "study.toml: study_id 'ssssssssssssssssssssssssssssssssssssssss...' is also "
        "the name of a folder; use lower-case letters, digits, - and _, 128 "
        "characters at most.",
    ),
    "cut-off in another century": (
        ("cutoff = 2015-06-30", "cutoff = 0215-06-30"),
        "study.toml [[trials]] 1: cutoff is 0215-06-30, but dates are read from 1900 "
        "to 2099; correct the year.",
    ),
    "no responses": (
        ('ties = "breslow"', "response_order = []"),
        "study.toml [parameters]: response_order is empty; list the responses, best first.",
    ),
    "response with a comma": (
        ('ties = "breslow"', 'response_order = ["CR", "CRh", "PR, confirmed", "not_evaluable"]'),
        "study.toml [parameters]: response_order has the value 'PR, confirmed', "
        "which is empty or has a comma in it; write it without.",
    ),
    "response that is not ranked": (
        ('ties = "breslow"', 'response_order = ["CR", "CRh", "NE"]'),
        "study.toml [parameters]: not_evaluable_terms has the response "
        "'not_evaluable', which response_order does not rank; add it there, or list "
        "in not_evaluable_terms the responses that say nothing about the disease, [] "
        "if none does.",
    ),
    "contact in no domain": (
        ('ties = "breslow"', 'contact_domains = ["visits"]'),
        "study.toml [parameters]: contact_domains names 'visits', which is not the "
        "code of an SDTM domain; write two capitals, such as SV.",
    ),
    "no contacts": (
        ('ties = "breslow"', "contact_domains = []"),
        "study.toml [parameters]: contact_domains is empty, so that nobody would be "
        "known to be alive; name a domain, or remove it to use the default.",
    ),
    "visit that is no contact": (
        ('ties = "breslow"', 'contact_domains = ["SS"]\nvisit_domains = ["RS"]'),
        "study.toml [parameters]: visit_domains names RS, but a visit is a contact "
        "and contact_domains does not name it; add it there, or remove it here.",
    ),
}

PLAN_MISTAKES = {
    "unknown key": (
        'method = "attrition"\npopulation = "all"\nendpoint = "OS"',
        "plan.toml analysis 'a': unknown key 'endpoint'; the keys are id, label, method, caution, "
        "inferred, population.",
    ),
    "unknown method": (
        'method = "kaplan"',
        "plan.toml analysis 'a': unknown method 'kaplan'; use kaplan_meier, "
        "cumulative_incidence, cox_univariate, cox_stepwise, cox_multivariable, fine_gray, "
        "fine_gray_multivariable, multi_state, external_control, mixture_cure, relative_survival, "
        "baseline_table, outcomes_table or attrition.",
    ),
    "unknown population": (
        'method = "attrition"\npopulation = "alle"',
        "plan.toml analysis 'a': unknown population 'alle' (did you mean 'all'?); use all, "
        "responders, men, evaluable, transplanted, not_transplanted or survivors.",
    ),
    "unknown endpoint": (
        'method = "kaplan_meier"\nendpoint = "TTR"\npopulation = "all"',
        "plan.toml analysis 'a': unknown endpoint 'TTR'; use OS, RFS, OSHSCT or OSHSCTD.",
    ),
    "stratified headline": (
        'method = "kaplan_meier"\nendpoint = "OS"\npopulation = "all"\nstrata = "sex"\n'
        "headline = true",
        "plan.toml analysis 'a': a headline is one line and cannot be stratified; remove headline "
        "or strata.",
    ),
    "continuous strata": (
        'method = "kaplan_meier"\nendpoint = "OS"\npopulation = "all"\nstrata = "age"',
        "plan.toml analysis 'a': strata 'age' is continuous and has no levels; use a categorical "
        "factor.",
    ),
    "landmarks not ascending": (
        'method = "kaplan_meier"\nendpoint = "OS"\npopulation = "all"\nlandmarks_months = [36, 24]',
        "plan.toml analysis 'a': landmarks_months must be positive and ascending; it is [36, 24], "
        "so sort it.",
    ),
    "population outside the endpoint": (
        'method = "kaplan_meier"\nendpoint = "RFS"\npopulation = "all"',
        "plan.toml analysis 'a': population 'all' is not within 'responders', the population of "
        "RFS (fact 'first_remission' is not required), so some patients would have no RFS time; "
        "add "
        "the condition population = responders to it.",
    ),
    "candidates from nowhere": (
        'method = "cox_stepwise"\nendpoint = "OS"\npopulation = "all"\ncandidates_from = "uni"',
        "plan.toml analysis 'a': unknown earlier univariate analysis 'uni'; use nothing, as none "
        "is defined.",
    ),
    "unknown level": (
        'method = "cox_univariate"\nendpoint = "OS"\npopulation = "all"\n'
        'factors = [{ factor = "sex", numerator = ["man"] }]',
        "plan.toml analysis 'a' factor 'sex': unknown sex level 'man'; use male or female.",
    ),
    "unknown factor": (
        'method = "cox_univariate"\nendpoint = "OS"\npopulation = "all"\n'
        'factors = [{ factor = "gender", numerator = ["male"] }]',
        "plan.toml analysis 'a' factor 'gender': unknown factor 'gender'; use age, sex, blasts, "
        "cycles, mrd or hsct.",
    ),
    "level on both sides": (
        'method = "cox_univariate"\nendpoint = "OS"\npopulation = "all"\n'
        'factors = [{ factor = "blasts", numerator = ["high"], denominator = ["low", "high"] }]',
        "plan.toml analysis 'a' factor 'blasts': level 'high' is in both the numerator and the "
        "denominator; keep it in one.",
    ),
    "nothing left to compare with": (
        'method = "cox_univariate"\nendpoint = "OS"\npopulation = "all"\n'
        'factors = [{ factor = "sex", numerator = ["male", "female"] }]',
        "plan.toml analysis 'a' factor 'sex': the numerator holds every level of factor 'sex'; "
        "leave one for the denominator.",
    ),
    "levels of a continuous factor": (
        'method = "cox_univariate"\nendpoint = "OS"\npopulation = "all"\n'
        'factors = [{ factor = "age", numerator = ["old"] }]',
        "plan.toml analysis 'a' factor 'age': factor 'age' is continuous and has no levels; "
        "remove numerator.",
    ),
    "one model twice": (
        'method = "cox_univariate"\nendpoint = "OS"\npopulation = "all"\n'
        'factors = [{ factor = "sex", numerator = ["male"] },\n'
        '           { factor = "sex", numerator = ["female"] }]',
        "plan.toml analysis 'a': the model 'sex' is given twice; distinguish them with the key "
        "model.",
    ),
    "course of treatment in a model": (
        'method = "cox_univariate"\nendpoint = "OS"\npopulation = "all"\n'
        'factors = [{ factor = "cycles", numerator_label = "cycle", denominator_label = "" }]',
        "plan.toml analysis 'a' factor 'cycles': factor 'cycles' is known only at the end of "
        "treatment; show it in a table and remove it from curves and models.",
    ),
    "post-baseline characteristic": (
        'method = "baseline_table"\ngroups = ["all"]\ncharacteristics = [{ factor = "hsct" }]',
        "plan.toml analysis 'a' characteristic 'hsct': this factor is post-baseline, not a "
        "baseline characteristic; show it as a line of an outcomes table.",
    ),
    "statistic that does not fit": (
        'method = "baseline_table"\ngroups = ["all"]\n'
        'characteristics = [{ factor = "sex", statistics = ["mean"] }]',
        "plan.toml analysis 'a' characteristic 'sex': statistic 'mean' does not fit a "
        "categorical factor; use count_percent.",
    ),
    "parent below its child": (
        'method = "outcomes_table"\ngroups = ["all"]\nlines = [{ outcome = "hsct", '
        'level = "late", label = "Late", population = "men", parent = "hsct/any" }]',
        "plan.toml analysis 'a' line 'hsct/late': unknown parent among the lines above "
        "'hsct/any'; use nothing, as none is defined.",
    ),
    "landmark that is no number": (
        'method = "kaplan_meier"\nendpoint = "OS"\npopulation = "all"\n'
        "landmarks_months = [12, nan]",
        "plan.toml analysis 'a': key 'landmarks_months' is [12, nan]; it takes a list of numbers.",
    ),
    "landmark day without an end": (
        'method = "kaplan_meier"\nendpoint = "OS"\npopulation = "all"\nlandmark_days = inf',
        "plan.toml analysis 'a': key 'landmark_days' is inf; it takes a number.",
    ),
    "restricted means not ascending": (
        'method = "kaplan_meier"\nendpoint = "OS"\npopulation = "all"\n'
        "restricted_mean_months = [60, 36]",
        "plan.toml analysis 'a': restricted_mean_months must be positive and ascending; it is "
        "[60, 36], so sort it.",
    ),
    "quantiles of an incidence": (
        'method = "cumulative_incidence"\nendpoint = "RFS"\npopulation = "responders"\n'
        "quantiles = [0.25]",
        "plan.toml analysis 'a': unknown key 'quantiles'; the keys are id, label, "
        "method, caution, inferred, endpoint, population, strata, stratified_by, "
        "pooled_over, landmarks_months, landmark_days, entry_facts, as_published, headline, "
        "alternative_to, restricted_mean_months, incidence_rate_months.",
    ),
    "plateau of one month": (
        'method = "kaplan_meier"\nendpoint = "OS"\npopulation = "all"\nplateau_months = [36]',
        "plan.toml analysis 'a': plateau_months is [36]; write two months, such as [36, 48].",
    ),
    "plateau backwards": (
        'method = "kaplan_meier"\nendpoint = "OS"\npopulation = "all"\nplateau_months = [48, 36]',
        "plan.toml analysis 'a': plateau_months must be positive and ascending; it is [48, 36], "
        "so sort it.",
    ),
    "time-dependent strata that never change": (
        'method = "kaplan_meier"\nendpoint = "OS"\npopulation = "all"\n'
        'time_dependent_strata = "sex"\nlandmark_days = 120',
        "plan.toml analysis 'a': time_dependent_strata 'sex' is a baseline factor and never "
        "changes; name it as strata.",
    ),
    "two kinds of strata": (
        'method = "kaplan_meier"\nendpoint = "OS"\npopulation = "all"\nstrata = "sex"\n'
        'time_dependent_strata = "hsct"\nlandmark_days = 120',
        "plan.toml analysis 'a': strata and time_dependent_strata cannot be combined; keep one "
        "of them.",
    ),
    "time-dependent strata without a landmark": (
        'method = "kaplan_meier"\nendpoint = "OS"\npopulation = "all"\n'
        'time_dependent_strata = "hsct"',
        "plan.toml analysis 'a': time_dependent_strata needs the day on which its curves start; "
        "add landmark_days.",
    ),
    "plateau of time-dependent strata": (
        'method = "kaplan_meier"\nendpoint = "OS"\npopulation = "all"\nlandmark_days = 120\n'
        'time_dependent_strata = "hsct"\nplateau_months = [36, 48]',
        "plan.toml analysis 'a': plateau_months needs groups that do not change; remove it or "
        "time_dependent_strata.",
    ),
    "unknown time-dependent strata": (
        'method = "kaplan_meier"\nendpoint = "OS"\npopulation = "all"\nlandmark_days = 120\n'
        'time_dependent_strata = "transplant"',
        "plan.toml analysis 'a': unknown factor 'transplant'; use age, sex, blasts, cycles, mrd "
        "or hsct.",
    ),
    "continuous strata of a Cox model": (
        'method = "cox_univariate"\nendpoint = "OS"\npopulation = "all"\n'
        'stratified_by = ["age"]\nfactors = [{ factor = "sex", numerator = ["male"] }]',
        "plan.toml analysis 'a': stratified_by 'age' is continuous and has no levels; use a "
        "categorical factor.",
    ),
    "post-baseline strata of a Cox model": (
        'method = "cox_univariate"\nendpoint = "OS"\npopulation = "all"\n'
        'stratified_by = ["blasts", "hsct"]\n'
        'factors = [{ factor = "sex", numerator = ["male"] }]',
        "plan.toml analysis 'a': stratified_by 'hsct' is known only after the origin, but strata "
        "are those of the baseline; choose a baseline factor.",
    ),
    "factor that is its own stratum": (
        'method = "cox_univariate"\nendpoint = "OS"\npopulation = "all"\n'
        'stratified_by = ["blasts", "sex"]\n'
        'factors = [{ factor = "sex", numerator = ["male"] }]',
        "plan.toml analysis 'a': factor 'sex' is constant within each of its own strata; compare "
        "another factor or remove it from stratified_by.",
    ),
    "strata of a Cox model by the key of curves": (
        'method = "cox_univariate"\nendpoint = "OS"\npopulation = "all"\nstrata = "sex"\n'
        'factors = [{ factor = "blasts", numerator = ["high"] }]',
        "plan.toml analysis 'a': strata are the groups of curves; name the strata of Cox models "
        'as stratified_by = ["sex"].',
    ),
    "subgroups of what is compared": (
        'method = "cox_univariate"\nendpoint = "OS"\npopulation = "all"\nsubgroups = ["sex"]\n'
        'factors = [{ factor = "sex", numerator = ["male"] }]',
        "plan.toml analysis 'a': factor 'sex' is compared, so it cannot form subgroups too; "
        "remove it from subgroups.",
    ),
    "subgroups that form later": (
        'method = "cox_univariate"\nendpoint = "OS"\npopulation = "all"\nsubgroups = ["hsct"]\n'
        'factors = [{ factor = "sex", numerator = ["male"] }]',
        "plan.toml analysis 'a': subgroups 'hsct' is known only after the origin, but subgroups "
        "are those of the baseline; choose a baseline factor.",
    ),
    "subgroups without levels": (
        'method = "cox_univariate"\nendpoint = "OS"\npopulation = "all"\nsubgroups = ["age"]\n'
        'factors = [{ factor = "sex", numerator = ["male"] }]',
        "plan.toml analysis 'a': subgroups 'age' is continuous and has no levels; use a "
        "categorical factor.",
    ),
    "strata of a selection": (
        'method = "cox_univariate"\nendpoint = "OS"\npopulation = "all"\n'
        'factors = [{ factor = "blasts", numerator = ["high"] }]\n\n[[analyses]]\nid = "b"\n'
        'label = "B"\nmethod = "cox_stepwise"\nendpoint = "OS"\npopulation = "all"\n'
        'candidates_from = "a"\nstratified_by = ["sex"]',
        "plan.toml analysis 'b': a selection has the strata of candidates_from; name "
        "stratified_by there and remove it here.",
    ),
    "strata of a Fine-Gray model": (
        'method = "fine_gray"\nendpoint = "RFS"\npopulation = "responders"\n'
        'stratified_by = ["blasts"]\nfactors = [{ factor = "sex", numerator = ["male"] }]',
        "plan.toml analysis 'a': a Fine-Gray model cannot be stratified; remove stratified_by or "
        "use cox_univariate.",
    ),
    "strata of a test between no groups": (
        'method = "kaplan_meier"\nendpoint = "OS"\npopulation = "all"\nstratified_by = ["sex"]',
        "plan.toml analysis 'a': stratified_by is for the test between groups, but there are "
        "none; name their factor as strata or remove stratified_by.",
    ),
    "groups that are their own strata": (
        'method = "cumulative_incidence"\nendpoint = "RFS"\npopulation = "responders"\n'
        'strata = "sex"\nstratified_by = ["sex"]',
        "plan.toml analysis 'a': factor 'sex' is constant within each of its own strata; compare "
        "another factor or remove it from stratified_by.",
    ),
    "stratification factor twice": (
        'method = "kaplan_meier"\nendpoint = "OS"\npopulation = "all"\nstrata = "sex"\n'
        'stratified_by = ["blasts", "blasts"]',
        "plan.toml analysis 'a': stratified_by names 'blasts' twice; remove one.",
    ),
    "unknown stratification factor": (
        'method = "kaplan_meier"\nendpoint = "OS"\npopulation = "all"\nstrata = "sex"\n'
        'stratified_by = ["blast"]',
        "plan.toml analysis 'a': unknown factor 'blast' (did you mean 'blasts'?); use age, sex, "
        "blasts, cycles, mrd or hsct.",
    ),
    "stratification factor without brackets": (
        'method = "kaplan_meier"\nendpoint = "OS"\npopulation = "all"\nstrata = "sex"\n'
        'stratified_by = "blasts"',
        "plan.toml analysis 'a': key 'stratified_by' is 'blasts'; it takes a list of texts.",
    ),
    "time-dependent factor of a Fine-Gray model": (
        'method = "fine_gray"\nendpoint = "RFS"\npopulation = "responders"\n'
        'factors = [{ factor = "hsct", numerator = ["yes"] }]',
        "plan.toml analysis 'a' factor 'hsct': this factor is post-baseline, but a Fine-Gray "
        "model does not allow time-dependent factors; use cox_univariate.",
    ),
    "delayed entry of a Fine-Gray model": (
        'method = "fine_gray"\nendpoint = "RFS"\npopulation = "responders"\n'
        'factors = [{ factor = "sex", numerator = ["male"], entry_facts = ["hsct"] }]',
        "plan.toml analysis 'a' factor 'sex': unknown key 'entry_facts'; the keys are factor, "
        "model, numerator, denominator, numerator_label, denominator_label, population, "
        "inferred, caution.",
    ),
    "Fine-Gray model without factors": (
        'method = "fine_gray"\nendpoint = "RFS"\npopulation = "responders"',
        "plan.toml analysis 'a': no factors; list at least one contrast.",
    ),
    "one Fine-Gray model twice": (
        'method = "fine_gray"\nendpoint = "RFS"\npopulation = "responders"\n'
        'factors = [{ factor = "sex", numerator = ["male"] },\n'
        '           { factor = "sex", numerator = ["female"] }]',
        "plan.toml analysis 'a': the model 'sex' is given twice; distinguish them with the key "
        "model.",
    ),
    "continuous censoring groups": (
        'method = "fine_gray"\nendpoint = "RFS"\npopulation = "responders"\n'
        'censoring_groups = "age"\nfactors = [{ factor = "sex", numerator = ["male"] }]',
        "plan.toml analysis 'a': censoring_groups 'age' is continuous and has no levels; use a "
        "categorical factor.",
    ),
    "post-baseline censoring groups": (
        'method = "fine_gray"\nendpoint = "RFS"\npopulation = "responders"\n'
        'censoring_groups = "hsct"\nfactors = [{ factor = "sex", numerator = ["male"] }]',
        "plan.toml analysis 'a': censoring_groups 'hsct' is known only after the origin, but "
        "the groups of a model need a baseline factor; choose one.",
    ),
    "id with a double underscore": (
        'method = "attrition"\npopulation = "all"\n\n[[analyses]]\nid = "a__delayed_entry"\n'
        'label = "B"\nmethod = "attrition"\npopulation = "all"',
        "plan.toml analysis 'a__delayed_entry': id 'a__delayed_entry' must be lower-case letters, "
        "digits and single underscores, 128 characters at most; rename it.",
    ),
    "id twice": (
        'method = "attrition"\npopulation = "all"\n\n[[analyses]]\nid = "a"\n'
        'label = "B"\nmethod = "attrition"\npopulation = "all"',
        "plan.toml: analysis id 'a' is given twice; rename one of them.",
    ),
    "model with a slash": (
        'method = "cox_univariate"\n'
        'endpoint = "OS"\n'
        'population = "all"\n'
        'factors = [{ factor = "sex", model = "sex/all", numerator = ["male"] }]',
        "plan.toml analysis 'a' factor 'sex': key 'model' is 'sex/all'; write it "
        "without a /, which stands between names, and with 128 characters at most.",
    ),
    "outcome with a slash": (
        'method = "outcomes_table"\n'
        'groups = ["all"]\n'
        'lines = [{ outcome = "hsct/any", level = "any", label = "A", population = "men" }]',
        "plan.toml analysis 'a' line 'hsct/any/any': key 'outcome' is 'hsct/any'; "
        "write it without a /, which stands between names, and with 128 characters "
        "at most.",
    ),
    "statistic twice": (
        'method = "baseline_table"\n'
        'groups = ["all"]\n'
        'characteristics = [{ factor = "age", statistics = ["mean", "mean"] }]',
        "plan.toml analysis 'a' characteristic 'age': statistic 'mean' is listed "
        "twice; remove one.",
    ),
    "part that is more than the whole": (
        'method = "outcomes_table"\n'
        'groups = ["all"]\n'
        "lines = [\n"
        '    { outcome = "hsct", level = "any", label = "HSCT", population = "transplanted" },\n'
        '    { outcome = "hsct", level = "men", label = "Men", population = "men", '
        'parent = "hsct/any" },\n'
        "]",
        "plan.toml analysis 'a' line 'hsct/men': its patients are not within those "
        "of the parent 'hsct/any' (fact 'first_remission' is not required), so a "
        "part could be more than the whole; add the condition population = "
        "transplanted to population 'men', or remove parent.",
    ),
    "part of more patients than the whole": (
        'method = "outcomes_table"\n'
        'groups = ["all"]\n'
        "lines = [\n"
        '    { outcome = "cr", level = "any", label = "CR", population = "responders", '
        'denominator = "men" },\n'
        '    { outcome = "cr", level = "hsct", label = "HSCT", population = "transplanted", '
        'parent = "cr/any" },\n'
        "]",
        "plan.toml analysis 'a' line 'cr/hsct': its patients are not within those of "
        "the parent 'cr/any' (factor 'sex' is not required), so a part could be more "
        "than the whole; add the condition population = men to population "
        "'transplanted', or remove parent.",
    ),
    "id with another alphabet": (
        'method = "attrition"\n'
        'population = "all"\n'
        "\n"
        "[[analyses]]\n"
        'id = "überleben"\n'
        'label = "B"\n'
        'method = "attrition"\n'
        'population = "all"',
        "plan.toml analysis 'überleben': id 'überleben' must be lower-case letters, "
        "digits and single underscores, 128 characters at most; rename it.",
    ),
}


@pytest.mark.parametrize("mistake", CSV_MISTAKES)
def test_mistake_in_a_csv_file_is_a_sentence(mistake: str, tmp_path: Path) -> None:
    file, change, sentence = CSV_MISTAKES[mistake]
    assert refusal(write_study(tmp_path, **{file: change})) == sentence


@pytest.mark.parametrize("mistake", STUDY_MISTAKES)
def test_mistake_in_study_toml_is_a_sentence(mistake: str, tmp_path: Path) -> None:
    change, sentence = STUDY_MISTAKES[mistake]
    assert refusal(write_study(tmp_path, study_toml=change)) == sentence


@pytest.mark.parametrize("mistake", PLAN_MISTAKES)
def test_mistake_in_plan_toml_is_a_sentence(mistake: str, tmp_path: Path) -> None:
    analysis, sentence = PLAN_MISTAKES[mistake]
    plan = f'[[analyses]]\nid = "a"\nlabel = "A"\n{analysis}\n'
    assert refusal(with_plan(tmp_path, plan)) == sentence


def test_missing_file_is_a_sentence(tmp_path: Path) -> None:
    (write_study(tmp_path) / "terms.csv").unlink()
    assert refusal(tmp_path) == (
        f"terms.csv is missing from the study folder {tmp_path}; add it with the columns trial_id, "
        "domain, testcd, wording, category, value, note."
    )


def test_missing_folder_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StudyError) as caught:
        load_study(tmp_path / "nowhere")
    assert str(caught.value) == (
        f"There is no study folder {tmp_path / 'nowhere'}; name a folder with a study.toml."
    )


def test_broken_toml_names_its_line(tmp_path: Path) -> None:
    (write_study(tmp_path) / "plan.toml").write_text("[[analyses]]\nid = \n", encoding="utf-8")
    assert refusal(tmp_path) == (
        "plan.toml is not valid TOML: Invalid value (at line 2, column 6); fix that line."
    )


def test_file_in_another_encoding_is_a_sentence(tmp_path: Path) -> None:
    (write_study(tmp_path) / "terms.csv").write_bytes("Rückfall".encode("latin-1"))
    assert refusal(tmp_path) == "terms.csv is not UTF-8 text; save it as UTF-8."
