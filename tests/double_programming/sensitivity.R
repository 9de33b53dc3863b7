# Headline numbers under another convention: the functions of the result tables once more with one
# parameter changed, and the analyses and models that the plan calls alternatives.

CHOICES <- list(
    ties = c("efron", "breslow"), ci_transform = c("log-log", "log", "plain"),
    days_per_month = c("30.4375", "30.4"), day_convention = c("difference", "adam")
)
LIMITS <- c("ci_lower", "ci_upper")
CURVES <- list(
    survival_summary = c("median_months", "median_ci_lower", "median_ci_upper"),
    survival_rate = c("estimate", LIMITS), cumulative_incidence_rate = c("estimate", LIMITS)
)
MODELS <- list(cox_term = c("hr", LIMITS, "p_value"))
PLACE <- c("result_table", "analysis_id", "model", "factor", "event", "time_months", "quantity")

convention_sensitivity <- function(study, results) {
    rows <- rbind(other_parameters(study, results), other_curves(study, results),
                  other_models(study, results))
    cbind(rows, do.call(rbind, lapply(rows_of(rows), function(row) reported(study, row))))
}

# ---- parameters with another value ----------------------------------------------------------

other_parameters <- function(study, results) {
    do.call(rbind, lapply(names(CHOICES), function(name) {
        choices <- setdiff(CHOICES[[name]], study$parameters[[name]])
        do.call(rbind, lapply(choices, function(choice) {
            sources <- touched(study, name)
            changed <- study
            changed$parameters[[name]] <- choice
            beside(name, choice, NA, numbers(results, sources),
                   numbers(computed_again(changed, name), sources))
        }))
    }))
}

# Hazard ratios rest on the order of the times, so only the ties touch them.
computed_again <- function(study, convention) {
    if (convention == "ties") {
        study$models <- cox_models(study)
        return(list(cox_term = cox_terms(study)))
    }
    study$groups <- curve_groups(study)
    list(survival_summary = survival_summaries(study), survival_rate = survival_rates(study),
         cumulative_incidence_rate = incidence_rates(study))
}

# Analysis, model and quantities of the numbers that a convention touches.
touched <- function(study, convention) {
    if (convention == "ties") {
        own <- Filter(function(one) !is.na(one$own_ties), study$analyses)
        ids <- Filter(function(id) {
            !sub("/.*", "", id) %in% vapply(own, function(one) one$id, "")
        }, headline_models(study))
        return(list(ids = unlist(ids), quantities = MODELS))
    }
    plan <- study$plan_analyses
    landmark <- if (is.null(plan$landmark_days)) NA else plan$landmark_days
    counts <- plan$headline %in% "true" & (convention != "day_convention" | is.na(landmark))
    quantities <- CURVES
    if (convention == "ci_transform") quantities <- lapply(CURVES, `[`, -1)
    list(ids = plan$id[counts], quantities = quantities)
}

# The models that are neither stratified, a sibling nor an alternative to another model.
headline_models <- function(study) {
    unlist(lapply(with_method(study, "cox_univariate", "cox_stepwise"), function(one) {
        if (one$is_sibling || length(one$stratified_by)) return(NULL)
        if (one$method == "cox_stepwise") return(paste0(one$id, "/selected"))
        contrasts <- Filter(function(contrast) !contrast$is_sibling, contrasts_of(study, one))
        ids <- paste0(one$id, "/", vapply(contrasts, function(contrast) contrast$id, ""))
        setdiff(ids, alternative_models(study)$id)
    }))
}

# ---- alternatives of the plan ---------------------------------------------------------------

other_curves <- function(study, results) {
    plan <- study$plan_analyses
    wanted <- Filter(function(row) !is.na(cell(row, "alternative_to")), rows_of(plan))
    do.call(rbind, lapply(wanted, function(row) {
        target <- rows_of(plan[plan$id == row$alternative_to, ])[[1]]
        differs <- difference(target, row)
        chosen <- numbers(results, list(ids = target$id, quantities = CURVES))
        others <- numbers(results, list(ids = row$id, quantities = CURVES))
        others$analysis_id <- target$id
        beside(differs$name, differs$value, row$id, chosen, others)
    }))
}

other_models <- function(study, results) {
    do.call(rbind, lapply(rows_of(alternative_models(study)), function(row) {
        analysis <- function(id) {
            rows_of(study$plan_analyses[study$plan_analyses$id == sub("/.*", "", id), ])[[1]]
        }
        populated <- function(row, analysis) {
            analysis$population <- first_known(cell(row, "population"), analysis$population)
            analysis$id <- cell(row, "id")  # of the model, where it is the alternative
            analysis
        }
        target <- rows_of(study$plan_factors[model_ids(study) == row$alternative_to, ])[[1]]
        differs <- difference(populated(target, analysis(row$alternative_to)),
                              populated(row, analysis(row$id)))
        chosen <- numbers(results, list(ids = row$alternative_to, quantities = MODELS))
        others <- numbers(results, list(ids = row$id, quantities = MODELS))
        others[c("analysis_id", "model", "factor")] <- chosen[c("analysis_id", "model", "factor")]
        beside(differs$name, differs$value, row$id, chosen, others)
    }))
}

model_ids <- function(study) {
    vapply(rows_of(study$plan_factors), function(row) {
        paste0(row$analysis_id, "/", first_known(cell(row, "model"), row$factor))
    }, "")
}

# The rows of the plan's factors that are an alternative, with their analysis/model as `id`.
alternative_models <- function(study) {
    rows <- cbind(id = model_ids(study), study$plan_factors)
    rows[!is.na(cell(rows, "alternative_to")), ]
}

# What the alternative has instead: endpoint, else population, else only the analysis is another.
difference <- function(target, row) {
    for (name in c("endpoint", "population")) {
        if (!identical(target[[name]], row[[name]])) return(list(name = name, value = row[[name]]))
    }
    list(name = "analysis", value = row$id)
}

# ---- numbers by their place -----------------------------------------------------------------

numbers <- function(results, sources) {
    quantities <- sources$quantities
    do.call(rbind, lapply(names(quantities), function(table) {
        frame <- results[[table]]
        column <- function(name) if (is.null(frame[[name]])) NA else frame[[name]]
        id <- frame$analysis_id
        if (table == "cox_term") id <- paste0(id, "/", frame$model)
        do.call(rbind, lapply(quantities[[table]], function(quantity) {
            data.frame(
                result_table = table, analysis_id = frame$analysis_id,
                model = as.character(column("model")), factor = as.character(column("factor")),
                event = as.character(column("event")),
                time_months = as.numeric(column("time_months")), quantity = quantity,
                value = as.numeric(frame[[quantity]])
            )[id %in% sources$ids, ]
        }))
    }))
}

beside <- function(convention, alternative, alternative_analysis, chosen, others) {
    names(others)[names(others) == "value"] <- "value_alternative"
    data.frame(convention = convention, alternative = alternative,
               alternative_analysis = alternative_analysis,
               merge(chosen, others, by = PLACE, all = TRUE))
}

# Whether either number reads like the first printed one that is of this place.
reported <- function(study, row) {
    for (value in rows_of(study$published$map)) {
        if (!(value$kind == "derived") && is_at(value, row)) {
            printed <- study$published$reported[[value$published_id]][[value$quantity]]
            reads <- function(number) {
                if (is.na(number)) return(FALSE)
                computed <- if (value$transform == "percent") 100 * number else number
                reads_as(computed, value$transform, printed)
            }
            return(data.frame(matches_chosen = reads(row$value),
                              matches_alternative = reads(row$value_alternative)))
        }
    }
    data.frame(matches_chosen = NA, matches_alternative = NA)
}

is_at <- function(value, row) {
    if (!identical(value$table, row$result_table) || value$column != row$quantity) return(FALSE)
    row$stratum <- "all"
    filters <- strsplit(value$filters, ";", fixed = TRUE)[[1]]
    all(vapply(filters, function(filter) {
        name <- sub("=.*", "", filter)
        wanted <- sub("^[^=]*=", "", filter)
        if (name == "time_months") row[[name]] %in% as.numeric(wanted) else row[[name]] %in% wanted
    }, TRUE))
}
