# Survival in two groups: differences of the rates and of the restricted means.

# Wald on the log scale, of independent groups.
ratios <- function(one, other, error, other_error, z, known) {
    ratio <- one / other
    reach <- z * sqrt((error / one)^2 + (other_error / other)^2)
    if_known <- function(values) ifelse(known, values, NA_real_)
    data.frame(ratio = if_known(ratio), ratio_ci_lower = if_known(ratio * exp(-reach)),
               ratio_ci_upper = if_known(ratio * exp(reach)))
}

# For each analysis of exactly two known groups: their rows, in the order of the levels.
for_two_groups <- function(study, one_pair) {
    do.call(rbind, lapply(with_method(study, "kaplan_meier"), function(analysis) {
        own <- Filter(function(group) {
            group$analysis$id == analysis$id && group$stratum != "unknown"
        }, study$groups)
        if (is.na(analysis$strata) || length(own) != 2) return(NULL)
        rows <- one_pair(analysis, own[[1]]$rows, own[[2]]$rows)
        if (NROW(rows)) data.frame(analysis_id = analysis$id, rows, row.names = NULL)
    }))
}

sizes_of_two <- function(first, second) {
    data.frame(sizes(first, 1), n_reference = nrow(second),
               n_event_reference = sum(second$code == 1))
}

# The days on which both curves are known.
common_span <- function(study, first, second) {
    spans <- list(known_span(study, first), known_span(study, second))
    if (is.null(spans[[1]]) || is.null(spans[[2]])) return(NULL)
    list(start = max(spans[[1]]$start, spans[[2]]$start), end = min(spans[[1]]$end, spans[[2]]$end))
}

survival_differences <- function(study, results) {
    z <- qnorm(1 - (1 - number(study, "conf_level")) / 2)
    for_two_groups(study, function(analysis, first, second) {
        months <- analysis$landmarks
        if (!length(months)) return(NULL)
        span <- common_span(study, first, second)
        one <- survival_at(study, first, months, span)
        other <- survival_at(study, second, months, span)
        is_inside <- function(rates) rates$estimate > 0 & rates$estimate < 1
        known <- (is_inside(one) & is_inside(other)) %in% TRUE & !analysis$moves
        if_known <- function(values) ifelse(known, values, NA_real_)
        difference <- one$estimate - other$estimate
        std_error <- sqrt(one$std_error^2 + other$std_error^2)
        on_the_log <- function(rates) (rates$std_error / rates$estimate / log(rates$estimate))^2
        statistic <- log(log(one$estimate) / log(other$estimate))^2 /
            (on_the_log(one) + on_the_log(other))
        data.frame(
            time_months = months, sizes_of_two(first, second)[rep(1, length(months)), ],
            n_risk = one$n_risk, n_risk_reference = other$n_risk,
            difference = if_known(difference), std_error = if_known(std_error),
            ci_lower = if_known(pmax(difference - z * std_error, -1)),
            ci_upper = if_known(pmin(difference + z * std_error, 1)),
            statistic = if_known(statistic),
            p_value = if_known(pchisq(statistic, 1, lower.tail = FALSE)),
            ratios(one$estimate, other$estimate, one$std_error, other$std_error, z, known),
            conditional_from_months = from_month(study, first, span)
        )
    })
}

# By a search of all pairs of steps (Su and Wei).
median_differences <- function(study, results) {
    level <- number(study, "conf_level")
    for_two_groups(study, function(analysis, first, second) {
        span <- common_span(study, first, second)
        curves <- list(survival_curve(study, first, span), survival_curve(study, second, span))
        medians <- vapply(curves, function(curve) first_below(curve$time_days, curve$estimate), 1)
        found <- as.data.frame(as.list(setNames(rep(NA_real_, 8), c(
            "difference", "ci_lower", "ci_upper", "ratio", "ratio_ci_lower", "ratio_ci_upper",
            "statistic", "p_value"
        ))))
        steps <- lapply(curves, steps_of_curve)
        q <- lapply(steps, `[[`, "q")
        has_pair <- any(outer(q[[1]], q[[2]], `+`) <= qchisq(level, 1))
        if (!anyNA(medians) && !analysis$moves && has_pair) {
            found[c("difference", "ratio")] <- c(medians[1] - medians[2], medians[1] / medians[2])
            found[c("ci_lower", "ci_upper")] <- bounds(steps, level, `-`)
            found[c("ratio_ci_lower", "ratio_ci_upper")] <- bounds(steps, level, `/`)
            found$statistic <- least_together(steps)
            found$p_value <- pchisq(found$statistic, 1, lower.tail = FALSE)
            months <- c("difference", "ci_lower", "ci_upper")
            found[months] <- in_months(study, unlist(found[months]))
        }
        data.frame(sizes_of_two(first, second), found,
                   conditional_from_months = from_month(study, first, span))
    })
}

# From when and until when each step holds, and its squared distance from one half in errors.
steps_of_curve <- function(curve) {
    curve <- curve[!is.na(curve$estimate), ]
    q <- ((curve$estimate - 0.5) / curve$std_error)^2
    data.frame(from = curve$time_days, to = c(curve$time_days[-1], Inf),
               q = ifelse(curve$std_error > 0 & !is.na(q), q, Inf))
}

bounds <- function(steps, level, contrast) {
    near <- which(outer(steps[[1]]$q, steps[[2]]$q, `+`) <= qchisq(level, 1), arr.ind = TRUE)
    one <- steps[[1]][near[, 1], ]
    other <- steps[[2]][near[, 2], ]
    both <- c(min(contrast(one$from, other$to)), max(contrast(one$to, other$from)))
    ifelse(is.finite(both) & !(identical(contrast, `/`) & both == 0 & c(TRUE, FALSE)), both, NA)
}

least_together <- function(steps) {
    days <- sort(unique(unlist(lapply(steps, `[[`, "from"))))
    days <- days[days >= max(steps[[1]]$from[1], steps[[2]]$from[1])]
    at <- lapply(steps, function(one) one$q[findInterval(days, one$from)])
    min(at[[1]] + at[[2]])
}

restricted_mean_differences <- function(study, results) {
    z <- qnorm(1 - (1 - number(study, "conf_level")) / 2)
    for_two_groups(study, function(analysis, first, second) {
        do.call(rbind, lapply(analysis$horizons, function(months) {
            span <- common_span(study, first, second)
            one <- restricted_mean(study, first, months, span)
            other <- restricted_mean(study, second, months, span)
            mean <- c(one$restricted_mean_months, other$restricted_mean_months)
            error <- c(one$std_error, other$std_error)
            difference <- one$restricted_mean_months - other$restricted_mean_months
            std_error <- sqrt(one$std_error^2 + other$std_error^2)
            data.frame(
                horizon_months = months, sizes_of_two(first, second), difference = difference,
                ci_lower = difference - z * std_error, ci_upper = difference + z * std_error,
                p_value = 2 * pnorm(-abs(difference / std_error)),
                ratios(mean[1], mean[2], error[1], error[2], z, !anyNA(mean)),
                ratio_p_value =
                    2 * pnorm(-abs(log(mean[1] / mean[2]) / sqrt(sum((error / mean)^2)))),
                conditional_from_months = from_month(study, first, span)
            )
        }))
    })
}
