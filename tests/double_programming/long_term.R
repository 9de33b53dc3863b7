# Long-term questions: quantiles, survival from later on, rates per patient-year, smoothed hazards,
# and time lost to an event.

survival_quantiles <- function(study, results) {
    for_groups(study, "kaplan_meier", function(group) {
        shares <- group$analysis$quantiles
        if (!length(shares)) return(NULL)
        given <- given_rows(study, group$rows)
        curve <- survival_curve(study, group$rows)
        is_told <- NROW(given) > 1 && any(given$code == 1)
        time_of <- function(column) {
            vapply(shares, function(share) {
                if (!is_told) return(NA_real_)
                in_months(study, first_below(curve$time_days, curve[[column]], 1 - share))
            }, 0)
        }
        data.frame(probability = shares, sizes(group$rows, 1),
                   quantile_months = time_of("estimate"), quantile_ci_lower = time_of("ci_lower"),
                   quantile_ci_upper = time_of("ci_upper"),
                   conditional_from_months = from_month(study, group$rows), row.names = NULL)
    })
}

# survfit of those still followed beyond the first month.
conditional_survivals <- function(study, results) {
    for_groups(study, "kaplan_meier", function(group) {
        asked <- group$analysis$conditional
        span <- known_span(study, group$rows)
        do.call(rbind, lapply(asked$at, function(month) {
            day <- month * number(study, "days_per_month")
            rows <- given_rows(study, group$rows, list(start = day, end = Inf))
            whole <- list(start = 0, end = Inf)
            rates <- if (nrow(rows)) survival_at(study, rows, month + asked$further, whole) else {
                data.frame(no_estimates, n_risk = 0)[rep(1, length(asked$further)), ]
            }
            days <- (month + asked$further) * number(study, "days_per_month")
            known <- !is.null(span) && day >= span$start && day < span$end
            rates[!known | (!is.null(span) & days >= span$end), names(no_estimates)] <- NA
            data.frame(at_months = month, further_months = asked$further, sizes(group$rows, 1),
                       n_given = nrow(rows), rates[c(names(no_estimates), "n_risk")],
                       row.names = NULL)
        }))
    })
}

# poisson.test has Garwood's limits.
person_time_rates <- function(study, results) {
    rates <- function(group, event) {
        months <- group$analysis$rate_months
        if (!length(months)) return(NULL)
        from <- c(0, months, 0)
        to <- c(months, NA, NA)
        do.call(rbind, Map(function(from, to) {
            day <- c(from, if (is.na(to)) Inf else to) * number(study, "days_per_month")
            rows <- group$rows
            inside <- function(t) pmin(pmax(t, day[1]), day[2])
            years <- sum(inside(rows$exit) - inside(rows$entry)) /
                (12 * number(study, "days_per_month"))
            d <- sum(rows$code == CAUSES[[event]] & rows$exit <= day[2] &
                         (rows$exit > day[1] | (from == 0 & rows$exit == 0)))
            level <- number(study, "conf_level")
            limits <- if (years > 0) poisson.test(d, years, conf.level = level)$conf.int else NA
            data.frame(event = event, from_months = from, to_months = to, n = nrow(rows),
                       n_event = d, patient_years = years, rate = if (years > 0) d / years else NA,
                       ci_lower = limits[1], ci_upper = rep_len(limits, 2)[2])
        }, from, to))
    }
    rbind(
        for_groups(study, "kaplan_meier", function(group) rates(group, "event")),
        for_groups(study, "cumulative_incidence", function(group) {
            rbind(rates(group, "event"), rates(group, "competing"))
        })
    )
}

# Epanechnikov's kernel, and that of Gasser and Mueller near the start and the last event.
smoothed_hazards <- function(study, results) {
    for_groups(study, "kaplan_meier", function(group) {
        asked <- group$analysis$hazard
        if (is.null(asked)) return(NULL)
        per_month <- number(study, "days_per_month")
        events <- group$rows$exit[group$rows$code == 1]
        last <- if (length(events)) max(events) / per_month else 0
        months <- seq(0, floor(last / asked$every)) * asked$every
        span <- known_span(study, group$rows)
        rows <- given_rows(study, group$rows, span)
        found <- data.frame(n_risk = rep(NA_real_, length(months)), hazard = NA_real_,
                            std_error = NA_real_, ci_lower = NA_real_, ci_upper = NA_real_)
        if (nrow(group$rows) > 1 && length(events) && !is.null(span)) {
            found <- kernel_hazard(study, rows, months * per_month, asked$bandwidth * per_month,
                                   span)
        }
        data.frame(time_months = months, bandwidth_months = asked$bandwidth,
                   sizes(group$rows, 1), found,
                   conditional_from_months = from_month(study, group$rows), row.names = NULL)
    })
}

kernel_hazard <- function(study, rows, at, width, span) {
    year <- 12 * number(study, "days_per_month")
    z <- qnorm(1 - (1 - number(study, "conf_level")) / 2)
    counts <- day_counts(study, rows)
    counts <- counts[counts$n_event > 0 & counts$time_days < span$end, ]
    last <- if (nrow(counts)) max(counts$time_days) else -Inf
    one <- function(t) {
        none <- c(NA, NA)
        if (last - span$start < 2 * width || t < span$start || t > last) return(none)
        x <- (t - counts$time_days) / width
        q <- 1
        if (t - span$start < width) q <- (t - span$start) / width
        if (last - t < width) {
            q <- (last - t) / width
            x <- -x
        }
        common <- (1 + q)^4 * (19 - 18 * q + 3 * q^2)
        alpha <- 64 * (2 - 4 * q + 6 * q^2 - 3 * q^3) / common
        beta <- 240 * (1 - q)^2 / common
        kernel <- ifelse(abs(x) <= 1, 0.75 * (1 - x^2) * (alpha + beta * x), 0)
        hazard <- sum(kernel * counts$n_event / counts$n_risk) / width
        error <- sqrt(sum(kernel^2 * counts$n_event / counts$n_risk^2)) / width
        if (hazard > 0) c(hazard, error) else none
    }
    found <- vapply(at, one, c(0, 0)) * year
    reach <- exp(z * found[2, ] / found[1, ])
    data.frame(n_risk = at_risk(rows, at), hazard = found[1, ], std_error = found[2, ],
               ci_lower = found[1, ] / reach, ci_upper = found[1, ] * reach)
}

# The areas under the state probabilities of survfit, with its infinitesimal jackknife.
times_lost <- function(study, results) {
    for_events(study, function(group, event) {
        horizons <- group$analysis$horizons
        if (!length(horizons)) return(NULL)
        rows <- group$rows
        z <- qnorm(1 - (1 - number(study, "conf_level")) / 2)
        do.call(rbind, lapply(horizons, function(months) {
            day <- months * number(study, "days_per_month")
            lost <- time_lost(rows, CAUSES[[event]], day)
            found <- in_months(study, lost)
            data.frame(horizon_months = months, sizes(rows, CAUSES[[event]]),
                       time_lost_months = found[1], std_error = found[2],
                       ci_lower = found[1] - z * found[2], ci_upper = found[1] + z * found[2],
                       conditional_from_months = NA_real_)
        }))
    })
}

time_lost <- function(rows, cause, day) {
    if (any(rows$entry > 0)) stop("Time lost with delayed entry is not written in long_term.R.")
    is_gone <- all(rows$code[rows$exit == max(rows$exit)] != 0)
    if (nrow(rows) < 2 || (day > max(rows$exit) && !is_gone) ||
            !any(rows$code == cause & rows$exit <= day)) return(c(NA_real_, NA_real_))
    fit <- survfit(Surv(exit, factor(code, 0:2)) ~ 1, rows, influence = TRUE)
    found <- summary(fit, rmean = day)$table
    found[match(as.character(cause), fit$states), c("rmean", "se(rmean)")]
}
