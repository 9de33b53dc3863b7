"""For each critical check, a change of good tables that it must notice.

Each value is SQL on a copy of the default study's warehouse without constraints.
"""


def change(table: str, assignment: str, where: str = "true") -> str:
    """Change one row."""
    return (
        f"update {table} set {assignment} "
        f"where rowid = (select min(rowid) from {table} where {where})"
    )


def drop(table: str, where: str = "true") -> str:
    """Drop one row."""
    return f"delete from {table} where rowid = (select min(rowid) from {table} where {where})"


def repeat(table: str) -> str:
    """Repeat one row."""
    return f"insert into {table} select * from {table} limit 1"


def candidate(replacements: str, where: str) -> str:
    """Add a candidate end beside the one that was selected."""
    return (
        "insert into marts.censoring "
        f"select selected.* replace ('extra' as rule_id, false as is_selected, {replacements}) "
        "from marts.censoring as selected "
        "inner join marts.time_to_event as ends using (usubjid, paramcd) "
        f"where selected.is_selected and {where} limit 1"
    )


def in_stratum(day_and_counts: str) -> str:
    """Add a row to the counts of stratified tests, of which the default study has none."""
    return (
        "insert into marts.stratified_risk_counts "
        f"values ('os_by_trial', 'a stratum', 'MT103-211', {day_and_counts})"
    )


def moves(rows: str) -> str:
    """Add moves between states, of which the default study has none."""
    return f"insert into marts.state_moves values {rows}"


def in_subgroup(replacements: str) -> str:
    """Make a model's effect one in a subgroup, of which the default study has none."""
    return (
        "insert into results.subgroup_effect by name "
        f"select * exclude (timing, display_order) replace ({replacements}), 'sex' as subgroup, "
        "'male' as level "
        "from results.cox_term where status = 'ok' limit 1"
    )


def interaction(replacements: str) -> str:
    """Make a model's test one of an interaction, of which the default study has none."""
    return (
        "insert into results.subgroup_interaction by name "
        f"select * replace ({replacements}) from (select analysis_id, model, 'sex' as subgroup, n, "
        "n_event, n_missing, lr_statistic, df, lr_p, status from results.cox_model "
        "where status = 'ok' limit 1)"
    )


def joint_test(replacements: str) -> str:
    """Make a model's tests those of a factor, of which the default study has none."""
    return (
        "insert into results.joint_test by name "
        f"select * replace ({replacements}) from (select analysis_id, model, 'sex' as factor, "
        "'all' as component, 1 as display_order, n, n_event, wald_statistic, wald_p, lr_statistic, "
        "lr_p, df, status, status as lr_status from results.cox_model where status = 'ok' limit 1)"
    )


def added(table: str, numbers: str) -> str:
    """Add a row to a table of long-term questions, of which the default study has none."""
    return added_to_model(table, f"'all' as stratum, {numbers}")


def added_to_model(table: str, numbers: str) -> str:
    """Add a row to a table of models, of which the default study has none."""
    return (
        f"insert into results.{table} by name select 'a' as analysis_id, 10 as n, 5 as n_event, "
        f"'ok' as status, {numbers}"
    )


_LATE = "time_days > 300 and estimate between 0.1 and 0.9 and stratum = 'all'"
_KAPLAN_MEIER = "(select min(analysis_id) from results.analysis where method = 'kaplan_meier')"
_COX = "(select min(analysis_id) from results.analysis where method like 'cox%')"

MUTATIONS: dict[str, str] = {
    "POOL-02": change("marts.pooled_risk_counts", "n_event = -1"),
    "POOL-03": change("marts.pooled_risk_counts", "n_censored = n_censored + 1"),
    "POOL-04": "delete from marts.pooled_risk_counts where pooled_level = 'MT103-206'",
    "POOE-02": change("results.pooling_effect", "ci_lower = estimate + 1", "estimate > 0"),
    "POOE-03": change("results.pooling_effect", "estimate = null", "status = 'ok'"),
    "POOE-04": change("results.pooling_effect", "n = 9999", "part = 'level'"),
    "POOE-05": change(
        "results.pooling_effect", "estimate = estimate + 1e-9", "part = 'all' and estimate > 0"
    ),
    "POOH-02": change("results.pooling_heterogeneity", "df = 7"),
    "POOH-03": change("results.pooling_heterogeneity", "lr_p = null", "lr_status = 'ok'"),
    "RESP-02": change("marts.responses", "usubjid = 'nobody'"),
    "RESP-03": change(
        "marts.responses",
        "is_first_remission = true",
        "not is_first_remission and usubjid in "
        "(select usubjid from marts.responses where is_first_remission)",
    ),
    "RESP-04": change(
        "marts.responses",
        "is_best_in_window = true",
        "not is_best_in_window and usubjid in "
        "(select usubjid from marts.responses where is_best_in_window)",
    ),
    "RESP-05": change("marts.responses", "adt = date '1990-01-01'", "is_first_relapse"),
    "RESP-06": change("marts.responses", "in_window = false", "is_first_remission"),
    "RESP-07": change("marts.responses", "is_first_remission = false", "is_first_remission"),
    "RESP-08": change(
        "marts.responses", "is_best_in_window = false", "is_best_in_window and is_remission"
    ),
    "RESP-09": change("marts.responses", "relapse_site = null", "is_first_relapse"),
    "RESP-10": change("marts.responses", "relapse_site = 'liver'", "is_first_relapse"),
    "RESP-11": change("marts.responses", "adt = date '1990-01-01'", "in_window"),
    "RESP-12": change("marts.responses", "adt = date '2030-01-01'"),
    "RESP-13": change("marts.responses", "ady = 0"),
    "RESP-14": change("marts.responses", "is_assessed = false"),
    "RESP-15": change("marts.responses", "rsseq = null"),
    "HSCT-02": change("marts.hsct_timing", "adt = date '1990-01-01'"),
    "HSCT-03": change("marts.hsct_timing", "remission_state = 'unclear'"),
    "HSCT-04": change(
        "marts.hsct_timing", "relapse_date = adt", "remission_state = 'in_continuous_remission'"
    ),
    "HSCT-05": change(
        "marts.hsct_timing", "relapse_date = adt + 1", "remission_state = 'after_relapse'"
    ),
    "HSCT-06": (
        "insert into marts.hsct_timing select * replace (hsct_number + 1 as hsct_number) "
        "from marts.hsct_timing where is_first_allogeneic limit 1"
    ),
    "HSCT-07": change("marts.hsct_timing", "is_first_allogeneic = false", "is_first_allogeneic"),
    "HSCT-09": change("marts.hsct_timing", "adt = date '2030-01-01'"),
    "MRD-02": drop("marts.mrd_status"),
    "MRD-04": change("marts.mrd_status", "n_results = 0", "is_evaluable"),
    "MRD-05": change("marts.mrd_status", "first_response_date = null", "is_responder"),
    "MRD-06": change(
        "marts.mrd_status", "first_response_date = first_result_date - 1", "is_responder"
    ),
    "MRD-07": change("marts.mrd_status", "first_response_cycle = 99", "is_responder"),
    "FACT-02": drop("marts.subject_factors"),
    "FACT-03": change("marts.subject_factors", "factor = 'no factor'"),
    "FACT-04": change("marts.subject_factors", "adt = date '2030-01-01'"),
    "FACT-05": change("marts.subject_factors", "level = 'no level'", "factor = 'age'"),
    "FACT-06": change("marts.subject_factors", "value = 'nan'::double", "value is not null"),
    "PCON-03": drop("marts.population_conditions"),
    "POP-02": change("marts.population_members", "population = 'no population'"),
    "POP-03": drop("marts.population_members"),
    "POP-06": change("raw.study_trial", "kind = 'adam'"),
    "POP-04": change("marts.subjects", "in_analysis_set = false", "in_analysis_set"),
    "SUBJ-03": "update marts.subjects set in_analysis_set = false",
    "SUBJ-04": change("marts.subjects", "age = 130"),
    "SUBJ-06": change("marts.subjects", "dthdt = trtsdt - 1"),
    "SUBJ-08": change("marts.subjects", "lstalvdt = dthdt + 1", "dthdt is not null"),
    "SUBJ-09": change("marts.subjects", "lstalvdt = cutoff_date + 1", "dthdt is null"),
    "SUBJ-11": change("marts.subjects", "cycles_started = 0"),
    "SUBJ-12": change("marts.subjects", "treatment_close_date = trtsdt - 1"),
    "SUBJ-13": change("marts.subjects", "trial_id = 'no trial'"),
    "TTE-02": change("marts.time_to_event", "aval = 40000"),
    "TTE-04": change("marts.time_to_event", "aval = aval + 1"),
    "TTE-05": drop("marts.time_to_event"),
    "TTE-07": change("marts.time_to_event", "evntdesc = null", "event_code = 1"),
    "TTE-08": change("marts.time_to_event", "adt = date '2030-01-01'"),
    "TTE-09": (
        "update marts.time_to_event as times set adt = lstalvdt + 1 from marts.subjects "
        "where times.usubjid = subjects.usubjid and event_code = 0"
    ),
    "TTE-15": change("raw.study_trial", "kind = 'adam'"),
    "TTE-11": change("marts.time_to_event", "adt = adt - 1", "paramcd = 'OS' and event_code = 1"),
    "BLIN-01": change(
        "marts.time_to_event", "adt = date '2030-01-01'", "paramcd = 'RFS' and event_code = 1"
    ),
    "BLIN-02": drop("marts.time_to_event", "paramcd = 'CIR'"),
    "BLIN-03": change("marts.time_to_event", "adt = adt - 1", "paramcd = 'CIR' and event_code = 2"),
    "BLIN-04": change("marts.time_to_event", "startdt = date '1990-01-01'", "paramcd = 'OSHSCT'"),
    "CENS-01": change("marts.censoring", "is_selected = false", "is_selected"),
    "CENS-03": change("marts.censoring", "role = 'unclear'"),
    "CENS-05": change("marts.censoring", "rule_id = 'no rule'", "is_selected"),
    "CENS-06": candidate("'event' as role, ends.startdt as adt", "ends.aval > 0"),
    "CENS-07": candidate("'event' as role, ends.adt as adt", "selected.role = 'censor'"),
    "CENS-08": candidate("selected.priority - 1 as priority", "selected.role = 'event'"),
    "CENS-09": candidate("ends.startdt - 1 as adt", "selected.role = 'event'"),
    "CENS-10": change("marts.censoring", "reason = 'after the end of observation'"),
    "CENS-11": change(
        "marts.censoring",
        "reason = 'after too long without an assessment'",
        "role = 'event' and not is_selected",
    ),
    "FCHG-02": drop("marts.factor_changes", "day = 0"),
    "FCHG-03": change("marts.factor_changes", "day = 100000", "day > 0"),
    "FCHG-04": change("marts.factor_changes", "level = null", "day > 0"),
    "FCHG-05": change("marts.factor_changes", "level = 'no'", "day > 0 and level = 'yes'"),
    "FCHG-06": change("marts.factor_changes", "level = 'no level'", "level is not null"),
    "INTV-03": change("marts.covariate_intervals", "tstart = 0.25", "interval_number = 1"),
    "INTV-04": change("marts.covariate_intervals", "tstop = tstop + 1", "event_code = 1"),
    "INTV-05": change("marts.covariate_intervals", "event_code = 1", "event_code = 0"),
    "INTV-06": (
        "insert into marts.factor_changes (usubjid, paramcd, factor, day, level) "
        "select usubjid, paramcd, 'hsct', (tstart + tstop) / 2, 'yes' "
        "from marts.covariate_intervals limit 1"
    ),
    "INTV-07": (
        "delete from marts.factor_changes where (usubjid, paramcd, day) in "
        "(select usubjid, paramcd, tstart from marts.covariate_intervals where tstart > 0 limit 1)"
    ),
    "ENTR-02": change("marts.entry_times", "day = 'nan'::double"),
    "RISK-02": change("marts.risk_counts", "n_event = -1"),
    "RISK-03": change("marts.risk_counts", "n_censored = n_censored + 1"),
    "RISK-04": change("marts.risk_counts", "n_entry = 0", "day = 0 and n_entry > 0"),
    "RISK-05": drop("marts.risk_counts", "day = 0"),
    "RISK-06": change(
        "marts.risk_counts",
        "n_event = n_event - 1, n_censored = n_censored + 1",
        "n_event > 0 and analysis_id not in (select analysis_id from raw.plan_analysis_entry)",
    ),
    "RISK-07": change("marts.risk_counts", "analysis_id = 'no analysis'"),
    "RISK-08": change("marts.risk_counts", "stratum = 'some'", "stratum = 'all'"),
    "RISK-10": change("marts.risk_counts", "n_entry = n_entry + 1, n_censored = n_censored + 1"),
    "STRC-02": in_stratum("0, 1, 0, -1, 0"),
    "STRC-03": in_stratum("0, 1, 0, 0, 0"),
    "STRC-04": in_stratum("0, 1, 0, 0, 1"),
    "STAT-01": moves("('course', 'all', 0, null, 'treated', 0)"),
    "STAT-02": moves(
        "('course', 'all', 0, null, 'treated', 1), ('course', 'all', 5, 'treated', 'dead', 2)"
    ),
    "STAT-03": moves("('course', 'all', 0, null, 'treated', 1)"),
    "OCC-01": (
        "insert into results.state_occupancy "
        "values ('course', 'all', 'treated', false, 0, 0, 9, 0.9, 0, 1, 1, 'ok')"
    ),
    "TRHZ-01": (
        "insert into results.transition_hazard_curve "
        "values ('course', 'all', 'treated', 'dead', 5, 0.2, 9, 2, 0.1, 0.1, 0, 1, 'ok')"
    ),
    "TRPR-01": (
        "insert into results.transition_probability "
        "values ('course', 'all', 'treated', 6, 'dead', false, 12, 9, 0.9, 0.1, 0.5, 1, 'ok')"
    ),
    "EXTS-01": (
        "insert into results.external_summary "
        "values ('no_such', 'study', 'All', 9, 4, null, 5, 4, 6, 'ok')"
    ),
    "EXTC-01": (
        "insert into results.external_curve "
        "values ('beside', 'study', 0, 0, 9, 0, 0, 1.1, 0, 1, 1, 'ok')"
    ),
    "EXTB-01": (
        "insert into results.external_balance "
        "values ('beside', 1, 'sex', 'male', 'percent', 70, 60, 69, 9, 'ok')"
    ),
    "EXTR-01": (
        "insert into results.external_comparison values "
        "('beside', 'none', 9, 4, 9, 4, null, 0, 1, 0.3, 0, 0.5, 2, 0.4, 2.7, 0.9, 'ok')"
    ),
    "REC-02": change(
        "quality.file_reconciliation", "n_read = n_read + 1, n_accepted = n_accepted + 1"
    ),
    "REJ-01": change("quality.rejected_record", "record = 0"),
    "REJ-02": "delete from quality.rejected_record",
    "ANLY-02": drop("results.analysis"),
    "ANLY-03": f"delete from results.survival_summary where analysis_id = {_KAPLAN_MEIER}",
    "ANLY-04": f"delete from results.cox_model where analysis_id = {_COX}",
    "ANLY-05": "delete from results.fine_gray_model",
    "METH-02": drop("results.method"),
    "METH-03": change("results.method", "conf_level = 1"),
    "SURV-02": change("results.survival_curve", "estimate = 1.1"),
    "SURV-03": change("results.survival_curve", "estimate = 1", _LATE),
    "SURV-04": change("results.survival_curve", "n_risk = 100000", _LATE),
    "SURV-05": change("results.survival_curve", "ci_lower = estimate + 0.01", _LATE),
    "SURV-06": change("results.survival_curve", "n_event = n_risk + 1"),
    "SURV-07": change("results.survival_curve", "estimate = estimate * 0.999999", _LATE),
    "SURV-08": change("results.survival_curve", "n_risk = n_risk - 1", _LATE),
    "SURV-09": drop("results.survival_curve", "time_days = 0"),
    "SURV-10": change("results.survival_curve", "n_censored = n_censored + 1", _LATE),
    "SURV-11": change("results.survival_curve", "time_months = time_months * 1.001", _LATE),
    "SURV-12": change("results.survival_curve", "estimate = null", _LATE),
    "SUMM-02": change("results.survival_summary", "n_event = n + 1"),
    "SUMM-03": change(
        "results.survival_summary", "median_ci_lower = median_months + 1", "median_months > 0"
    ),
    "SUMM-04": change("results.survival_summary", "median_months = null", "median_months > 0"),
    "SUMM-05": change(
        "results.survival_summary",
        "n = n - 1",
        "analysis_id not in (select analysis_id from raw.plan_analysis_entry)",
    ),
    "RATE-02": change("results.survival_rate", "estimate = 1.1"),
    "RATE-03": change("results.survival_rate", "ci_upper = estimate - 0.01", "estimate > 0.1"),
    "RATE-04": change("results.survival_rate", "estimate = estimate + 1e-6", "estimate > 0.1"),
    "RATE-05": change("results.survival_rate", "n_risk = n + 1"),
    "RMST-02": change(
        "results.restricted_mean", "ci_upper = restricted_mean_months - 1", "status = 'ok'"
    ),
    "RMST-03": change(
        "results.restricted_mean",
        "restricted_mean_months = restricted_mean_months + 1e-6",
        "status = 'ok'",
    ),
    "RMST-04": change("results.restricted_mean", "std_error = 'nan'::double", "status = 'ok'"),
    "RMST-05": change("results.restricted_mean", "n_event = n_event + 1"),
    "MEDD-02": change("results.median_difference", "n_event = n_event + 1"),
    "MEDD-03": change("results.median_difference", "ci_lower = difference + 1", "status = 'ok'"),
    "MEDD-04": drop("results.median_difference"),
    "RMSD-02": change(
        "results.restricted_mean_difference",
        "difference = difference + 1e-6, ci_lower = ci_lower + 1e-6, ci_upper = ci_upper + 1e-6",
    ),
    "RMSD-03": change("results.restricted_mean_difference", "ci_upper = ci_upper + 1e-6"),
    "RMSD-04": drop("results.restricted_mean_difference"),
    "SURD-02": change("results.survival_difference", "n_reference = n_reference + 1"),
    "SURD-03": change(
        "results.survival_difference", "std_error = std_error * 1.000001", "status = 'ok'"
    ),
    "SURD-04": change("results.survival_difference", "p_value = null", "status = 'ok'"),
    "SURD-05": drop("results.survival_difference"),
    "SURV-13": change(
        "results.survival_curve", "estimate = 0.9", "time_months = conditional_from_months"
    ),
    "QUAN-02": added(
        "survival_quantile", "0.5 as probability, 3 as quantile_months, 4 as quantile_ci_lower"
    ),
    "CSUR-02": added(
        "conditional_survival",
        "12 as at_months, 12 as further_months, 4 as n_given, 5 as n_risk, 0.5 as estimate",
    ),
    "IRAT-02": added(
        "incidence_rate",
        "'event' as event, 0 as from_months, 10 as patient_years, 0.4 as rate, 0.1 as ci_lower, "
        "0.9 as ci_upper",
    ),
    "HAZD-02": added("smoothed_hazard", "0 as time_months, 3 as bandwidth_months, -0.1 as hazard"),
    "TLOS-02": added(
        "restricted_mean_time_lost",
        "'event' as event, 12 as horizon_months, 13 as time_lost_months, 1 as std_error",
    ),
    "PARF-02": added(
        "parametric_fit",
        "'weibull' as model, 2 as n_parameters, -10 as log_likelihood, 25 as aic, 26 as bic, "
        "60 as last_months, 'ok' as mean_status",
    ),
    "PARP-02": added(
        "parametric_parameter",
        "'weibull' as model, 'shape' as parameter, 1 as estimate, 0.1 as std_error, 1.1 as "
        "ci_lower, 1.2 as ci_upper",
    ),
    "PARS-02": added(
        "parametric_survival",
        "'weibull' as model, 60 as time_months, 1.1 as estimate, 30 as restricted_mean_months, "
        "true as is_asked, false as is_extrapolated",
    ),
    "CURM-01": added_to_model(
        "cure_model",
        "'weibull' as latency, 0 as n_missing, 0.4 as cure_fraction, 0.5 as ci_lower, 0.6 as "
        "ci_upper, 0.01 as rest_at_end, 60 as last_months, 'ok' as plateau_status",
    ),
    "CURM-02": added_to_model(
        "cure_model",
        "'weibull' as latency, 0 as n_missing, 0.4 as cure_fraction, 0.3 as ci_lower, 0.6 as "
        "ci_upper, 0.2 as rest_at_end, 60 as last_months, 'ok' as plateau_status",
    ),
    "CURT-01": added_to_model(
        "cure_term",
        "'fraction' as part, 'sex' as factor, 'Male' as numerator, 'Female' as denominator, 1 as "
        "display_order, 0 as log_ratio, 1 as ratio, 0.9 as ci_lower, 2 as ci_upper, 0.5 as p_value",
    ),
    "CURT-02": added_to_model(
        "cure_term",
        "'fraction' as part, 'sex' as factor, 'Male' as numerator, 'Female' as denominator, 1 as "
        "display_order, 0 as log_ratio, 1 as ratio, 0.5 as ci_lower, 2 as ci_upper, 0.5 as p_value",
    ),
    "RELR-01": added(
        "relative_survival_rate",
        "0 as n_missing, 12 as time_months, 5 as n_risk, 1.5 as observed, 0.9 as expected, 0.8 as "
        "net",
    ),
    "RELC-01": (
        "insert into results.relative_survival_curve by name "
        "select 'a' as analysis_id, 'all' as stratum, day as time_days, day as time_months, "
        "5 as n_risk, 0 as n_event, day / 10 as observed, 0.5 as expected "
        "from (values (1), (2)) as days (day)"
    ),
    "EXCM-01": added(
        "excess_mortality",
        "1 as interval_order, 0 as from_months, 0 as n_missing, 4 as n_expected, 10 as "
        "patient_years, 0.1 as excess_rate, 2 as smr, 1 as smr_ci_lower, 3 as smr_ci_upper",
    ),
    "EXCM-02": (
        "insert into results.excess_mortality by name "
        "select 'a' as analysis_id, 'all' as stratum, part as interval_order, 0 as from_months, "
        "10 as n, 0 as n_missing, part as n_event, 4 as n_expected, 10 as patient_years, "
        "(part - 4) / 10 as excess_rate, part / 4 as smr, 0 as smr_ci_lower, 9 as smr_ci_upper, "
        "'ok' as status from (values (1), (2)) as parts (part)"
    ),
    "PLAT-02": change("results.plateau", "change = change + 1e-6"),
    "PLAT-03": change(
        "results.plateau", "estimate_from = estimate_from + 1e-6, change = change - 1e-6"
    ),
    "PLAT-04": change("results.plateau", "n_event_between = n_event_between + 1"),
    "PLAT-05": change("results.plateau", "n_risk_to = n_risk_from + 1"),
    "PLAT-06": change("results.plateau", "caution = null"),
    "CURE-02": change("results.cure_fraction", "ci_lower = estimate + 0.01", "status = 'ok'"),
    "CURE-03": change("results.cure_fraction", "ci_upper = ci_upper + 1e-5", "status = 'ok'"),
    "CURE-04": change("results.cure_fraction", "estimate = null", "status = 'ok'"),
    "CURE-05": drop("results.cure_fraction"),
    "FOLL-02": change("results.follow_up", "months = -1"),
    "FOLL-03": change("results.follow_up", "months = 1000", "statistic = 'min'"),
    "CINC-02": change("results.cumulative_incidence_curve", "estimate = -0.1"),
    "CINC-03": change("results.cumulative_incidence_curve", "estimate = 0", _LATE),
    "CINC-04": change("results.cumulative_incidence_curve", "ci_upper = estimate - 0.01", _LATE),
    "CINC-05": change("results.cumulative_incidence_curve", "estimate = estimate + 1e-6", _LATE),
    "CINC-06": change("results.cumulative_incidence_curve", "n_risk = 100000", _LATE),
    "CINC-07": change("results.cumulative_incidence_curve", "n_competing = n_risk + 1"),
    "CINC-08": change("results.cumulative_incidence_curve", "estimate = 'nan'::double", _LATE),
    "CIRT-02": change("results.cumulative_incidence_rate", "estimate = 1.1"),
    "CIRT-03": change(
        "results.cumulative_incidence_rate", "ci_lower = estimate + 0.01", "estimate > 0.1"
    ),
    "CIRT-04": change(
        "results.cumulative_incidence_rate", "estimate = estimate + 1e-6", "estimate > 0.1"
    ),
    "CIRT-05": change("results.cumulative_incidence_rate", "n_risk = n + 1"),
    "BLIN-05": (
        "update results.survival_curve set estimate = estimate * 0.999999 where analysis_id in "
        "(select analysis_id from results.analysis where endpoint = 'RFS')"
    ),
    "TEST-02": change("results.group_test", "p_value = 2"),
    "TEST-03": change("results.group_test", "statistic = -1", "status = 'ok'"),
    "TEST-04": drop("results.group_test", "test = 'gray' and event = 'competing'"),
    "TEST-05": change("results.group_test", "n_missing = n_missing + 1"),
    "TEST-06": change("results.group_test", "n_strata = 2, n_strata_informative = 1"),
    "TEST-07": change("results.group_test", "p_adjusted = p_value", "p_value is not null"),
    "COXM-02": change("results.cox_model", "n_event = n + 1"),
    "COXM-03": change("results.cox_model", "n_missing = n_missing + 1000"),
    "COXM-04": change(
        "results.cox_model", "log_likelihood = log_likelihood_null - 1", "status = 'ok'"
    ),
    "COXM-05": change("results.cox_model", "lr_p = 2", "status = 'ok'"),
    "COXM-06": change("results.cox_model", "status = 'well'"),
    "COXM-09": change(
        "results.cox_model", "n_strata_informative = n_strata + 1", "n_strata is not null"
    ),
    "SUBG-02": in_subgroup("hr + 1 as hr"),
    "SUBG-03": in_subgroup("'not estimable: no events' as status"),
    "SUBG-04": in_subgroup("n as n"),
    "SUBI-02": interaction("-1 as lr_statistic"),
    "SUBI-03": interaction("n_missing + 1 as n_missing"),
    "COXT-02": change("results.cox_term", "hr = ci_upper + 1", "status = 'ok'"),
    "COXT-03": change("results.cox_term", "log_hr = log_hr + 1e-6", "status = 'ok'"),
    "COXT-04": change("results.cox_term", "p_value = 2", "status = 'ok'"),
    "COXT-05": change("results.cox_term", "timing = 'unclear'"),
    "COXT-06": change("results.cox_term", "n = n + 1"),
    "COXT-07": change("results.cox_term", "hr = null", "status = 'ok'"),
    "JNTT-01": joint_test("2 as wald_p"),
    "JNTT-02": change("results.analysis", "method = 'cox_multivariable'", f"analysis_id = {_COX}"),
    "JNTT-03": joint_test("null as df"),
    "COXS-01": change("results.cox_selection_step", "action = 'wonder'"),
    "COXS-02": change("results.cox_selection_step", "p_value = 0.5", "action = 'enter'"),
    "COXS-03": change("results.cox_selection_step", "p_value = 2", "p_value is not null"),
    "COXS-04": drop("results.cox_selection_step", "action = 'enter'"),
    "COXD-02": change("results.cox_diagnostic", "p_value = 2", "p_value is not null"),
    "COXD-03": drop("results.cox_diagnostic", "factor = 'GLOBAL'"),
    "FGRM-02": change("results.fine_gray_model", "n_competing = n"),
    "FGRM-03": change("results.fine_gray_model", "n_missing = n_missing + 1"),
    "FGRM-04": change(
        "results.fine_gray_model", "log_likelihood = log_likelihood_null - 1", "status = 'ok'"
    ),
    "FGRM-05": change("results.fine_gray_model", "wald_statistic = -1", "status = 'ok'"),
    "FGRM-06": change("results.fine_gray_model", "status = 'not estimable: x'", "status = 'ok'"),
    "FGRT-02": change("results.fine_gray_term", "shr = ci_upper + 1", "status = 'ok'"),
    "FGRT-03": change("results.fine_gray_term", "log_shr = log_shr + 1e-6", "status = 'ok'"),
    "FGRT-04": change("results.fine_gray_term", "p_value = 2", "status = 'ok'"),
    "FGRT-05": change("results.fine_gray_term", "factor = 'hsct'"),
    "FGRT-06": change("results.fine_gray_term", "std_error = std_error * 1.01", "status = 'ok'"),
    "FGRT-07": change("results.fine_gray_term", "shr = null", "status = 'ok'"),
    "BASE-02": change("results.baseline_characteristics", "n = denominator + 1"),
    "BASE-03": change("results.baseline_characteristics", "percent = 101"),
    "BASE-04": change("results.baseline_characteristics", "percent = percent / 2", "percent > 0"),
    "BASE-05": change("results.baseline_characteristics", "n = n - 1", "percent > 0"),
    "BASE-06": change("results.baseline_characteristics", "value = 1e6", "statistic = 'min'"),
    "OUTC-02": change("results.clinical_outcomes", "n = denominator + 1"),
    "OUTC-03": change("results.clinical_outcomes", "percent = -1"),
    "OUTC-04": change("results.clinical_outcomes", "percent = percent / 2", "percent > 0"),
    "OUTC-05": change("results.clinical_outcomes", "n = 100000", "parent is not null"),
    "OUTC-06": change(
        "results.clinical_outcomes", "ci_upper = percent - 0.1", "percent between 1 and 99"
    ),
    "OUTD-02": change("results.outcome_difference", "n_reference = n_reference + 1"),
    "OUTD-03": change("results.outcome_difference", "difference = difference + 1e-6"),
    "OUTD-04": change(
        "results.outcome_difference",
        "odds_ratio = odds_ratio * 1.000001",
        "odds_ratio_status = 'ok'",
    ),
    "OUTD-05": change("results.outcome_difference", "cmh_p = null", "cmh_status = 'ok'"),
    "OUTD-06": change("results.outcome_difference", "n_strata_informative = n_strata + 1"),
    "OUTD-07": drop("results.outcome_difference"),
    "ATTR-02": change("results.attrition", "n_out = n_out + 1"),
    "ATTR-03": change("results.attrition", "n_in = n_in + 1", "step > 1"),
    "ATTR-04": "update results.attrition set n_remaining = n_remaining - 1",
    "PUBL-02": change(
        "results.published_concordance", "matches = true, computed_as_printed = null"
    ),
    "SENS-02": change(
        "results.convention_sensitivity", "change = change + 1e-6", "change is not null"
    ),
    "SENS-03": change(
        "results.convention_sensitivity",
        "value_alternative = value_alternative + 1e-6, change = change + 1e-6",
        "alternative_analysis is not null",
    ),
    "SENS-04": change(
        "results.convention_sensitivity", "convention = 'ci_transform'", "quantity = 'hr'"
    ),
    "SENS-05": change(
        "results.convention_sensitivity",
        "value_alternative = value, change = 0",
        "convention = 'day_convention' and quantity = 'median_months'",
    ),
    "SENS-06": change(
        "results.convention_sensitivity",
        "value_alternative = null, change = null",
        "quantity = 'hr' and status_alternative = 'ok'",
    ),
    "SENS-07": change(
        "results.convention_sensitivity", "matches_chosen = null", "published_id is not null"
    ),
}

# What a check has to notice beside its mutation, because nothing else asks for it.
FURTHER: tuple[tuple[str, str], ...] = (
    ("OUTC-06", change("results.clinical_outcomes", "ci_lower = null", "n > 0")),
    ("OUTC-06", change("results.clinical_outcomes", "ci_upper = 99.0", "n = denominator")),
    ("OUTD-03", change("results.outcome_difference", "status = 'not estimable: x'")),
    ("OUTD-03", change("results.outcome_difference", "ci_upper = difference - 1")),
    (
        "OUTD-04",
        change(
            "results.outcome_difference", "odds_ratio_ci_lower = null", "odds_ratio is not null"
        ),
    ),
    (
        "OUTD-05",
        change(
            "results.outcome_difference",
            "common_odds_ratio = common_odds_ratio_ci_upper + 1",
            "common_odds_ratio is not null",
        ),
    ),
    ("OUTD-05", change("results.outcome_difference", "cmh_status = 'not estimable: x'")),
    ("OUTD-06", change("results.outcome_difference", "cmh_status = null")),
    ("OUTD-06", change("results.outcome_difference", "n_missing = denominator + 1000")),
    ("MEDD-02", change("results.median_difference", "ratio = ratio + 1e-6", "status = 'ok'")),
    ("MEDD-03", change("results.median_difference", "p_value = null", "status = 'ok'")),
    ("RMSD-03", change("results.restricted_mean_difference", "p_value = null")),
    ("SURD-03", change("results.survival_difference", "difference = -difference", "status = 'ok'")),
    (
        "SURD-03",
        change("results.survival_difference", "statistic = statistic * 2", "status = 'ok'"),
    ),
    ("HSCT-02", change("marts.hsct_timing", "usubjid = 'nobody'")),
    ("MRD-02", change("marts.mrd_status", "usubjid = 'nobody'")),
    ("FACT-03", change("marts.subject_factors", "usubjid = 'nobody'")),
    ("FACT-05", change("marts.subject_factors", "level = 'no level'", "factor = 'sex'")),
    ("POP-02", change("marts.population_members", "usubjid = 'nobody'")),
    ("POP-03", change("marts.population_conditions", "is_met = not is_met")),
    ("SUBJ-09", change("marts.subjects", "trtsdt = cutoff_date + 1")),
    ("SUBJ-09", change("marts.subjects", "dthdt = cutoff_date + 1", "dthdt is not null")),
    ("TTE-05", change("marts.time_to_event", "paramcd = 'no endpoint'")),
    ("TTE-08", change("marts.time_to_event", "usubjid = 'nobody'")),
    ("CENS-01", change("marts.censoring", "is_selected = true", "not is_selected")),
    (
        "CENS-05",
        "delete from marts.censoring where (usubjid, paramcd) = "
        "(select (usubjid, paramcd) from marts.censoring limit 1)",
    ),
    ("CENS-05", drop("marts.time_to_event")),
    (
        "CENS-09",
        change("marts.censoring", "reason = 'before origin'", "reason = 'an event happened'"),
    ),
    (
        "INTV-04",
        "delete from marts.covariate_intervals where (usubjid, paramcd) = "
        "(select (usubjid, paramcd) from marts.covariate_intervals limit 1)",
    ),
    ("INTV-05", change("marts.covariate_intervals", "event_code = 0", "event_code = 1")),
    (
        "RISK-06",
        "delete from marts.population_members "
        "where population = (select min(population) from results.analysis)",
    ),
    (
        "RISK-10",
        "delete from marts.risk_counts where (analysis_id, stratum) = "
        "(select (analysis_id, stratum) from marts.risk_counts where n_entry > 0 limit 1)",
    ),
)
