# Subgroups of a Cox model: its hazard ratio within each level of a factor, and the interaction.

# For each model and subgroup factor: the rows of subjects of a known level, which is `level`.
for_subgroups <- function(study, one_subgroup) {
    for_models(study, function(model) {
        do.call(rbind, lapply(model$subgroups, function(factor) {
            rows <- model$design$rows
            rows$level <- baseline_level(study, factor, rows$usubjid)
            known <- rows[!is.na(rows$level), ]
            data.frame(subgroup = factor, one_subgroup(model, factor, known), row.names = NULL)
        }))
    })
}

subgroup_sizes <- function(rows) {
    data.frame(n = length(unique(rows$usubjid)), n_event = sum(rows$event))
}

subgroup_effects <- function(study, results) {
    z <- qnorm(1 - (1 - number(study, "conf_level")) / 2)
    for_subgroups(study, function(model, factor, known) {
        do.call(rbind, lapply(levels_of(study, factor), function(level) {
            rows <- known[known$level == level, ]
            fit <- fit_model(study, list(rows = rows), model$factors, model$ties)
            log_hr <- if (is.null(fit)) NA_real_ else unname(coef(fit))
            std_error <- if (is.null(fit)) NA_real_ else sqrt(as.vector(fit$var))
            data.frame(
                level = level, subgroup_sizes(rows), log_hr = log_hr, std_error = std_error,
                hr = exp(log_hr), ci_lower = exp(log_hr - z * std_error),
                ci_upper = exp(log_hr + z * std_error),
                p_value = 2 * pnorm(-abs(log_hr / std_error))
            )
        }))
    })
}

# The model with the products of factor and levels against the one without them. Levels that are
# constant within the strata have no terms of their own.
subgroup_interactions <- function(study, results) {
    for_subgroups(study, function(model, factor, known) {
        found <- intersect(levels_of(study, factor), known$level)
        data.frame(
            subgroup_sizes(known),
            n_missing = model$design$n_missing + model$design$n - length(unique(known$usubjid)),
            interaction_test(study, model, factor, known, found[-1])
        )
    })
}

no_interaction <- data.frame(lr_statistic = NA_real_, df = NA_real_, lr_p = NA_real_)

interaction_test <- function(study, model, factor, rows, levels) {
    if (!length(levels)) return(no_interaction)
    is_level <- outer(rows$level, levels, `==`) + 0
    products <- is_level * rows[[model$factors]]
    colnames(is_level) <- paste0("level", seq_along(levels))
    colnames(products) <- paste0("product", seq_along(levels))
    rows <- data.frame(rows, is_level, products, check.names = FALSE)
    smaller <- c(model$factors, if (!factor %in% model$stratified_by) colnames(is_level))
    fits <- lapply(list(smaller, c(smaller, colnames(products))), function(factors) {
        fit_model(study, list(rows = rows), factors, model$ties)
    })
    if (any(vapply(fits, is.null, TRUE))) return(no_interaction)
    statistic <- 2 * (fits[[2]]$loglik[2] - fits[[1]]$loglik[2])
    data.frame(lr_statistic = statistic, df = length(levels),
               lr_p = pchisq(statistic, length(levels), lower.tail = FALSE))
}
