# Cumulative incidence: cmprsk::cuminc for Aalen's variance, survfit of a multi-state response for
# the infinitesimal jackknife (without delayed entry also the delta method's); cuminc for Gray's
# test too.

CAUSES <- c(event = 1, competing = 2)

incidence_curves <- function(study, results) {
    for_events(study, function(group, event) incidence_curve(study, group$rows, CAUSES[[event]]))
}

incidence_rates <- function(study, results) {
    for_events(study, function(group, event) {
        curve <- incidence_curve(study, group$rows, CAUSES[[event]])
        rates <- at_months(study, group$rows, curve, group$analysis$landmarks)
        data.frame(sizes(group$rows, CAUSES[[event]])[rep(1, nrow(rates)), ], rates)
    })
}

for_events <- function(study, one_event) {
    for_groups(study, "cumulative_incidence", function(group) {
        do.call(rbind, lapply(names(CAUSES), function(event) {
            rows <- one_event(group, event)
            if (NROW(rows)) data.frame(event = event, rows, row.names = NULL)
        }))
    })
}

incidence_curve <- function(study, rows, cause) {
    counts <- cbind(day_counts(study, rows), conditional_from_months = NA_real_)
    if (nrow(rows) < 2) return(cbind(counts, no_estimates))
    steps <- incidence_steps(rows, cause, study$parameters$cif_variance)
    held <- findInterval(counts$time_days, steps$time) + 1
    estimate <- c(0, steps$estimate)[held]
    std_error <- c(0, steps$std_error)[held]
    limits <- incidence_limits(study, estimate, std_error)
    if (estimate[1] == 0) limits[1, ] <- 0
    cbind(counts, data.frame(estimate = estimate, std_error = std_error), limits)
}

# The incidence after each of its own times.
incidence_steps <- function(rows, cause, variance) {
    if (any(rows$entry > 0)) {
        stop("cmprsk takes no delayed entry; write a cumulative incidence for it in incidences.R.")
    }
    if (!any(rows$code == cause)) return(data.frame(time = 0, estimate = 0, std_error = 0))
    if (variance == "aalen") {
        fit <- cuminc(rows$exit, rows$code)[[paste(1, cause)]]
        last <- !duplicated(fit$time, fromLast = TRUE)
        return(data.frame(time = fit$time, estimate = fit$est, std_error = sqrt(fit$var))[last, ])
    }
    fit <- survfit(Surv(exit, factor(code, 0:2)) ~ 1, rows)
    column <- match(as.character(cause), fit$states)
    data.frame(time = fit$time, estimate = fit$pstate[, column], std_error = fit$std.err[, column])
}

# Limits of the incidence itself, symmetric on the scale of the transform.
incidence_limits <- function(study, estimate, std_error) {
    z <- qnorm(1 - (1 - number(study, "conf_level")) / 2)
    width <- function(slope) outer(z * std_error * slope, c(-1, 1))
    inside <- ifelse(estimate > 0 & estimate < 1, estimate, NA)
    limits <- switch(study$parameters$ci_transform,
        plain = estimate + width(1),
        log = exp(log(ifelse(estimate > 0, estimate, NA)) + width(1 / estimate)),
        # log(-log(F)) falls as F rises
        `log-log` = exp(-exp(log(-log(inside)) - width(-1 / (inside * log(inside)))))
    )
    data.frame(ci_lower = pmax(limits[, 1], 0), ci_upper = pmin(limits[, 2], 1))
}

# ---- Gray's test ----------------------------------------------------------------------------

gray_tests <- function(rows) {
    do.call(rbind, lapply(names(CAUSES), function(event) {
        data.frame(test = "gray", event = event, sizes(rows, CAUSES[[event]]),
                   gray_test(rows, CAUSES[[event]]))
    }))
}

# A group that nobody of is left in by the first event of its blocks takes no part; cuminc would give
# no test. A block is a stratum of the test; one without the event adds nothing.
gray_test <- function(rows, cause) {
    has_event <- rows$code == cause
    if (!any(has_event) || any(rows$entry > 0)) return(no_test)
    first_event <- tapply(ifelse(has_event, rows$exit, Inf), rows$block, min)
    is_compared <- ave(rows$exit >= first_event[rows$block], rows$stratum, FUN = any)
    rows <- rows[is_compared == 1, ]
    if (length(unique(rows$stratum)) < 2 || !telling_blocks(cause, rows)) return(no_test)
    tests <- cuminc(rows$exit, rows$code, rows$stratum, rows$block)$Tests
    found <- tests[as.character(cause), ]
    if (found[["stat"]] < 0) return(no_test)
    # the upper tail itself: cuminc's pv is one minus the lower one
    chi_square(found[["stat"]], found[["df"]])
}
