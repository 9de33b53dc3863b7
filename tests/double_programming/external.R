# Comparisons with external controls: patients read back from their curves, survfit, coxph, optim.

external_curves <- function(study, results) {
    for_sides(study, function(one, side) {
        if (!is.null(side$failed)) return(NULL)
        curve <- side_curve(study, side)
        curve[setdiff(names(curve), c("n_competing", "conditional_from_months"))]
    })
}

external_summaries <- function(study, results) {
    for_sides(study, function(one, side) {
        limit <- function(name) in_months(study, first_below(curve$time_days, curve[[name]]))
        found <- c(NA_real_, NA_real_, NA_real_)
        if (is.null(side$failed) && nrow(side$rows) > 1 && any(side$rows$code == 1)) {
            curve <- side_curve(study, side)
            found <- sapply(c("estimate", "ci_lower", "ci_upper"), limit)
        }
        data.frame(sizes(side$rows, 1), n_effective = side$n_effective,
                   median_months = found[1], median_ci_lower = found[2], median_ci_upper = found[3])
    })
}

external_rates <- function(study, results) {
    for_sides(study, function(one, side) {
        if (!length(one$landmarks)) return(NULL)
        curve <- if (is.null(side$failed)) side_curve(study, side) else
            cbind(day_counts(study, side$rows), no_estimates)
        curve$conditional_from_months <- NA_real_
        rates <- at_months(study, side$rows, curve, one$landmarks)
        if (is.null(side$failed)) rates[is_past(study, curve, one$landmarks), names(no_estimates)] <- NA
        data.frame(sizes(side$rows, 1)[rep(1, nrow(rates)), ],
                   rates[names(rates) != "conditional_from_months"])
    })
}

external_checks <- function(study, results) {
    for_comparisons(study, function(one) {
        control <- control_of(study, one$external)
        rows <- reconstructed(study, one$external)
        curve <- whole_curve(study, rows, day_counts(study, rows))
        printed <- function(quantity, column, found, tolerance, months = NA_real_) {
            if (is.na(column)) return(NULL)
            data.frame(quantity, time_months = months, published_value = as.numeric(column),
                       reconstructed = found, tolerance = as.numeric(cell(control, tolerance)))
        }
        rates <- study$external_rates[study$external_rates$control %in% one$external, ]
        months <- as.numeric(rates$months)
        ratio <- NULL
        if (!is.na(cell(control, "against"))) {
            other <- reconstructed(study, control$against)
            ratio <- exp(unname(coef(ratio_of(study, rows, other))))
        }
        rbind(
            printed("n_events", cell(control, "n_events"), sum(rows$code == 1),
                    "tolerance.n_events"),
            printed("median_months", cell(control, "median_months"),
                    in_months(study, first_below(curve$time_days, curve$estimate)),
                    "tolerance.median_months"),
            do.call(rbind, lapply(seq_along(months), function(i) {
                curve$conditional_from_months <- NA_real_
                found <- at_months(study, rows, curve, months[i])$estimate
                if (is_past(study, curve, months[i])) found <- NA_real_
                printed("rate_percent", rates$percent[i], 100 * found, "tolerance.rate_points",
                        months[i])
            })),
            printed("hazard_ratio", cell(control, "hazard_ratio"), ratio, "tolerance.hazard_ratio")
        )
    })
}

external_comparisons <- function(study, results) {
    for_comparisons(study, function(one) {
        external <- reconstructed(study, one$external)
        sides <- sides_of(study, one)
        rows <- compared_with(study, sides$study, external, "none")
        if (!is.null(sides$weighted)) {
            matched <- compared_with(study, sides$weighted, external, "matched")
            rows <- rbind(rows, matched)
        }
        rows
    })
}

external_balances <- function(study, results) {
    for_comparisons(study, function(one) {
        if (!length(one$matched_on)) return(NULL)
        matched <- matched_values(study, one)
        side <- sides_of(study, one)$weighted
        w <- if (is.null(side$failed)) side$rows$weight else NULL
        summary_of <- function(x, w, statistic) {
            if (is.null(w)) return(NA_real_)
            mean <- sum(w * x) / sum(w)
            switch(statistic, percent = 100 * mean, mean = mean,
                   sd = sqrt(sum(w * x^2) / sum(w) - mean^2))
        }
        rows <- do.call(rbind, lapply(seq_along(matched$columns), function(i) {
            printed <- matched$printed[[i]]
            do.call(rbind, lapply(names(printed), function(statistic) {
                x <- matched$columns[[i]]
                data.frame(
                    published_value = printed[[statistic]],
                    before = summary_of(x, rep(1, length(x)), statistic),
                    after = summary_of(x, w, statistic), n = length(x)
                )
            }))
        }))
        data.frame(display_order = seq_len(nrow(rows)), rows)
    })
}

# ---- the two sides --------------------------------------------------------------------------

for_comparisons <- function(study, rows_of_one) {
    do.call(rbind, lapply(with_method(study, "external_control"), function(one) {
        rows <- rows_of_one(one)
        if (NROW(rows)) data.frame(analysis_id = one$id, rows, row.names = NULL)
    }))
}

for_sides <- function(study, rows_of_side) {
    for_comparisons(study, function(one) {
        sides <- sides_of(study, one)
        do.call(rbind, lapply(names(sides), function(name) {
            rows <- rows_of_side(one, sides[[name]])
            if (NROW(rows)) data.frame(stratum = name, rows, row.names = NULL)
        }))
    })
}

# Each with its patients, their weights, and why there are none (failed).
sides_of <- function(study, one) {
    own <- followed(study, one$endpoint, one$population)
    own$entry <- rep(0, nrow(own))
    sides <- list(
        study = list(rows = own, n_effective = NA_real_, n_missing = 0),
        external = list(rows = reconstructed(study, one$external), n_effective = NA_real_)
    )
    if (length(one$matched_on)) {
        matched <- matched_values(study, one)
        rows <- matched$rows
        weights <- try(matching_weights(matched$values, matched$targets), silent = TRUE)
        failed <- inherits(weights, "try-error") || !all(is.finite(weights$weight)) ||
            max(abs(colSums(weights$weight * matched$values) / nrow(rows) / matched$targets - 1)) > 1e-8
        if (!failed) rows$weight <- weights$weight
        sides$weighted <- list(
            rows = rows, n_effective = if (failed) NA_real_ else weights$n_effective,
            n_missing = nrow(own) - nrow(rows), failed = if (failed) TRUE
        )
    }
    sides
}

# The values of those who have them all, a column per moment, and the moments to be met.
matched_values <- function(study, one) {
    printed <- study$external_baseline
    printed <- printed[printed$control == one$external & printed$factor %in% one$matched_on, ]
    own <- followed(study, one$endpoint, one$population)
    own$entry <- rep(0, nrow(own))
    columns <- lapply(rows_of(printed), function(row) {
        if (is.na(cell(row, "level"))) baseline_value(study, row$factor, own$usubjid)
        else as.numeric(baseline_level(study, row$factor, own$usubjid) == row$level)
    })
    known <- !Reduce(`|`, lapply(columns, is.na))
    columns <- lapply(columns, function(column) column[known])
    statistics <- lapply(rows_of(printed), function(row) {
        found <- sapply(c("percent", "mean", "sd"), function(key) as.numeric(cell(row, key)))
        found[!is.na(found)]
    })
    moments <- lapply(seq_along(columns), function(i) {
        x <- columns[[i]]
        has <- statistics[[i]]
        if ("percent" %in% names(has)) return(list(cbind(x), has[["percent"]] / 100))
        if ("sd" %in% names(has)) return(list(cbind(x, x^2), c(has[["mean"]],
                                                             has[["mean"]]^2 + has[["sd"]]^2)))
        list(cbind(x), has[["mean"]])
    })
    list(rows = own[known, ], columns = columns, printed = statistics,
         values = do.call(cbind, lapply(moments, `[[`, 1)), targets = unlist(lapply(moments, `[[`, 2)))
}

control_of <- function(study, name) {
    as.list(study$external_controls[study$external_controls$name == name, ])
}

reconstructed <- function(study, name) {
    days <- number(study, "days_per_month")
    read <- function(suffix) read.csv(file.path(study$external_folder, paste0(name, suffix, ".csv")),
                                      comment.char = "#")
    curve <- read("")
    risk <- read("_at_risk")
    total <- as.numeric(cell(control_of(study, name), "n_events"))
    rows <- one_a_row(guyot(
        data.frame(time = curve$months * days, survival = curve$survival),
        data.frame(time = risk$months * days, at_risk = risk$at_risk), total
    ))
    data.frame(usubjid = rep(NA, nrow(rows)), exit = rows$time, code = rows$died, entry = 0)
}

side_curve <- function(study, side) {
    counts <- day_counts(study, side$rows)
    if (is.null(side$rows$weight)) return(whole_curve(study, side$rows, counts))
    fit <- survfit(Surv(exit, code == 1) ~ 1, side$rows, weights = side$rows$weight, robust = TRUE,
                   id = seq_len(nrow(side$rows)), conf.type = study$parameters$ci_transform,
                   conf.int = number(study, "conf_level"), timefix = FALSE)
    limit <- if (study$parameters$ci_transform == "log-log") NA else 1
    at <- function(values, before) c(before, values)[findInterval(counts$time_days, fit$time) + 1]
    errors <- summary(fit, times = fit$time)$std.err
    estimate <- at(fit$surv, 1)
    estimate[estimate < 1e-12] <- 0
    curve <- cbind(counts, data.frame(
        estimate, std_error = ifelse(estimate == 0, NA, at(errors, 0)),
        ci_lower = at(fit$lower, limit), ci_upper = at(fit$upper, limit)
    ))
    if (estimate[1] == 1) curve[1, c("ci_lower", "ci_upper")] <- 1
    curve
}

# ---- comparisons ----------------------------------------------------------------------------

ratio_of <- function(study, first, second, weight = NULL) {
    both <- data.frame(
        time = pmax(c(first$exit, second$exit), 0.5), died = c(first$code, second$code) == 1,
        x = rep(1:0, c(nrow(first), nrow(second)))
    )
    control <- coxph.control(eps = 1e-14, toler.chol = 1e-16, iter.max = 100)
    if (is.null(weight)) return(coxph(Surv(time, died) ~ x, both, ties = study$parameters$ties,
                                      control = control))
    both$w <- c(weight, rep(1, nrow(second)))
    coxph(Surv(time, died) ~ x, both, weights = w, robust = TRUE, ties = study$parameters$ties,
          control = control)
}

compared_with <- function(study, side, external, adjustment) {
    rows <- side$rows
    numbers <- data.frame(
        adjustment, n = nrow(rows), n_event = sum(rows$code == 1), n_external = nrow(external),
        n_event_external = sum(external$code == 1), n_effective = side$n_effective,
        n_missing = side$n_missing, log_rank_statistic = NA_real_, log_rank_p = NA_real_,
        log_hr = NA_real_, std_error = NA_real_, hr = NA_real_, ci_lower = NA_real_,
        ci_upper = NA_real_, p_value = NA_real_
    )
    if (!is.null(side$failed)) return(numbers)
    if (adjustment == "none") {
        both <- rbind(data.frame(rows[c("exit", "code")], x = 1),
                      data.frame(external[c("exit", "code")], x = 0))
        test <- survdiff(Surv(exit, code == 1) ~ x, both)
        numbers$log_rank_statistic <- test$chisq
        numbers$log_rank_p <- pchisq(test$chisq, 1, lower.tail = FALSE)
    }
    fit <- ratio_of(study, rows, external, rows$weight)
    b <- unname(coef(fit))
    se <- sqrt(fit$var[1, 1])
    z <- qnorm(1 - (1 - number(study, "conf_level")) / 2)
    numbers$log_hr <- b
    numbers$std_error <- se
    numbers$hr <- exp(b)
    numbers$ci_lower <- exp(b - z * se)
    numbers$ci_upper <- exp(b + z * se)
    numbers$p_value <- 2 * pnorm(-abs(b / se))
    numbers
}
