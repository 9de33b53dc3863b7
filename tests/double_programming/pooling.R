# Analyses that pool trials: each trial, all without it, across the trials, and whether they differ.

# The rows of a part of the subjects by name: all, each trial of a known level, all without it.
parts_of <- function(study, factor, rows) {
    level <- baseline_level(study, factor, rows$usubjid)
    trials <- levels_of(study, factor)
    of <- function(part, kept) lapply(trials, function(trial) list(
        part = part, level = trial, rows = rows[!is.na(level) & kept(level, trial), ]
    ))
    c(list(list(part = "all", level = NA_character_, rows = rows)), of("level", `==`),
      of("without", `!=`))
}

# The numbers of one question: a row for each part, those across the trials, and the test. `found`
# has part, level, n, n_event and the number; y and error are on the scale of comparison.
question <- function(study, labels, found, back = NULL, ratio = NULL, interaction = no_ratio) {
    trials <- found[found$part == "level", ]
    n <- data.frame(n = sum(trials$n), n_event = sum(trials$n_event))
    test <- NULL
    if (!is.null(back)) {
        known <- is.finite(trials$y) & !is.na(trials$error) & trials$error > 0
        across <- compared(trials$y[known], trials$error[known])
        z <- qnorm(1 - (1 - number(study, "conf_level")) / 2)
        for (name in c("fixed_effect", "random_effects")) {
            mean <- across[[name]]
            limits <- sort(back(mean$y + c(-1, 1) * z * mean$error), na.last = TRUE)
            found <- rbind(found, data.frame(
                part = name, level = NA, n, n_risk = NA, estimate = back(mean$y),
                std_error = mean$error, ci_lower = limits[1], ci_upper = limits[2], y = NA, error = NA
            ))
        }
        test <- data.frame(labels, n, n_estimates = sum(known), across$test, interaction)
    }
    order <- c("all", "stratified", "fixed_effect", "random_effects", "level", "without")
    found <- found[order(match(found$part, order)), ]
    numbers <- setdiff(names(found), c("y", "error"))
    list(effects = data.frame(labels, found[numbers], display_order = seq_len(nrow(found)),
                              row.names = NULL),
         tests = test)
}

no_ratio <- data.frame(lr_statistic = NA_real_, lr_df = NA_real_, lr_p = NA_real_)

compared <- function(y, error) {
    if (length(y) < 2) {
        none <- list(y = NA_real_, error = NA_real_)
        return(list(fixed_effect = none, random_effects = none, test = data.frame(
            no_test, i_squared = NA_real_, tau_squared = NA_real_
        )))
    }
    mean <- function(variance) list(y = weighted.mean(y, 1 / variance),
                                    error = 1 / sqrt(sum(1 / variance)))
    w <- 1 / error^2
    fixed <- mean(error^2)
    q <- sum(w * (y - fixed$y)^2)
    df <- length(y) - 1
    tau <- max(0, (q - df) / (sum(w) - sum(w^2) / sum(w)))
    list(fixed_effect = fixed, random_effects = mean(error^2 + tau), test = data.frame(
        statistic = q, df = df, p_value = pchisq(q, df, lower.tail = FALSE),
        i_squared = max(0, 1 - df / q), tau_squared = tau
    ))
}

# ---- curves ---------------------------------------------------------------------------------

pooled_curves <- function(study) {
    groups <- Filter(function(group) !is.na(group$analysis$pooled_over) && group$stratum != "unknown",
                     study$groups)
    unlist(lapply(groups, function(group) {
        causes <- if (group$analysis$method == "kaplan_meier") CAUSES["event"] else CAUSES
        unlist(lapply(names(causes), function(event) {
            curve_questions(study, group, event)
        }), recursive = FALSE)
    }), recursive = FALSE)
}

curve_questions <- function(study, group, event) {
    analysis <- group$analysis
    is_survival <- analysis$method == "kaplan_meier"
    parts <- parts_of(study, analysis$pooled_over, group$rows)
    parts <- lapply(parts, function(part) c(part, list(
        curve = if (is_survival) survival_curve(study, part$rows) else {
            incidence_curve(study, part$rows, CAUSES[[event]])
        }
    )))
    label <- function(quantity, month) data.frame(
        analysis_id = analysis$id, model = NA_character_, factor = NA_character_,
        term_order = NA_real_, stratum = group$stratum, event = event, quantity = quantity,
        time_months = month
    )
    rates <- lapply(seq_along(analysis$landmarks), function(i) {
        month <- analysis$landmarks[i]
        found <- do.call(rbind, lapply(parts, function(part) {
            rate <- rate_at(study, part, month, is_survival)
            survival <- if (is_survival) rate$estimate else 1 - rate$estimate
            inside <- is.finite(survival) && survival > 0 && survival < 1
            data.frame(part = part$part, level = part$level, sizes(part$rows, CAUSES[[event]]),
                       rate, y = if (inside) log(-log(survival)) else NA,
                       error = if (inside) rate$std_error / (survival * -log(survival)) else NA)
        }))
        found <- rbind(found, averaged_rate(study, found))
        question(study, label(if (is_survival) "survival" else "incidence", month), found,
                 if (is_survival) function(y) exp(-exp(y)) else function(y) 1 - exp(-exp(y)))
    })
    if (!is_survival) return(rates)
    c(list(question(study, label("median", NA_real_), medians_of(study, parts))), rates)
}

rate_at <- function(study, part, month, is_survival) {
    rate <- at_months(study, part$rows, part$curve, month)
    past <- is_survival && nrow(part$rows) > 1 && is_past(study, part$curve, month)
    if (past) rate[names(no_estimates)] <- NA
    rate[c("n_risk", names(no_estimates))]
}

averaged_rate <- function(study, found) {
    trials <- found[found$part == "level" & found$n > 0, ]
    share <- trials$n / sum(trials$n)
    estimate <- if (nrow(trials)) sum(share * trials$estimate) else NA_real_
    error <- if (nrow(trials)) sqrt(sum(share^2 * trials$std_error^2)) else NA_real_
    data.frame(part = "stratified", level = NA, n = sum(trials$n), n_event = sum(trials$n_event),
               n_risk = if (is.na(estimate)) NA else sum(trials$n_risk), estimate = estimate,
               std_error = error, incidence_limits(study, estimate, error), y = NA,
               error = NA)
}

medians_of <- function(study, parts) {
    median_of <- function(curve) {
        found <- lapply(c("estimate", "ci_lower", "ci_upper"), function(name) {
            in_months(study, first_below(curve$time_days, curve[[name]]))
        })
        setNames(data.frame(found), c("estimate", "ci_lower", "ci_upper"))
    }
    row <- function(part, level, n, medians) data.frame(
        part = part, level = level, n, n_risk = NA_real_, std_error = NA_real_, medians, y = NA,
        error = NA
    )
    none <- data.frame(estimate = NA_real_, ci_lower = NA_real_, ci_upper = NA_real_)
    found <- do.call(rbind, lapply(parts, function(part) {
        can_be_told <- nrow(part$rows) > 1 && any(part$rows$code == 1)
        row(part$part, part$level, sizes(part$rows, 1),
            if (can_be_told) median_of(part$curve) else none)
    }))
    trials <- Filter(function(part) part$part == "level" && nrow(part$rows) > 0, parts)
    rows <- do.call(rbind, lapply(trials, `[[`, "rows"))
    day <- sort(unique(unlist(lapply(trials, function(part) part$curve$time_days))))
    share <- vapply(trials, function(part) nrow(part$rows), 0) / nrow(rows)
    held <- function(name) sapply(trials, function(part) {
        value <- part$curve[[name]][findInterval(day, part$curve$time_days)]
        ifelse(day > max(part$curve$time_days) & !(tail(part$curve$estimate, 1) %in% 0), NA, value)
    })
    estimate <- as.vector(held("estimate") %*% share)
    error <- sqrt(as.vector(held("std_error")^2 %*% share^2))
    curve <- data.frame(time_days = day, estimate = estimate,
                        incidence_limits(study, estimate, error))
    rbind(found, row("stratified", NA, sizes(rows, 1), median_of(curve)))
}

# ---- models ---------------------------------------------------------------------------------

pooled_models <- function(study) {
    analysis_of <- function(model) Find(function(one) one$id == model$analysis_id, study$analyses)
    unlist(c(
        lapply(study$models, function(model) model_questions(study, analysis_of(model), model, "hr")),
        lapply(study$fine_gray_models, function(model) {
            model_questions(study, analysis_of(model), model, "shr")
        })
    ), recursive = FALSE)
}

model_questions <- function(study, analysis, model, quantity) {
    if (is.null(analysis) || is.na(analysis$pooled_over)) return(NULL)
    if (!analysis$method %in% c("cox_univariate", "cox_multivariable", "fine_gray",
                                "fine_gray_multivariable")) return(NULL)
    is_cox <- quantity == "hr"
    terms <- if (is_cox) model$factors else model$factor
    factors <- if (is.null(model$of_factor)) terms else model$of_factor
    ties <- if (is.null(model$ties)) study$parameters$ties else model$ties
    fitted <- function(rows, terms) {
        if (!is_cox) {
            if (length(terms) == 1 && is.null(model$of_factor)) {
                return(fit_fine_gray(list(rows = rows), terms))
            }
            return(tryCatch(fit_fine_gray_of_several(rows, terms), error = function(error) NULL))
        }
        if (isTRUE(model$is_firth)) return(fit_firth(study, list(rows = rows), terms, ties))
        fit_model(study, list(rows = rows), terms, ties, isTRUE(model$is_robust))
    }
    numbers <- function(part, level, rows) {
        fit <- if (nrow(rows)) fitted(rows, terms)
        y <- if (is.null(fit)) rep(NA_real_, length(terms)) else unname(if (is_cox) coef(fit) else fit$coef)
        error <- if (is.null(fit)) y else {
            sqrt(if (is_cox) diag(as.matrix(fit$var)) else as.vector(fit$variance))
        }
        z <- qnorm(1 - (1 - number(study, "conf_level")) / 2)
        limits <- data.frame(ci_lower = exp(y - z * error), ci_upper = exp(y + z * error))
        if (isTRUE(model$has_profile) && !is.null(fit)) {
            own <- model
            own$design <- list(rows = rows)
            own$fit <- fit
            limits <- profile_limits(study, own, z)[c("ci_lower", "ci_upper")]
        }
        data.frame(part = part, level = level, subgroup_sizes(rows), n_risk = NA_real_,
                   estimate = exp(y), std_error = error, limits, y = y, error = error)
    }
    rows <- model$design$rows
    parts <- parts_of(study, analysis$pooled_over, rows)
    found <- lapply(parts, function(part) numbers(part$part, part$level, part$rows))
    rows$trial <- baseline_level(study, analysis$pooled_over, rows$usubjid)
    rows <- rows[!is.na(rows$trial), ]
    if (is_cox) {
        own <- if (is.null(rows[["stratum"]])) "" else rows[["stratum"]]
        rows$stratum <- paste(own, rows$trial)
        found <- c(found, list(numbers("stratified", NA_character_, rows)))
    }
    lapply(seq_along(terms), function(i) {
        labels <- data.frame(
            analysis_id = analysis$id, model = model$id, factor = factors[i], term_order = i,
            stratum = NA_character_, event = NA_character_, quantity = quantity,
            time_months = NA_real_
        )
        test <- if (is_cox) {
            trial_interaction(study, analysis, model, rows, terms, terms[factors == factors[i]], ties)
        } else no_ratio
        question(study, labels, do.call(rbind, lapply(found, `[`, i, )), exp, interaction = test)
    })
}

trial_interaction <- function(study, analysis, model, rows, terms, tested, ties) {
    trials <- intersect(levels_of(study, analysis$pooled_over), rows$trial)[-1]
    if (!length(trials) || isTRUE(model$is_robust)) return(no_ratio)
    products <- do.call(cbind, lapply(tested, function(term) {
        outer(rows$trial, trials, `==`) * rows[[term]]
    }))
    colnames(products) <- paste0("product", seq_len(ncol(products)))
    larger <- data.frame(rows, products, check.names = FALSE)
    names <- c(terms, colnames(products))
    if (isTRUE(model$is_firth)) {
        fit <- fit_firth(study, list(rows = larger), names, ties)
        if (is.null(fit)) return(no_ratio)
        at <- penalised(study, list(rows = larger), names, ties)
        s <- seq_along(names)[-seq_along(terms)]
        error <- sqrt(diag(as.matrix(fit$var)))
        b <- highest(function(free) at(replace(rep(0, length(error)), -s, free))$value,
                     fit$coefficients[-s], 0.1 * error[-s])
        top <- at(replace(rep(0, length(error)), -s, b))$value
        statistic <- 2 * (fit$loglik[2] - top)
    } else {
        fits <- list(fit_model(study, list(rows = rows), terms, ties),
                     fit_model(study, list(rows = larger), names, ties))
        if (any(vapply(fits, is.null, TRUE))) return(no_ratio)
        statistic <- 2 * (fits[[2]]$loglik[2] - fits[[1]]$loglik[2])
    }
    df <- ncol(products)
    data.frame(lr_statistic = statistic, lr_df = df,
               lr_p = pchisq(statistic, df, lower.tail = FALSE))
}

# ---- result tables --------------------------------------------------------------------------

pooled_numbers <- function(study) c(pooled_curves(study), pooled_models(study))

pooling_effects <- function(study, results) do.call(rbind, lapply(study$pooled, `[[`, "effects"))
pooling_tests <- function(study, results) do.call(rbind, lapply(study$pooled, `[[`, "tests"))
