# Every number of the result tables, computed anew from the marts with R's survival and cmprsk.
#
#   Rscript qc.R INPUT OUTPUT
#
# INPUT holds the marts, the study's definitions and its plan as CSV (see runner.py); OUTPUT gets
# values.csv (table, key, column, value), tables.csv (the tables known here) and software.txt.
# Nothing of schema `results` is read.

library(survival)
library(cmprsk)
options(stringsAsFactors = FALSE)

this_file <- sub("--file=", "", grep("--file=", commandArgs(), value = TRUE))
this_file <- gsub("~+~", " ", this_file, fixed = TRUE)  # as Rscript writes a blank
for (name in c("study", "subjects", "curves", "incidences", "states", "external", "plateaus", "cure",
               "cure_models", "relative", "models", "pooling",
               "weighted_log_rank", "selection", "multivariable", "subgroups", "fine_gray",
               "descriptions", "outcome_differences", "survival_differences", "long_term",
               "parametric", "concordance", "sensitivity")) {
    source(file.path(dirname(this_file), paste0(name, ".R")), encoding = "UTF-8")
}

source(file.path(dirname(this_file), "../reference/reconstruction.R"), encoding = "UTF-8")

# One entry per result table: its key, and the function (study, results so far) that gives its
# rows. A new result table is one line here and its function.
result_table <- function(key, rows) list(key = key, rows = rows)
curve_key <- c("analysis_id", "stratum")
model_key <- c("analysis_id", "model")
pooling_key <- c(model_key, "factor", "term_order", "stratum", "event", "quantity", "time_months")
tables <- list(
    survival_curve = result_table(c(curve_key, "time_days"), survival_curves),
    survival_summary = result_table(curve_key, survival_summaries),
    survival_rate = result_table(c(curve_key, "time_months"), survival_rates),
    survival_quantile = result_table(c(curve_key, "probability"), survival_quantiles),
    conditional_survival =
        result_table(c(curve_key, "at_months", "further_months"), conditional_survivals),
    incidence_rate =
        result_table(c(curve_key, "event", "from_months", "to_months"), person_time_rates),
    smoothed_hazard = result_table(c(curve_key, "time_months"), smoothed_hazards),
    follow_up = result_table(c(curve_key, "statistic", "over"), follow_ups),
    restricted_mean = result_table(c(curve_key, "horizon_months"), restricted_means),
    survival_difference = result_table(c("analysis_id", "time_months"), survival_differences),
    median_difference = result_table("analysis_id", median_differences),
    restricted_mean_difference =
        result_table(c("analysis_id", "horizon_months"), restricted_mean_differences),
    plateau = result_table(curve_key, plateaus),
    cure_fraction = result_table(c(curve_key, "model"), cure_fractions),
    parametric_fit = result_table(c(curve_key, "model"), parametric_fits),
    parametric_parameter = result_table(c(curve_key, "model", "parameter"), parametric_parameters),
    parametric_survival =
        result_table(c(curve_key, "model", "time_months"), parametric_survivals),
    cumulative_incidence_curve =
        result_table(c(curve_key, "event", "time_days"), incidence_curves),
    cumulative_incidence_rate =
        result_table(c(curve_key, "event", "time_months"), incidence_rates),
    restricted_mean_time_lost =
        result_table(c(curve_key, "event", "horizon_months"), times_lost),
    state_occupancy = result_table(c(curve_key, "state", "time_days"), state_occupancies),
    state_probability = result_table(c(curve_key, "state", "time_months"), state_probabilities),
    state_time = result_table(c(curve_key, "state", "horizon_months"), state_times),
    state_transition = result_table(c(curve_key, "from_state", "to_state"), state_transitions),
    transition_hazard_curve =
        result_table(c(curve_key, "from_state", "to_state", "time_days"), transition_hazard_curves),
    transition_hazard =
        result_table(c(curve_key, "from_state", "to_state", "time_months"), transition_hazards),
    transition_probability = result_table(
        c(curve_key, "from_state", "from_months", "to_state", "time_months"),
        transition_probabilities
    ),
    external_curve = result_table(c(curve_key, "time_days"), external_curves),
    external_summary = result_table(curve_key, external_summaries),
    external_rate = result_table(c(curve_key, "time_months"), external_rates),
    external_check = result_table(c("analysis_id", "quantity", "time_months"), external_checks),
    external_comparison = result_table(c("analysis_id", "adjustment"), external_comparisons),
    external_balance = result_table(c("analysis_id", "display_order"), external_balances),
    group_test = result_table(c("analysis_id", "test", "event"), group_tests),
    cox_model = result_table(model_key, cox_model_rows),
    cox_term = result_table(c(model_key, "factor", "display_order"), cox_terms),
    joint_test = result_table(c(model_key, "factor", "component"), joint_tests),
    cox_selection_step =
        result_table(c("analysis_id", "step", "action", "factor", "test"), selection_steps),
    cox_diagnostic = result_table(c(model_key, "factor"), cox_diagnostics),
    subgroup_effect = result_table(c(model_key, "subgroup", "level"), subgroup_effects),
    subgroup_interaction = result_table(c(model_key, "subgroup"), subgroup_interactions),
    cure_model = result_table("analysis_id", cure_model_rows),
    cure_term = result_table(c("analysis_id", "part", "factor", "display_order"), cure_term_rows),
    relative_survival_curve = result_table(c(curve_key, "time_days"), relative_curves),
    relative_survival_rate = result_table(c(curve_key, "time_months"), relative_rates),
    excess_mortality = result_table(c(curve_key, "interval_order"), excess_mortalities),
    pooling_effect = result_table(c(pooling_key, "part", "level"), pooling_effects),
    pooling_heterogeneity = result_table(pooling_key, pooling_tests),
    fine_gray_model = result_table(model_key, fine_gray_model_rows),
    fine_gray_term = result_table(c(model_key, "factor", "display_order"), fine_gray_terms),
    baseline_characteristics = result_table(
        c("analysis_id", "group_population", "characteristic", "level", "statistic"),
        baseline_characteristics
    ),
    clinical_outcomes = result_table(
        c("analysis_id", "group_population", "outcome", "level"), clinical_outcomes
    ),
    outcome_difference = result_table(c("analysis_id", "outcome", "level"), outcome_differences),
    attrition = result_table(c("analysis_id", "step"), attrition),
    # these read the tables above
    published_concordance = result_table(c("published_id", "quantity"), concordance),
    convention_sensitivity = result_table(
        c("convention", "alternative", "alternative_analysis", PLACE), convention_sensitivity
    )
)

as_text <- function(values, digits) {
    if (!is.numeric(values)) return(ifelse(is.na(values), "", as.character(values)))
    ifelse(is.na(values), "", formatC(values, digits = digits, format = "g", width = 1))
}

# The numbers of a table, one a row; the key reads name=value;name=value.
as_values <- function(name, key, frame) {
    if (is.null(frame)) return(NULL)
    keys <- do.call(paste, c(lapply(key, function(column) {
        paste0(column, "=", as_text(frame[[column]], 15))
    }), sep = ";"))
    is_number <- vapply(frame, function(column) is.numeric(column) || is.logical(column), TRUE)
    do.call(rbind, lapply(setdiff(names(frame)[is_number], key), function(column) {
        data.frame(table = name, key = keys, column = column,
                   value = as_text(as.numeric(frame[[column]]), 17))
    }))
}

folders <- commandArgs(trailingOnly = TRUE)
study <- read_study(folders[1])
study$members <- population_members(study)
study$groups <- curve_groups(study)
study$models <- cox_models(study)
study$fine_gray_models <- fine_gray_models(study)
study$cure_models <- cure_models(study)
study$pooled <- pooled_numbers(study)
results <- list()
for (name in names(tables)) results[[name]] <- tables[[name]]$rows(study, results)
values <- do.call(rbind, lapply(names(tables), function(name) {
    as_values(name, tables[[name]]$key, results[[name]])
}))
write.csv(values, file.path(folders[2], "values.csv"), row.names = FALSE)
write.csv(data.frame(table = names(tables)), file.path(folders[2], "tables.csv"),
          row.names = FALSE)
writeLines(paste(
    paste("R", getRversion()), paste("survival", packageVersion("survival")),
    paste("cmprsk", packageVersion("cmprsk")), sep = ", "
), file.path(folders[2], "software.txt"))
