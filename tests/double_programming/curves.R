# Kaplan-Meier by survfit: curves, medians, rates, follow-up, and the log-rank test by survdiff.

for_groups <- function(study, method, one_group) {
    wanted <- Filter(function(group) group$analysis$method == method, study$groups)
    do.call(rbind, lapply(wanted, function(group) {
        rows <- one_group(group)
        if (NROW(rows)) data.frame(analysis_id = group$analysis$id, stratum = group$stratum, rows,
                                   row.names = NULL)
    }))
}

survival_curves <- function(study, results) {
    for_groups(study, "kaplan_meier", function(group) survival_curve(study, group$rows))
}

survival_summaries <- function(study, results) {
    for_groups(study, "kaplan_meier", function(group) {
        curve <- survival_curve(study, group$rows)
        given <- given_rows(study, group$rows)
        limit <- function(name) in_months(study, first_below(curve$time_days, curve[[name]]))
        can_be_told <- NROW(given) > 1 && any(given$code == 1)
        found <- if (can_be_told) sapply(c("estimate", "ci_lower", "ci_upper"), limit) else NA
        medians <- setNames(as.list(rep_len(found, 3)),
                            c("median_months", "median_ci_lower", "median_ci_upper"))
        data.frame(sizes(group$rows, 1), medians,
                   conditional_from_months = from_month(study, group$rows))
    })
}

survival_rates <- function(study, results) {
    for_groups(study, "kaplan_meier", function(group) {
        rates <- survival_at(study, group$rows, group$analysis$landmarks)
        data.frame(sizes(group$rows, 1)[rep(1, nrow(rates)), ], rates)
    })
}

follow_ups <- function(study, results) {
    for_groups(study, "kaplan_meier", function(group) {
        exit <- group$rows$exit
        censored <- exit[group$rows$code == 0]
        days <- c(reverse_median(study, group$rows), known(median, censored), known(min, censored),
                  known(max, censored), known(min, exit), known(max, exit))
        # who moves to another group is still followed, only not here
        if (group$analysis$moves) days <- rep(NA_real_, 6)
        data.frame(
            sizes(group$rows, 1)[rep(1, 6), ],
            statistic = c("reverse_km_median", "median_censored", "min", "max", "min", "max"),
            over = c("all", "censored", "censored", "censored", "all", "all"),
            months = in_months(study, days)
        )
    })
}

group_tests <- function(study, results) {
    curves <- with_method(study, "kaplan_meier", "cumulative_incidence")
    do.call(rbind, lapply(Filter(function(one) !is.na(one$strata), curves), function(one) {
        everybody <- observed(study, one)
        is_stratified <- length(one$stratified_by) > 0
        everybody$block <- if (!is_stratified) rep("all", nrow(everybody)) else {
            combination(study, one$stratified_by, everybody$usubjid)
        }
        rows <- everybody[everybody$stratum != "unknown" & !is.na(everybody$block), ]
        tests <- if (one$method == "cumulative_incidence") gray_tests(rows) else if (one$moves) {
            data.frame(test = "mantel_byar", event = "event", sizes(rows, 1), log_rank(rows))
        } else {
            do.call(rbind, lapply(one$tests, function(test) {
                data.frame(event = "event", test_between(study, one, rows, test))
            }))
        }
        if (is.null(tests$p_adjusted)) tests$p_adjusted <- NA_real_
        if (is_stratified) tests$test <- paste0("stratified_", tests$test)
        code <- CAUSES[tests$event]
        data.frame(
            analysis_id = one$id, tests, n_missing = nrow(everybody) - nrow(rows),
            n_strata = if (is_stratified) length(unique(rows$block)) else NA_real_,
            n_strata_informative =
                if (is_stratified) sapply(code, telling_blocks, rows = rows) else NA_real_
        )
    }))
}

# In how many strata of a test two groups are at risk at an event that not everybody has.
telling_blocks <- function(code, rows) {
    sum(as.logical(unlist(lapply(split(rows, rows$block), function(block) {
        any(vapply(unique(block$exit[block$code == code]), function(day) {
            here <- at_risk_on(block, day)
            length(unique(block$stratum[here])) > 1 &&
                !all(block$exit[here] == day & block$code[here] == code)
        }, TRUE))
    }))))
}

sizes <- function(rows, code) data.frame(n = nrow(rows), n_event = sum(rows$code == code))
known <- function(statistic, values) if (length(values)) statistic(values) else NA_real_

# ---- one curve ------------------------------------------------------------------------------

# A row per day on which anybody enters or leaves, and day 0.
day_counts <- function(study, rows) {
    day <- sort(unique(c(0, rows$entry, rows$exit)))
    exits <- function(code) vapply(day, function(t) sum(rows$exit == t & rows$code == code), 0L)
    data.frame(
        time_days = day, time_months = in_months(study, day), n_risk = at_risk(rows, day),
        n_event = exits(1), n_competing = exits(2), n_censored = exits(0)
    )
}

# Those who enter on a day are not yet at risk on it; those there from the start always were.
at_risk <- function(rows, day) {
    vapply(day, function(t) sum(at_risk_on(rows, t)), 0L)
}

at_risk_on <- function(rows, day) rows$exit >= day & (rows$entry < day | rows$entry == 0)

# Where a curve is known. Without late entries it is everywhere; else it starts on the last day, up to
# that of the largest risk set, with fewer than enough at risk, and ends where fewer have an event
# and later twice as many are at risk.
known_span <- function(study, rows, failing = rows$code != 0) {
    whole <- list(start = 0, end = Inf)
    if (!any(rows$entry > 0)) return(whole)
    enough <- number(study, "smallest_risk_set")
    day <- sort(unique(c(0, rows$entry, rows$exit)))
    n <- at_risk(rows, day)
    top <- which.max(n)
    if (n[top] < enough) return(NULL)
    few <- which(n[seq_len(top - 1)] < enough)
    start <- if (length(few)) day[max(few)] else 0
    later <- rev(cummax(rev(n)))
    dips <- day > start & day %in% rows$exit[failing] & n < enough & later >= enough &
        later >= 2 * n
    list(start = start, end = if (any(dips)) day[dips][1] else Inf)
}

# Those without an event on the first day of the span, at risk from then on; NULL without one.
given_rows <- function(study, rows, span = known_span(study, rows)) {
    if (is.null(span)) return(NULL)
    if (span$start == 0) return(rows)
    rows <- rows[rows$exit > span$start, ]
    rows$entry <- pmax(rows$entry, span$start)
    rows
}

from_month <- function(study, rows, span = known_span(study, rows)) {
    if (is.null(span) || span$start == 0) NA_real_ else in_months(study, span$start)
}

# The curve where it is known; a row for every day.
survival_curve <- function(study, rows, span = known_span(study, rows)) {
    counts <- day_counts(study, rows)
    counts$n_competing <- NULL
    counts$conditional_from_months <- from_month(study, rows, span)
    if (is.null(span)) return(cbind(counts, no_estimates))
    curve <- whole_curve(study, given_rows(study, rows, span), counts)
    outside <- curve$time_days < span$start | curve$time_days >= span$end
    curve[outside, names(no_estimates)] <- NA
    curve
}

whole_curve <- function(study, rows, counts) {
    if (nrow(rows) < 2) return(cbind(counts, no_estimates))
    fit <- survfit(response(rows, rows$code == 1) ~ 1, conf.type = study$parameters$ci_transform,
                   conf.int = number(study, "conf_level"))
    limit <- if (study$parameters$ci_transform == "log-log") NA else 1
    at <- function(values, before) c(before, values)[findInterval(counts$time_days, fit$time) + 1]
    estimate <- at(fit$surv, 1)
    curve <- cbind(counts, data.frame(
        estimate = estimate,
        std_error = ifelse(estimate == 0, NA, estimate * at(fit$std.err, 0)),
        ci_lower = at(fit$lower, limit), ci_upper = at(fit$upper, limit)
    ))
    # nothing is uncertain on day 0 before the first event
    if (estimate[1] == 1) curve[1, c("ci_lower", "ci_upper")] <- 1
    curve
}

no_estimates <- data.frame(estimate = NA_real_, std_error = NA_real_, ci_lower = NA_real_,
                           ci_upper = NA_real_)

# Those there from the start enter before day 0, so that an exit on day 0 counts.
response <- function(rows, event) {
    if (all(rows$entry == 0)) return(Surv(rows$exit, event))
    Surv(ifelse(rows$entry == 0, -1, rows$entry), rows$exit, event)
}

# The first time below a level; where the curve stays on it before, the middle of that step.
# quantile.survfit would also give a median to a curve that ends on one half.
first_below <- function(time, value, level = 0.5) {
    time <- time[!is.na(value)]
    value <- value[!is.na(value)]
    below <- which(value < level - 1e-8)
    if (!length(below)) return(NA_real_)
    on_half <- which(abs(value - level) <= 1e-8)
    if (!length(on_half)) return(time[below[1]])
    mean(time[c(on_half[1], below[1])])
}

at_months <- function(study, rows, curve, months) {
    day <- months * number(study, "days_per_month")
    held <- curve[findInterval(day, curve$time_days), names(no_estimates)]
    data.frame(time_months = months, held, n_risk = at_risk(rows, day),
               conditional_from_months = rep(curve$conditional_from_months[1], length(months)),
               row.names = NULL)
}

# Beyond the last observation the curve is not known, unless it is 0 there.
survival_at <- function(study, rows, months, span = known_span(study, rows)) {
    curve <- survival_curve(study, rows, span)
    rates <- at_months(study, rows, curve, months)
    rates[is_past(study, curve, months), names(no_estimates)] <- NA
    rates
}

is_past <- function(study, curve, months) {
    months * number(study, "days_per_month") > max(curve$time_days) &
        !(tail(curve$estimate, 1) %in% 0)
}

# Censoring is the event. Half a day puts it after the deaths of its own day, and entries after
# both; those there from the start stay there.
reverse_median <- function(study, rows) {
    span <- known_span(study, rows, rows$code == 0)
    rows <- given_rows(study, rows, span)
    if (is.null(rows) || !any(rows$code == 0)) return(NA_real_)
    rows$exit <- rows$exit + ifelse(rows$code == 0, 0.5, 0)
    rows$entry <- ifelse(rows$entry == 0, 0, rows$entry + 0.75)
    rows <- rows[rows$entry == 0 | rows$entry < rows$exit, ]
    fit <- survfit(response(rows, rows$code == 0) ~ 1)
    known <- fit$time - 0.5 < span$end
    first_below(fit$time[known], fit$surv[known]) - 0.5
}

# survdiff takes no delayed entry. A block is a stratum of the test.
log_rank <- function(rows) {
    if (length(unique(rows$stratum)) < 2 || !any(rows$code == 1)) return(no_test)
    if (!telling_blocks(1, rows)) return(no_test)
    if (any(rows$entry > 0)) return(delayed_log_rank(rows))
    # singular when a group is never at risk beside another
    test <- tryCatch(survdiff(Surv(exit, code == 1) ~ stratum + strata(block), rows),
                     error = function(error) NULL)
    if (is.null(test)) return(no_test)
    chi_square(test$chisq, sum(rowSums(as.matrix(test$exp)) > 0) - 1)
}

# The sums over the days with an event and the blocks: events less their expectation,
# hypergeometric variances.
delayed_log_rank <- function(rows) {
    group <- outer(rows$stratum, unique(rows$stratum)[-1], `==`)
    with_event <- unique(rows[rows$code == 1, c("exit", "block")])
    sums <- Map(function(day, block) {
        here <- at_risk_on(rows, day) & rows$block == block
        events <- here & rows$exit == day & rows$code == 1
        share <- colMeans(group[here, , drop = FALSE])
        n <- sum(here)
        d <- sum(events)
        variance <- if (n > 1) d * (n - d) / (n - 1) else 0
        list(excess = colSums(group[events, , drop = FALSE]) - d * share,
             covariance = (diag(share, length(share)) - outer(share, share)) * variance)
    }, with_event$exit, with_event$block)
    excess <- Reduce(`+`, lapply(sums, `[[`, "excess"))
    covariance <- Reduce(`+`, lapply(sums, `[[`, "covariance"))
    chi_square(sum(excess * solve(covariance, excess)), length(excess))
}

no_test <- data.frame(statistic = NA_real_, df = NA_real_, p_value = NA_real_)
chi_square <- function(statistic, df) {
    data.frame(statistic = statistic, df = df,
               p_value = pchisq(statistic, df, lower.tail = FALSE))
}
