# Beyond the median: restricted means and plateaus, read off the curves of survfit.

restricted_means <- function(study, results) {
    for_groups(study, "kaplan_meier", function(group) {
        rows <- group$rows
        do.call(rbind, lapply(group$analysis$horizons, function(months) {
            data.frame(horizon_months = months, sizes(group$rows, 1),
                       restricted_mean(study, rows, months),
                       conditional_from_months = from_month(study, rows))
        }))
    })
}

# The area under the curve to the horizon, with Greenwood's variance.
restricted_mean <- function(study, rows, months, span = known_span(study, rows)) {
    horizon <- months * number(study, "days_per_month")
    if (is.null(span) || horizon < span$start || horizon >= span$end) return(no_mean)
    given <- given_rows(study, rows, span)
    if (!nrow(given)) return(no_mean)
    counts <- day_counts(study, given)
    curve <- whole_curve(study, given, counts)
    event <- curve$n_event > 0 & curve$time_days <= horizon
    if (anyNA(curve$estimate) || is_past(study, curve, months) || !any(event)) return(no_mean)
    area_from <- function(day) {
        from <- pmin(pmax(curve$time_days, day), horizon)
        to <- pmin(pmax(c(curve$time_days[-1], Inf), day), horizon)
        sum(curve$estimate * (to - from))
    }
    n <- curve$n_risk[event]
    left <- n - curve$n_event[event]
    area <- vapply(curve$time_days[event], area_from, 0)
    # where nobody is left there is no area either
    variance <- sum(ifelse(left > 0, area^2 * (n - left) / (n * left), 0))
    if (variance == 0) return(no_mean)
    mean <- in_months(study, area_from(0))
    std_error <- in_months(study, sqrt(variance))
    z <- qnorm(1 - (1 - number(study, "conf_level")) / 2)
    data.frame(restricted_mean_months = mean, std_error = std_error,
               ci_lower = mean - z * std_error, ci_upper = mean + z * std_error)
}

no_mean <- data.frame(restricted_mean_months = NA_real_, std_error = NA_real_, ci_lower = NA_real_,
                      ci_upper = NA_real_)

plateaus <- function(study, results) {
    for_groups(study, "kaplan_meier", function(group) {
        months <- group$analysis$plateau
        if (!length(months)) return(NULL)
        rates <- survival_at(study, group$rows, months)
        ends <- if (anyNA(rates$estimate)) c(NA_real_, NA_real_) else rates$estimate
        days <- months * number(study, "days_per_month")
        exit <- group$rows$exit[group$rows$code == 1]
        data.frame(
            from_months = months[1], to_months = months[2], sizes(group$rows, 1),
            estimate_from = ends[1], estimate_to = ends[2], change = ends[2] - ends[1],
            n_risk_from = rates$n_risk[1], n_risk_to = rates$n_risk[2],
            n_event_between = sum(exit > days[1] & exit <= days[2]),
            conditional_from_months = rates$conditional_from_months[1]
        )
    })
}
