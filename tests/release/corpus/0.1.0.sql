create schema bi;
create schema history;
create schema intermediate;
create schema marts;
create schema raw;
create schema results;
CREATE TABLE bi.about(study_id VARCHAR, title VARCHAR NOT NULL, is_synthetic BOOLEAN NOT NULL, synthetic_note VARCHAR, n_trials BIGINT, n_cutoffs BIGINT, n_treated BIGINT, n_subjects BIGINT, n_analyses BIGINT, PRIMARY KEY(study_id), CHECK(((NOT is_synthetic) OR (synthetic_note IS NOT NULL))));
insert into bi.about values
('blinatumomab', 'Long-term outcomes after blinatumomab in relapsed or refractory acute lymphoblastic leukemia, two pooled phase 2 trials', true, 'SYNTHETIC DATA: no patient of this cohort exists; it was made to resemble published summary numbers and says nothing about any treatment.', 2, 2, 261, 259, 37);
CREATE TABLE bi.analyses(analysis_order INTEGER NOT NULL, analysis_id VARCHAR, analysis_label VARCHAR NOT NULL, "method" VARCHAR NOT NULL, endpoint VARCHAR, endpoint_label VARCHAR, population_label VARCHAR, strata_label VARCHAR, is_headline BOOLEAN NOT NULL, delayed_entry_of VARCHAR, alternative_to VARCHAR, candidates_from VARCHAR, conf_level DOUBLE, ci_transform VARCHAR, "ties" VARCHAR, variance VARCHAR, days_per_month DOUBLE, day_convention VARCHAR, ph_transform VARCHAR, software VARCHAR, software_version VARCHAR, caution VARCHAR, inferred VARCHAR, PRIMARY KEY(analysis_id));
insert into bi.analyses values
(1, 'os_all', 'Overall survival, all patients', 'kaplan_meier', 'OS', 'Overall survival', 'All patients', null, true, null, null, null, '0.95'::double, 'log-log', null, 'greenwood', '30.4375'::double, 'difference', null, 'plateau, lifelines', '0.1.0, 0.30.3', null, 'days_per_month: not stated; 365.25 / 12 days fits the printed months. day_convention: not stated; the difference of dates fits the printed times. ci_transform: not stated; the printed limits rule out log, while log-log and plain fit.');
CREATE TABLE bi.attrition(analysis_order INTEGER NOT NULL, analysis_id VARCHAR, analysis_label VARCHAR NOT NULL, step INTEGER, step_population VARCHAR, step_population_label VARCHAR, reason VARCHAR NOT NULL, n_in BIGINT NOT NULL, n_out BIGINT NOT NULL, n_remaining BIGINT NOT NULL, PRIMARY KEY(analysis_id, step));
CREATE TABLE bi.concordance(published_id VARCHAR, quantity VARCHAR, kind VARCHAR NOT NULL, "source" VARCHAR, published VARCHAR NOT NULL, computed DOUBLE, computed_as_printed VARCHAR, verdict VARCHAR NOT NULL, note VARCHAR, PRIMARY KEY(published_id, quantity));
insert into bi.concordance values
('CIF.REL.RESP.24', 'value', 'computed', 'Results', '56.7', '56.655467064874756'::double, '56.7', 'agrees', null);
CREATE TABLE bi.convention_sensitivity(line_order INTEGER, convention VARCHAR NOT NULL, chosen VARCHAR NOT NULL, alternative VARCHAR NOT NULL, alternative_analysis VARCHAR, analysis_id VARCHAR NOT NULL, analysis_label VARCHAR NOT NULL, endpoint VARCHAR, endpoint_label VARCHAR, model VARCHAR, factor VARCHAR, factor_label VARCHAR, "event" VARCHAR, time_months DOUBLE, quantity VARCHAR NOT NULL, unit VARCHAR NOT NULL, "value" DOUBLE, value_alternative DOUBLE, change DOUBLE, published_id VARCHAR, published VARCHAR, verdict_chosen VARCHAR NOT NULL, verdict_alternative VARCHAR NOT NULL, status VARCHAR NOT NULL, status_alternative VARCHAR NOT NULL, caution VARCHAR, PRIMARY KEY(line_order));
insert into bi.convention_sensitivity values
(1, 'ci_transform', 'log-log', 'log', null, 'os_all', 'Overall survival, all patients', 'OS', 'Overall survival', null, null, null, null, null, 'median_ci_lower', 'months', '5.519507186858316'::double, '6.275154004106776'::double, '0.7556468172484596'::double, 'SV.OS.ALL.MEDIAN.LCL', '5.5', 'agrees', 'differs', 'ok', 'ok', null);
CREATE TABLE bi.data_quality(topic VARCHAR, place VARCHAR, item VARCHAR, description VARCHAR NOT NULL, severity VARCHAR NOT NULL, passed BOOLEAN NOT NULL, n_unexpected BIGINT, n_read BIGINT, n_accepted BIGINT, n_rejected BIGINT, PRIMARY KEY(topic, place, item));
insert into bi.data_quality values
('check', 'marts / marts.censoring', 'CENS-01', 'Exactly one candidate is selected for every subject and endpoint.', 'critical', true, 0, null, null, null);
CREATE TABLE bi.endpoint_summary(analysis_order INTEGER NOT NULL, analysis_id VARCHAR, analysis_label VARCHAR NOT NULL, endpoint VARCHAR, endpoint_label VARCHAR, population_label VARCHAR, strata_label VARCHAR, stratum VARCHAR, stratum_label VARCHAR NOT NULL, stratum_order INTEGER, n BIGINT NOT NULL, n_event BIGINT NOT NULL, median_months DOUBLE, median_ci_lower DOUBLE, median_ci_upper DOUBLE, follow_up_median_months DOUBLE, follow_up_min_months DOUBLE, follow_up_max_months DOUBLE, caution VARCHAR, inferred VARCHAR, status VARCHAR NOT NULL, PRIMARY KEY(analysis_id, stratum));
insert into bi.endpoint_summary values
(1, 'os_all', 'Overall survival, all patients', 'OS', 'Overall survival', 'All patients', null, 'all', 'All', 1, 259, 204, '7.457905544147844'::double, '5.519507186858316'::double, '8.542094455852157'::double, '36.04106776180698'::double, '0.32854209445585214'::double, '60.813141683778234'::double, null, 'days_per_month: not stated; 365.25 / 12 days fits the printed months. day_convention: not stated; the difference of dates fits the printed times. ci_transform: not stated; the printed limits rule out log, while log-log and plain fit.', 'ok');
CREATE TABLE bi.event_free_rates(analysis_order INTEGER NOT NULL, analysis_id VARCHAR, analysis_label VARCHAR NOT NULL, endpoint VARCHAR, endpoint_label VARCHAR, population_label VARCHAR, strata_label VARCHAR, stratum VARCHAR, stratum_label VARCHAR NOT NULL, stratum_order INTEGER, time_months DOUBLE, n BIGINT NOT NULL, n_event BIGINT NOT NULL, n_risk BIGINT, event_free_percent DOUBLE, ci_lower_percent DOUBLE, ci_upper_percent DOUBLE, conf_level DOUBLE, ci_transform VARCHAR, caution VARCHAR, status VARCHAR NOT NULL, PRIMARY KEY(analysis_id, stratum, time_months));
insert into bi.event_free_rates values
(1, 'os_all', 'Overall survival, all patients', 'OS', 'Overall survival', 'All patients', null, 'all', 'All', 1, '24.0'::double, 259, 204, 55, '23.420256097964497'::double, '18.31030855606818'::double, '28.90610705296567'::double, '0.95'::double, 'log-log', null, 'ok');
CREATE TABLE bi.forest(analysis_order INTEGER NOT NULL, analysis_id VARCHAR, analysis_label VARCHAR, "method" VARCHAR, endpoint VARCHAR, endpoint_label VARCHAR, model VARCHAR, population_label VARCHAR, line_order INTEGER NOT NULL, factor VARCHAR, factor_label VARCHAR NOT NULL, contrast VARCHAR NOT NULL, timing VARCHAR, n BIGINT NOT NULL, n_event BIGINT NOT NULL, n_missing BIGINT, hr DOUBLE, ci_lower DOUBLE, ci_upper DOUBLE, p_value DOUBLE, caution VARCHAR, inferred VARCHAR, status VARCHAR NOT NULL, PRIMARY KEY(analysis_id, model, factor));
CREATE TABLE bi.group_tests(analysis_order INTEGER NOT NULL, analysis_id VARCHAR, analysis_label VARCHAR NOT NULL, endpoint VARCHAR, endpoint_label VARCHAR, population_label VARCHAR, strata_label VARCHAR, test VARCHAR, test_label VARCHAR NOT NULL, "event" VARCHAR, compared_label VARCHAR, n BIGINT NOT NULL, n_event BIGINT NOT NULL, chi_square DOUBLE, df INTEGER, p_value DOUBLE, caution VARCHAR, status VARCHAR NOT NULL, PRIMARY KEY(analysis_id, test, "event"));
CREATE TABLE bi.patient_flow(node VARCHAR, parent VARCHAR, stage_order INTEGER NOT NULL, state VARCHAR NOT NULL, "label" VARCHAR NOT NULL, n BIGINT NOT NULL, denominator BIGINT, "percent" DOUBLE, PRIMARY KEY(node));
insert into bi.patient_flow values
('treated', null, 1, 'treated', 'Treated', 261, null, null);
CREATE TABLE bi.plateau(analysis_order INTEGER NOT NULL, analysis_id VARCHAR, analysis_label VARCHAR NOT NULL, endpoint VARCHAR, endpoint_label VARCHAR, population_label VARCHAR, strata_label VARCHAR, stratum VARCHAR, stratum_label VARCHAR NOT NULL, stratum_order INTEGER, from_months DOUBLE, to_months DOUBLE, n BIGINT NOT NULL, n_event BIGINT NOT NULL, event_free_from_percent DOUBLE, event_free_to_percent DOUBLE, change_points DOUBLE, n_risk_from BIGINT, n_risk_to BIGINT, n_event_between BIGINT, cure_model VARCHAR, cured_percent DOUBLE, cured_ci_lower_percent DOUBLE, cured_ci_upper_percent DOUBLE, cure_status VARCHAR, caution VARCHAR, status VARCHAR NOT NULL, PRIMARY KEY(analysis_id, stratum));
insert into bi.plateau values
(1, 'os_all', 'Overall survival, all patients', 'OS', 'Overall survival', 'All patients', null, 'all', 'All', 1, '36.0'::double, '48.0'::double, 259, 204, '17.71954508936628'::double, '15.786503806889954'::double, '-1.9330412824763277'::double, 30, 12, 2, 'weibull_mixture', '16.276822019229574'::double, '11.895132102284546'::double, '21.8718687344358'::double, 'ok', 'At month 48 the plateau rests on 12 subjects at risk; what comes later is not known.', 'ok');
CREATE TABLE bi.populations(population VARCHAR, population_label VARCHAR NOT NULL, population_order INTEGER NOT NULL, is_analysis_set BOOLEAN NOT NULL, is_defined_by_outcome BOOLEAN NOT NULL, n BIGINT NOT NULL, PRIMARY KEY(population));
insert into bi.populations values
('all', 'All patients', 2, true, false, 259);
CREATE TABLE bi.proportional_hazards(analysis_order INTEGER NOT NULL, analysis_id VARCHAR, analysis_label VARCHAR NOT NULL, endpoint VARCHAR, endpoint_label VARCHAR, model VARCHAR, line_order INTEGER NOT NULL, factor VARCHAR, factor_label VARCHAR NOT NULL, chi_square DOUBLE, df INTEGER, p_value DOUBLE, n BIGINT NOT NULL, n_event BIGINT NOT NULL, caution VARCHAR, status VARCHAR NOT NULL, PRIMARY KEY(analysis_id, model, factor));
CREATE TABLE bi.relapse_incidence(analysis_order INTEGER NOT NULL, analysis_id VARCHAR, analysis_label VARCHAR NOT NULL, endpoint VARCHAR, endpoint_label VARCHAR, population_label VARCHAR, strata_label VARCHAR, stratum VARCHAR, stratum_label VARCHAR NOT NULL, stratum_order INTEGER, "event" VARCHAR, event_label VARCHAR NOT NULL, point VARCHAR, time_months DOUBLE, n BIGINT, n_event BIGINT, n_risk BIGINT, incidence_percent DOUBLE, ci_lower_percent DOUBLE, ci_upper_percent DOUBLE, caution VARCHAR, status VARCHAR NOT NULL, PRIMARY KEY(analysis_id, stratum, "event", point, time_months));
CREATE TABLE bi.release_changes(release_order INTEGER, release_id VARCHAR NOT NULL, previous_release_id VARCHAR NOT NULL, line_order INTEGER NOT NULL, endpoint VARCHAR, endpoint_label VARCHAR, change VARCHAR, n_subjects BIGINT NOT NULL, PRIMARY KEY(release_order, endpoint, change));
CREATE TABLE bi.release_history(release_order INTEGER, release_id VARCHAR NOT NULL, previous_release_id VARCHAR, data_cutoffs VARCHAR NOT NULL, n_subjects BIGINT NOT NULL, line_order INTEGER, analysis_order INTEGER NOT NULL, analysis_id VARCHAR NOT NULL, analysis_label VARCHAR NOT NULL, number VARCHAR NOT NULL, unit VARCHAR NOT NULL, model VARCHAR, factor VARCHAR, factor_label VARCHAR, contrast VARCHAR, "event" VARCHAR, time_months DOUBLE, n BIGINT, n_event BIGINT, n_risk BIGINT, "value" DOUBLE, ci_lower DOUBLE, ci_upper DOUBLE, n_event_previous BIGINT, n_risk_previous BIGINT, value_previous DOUBLE, difference DOUBLE, status VARCHAR NOT NULL, PRIMARY KEY(release_order, line_order));
insert into bi.release_history values
(1, '18af10672728', null, 'MT103-206 2015-06-30; MT103-211 2017-02-28', 259, 1, 1, 'os_all', 'Overall survival, all patients', 'median', 'months', null, null, null, null, null, null, 259, 204, 110, '7.457905544147844'::double, '5.519507186858316'::double, '8.542094455852157'::double, null, null, null, null, 'ok');
CREATE TABLE bi.restricted_means(analysis_order INTEGER NOT NULL, analysis_id VARCHAR, analysis_label VARCHAR NOT NULL, endpoint VARCHAR, endpoint_label VARCHAR, population_label VARCHAR, strata_label VARCHAR, stratum VARCHAR, stratum_label VARCHAR NOT NULL, stratum_order INTEGER, horizon_months DOUBLE, n BIGINT NOT NULL, n_event BIGINT NOT NULL, restricted_mean_months DOUBLE, ci_lower_months DOUBLE, ci_upper_months DOUBLE, conf_level DOUBLE, caution VARCHAR, status VARCHAR NOT NULL, PRIMARY KEY(analysis_id, stratum, horizon_months));
insert into bi.restricted_means values
(1, 'os_all', 'Overall survival, all patients', 'OS', 'Overall survival', 'All patients', null, 'all', 'All', 1, '36.0'::double, 259, 204, '13.850104232986425'::double, '12.248960749155028'::double, '15.451247716817821'::double, '0.95'::double, null, 'ok');
CREATE TABLE bi.selection_steps(analysis_order INTEGER NOT NULL, analysis_id VARCHAR, analysis_label VARCHAR NOT NULL, endpoint VARCHAR, endpoint_label VARCHAR, line_order INTEGER, step INTEGER NOT NULL, "action" VARCHAR NOT NULL, factor VARCHAR, factor_label VARCHAR, test VARCHAR, chi_square DOUBLE, df INTEGER, p_value DOUBLE, n BIGINT NOT NULL, n_event BIGINT NOT NULL, caution VARCHAR, status VARCHAR NOT NULL, PRIMARY KEY(analysis_id, line_order));
CREATE TABLE bi.subdistribution_hazards(analysis_order INTEGER NOT NULL, analysis_id VARCHAR, analysis_label VARCHAR NOT NULL, endpoint VARCHAR, endpoint_label VARCHAR, population_label VARCHAR, model VARCHAR, line_order INTEGER NOT NULL, factor VARCHAR, factor_label VARCHAR NOT NULL, contrast VARCHAR NOT NULL, n BIGINT NOT NULL, n_event BIGINT NOT NULL, n_competing BIGINT NOT NULL, n_missing BIGINT, shr DOUBLE, ci_lower DOUBLE, ci_upper DOUBLE, p_value DOUBLE, caution VARCHAR, inferred VARCHAR, status VARCHAR NOT NULL, PRIMARY KEY(analysis_id, model, factor));
CREATE TABLE bi.survival_curves(analysis_order INTEGER NOT NULL, analysis_id VARCHAR, analysis_label VARCHAR NOT NULL, endpoint VARCHAR, endpoint_label VARCHAR, population_label VARCHAR, strata_label VARCHAR, stratum VARCHAR, stratum_label VARCHAR NOT NULL, stratum_order INTEGER, time_days DOUBLE, time_months DOUBLE NOT NULL, n_risk BIGINT, n_event BIGINT, n_censored BIGINT, survival_percent DOUBLE, ci_lower_percent DOUBLE, ci_upper_percent DOUBLE, caution VARCHAR, status VARCHAR NOT NULL, PRIMARY KEY(analysis_id, stratum, time_days));
insert into bi.survival_curves values
(1, 'os_all', 'Overall survival, all patients', 'OS', 'Overall survival', 'All patients', null, 'all', 'All', 1, '0.0'::double, '0.0'::double, 259, 0, 0, '100.0'::double, '100.0'::double, '100.0'::double, null, 'ok');
CREATE TABLE bi.table_1(analysis_order INTEGER NOT NULL, analysis_id VARCHAR, analysis_label VARCHAR, group_population VARCHAR, group_label VARCHAR NOT NULL, group_order INTEGER, line_order INTEGER, characteristic VARCHAR, characteristic_label VARCHAR NOT NULL, unit VARCHAR, "level" VARCHAR, level_label VARCHAR, statistic VARCHAR NOT NULL, "value" DOUBLE, n BIGINT NOT NULL, denominator BIGINT NOT NULL, "percent" DOUBLE, status VARCHAR NOT NULL, PRIMARY KEY(analysis_id, group_population, line_order));
CREATE TABLE bi.table_2(analysis_order INTEGER NOT NULL, analysis_id VARCHAR, analysis_label VARCHAR, group_population VARCHAR, group_label VARCHAR NOT NULL, group_order INTEGER, line_order INTEGER NOT NULL, outcome VARCHAR, "level" VARCHAR, "label" VARCHAR NOT NULL, parent VARCHAR, indent INTEGER, n BIGINT NOT NULL, denominator BIGINT NOT NULL, "percent" DOUBLE, status VARCHAR NOT NULL, PRIMARY KEY(analysis_id, group_population, outcome, "level"));
CREATE TABLE history.headline_number(release_id VARCHAR NOT NULL, analysis_order INTEGER NOT NULL, analysis_id VARCHAR NOT NULL, analysis_label VARCHAR NOT NULL, number VARCHAR NOT NULL, unit VARCHAR NOT NULL, model VARCHAR, factor VARCHAR, contrast VARCHAR, "event" VARCHAR, time_months DOUBLE, n BIGINT, n_event BIGINT, n_risk BIGINT, "value" DOUBLE, ci_lower DOUBLE, ci_upper DOUBLE, status VARCHAR NOT NULL);
insert into history.headline_number values
('18af10672728', 1, 'os_all', 'Overall survival, all patients', 'event-free rate', 'percent', null, null, null, null, '24.0'::double, 259, 204, 55, '23.420256097964497'::double, '18.31030855606818'::double, '28.90610705296567'::double, 'ok'),
('18af10672728', 1, 'os_all', 'Overall survival, all patients', 'event-free rate', 'percent', null, null, null, null, '36.0'::double, 259, 204, 30, '17.71954508936628'::double, '13.09191765137861'::double, '22.926268480052574'::double, 'ok'),
('18af10672728', 1, 'os_all', 'Overall survival, all patients', 'event-free rate', 'percent', null, null, null, null, '48.0'::double, 259, 204, 12, '15.786503806889954'::double, '11.089752693238'::double, '21.23358019084115'::double, 'ok'),
('18af10672728', 1, 'os_all', 'Overall survival, all patients', 'event-free rate', 'percent', null, null, null, null, '60.0'::double, 259, 204, 2, '15.786503806889954'::double, '11.089752693238'::double, '21.23358019084115'::double, 'ok'),
('18af10672728', 1, 'os_all', 'Overall survival, all patients', 'median', 'months', null, null, null, null, null, 259, 204, 110, '7.457905544147844'::double, '5.519507186858316'::double, '8.542094455852157'::double, 'ok');
CREATE TABLE history."release"(release_order INTEGER NOT NULL, release_id VARCHAR NOT NULL, previous_release_id VARCHAR, data_cutoffs VARCHAR NOT NULL, n_subjects BIGINT NOT NULL);
insert into history.release values
(1, '18af10672728', null, 'MT103-206 2015-06-30; MT103-211 2017-02-28', 259);
CREATE TABLE history.subject_change(release_id VARCHAR NOT NULL, endpoint VARCHAR NOT NULL, endpoint_label VARCHAR, change VARCHAR NOT NULL, n_subjects BIGINT NOT NULL);
CREATE TABLE intermediate.int_death_records(src_file VARCHAR, src_row BIGINT, src_trial VARCHAR, usubjid VARCHAR, srcdom VARCHAR, srcvar VARCHAR, srcseq INTEGER, "value" VARCHAR, adt DATE, adt_last DATE, adtf VARCHAR, source_order INTEGER, "rule" VARCHAR);
insert into intermediate.int_death_records values
('sdtm/MT103-206/dm.csv', 1, 'MT103-206', 'SYN-206-001', 'DM', 'DTHDTC', null, '2013-05-29', '2013-05-29', '2013-05-29', null, 1, null),
('sdtm/MT103-206/ds.csv', 2, 'MT103-206', 'SYN-206-001', 'DS', 'DSSTDTC', 2, '2013-05-29', '2013-05-29', '2013-05-29', null, 3, null),
('sdtm/MT103-206/ss.csv', 4, 'MT103-206', 'SYN-206-001', 'SS', 'SSDTC', 4, '2013-05-29', '2013-05-29', '2013-05-29', null, 4, null),
('sdtm/MT103-211/dd.csv', 8, 'MT103-211', 'SYN-211-010', 'DD', 'DDDTC', 1, '2012-09-16', '2012-09-16', '2012-09-16', null, 2, null),
('sdtm/MT103-211/dm.csv', 10, 'MT103-211', 'SYN-211-010', 'DM', 'DTHDTC', null, '2012-09-16', '2012-09-16', '2012-09-16', null, 1, null),
('sdtm/MT103-211/ds.csv', 19, 'MT103-211', 'SYN-211-010', 'DS', 'DSSTDTC', 2, '2012-09-16', '2012-09-16', '2012-09-16', null, 3, null),
('sdtm/MT103-211/ss.csv', 8, 'MT103-211', 'SYN-211-010', 'SS', 'SSDTC', 1, '2012-09-16', '2012-09-16', '2012-09-16', null, 4, null);
CREATE TABLE intermediate.int_end_dates(src_file VARCHAR, src_row BIGINT, "domain" VARCHAR, usubjid VARCHAR, seq INTEGER, "variable" VARCHAR, "value" VARCHAR, adt DATE, adtf VARCHAR, "rule" VARCHAR);
insert into intermediate.int_end_dates values
('sdtm/MT103-206/ex.csv', 1, 'EX', 'SYN-206-001', 1, 'EXENDTC', '2012-06-26', '2012-06-26', null, null),
('sdtm/MT103-206/ex.csv', 2, 'EX', 'SYN-206-001', 2, 'EXENDTC', '2012-07-17', '2012-07-17', null, null),
('sdtm/MT103-206/ex.csv', 3, 'EX', 'SYN-206-001', 3, 'EXENDTC', '2012-09-02', '2012-09-02', null, null),
('sdtm/MT103-206/sv.csv', 1, 'SV', 'SYN-206-001', null, 'SVENDTC', '2012-06-08', '2012-06-08', null, null),
('sdtm/MT103-206/sv.csv', 2, 'SV', 'SYN-206-001', null, 'SVENDTC', '2012-06-20', '2012-06-20', null, null),
('sdtm/MT103-206/sv.csv', 3, 'SV', 'SYN-206-001', null, 'SVENDTC', '2012-06-27', '2012-06-27', null, null),
('sdtm/MT103-206/sv.csv', 4, 'SV', 'SYN-206-001', null, 'SVENDTC', '2012-07-04', '2012-07-04', null, null),
('sdtm/MT103-206/sv.csv', 5, 'SV', 'SYN-206-001', null, 'SVENDTC', '2012-07-11', '2012-07-11', null, null),
('sdtm/MT103-206/sv.csv', 6, 'SV', 'SYN-206-001', null, 'SVENDTC', '2012-07-13', '2012-07-13', null, null),
('sdtm/MT103-206/sv.csv', 7, 'SV', 'SYN-206-001', null, 'SVENDTC', '2012-07-30', '2012-07-30', null, null),
('sdtm/MT103-206/sv.csv', 8, 'SV', 'SYN-206-001', null, 'SVENDTC', '2012-08-06', '2012-08-06', null, null),
('sdtm/MT103-206/sv.csv', 9, 'SV', 'SYN-206-001', null, 'SVENDTC', '2012-08-20', '2012-08-20', null, null),
('sdtm/MT103-206/sv.csv', 10, 'SV', 'SYN-206-001', null, 'SVENDTC', '2012-09-06', '2012-09-06', null, null),
('sdtm/MT103-206/sv.csv', 11, 'SV', 'SYN-206-001', null, 'SVENDTC', '2012-09-16', '2012-09-16', null, null),
('sdtm/MT103-206/sv.csv', 12, 'SV', 'SYN-206-001', null, 'SVENDTC', '2012-11-16', '2012-11-16', null, null),
('sdtm/MT103-206/sv.csv', 13, 'SV', 'SYN-206-001', null, 'SVENDTC', '2013-04-09', '2013-04-09', null, null),
('sdtm/MT103-211/ex.csv', 27, 'EX', 'SYN-211-010', 1, 'EXENDTC', '2012-07-17T10:30', '2012-07-17', null, null),
('sdtm/MT103-211/ex.csv', 28, 'EX', 'SYN-211-010', 2, 'EXENDTC', '2012-08-07T10:20', '2012-08-07', null, null),
('sdtm/MT103-211/ex.csv', 29, 'EX', 'SYN-211-010', 3, 'EXENDTC', '2012-09-15T23:50', '2012-09-15', null, null),
('sdtm/MT103-211/sv.csv', 86, 'SV', 'SYN-211-010', null, 'SVENDTC', '2012-07-02', '2012-07-02', null, null),
('sdtm/MT103-211/sv.csv', 87, 'SV', 'SYN-211-010', null, 'SVENDTC', '2012-07-10', '2012-07-10', null, null),
('sdtm/MT103-211/sv.csv', 88, 'SV', 'SYN-211-010', null, 'SVENDTC', '2012-07-17', '2012-07-17', null, null),
('sdtm/MT103-211/sv.csv', 89, 'SV', 'SYN-211-010', null, 'SVENDTC', '2012-07-24', '2012-07-24', null, null),
('sdtm/MT103-211/sv.csv', 90, 'SV', 'SYN-211-010', null, 'SVENDTC', '2012-07-31', '2012-07-31', null, null),
('sdtm/MT103-211/sv.csv', 91, 'SV', 'SYN-211-010', null, 'SVENDTC', '2012-08-10', '2012-08-10', null, null),
('sdtm/MT103-211/sv.csv', 92, 'SV', 'SYN-211-010', null, 'SVENDTC', '2012-08-23', '2012-08-23', null, null),
('sdtm/MT103-211/sv.csv', 93, 'SV', 'SYN-211-010', null, 'SVENDTC', '2012-09-06', '2012-09-06', null, null);
CREATE TABLE intermediate.int_endpoint_origins(usubjid VARCHAR, paramcd VARCHAR, origin_fact VARCHAR, startdt DATE, startdtf VARCHAR, srcdom VARCHAR, srcvar VARCHAR, srcseq INTEGER);
insert into intermediate.int_endpoint_origins values
('SYN-206-001', 'CIR', 'first_remission', '2012-07-13', null, 'RS', 'RSDTC', 1),
('SYN-206-001', 'OS', 'first_dose', '2012-06-20', null, 'EX', 'EXSTDTC', 1),
('SYN-206-001', 'RFS', 'first_remission', '2012-07-13', null, 'RS', 'RSDTC', 1),
('SYN-206-001', 'RFSLC', 'first_remission', '2012-07-13', null, 'RS', 'RSDTC', 1),
('SYN-206-001', 'RFSLDA', 'first_remission', '2012-07-13', null, 'RS', 'RSDTC', 1),
('SYN-211-010', 'OS', 'first_dose', '2012-07-10', null, 'EX', 'EXSTDTC', 1);
CREATE TABLE intermediate.int_record_verdicts(src_domain VARCHAR, src_trial VARCHAR, src_file VARCHAR, src_row BIGINT, "domain" VARCHAR, usubjid VARCHAR, seq INTEGER, "rule" VARCHAR, is_accepted BOOLEAN, "variable" VARCHAR, "value" VARCHAR);
CREATE TABLE intermediate.int_staged_records(src_domain VARCHAR, src_trial VARCHAR, src_file VARCHAR, src_row BIGINT, "domain" VARCHAR, studyid VARCHAR, usubjid VARCHAR, seq INTEGER, testcd VARCHAR, category VARCHAR, specimen VARCHAR, evaluator VARCHAR, "method" VARCHAR, stat VARCHAR, accepted_flag VARCHAR, group_id VARCHAR, visitnum DOUBLE, wording VARCHAR, wording_variable VARCHAR, result_number DOUBLE, number_given VARCHAR, number_variable VARCHAR, unit VARCHAR, date_variable VARCHAR, dtc VARCHAR, adt DATE, adt_last DATE, adtf VARCHAR, missing_variable VARCHAR, domain_given VARCHAR, is_date_needed BOOLEAN, is_number_needed BOOLEAN, is_result_needed BOOLEAN, is_vocabulary_closed BOOLEAN, is_repeatable BOOLEAN, "content" VARCHAR);
insert into intermediate.int_staged_records values
('DM', 'MT103-206', 'sdtm/MT103-206/dm.csv', 1, 'DM', 'MT103-206', 'SYN-206-001', null, null, null, null, null, null, null, null, null, null, null, 'USUBJID', null, null, '', null, '', null, null, null, null, null, 'DM', false, false, false, false, false, '081dba2000558831961a83c64a9615ac'),
('DM', 'MT103-211', 'sdtm/MT103-211/dm.csv', 10, 'DM', 'MT103-211', 'SYN-211-010', null, null, null, null, null, null, null, null, null, null, null, 'USUBJID', null, null, '', null, '', null, null, null, null, null, 'DM', false, false, false, false, false, '380aa82a7c1d72b34c9a7f61fd1577d6');
CREATE TABLE marts.censoring(usubjid VARCHAR NOT NULL, paramcd VARCHAR NOT NULL, rule_id VARCHAR NOT NULL, "role" VARCHAR NOT NULL, fact VARCHAR, adt DATE NOT NULL, adtf VARCHAR, priority INTEGER, is_selected BOOLEAN NOT NULL, reason VARCHAR NOT NULL, srcdom VARCHAR, srcvar VARCHAR, srcseq INTEGER);
insert into marts.censoring values
('SYN-206-001', 'CIR', 'death', 'competing', 'death', '2013-05-29', null, 2, false, 'another event came first', 'DM', 'DTHDTC', null),
('SYN-206-001', 'CIR', 'last_visit', 'censor', 'last_documented_visit', '2012-09-16', null, 1, false, 'an event happened', 'SV', 'SVENDTC', null),
('SYN-206-001', 'CIR', 'relapse', 'event', 'relapse', '2012-09-16', null, 1, true, 'selected', 'RS', 'RSDTC', 3),
('SYN-206-001', 'OS', 'death', 'event', 'death', '2013-05-29', null, 1, true, 'selected', 'DM', 'DTHDTC', null),
('SYN-206-001', 'OS', 'last_known_alive', 'censor', 'last_known_alive', '2013-04-09', null, 1, false, 'an event happened', 'SV', 'SVENDTC', null),
('SYN-206-001', 'RFS', 'death', 'event', 'death', '2013-05-29', null, 2, false, 'another event came first', 'DM', 'DTHDTC', null),
('SYN-206-001', 'RFS', 'last_visit', 'censor', 'last_documented_visit', '2012-09-16', null, 1, false, 'an event happened', 'SV', 'SVENDTC', null),
('SYN-206-001', 'RFS', 'relapse', 'event', 'relapse', '2012-09-16', null, 1, true, 'selected', 'RS', 'RSDTC', 3),
('SYN-206-001', 'RFSLC', 'death', 'event', 'death', '2013-05-29', null, 2, false, 'another event came first', 'DM', 'DTHDTC', null),
('SYN-206-001', 'RFSLC', 'last_contact', 'censor', 'last_contact', '2013-04-09', null, 1, false, 'an event happened', 'SV', 'SVENDTC', null),
('SYN-206-001', 'RFSLC', 'relapse', 'event', 'relapse', '2012-09-16', null, 1, true, 'selected', 'RS', 'RSDTC', 3),
('SYN-206-001', 'RFSLDA', 'death', 'event', 'death', '2013-05-29', null, 2, false, 'another event came first', 'DM', 'DTHDTC', null),
('SYN-206-001', 'RFSLDA', 'last_assessment', 'censor', 'last_assessment', '2012-09-16', null, 1, false, 'an event happened', 'RS', 'RSDTC', 3),
('SYN-206-001', 'RFSLDA', 'relapse', 'event', 'relapse', '2012-09-16', null, 1, true, 'selected', 'RS', 'RSDTC', 3),
('SYN-211-010', 'OS', 'death', 'event', 'death', '2012-09-16', null, 1, true, 'selected', 'DM', 'DTHDTC', null),
('SYN-211-010', 'OS', 'last_known_alive', 'censor', 'last_known_alive', '2012-09-15', null, 1, false, 'an event happened', 'EX', 'EXENDTC', 3);
CREATE TABLE marts.population_conditions(usubjid VARCHAR NOT NULL, population VARCHAR NOT NULL, condition_order INTEGER NOT NULL, kind VARCHAR NOT NULL, "name" VARCHAR NOT NULL, reason VARCHAR, is_met BOOLEAN NOT NULL);
insert into marts.population_conditions values
('SYN-206-001', 'all', 1, 'population', 'treated', null, true),
('SYN-206-001', 'all', 2, 'factor', 'ph_status', 'Philadelphia chromosome-positive disease', true),
('SYN-206-001', 'best_cr', 1, 'population', 'all', null, true),
('SYN-206-001', 'best_cr', 2, 'fact', 'best_response', 'Best response within the window is not CR', true),
('SYN-206-001', 'best_crh', 1, 'population', 'all', null, true),
('SYN-206-001', 'best_crh', 2, 'fact', 'best_response', 'Best response within the window is not CRh', false),
('SYN-206-001', 'best_hypocellular', 1, 'population', 'all', null, true),
('SYN-206-001', 'best_hypocellular', 2, 'fact', 'best_response', 'Best response within the window is not a hypocellular marrow', false),
('SYN-206-001', 'died', 1, 'population', 'all', null, true),
('SYN-206-001', 'died', 2, 'endpoint', 'OS', 'Not known to have died', true),
('SYN-206-001', 'hsct_after_relapse', 1, 'population', 'all', null, true),
('SYN-206-001', 'hsct_after_relapse', 2, 'fact', 'hsct_after_relapse', 'No HSCT after a relapse that followed CR/CRh', false),
('SYN-206-001', 'hsct_any', 1, 'population', 'all', null, true),
('SYN-206-001', 'hsct_any', 2, 'fact', 'hsct', 'No allogeneic HSCT after blinatumomab', false),
('SYN-206-001', 'hsct_in_remission', 1, 'population', 'all', null, true),
('SYN-206-001', 'hsct_in_remission', 2, 'fact', 'first_remission', 'No CR or CRh within the remission window', true),
('SYN-206-001', 'hsct_in_remission', 3, 'fact', 'hsct', 'No allogeneic HSCT after blinatumomab', false),
('SYN-206-001', 'hsct_in_remission', 4, 'fact', 'hsct_in_remission', 'HSCT not in continuous remission', false),
('SYN-206-001', 'hsct_without_remission', 1, 'population', 'all', null, true),
('SYN-206-001', 'hsct_without_remission', 2, 'fact', 'hsct_without_remission', 'No HSCT without CR/CRh', false),
('SYN-206-001', 'mrd_evaluable', 1, 'population', 'all', null, true),
('SYN-206-001', 'mrd_evaluable', 2, 'fact', 'mrd_evaluated', 'No valid MRD result on treatment', true),
('SYN-206-001', 'mrd_responders', 1, 'population', 'all', null, true),
('SYN-206-001', 'mrd_responders', 2, 'fact', 'mrd_response', 'No MRD response on treatment', true),
('SYN-206-001', 'mrd_responders_cycle_1', 1, 'population', 'all', null, true),
('SYN-206-001', 'mrd_responders_cycle_1', 2, 'fact', 'mrd_response', 'First MRD response not in cycle 1', true),
('SYN-206-001', 'mrd_responders_cycle_2', 1, 'population', 'all', null, true),
('SYN-206-001', 'mrd_responders_cycle_2', 2, 'fact', 'mrd_response', 'First MRD response not in cycle 2', false),
('SYN-206-001', 'mrd_responders_cycle_3plus', 1, 'population', 'all', null, true),
('SYN-206-001', 'mrd_responders_cycle_3plus', 2, 'fact', 'mrd_response', 'First MRD response not in cycle 3 or later', false),
('SYN-206-001', 'no_hsct', 1, 'population', 'all', null, true),
('SYN-206-001', 'no_hsct', 2, 'fact', 'hsct', 'HSCT after blinatumomab', true),
('SYN-206-001', 'not_relapse_free', 1, 'population', 'responders', null, true),
('SYN-206-001', 'not_relapse_free', 2, 'endpoint', 'RFS', 'Neither relapse nor death after CR/CRh', true),
('SYN-206-001', 'not_relapse_free_hsct', 1, 'population', 'not_relapse_free', null, true),
('SYN-206-001', 'not_relapse_free_hsct', 2, 'fact', 'hsct', 'No allogeneic HSCT after blinatumomab', false),
('SYN-206-001', 'not_relapse_free_no_hsct', 1, 'population', 'not_relapse_free', null, true),
('SYN-206-001', 'not_relapse_free_no_hsct', 2, 'fact', 'hsct', 'HSCT after blinatumomab', true),
('SYN-206-001', 'relapse_free', 1, 'population', 'responders', null, true),
('SYN-206-001', 'relapse_free', 2, 'endpoint', 'RFS', 'Relapse or death after CR/CRh', false),
('SYN-206-001', 'relapse_free_hsct', 1, 'population', 'relapse_free', null, false),
('SYN-206-001', 'relapse_free_hsct', 2, 'fact', 'hsct_in_remission', 'No HSCT in continuous remission', false),
('SYN-206-001', 'relapse_free_no_hsct', 1, 'population', 'relapse_free', null, false),
('SYN-206-001', 'relapse_free_no_hsct', 2, 'fact', 'hsct', 'HSCT after blinatumomab', true),
('SYN-206-001', 'relapsed', 1, 'population', 'responders', null, true),
('SYN-206-001', 'relapsed', 2, 'fact', 'relapse', 'No relapse after CR/CRh', true),
('SYN-206-001', 'responders', 1, 'population', 'all', null, true),
('SYN-206-001', 'responders', 2, 'fact', 'first_remission', 'No CR or CRh within the remission window', true),
('SYN-206-001', 'responders_mrd_evaluable', 1, 'population', 'responders', null, true),
('SYN-206-001', 'responders_mrd_evaluable', 2, 'fact', 'mrd_evaluated', 'No valid MRD result on treatment', true),
('SYN-206-001', 'survivors_ge36', 1, 'population', 'all', null, true),
('SYN-206-001', 'survivors_ge36', 2, 'endpoint', 'OS', 'Not known alive past month 35', false),
('SYN-206-001', 'survivors_ge36_hsct', 1, 'population', 'survivors_ge36', null, false),
('SYN-206-001', 'survivors_ge36_hsct', 2, 'fact', 'hsct', 'No allogeneic HSCT after blinatumomab', false),
('SYN-206-001', 'survivors_ge36_no_hsct', 1, 'population', 'survivors_ge36', null, false),
('SYN-206-001', 'survivors_ge36_no_hsct', 2, 'fact', 'hsct', 'HSCT after blinatumomab', true),
('SYN-206-001', 'survivors_lt36', 1, 'population', 'all', null, true),
('SYN-206-001', 'survivors_lt36', 2, 'endpoint', 'OS', 'Known alive past month 35', true),
('SYN-206-001', 'survivors_lt36_hsct', 1, 'population', 'survivors_lt36', null, true),
('SYN-206-001', 'survivors_lt36_hsct', 2, 'fact', 'hsct', 'No allogeneic HSCT after blinatumomab', false),
('SYN-206-001', 'survivors_lt36_no_hsct', 1, 'population', 'survivors_lt36', null, true),
('SYN-206-001', 'survivors_lt36_no_hsct', 2, 'fact', 'hsct', 'HSCT after blinatumomab', true),
('SYN-206-001', 'treated', 1, 'fact', 'first_dose', 'No dose of blinatumomab', true),
('SYN-206-001', 'trial_206', 1, 'population', 'all', null, true),
('SYN-206-001', 'trial_206', 2, 'factor', 'trial', 'Treated in the other trial', true),
('SYN-206-001', 'trial_211', 1, 'population', 'all', null, true),
('SYN-206-001', 'trial_211', 2, 'factor', 'trial', 'Treated in the other trial', false),
('SYN-211-010', 'all', 1, 'population', 'treated', null, true),
('SYN-211-010', 'all', 2, 'factor', 'ph_status', 'Philadelphia chromosome-positive disease', true),
('SYN-211-010', 'best_cr', 1, 'population', 'all', null, true),
('SYN-211-010', 'best_cr', 2, 'fact', 'best_response', 'Best response within the window is not CR', false),
('SYN-211-010', 'best_crh', 1, 'population', 'all', null, true),
('SYN-211-010', 'best_crh', 2, 'fact', 'best_response', 'Best response within the window is not CRh', false),
('SYN-211-010', 'best_hypocellular', 1, 'population', 'all', null, true),
('SYN-211-010', 'best_hypocellular', 2, 'fact', 'best_response', 'Best response within the window is not a hypocellular marrow', false),
('SYN-211-010', 'died', 1, 'population', 'all', null, true),
('SYN-211-010', 'died', 2, 'endpoint', 'OS', 'Not known to have died', true),
('SYN-211-010', 'hsct_after_relapse', 1, 'population', 'all', null, true),
('SYN-211-010', 'hsct_after_relapse', 2, 'fact', 'hsct_after_relapse', 'No HSCT after a relapse that followed CR/CRh', false),
('SYN-211-010', 'hsct_any', 1, 'population', 'all', null, true),
('SYN-211-010', 'hsct_any', 2, 'fact', 'hsct', 'No allogeneic HSCT after blinatumomab', false),
('SYN-211-010', 'hsct_in_remission', 1, 'population', 'all', null, true),
('SYN-211-010', 'hsct_in_remission', 2, 'fact', 'first_remission', 'No CR or CRh within the remission window', false),
('SYN-211-010', 'hsct_in_remission', 3, 'fact', 'hsct', 'No allogeneic HSCT after blinatumomab', false),
('SYN-211-010', 'hsct_in_remission', 4, 'fact', 'hsct_in_remission', 'HSCT not in continuous remission', false),
('SYN-211-010', 'hsct_without_remission', 1, 'population', 'all', null, true),
('SYN-211-010', 'hsct_without_remission', 2, 'fact', 'hsct_without_remission', 'No HSCT without CR/CRh', false),
('SYN-211-010', 'mrd_evaluable', 1, 'population', 'all', null, true),
('SYN-211-010', 'mrd_evaluable', 2, 'fact', 'mrd_evaluated', 'No valid MRD result on treatment', true),
('SYN-211-010', 'mrd_responders', 1, 'population', 'all', null, true),
('SYN-211-010', 'mrd_responders', 2, 'fact', 'mrd_response', 'No MRD response on treatment', false),
('SYN-211-010', 'mrd_responders_cycle_1', 1, 'population', 'all', null, true),
('SYN-211-010', 'mrd_responders_cycle_1', 2, 'fact', 'mrd_response', 'First MRD response not in cycle 1', false),
('SYN-211-010', 'mrd_responders_cycle_2', 1, 'population', 'all', null, true),
('SYN-211-010', 'mrd_responders_cycle_2', 2, 'fact', 'mrd_response', 'First MRD response not in cycle 2', false),
('SYN-211-010', 'mrd_responders_cycle_3plus', 1, 'population', 'all', null, true),
('SYN-211-010', 'mrd_responders_cycle_3plus', 2, 'fact', 'mrd_response', 'First MRD response not in cycle 3 or later', false),
('SYN-211-010', 'no_hsct', 1, 'population', 'all', null, true),
('SYN-211-010', 'no_hsct', 2, 'fact', 'hsct', 'HSCT after blinatumomab', true),
('SYN-211-010', 'not_relapse_free', 1, 'population', 'responders', null, false),
('SYN-211-010', 'not_relapse_free', 2, 'endpoint', 'RFS', 'Neither relapse nor death after CR/CRh', false),
('SYN-211-010', 'not_relapse_free_hsct', 1, 'population', 'not_relapse_free', null, false),
('SYN-211-010', 'not_relapse_free_hsct', 2, 'fact', 'hsct', 'No allogeneic HSCT after blinatumomab', false),
('SYN-211-010', 'not_relapse_free_no_hsct', 1, 'population', 'not_relapse_free', null, false),
('SYN-211-010', 'not_relapse_free_no_hsct', 2, 'fact', 'hsct', 'HSCT after blinatumomab', true),
('SYN-211-010', 'relapse_free', 1, 'population', 'responders', null, false),
('SYN-211-010', 'relapse_free', 2, 'endpoint', 'RFS', 'Relapse or death after CR/CRh', false),
('SYN-211-010', 'relapse_free_hsct', 1, 'population', 'relapse_free', null, false),
('SYN-211-010', 'relapse_free_hsct', 2, 'fact', 'hsct_in_remission', 'No HSCT in continuous remission', false),
('SYN-211-010', 'relapse_free_no_hsct', 1, 'population', 'relapse_free', null, false),
('SYN-211-010', 'relapse_free_no_hsct', 2, 'fact', 'hsct', 'HSCT after blinatumomab', true),
('SYN-211-010', 'relapsed', 1, 'population', 'responders', null, false),
('SYN-211-010', 'relapsed', 2, 'fact', 'relapse', 'No relapse after CR/CRh', false),
('SYN-211-010', 'responders', 1, 'population', 'all', null, true),
('SYN-211-010', 'responders', 2, 'fact', 'first_remission', 'No CR or CRh within the remission window', false),
('SYN-211-010', 'responders_mrd_evaluable', 1, 'population', 'responders', null, false),
('SYN-211-010', 'responders_mrd_evaluable', 2, 'fact', 'mrd_evaluated', 'No valid MRD result on treatment', true),
('SYN-211-010', 'survivors_ge36', 1, 'population', 'all', null, true),
('SYN-211-010', 'survivors_ge36', 2, 'endpoint', 'OS', 'Not known alive past month 35', false),
('SYN-211-010', 'survivors_ge36_hsct', 1, 'population', 'survivors_ge36', null, false),
('SYN-211-010', 'survivors_ge36_hsct', 2, 'fact', 'hsct', 'No allogeneic HSCT after blinatumomab', false),
('SYN-211-010', 'survivors_ge36_no_hsct', 1, 'population', 'survivors_ge36', null, false),
('SYN-211-010', 'survivors_ge36_no_hsct', 2, 'fact', 'hsct', 'HSCT after blinatumomab', true),
('SYN-211-010', 'survivors_lt36', 1, 'population', 'all', null, true),
('SYN-211-010', 'survivors_lt36', 2, 'endpoint', 'OS', 'Known alive past month 35', true),
('SYN-211-010', 'survivors_lt36_hsct', 1, 'population', 'survivors_lt36', null, true),
('SYN-211-010', 'survivors_lt36_hsct', 2, 'fact', 'hsct', 'No allogeneic HSCT after blinatumomab', false),
('SYN-211-010', 'survivors_lt36_no_hsct', 1, 'population', 'survivors_lt36', null, true),
('SYN-211-010', 'survivors_lt36_no_hsct', 2, 'fact', 'hsct', 'HSCT after blinatumomab', true),
('SYN-211-010', 'treated', 1, 'fact', 'first_dose', 'No dose of blinatumomab', true),
('SYN-211-010', 'trial_206', 1, 'population', 'all', null, true),
('SYN-211-010', 'trial_206', 2, 'factor', 'trial', 'Treated in the other trial', false),
('SYN-211-010', 'trial_211', 1, 'population', 'all', null, true),
('SYN-211-010', 'trial_211', 2, 'factor', 'trial', 'Treated in the other trial', true);
CREATE TABLE marts.subjects(usubjid VARCHAR, trial_id VARCHAR NOT NULL, trial_label VARCHAR, subjid VARCHAR, age INTEGER, sex VARCHAR, race VARCHAR, country VARCHAR, arm VARCHAR, trtsdt DATE, trtedt DATE, cycles_started INTEGER, treatment_close_date DATE, cutoff_date DATE NOT NULL, dthdt DATE, dthdtf VARCHAR, is_death_dated_by_contact BOOLEAN, lstalvdt DATE, in_analysis_set BOOLEAN NOT NULL, exclusion_reason VARCHAR, PRIMARY KEY(usubjid), CHECK((in_analysis_set = (exclusion_reason IS NULL))), CHECK((trtedt >= trtsdt)));
insert into marts.subjects values
('SYN-206-001', 'MT103-206', 'MT103-206 (NCT01209286), exploratory phase 2', '206-001', 41, 'M', 'WHITE', 'DEU', 'Blinatumomab 5 then 15 ug/m2/day', '2012-06-20', '2012-09-02', 2, '2012-10-01', '2015-06-30', '2013-05-29', null, false, '2013-04-09', true, null),
('SYN-211-010', 'MT103-211', 'MT103-211 (NCT01466179), confirmatory phase 2', '211-010', 59, 'F', 'WHITE', 'DEU', 'Blinatumomab 9 then 28 ug/day', '2012-07-10', '2012-09-15', 2, '2012-09-16', '2017-02-28', '2012-09-16', null, false, '2012-09-15', true, null);
CREATE TABLE marts.time_to_event(usubjid VARCHAR, trial_id VARCHAR NOT NULL, paramcd VARCHAR, param VARCHAR, startdt DATE NOT NULL, adt DATE NOT NULL, adtf VARCHAR, aval DOUBLE NOT NULL, cnsr INTEGER NOT NULL, event_code INTEGER NOT NULL, evntdesc VARCHAR, cnsdtdsc VARCHAR, rule_id VARCHAR, srcdom VARCHAR, srcvar VARCHAR, srcseq INTEGER, PRIMARY KEY(usubjid, paramcd), CHECK((aval >= 0)), CHECK((adt >= startdt)), CHECK((event_code IN (0, 1, 2))), CHECK(((cnsr = 0) = (event_code = 1))), CHECK(((cnsr = 1) = (event_code = 0))));
insert into marts.time_to_event values
('SYN-206-001', 'MT103-206', 'CIR', 'Time to relapse', '2012-07-13', '2012-09-16', null, '65.0'::double, 0, 1, 'Hematologic or extramedullary relapse', null, 'relapse', 'RS', 'RSDTC', 3),
('SYN-206-001', 'MT103-206', 'OS', 'Overall survival', '2012-06-20', '2013-05-29', null, '343.0'::double, 0, 1, 'Death from any cause', null, 'death', 'DM', 'DTHDTC', null),
('SYN-206-001', 'MT103-206', 'RFS', 'Relapse-free survival', '2012-07-13', '2012-09-16', null, '65.0'::double, 0, 1, 'Hematologic or extramedullary relapse', null, 'relapse', 'RS', 'RSDTC', 3),
('SYN-206-001', 'MT103-206', 'RFSLC', 'Relapse-free survival, censored at last contact', '2012-07-13', '2012-09-16', null, '65.0'::double, 0, 1, 'Hematologic or extramedullary relapse', null, 'relapse', 'RS', 'RSDTC', 3),
('SYN-206-001', 'MT103-206', 'RFSLDA', 'Relapse-free survival, censored at last disease assessment', '2012-07-13', '2012-09-16', null, '65.0'::double, 0, 1, 'Hematologic or extramedullary relapse', null, 'relapse', 'RS', 'RSDTC', 3),
('SYN-211-010', 'MT103-211', 'OS', 'Overall survival', '2012-07-10', '2012-09-16', null, '68.0'::double, 0, 1, 'Death from any cause', null, 'death', 'DM', 'DTHDTC', null);
CREATE TABLE raw.study_endpoint(paramcd VARCHAR, param VARCHAR, population VARCHAR, origin_fact VARCHAR, display_order INTEGER);
insert into raw.study_endpoint values
('CIR', 'Time to relapse', 'responders', 'first_remission', 3),
('OS', 'Overall survival', 'all', 'first_dose', 1),
('OSHSCT', 'Overall survival after HSCT in continuous CR/CRh', 'hsct_in_remission', 'hsct_in_remission', 4),
('OSHSCTD', 'Overall survival from first dose, HSCT in continuous CR/CRh', 'hsct_in_remission', 'first_dose', 5),
('RFS', 'Relapse-free survival', 'responders', 'first_remission', 2),
('RFSLC', 'Relapse-free survival, censored at last contact', 'responders', 'first_remission', 7),
('RFSLDA', 'Relapse-free survival, censored at last disease assessment', 'responders', 'first_remission', 6);
CREATE TABLE results.analysis(analysis_id VARCHAR NOT NULL, "label" VARCHAR NOT NULL, "method" VARCHAR NOT NULL, endpoint VARCHAR, population VARCHAR, strata VARCHAR, display_order INTEGER NOT NULL, caution VARCHAR, inferred VARCHAR);
insert into results.analysis values
('os_all', 'Overall survival, all patients', 'kaplan_meier', 'OS', 'all', null, 1, null, 'days_per_month: not stated; 365.25 / 12 days fits the printed months. day_convention: not stated; the difference of dates fits the printed times. ci_transform: not stated; the printed limits rule out log, while log-log and plain fit.');
CREATE TABLE results.attrition(analysis_id VARCHAR NOT NULL, step INTEGER NOT NULL, population VARCHAR NOT NULL, reason VARCHAR NOT NULL, n_in BIGINT NOT NULL, n_out BIGINT NOT NULL, n_remaining BIGINT NOT NULL);
CREATE TABLE results.baseline_characteristics(analysis_id VARCHAR NOT NULL, group_population VARCHAR NOT NULL, characteristic VARCHAR NOT NULL, "level" VARCHAR, statistic VARCHAR NOT NULL, "value" DOUBLE, n BIGINT NOT NULL, denominator BIGINT NOT NULL, "percent" DOUBLE, status VARCHAR NOT NULL);
CREATE TABLE results.clinical_outcomes(analysis_id VARCHAR NOT NULL, group_population VARCHAR NOT NULL, outcome VARCHAR NOT NULL, "level" VARCHAR NOT NULL, "label" VARCHAR NOT NULL, parent VARCHAR, indent INTEGER NOT NULL, n BIGINT NOT NULL, denominator BIGINT NOT NULL, "percent" DOUBLE, display_order INTEGER NOT NULL, status VARCHAR NOT NULL);
CREATE TABLE results.convention_sensitivity(convention VARCHAR NOT NULL, chosen VARCHAR NOT NULL, alternative VARCHAR NOT NULL, alternative_analysis VARCHAR, result_table VARCHAR NOT NULL, analysis_id VARCHAR NOT NULL, model VARCHAR, factor VARCHAR, "event" VARCHAR, time_months DOUBLE, quantity VARCHAR NOT NULL, "value" DOUBLE, value_alternative DOUBLE, change DOUBLE, published_id VARCHAR, published VARCHAR, matches_chosen BOOLEAN, matches_alternative BOOLEAN, status VARCHAR NOT NULL, status_alternative VARCHAR NOT NULL, caution VARCHAR);
insert into results.convention_sensitivity values
('ci_transform', 'log-log', 'log', null, 'survival_rate', 'os_all', null, null, null, '24.0'::double, 'ci_lower', '0.18310308556068178'::double, '0.18657305393515067'::double, '0.0034699683744688903'::double, null, null, null, null, 'ok', 'ok', null);
CREATE TABLE results.cox_diagnostic(analysis_id VARCHAR NOT NULL, model VARCHAR NOT NULL, factor VARCHAR NOT NULL, statistic DOUBLE, df INTEGER, p_value DOUBLE, n BIGINT NOT NULL, n_event BIGINT NOT NULL, status VARCHAR NOT NULL);
CREATE TABLE results.cox_model(analysis_id VARCHAR NOT NULL, model VARCHAR NOT NULL, n BIGINT NOT NULL, n_event BIGINT NOT NULL, n_missing BIGINT NOT NULL, log_likelihood DOUBLE, log_likelihood_null DOUBLE, lr_statistic DOUBLE, lr_p DOUBLE, score_statistic DOUBLE, score_p DOUBLE, wald_statistic DOUBLE, wald_p DOUBLE, df INTEGER, iterations INTEGER, "ties" VARCHAR, variance VARCHAR, population VARCHAR, caution VARCHAR, inferred VARCHAR, status VARCHAR NOT NULL);
CREATE TABLE results.cox_selection_step(analysis_id VARCHAR NOT NULL, step INTEGER NOT NULL, "action" VARCHAR NOT NULL, factor VARCHAR, test VARCHAR, statistic DOUBLE, df INTEGER, p_value DOUBLE, n BIGINT NOT NULL, n_event BIGINT NOT NULL, status VARCHAR NOT NULL);
CREATE TABLE results.cox_term(analysis_id VARCHAR NOT NULL, model VARCHAR NOT NULL, factor VARCHAR NOT NULL, numerator VARCHAR NOT NULL, denominator VARCHAR NOT NULL, timing VARCHAR NOT NULL, n BIGINT NOT NULL, n_event BIGINT NOT NULL, log_hr DOUBLE, std_error DOUBLE, hr DOUBLE, ci_lower DOUBLE, ci_upper DOUBLE, p_value DOUBLE, status VARCHAR NOT NULL);
CREATE TABLE results.cumulative_incidence_curve(analysis_id VARCHAR NOT NULL, stratum VARCHAR NOT NULL, "event" VARCHAR NOT NULL, time_days DOUBLE NOT NULL, time_months DOUBLE NOT NULL, n_risk BIGINT, n_event BIGINT NOT NULL, n_competing BIGINT NOT NULL, n_censored BIGINT NOT NULL, estimate DOUBLE, std_error DOUBLE, ci_lower DOUBLE, ci_upper DOUBLE, status VARCHAR NOT NULL);
CREATE TABLE results.cumulative_incidence_rate(analysis_id VARCHAR NOT NULL, stratum VARCHAR NOT NULL, "event" VARCHAR NOT NULL, n BIGINT NOT NULL, n_event BIGINT NOT NULL, time_months DOUBLE NOT NULL, estimate DOUBLE, std_error DOUBLE, ci_lower DOUBLE, ci_upper DOUBLE, n_risk BIGINT, status VARCHAR NOT NULL);
CREATE TABLE results.cure_fraction(analysis_id VARCHAR NOT NULL, stratum VARCHAR NOT NULL, model VARCHAR NOT NULL, n BIGINT NOT NULL, n_event BIGINT NOT NULL, estimate DOUBLE, std_error DOUBLE, ci_lower DOUBLE, ci_upper DOUBLE, status VARCHAR NOT NULL);
insert into results.cure_fraction values
('os_all', 'all', 'weibull_mixture', 259, 204, '0.16276822019229573'::double, '0.025352071370161825'::double, '0.11895132102284546'::double, '0.218718687344358'::double, 'ok');
CREATE TABLE results.fine_gray_model(analysis_id VARCHAR NOT NULL, model VARCHAR NOT NULL, n BIGINT NOT NULL, n_event BIGINT NOT NULL, n_competing BIGINT NOT NULL, n_missing BIGINT NOT NULL, log_likelihood DOUBLE, log_likelihood_null DOUBLE, wald_statistic DOUBLE, wald_p DOUBLE, df INTEGER, iterations INTEGER, population VARCHAR, caution VARCHAR, inferred VARCHAR, status VARCHAR NOT NULL);
CREATE TABLE results.fine_gray_term(analysis_id VARCHAR NOT NULL, model VARCHAR NOT NULL, factor VARCHAR NOT NULL, numerator VARCHAR NOT NULL, denominator VARCHAR NOT NULL, n BIGINT NOT NULL, n_event BIGINT NOT NULL, n_competing BIGINT NOT NULL, log_shr DOUBLE, std_error DOUBLE, shr DOUBLE, ci_lower DOUBLE, ci_upper DOUBLE, p_value DOUBLE, status VARCHAR NOT NULL);
CREATE TABLE results.follow_up(analysis_id VARCHAR NOT NULL, stratum VARCHAR NOT NULL, n BIGINT NOT NULL, n_event BIGINT NOT NULL, statistic VARCHAR NOT NULL, "over" VARCHAR NOT NULL, "months" DOUBLE, status VARCHAR NOT NULL);
insert into results.follow_up values
('os_all', 'all', 259, 204, 'max', 'all', '60.813141683778234'::double, 'ok');
CREATE TABLE results.group_test(analysis_id VARCHAR NOT NULL, test VARCHAR NOT NULL, "event" VARCHAR NOT NULL, n BIGINT NOT NULL, n_event BIGINT NOT NULL, statistic DOUBLE, df INTEGER, p_value DOUBLE, status VARCHAR NOT NULL);
CREATE TABLE results."method"(analysis_id VARCHAR NOT NULL, conf_level DOUBLE, ci_transform VARCHAR, "ties" VARCHAR, variance VARCHAR, days_per_month DOUBLE, day_convention VARCHAR, ph_transform VARCHAR, software VARCHAR NOT NULL, software_version VARCHAR NOT NULL);
insert into results.method values
('os_all', '0.95'::double, 'log-log', null, 'greenwood', '30.4375'::double, 'difference', null, 'plateau, lifelines', '0.1.0, 0.30.3');
CREATE TABLE results.plateau(analysis_id VARCHAR NOT NULL, stratum VARCHAR NOT NULL, from_months DOUBLE NOT NULL, to_months DOUBLE NOT NULL, n BIGINT NOT NULL, n_event BIGINT NOT NULL, estimate_from DOUBLE, estimate_to DOUBLE, change DOUBLE, n_risk_from BIGINT NOT NULL, n_risk_to BIGINT NOT NULL, n_event_between BIGINT NOT NULL, caution VARCHAR, status VARCHAR NOT NULL);
insert into results.plateau values
('os_all', 'all', '36.0'::double, '48.0'::double, 259, 204, '0.17719545089366281'::double, '0.15786503806889954'::double, '-0.019330412824763277'::double, 30, 12, 2, 'At month 48 the plateau rests on 12 subjects at risk; what comes later is not known.', 'ok');
CREATE TABLE results.published_concordance(published_id VARCHAR NOT NULL, quantity VARCHAR NOT NULL, kind VARCHAR NOT NULL, "source" VARCHAR, published VARCHAR NOT NULL, computed DOUBLE, computed_as_printed VARCHAR, matches BOOLEAN, note VARCHAR);
insert into results.published_concordance values
('CIF.REL.RESP.24', 'value', 'computed', 'Results', '56.7', '56.655467064874756'::double, '56.7', true, null);
CREATE TABLE results.restricted_mean(analysis_id VARCHAR NOT NULL, stratum VARCHAR NOT NULL, horizon_months DOUBLE NOT NULL, n BIGINT NOT NULL, n_event BIGINT NOT NULL, restricted_mean_months DOUBLE, std_error DOUBLE, ci_lower DOUBLE, ci_upper DOUBLE, status VARCHAR NOT NULL);
insert into results.restricted_mean values
('os_all', 'all', '36.0'::double, 259, 204, '13.850104232986425'::double, '0.8169249519180013'::double, '12.248960749155028'::double, '15.451247716817821'::double, 'ok');
CREATE TABLE results.survival_curve(analysis_id VARCHAR NOT NULL, stratum VARCHAR NOT NULL, time_days DOUBLE NOT NULL, time_months DOUBLE NOT NULL, n_risk BIGINT, n_event BIGINT NOT NULL, n_censored BIGINT NOT NULL, estimate DOUBLE, std_error DOUBLE, ci_lower DOUBLE, ci_upper DOUBLE, status VARCHAR NOT NULL);
insert into results.survival_curve values
('os_all', 'all', '0.0'::double, '0.0'::double, 259, 0, 0, '1.0'::double, '0.0'::double, '1.0'::double, '1.0'::double, 'ok');
CREATE TABLE results.survival_rate(analysis_id VARCHAR NOT NULL, stratum VARCHAR NOT NULL, n BIGINT NOT NULL, n_event BIGINT NOT NULL, time_months DOUBLE NOT NULL, estimate DOUBLE, std_error DOUBLE, ci_lower DOUBLE, ci_upper DOUBLE, n_risk BIGINT, status VARCHAR NOT NULL);
insert into results.survival_rate values
('os_all', 'all', 259, 204, '24.0'::double, '0.23420256097964498'::double, '0.02716841614617791'::double, '0.18310308556068178'::double, '0.2890610705296567'::double, 55, 'ok');
CREATE TABLE results.survival_summary(analysis_id VARCHAR NOT NULL, stratum VARCHAR NOT NULL, n BIGINT NOT NULL, n_event BIGINT NOT NULL, median_months DOUBLE, median_ci_lower DOUBLE, median_ci_upper DOUBLE, status VARCHAR NOT NULL);
insert into results.survival_summary values
('os_all', 'all', 259, 204, '7.457905544147844'::double, '5.519507186858316'::double, '8.542094455852157'::double, 'ok');
