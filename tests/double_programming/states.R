# Multi-state analyses: probabilities and times by survfit of a multi-state response, errors by
# Greenwood's sum written out (survfit's own are those of the infinitesimal jackknife).

state_occupancies <- function(study, results) {
    for_courses(study, function(one, course) {
        curve <- state_curve(study, one, course, course$days)
        data.frame(curve, time_months = in_months(study, curve$time_days))
    })
}

state_probabilities <- function(study, results) {
    for_courses(study, function(one, course) {
        months <- one$landmarks
        if (!length(months)) return(NULL)
        curve <- state_curve(study, one, course, months * number(study, "days_per_month"))
        open <- vapply(curve$time_days, function(day) {
            day > max(course$days) && is_open(study, one, course)
        }, TRUE)
        numbers <- c("estimate", "std_error", "ci_lower", "ci_upper")
        curve[open, numbers] <- NA
        data.frame(curve[names(curve) != "time_days"], n = course$n,
                   time_months = in_months(study, curve$time_days))
    })
}

state_times <- function(study, results) {
    for_courses(study, function(one, course) {
        do.call(rbind, lapply(one$horizons, function(months) {
            horizon <- months * number(study, "days_per_month")
            known <- course$n > 1 && !(horizon > max(course$days) && is_open(study, one, course))
            found <- if (known) times_in_states(course, horizon) else
                data.frame(mean = NA_real_, error = NA_real_)[rep(1, length(course$shown)), ]
            width <- qnorm(1 - (1 - number(study, "conf_level")) / 2) * found$error
            data.frame(
                state = course$shown, is_sum = !course$shown %in% course$states,
                horizon_months = months, n = course$n,
                mean_months = in_months(study, found$mean),
                std_error = in_months(study, found$error),
                ci_lower = in_months(study, found$mean - width),
                ci_upper = in_months(study, found$mean + width)
            )
        }))
    })
}

state_transitions <- function(study, results) {
    for_courses(study, function(one, course) {
        spells <- course$spells
        moved <- spells[!is.na(spells$to), ]
        if (!nrow(moved)) return(NULL)
        pairs <- unique(moved[c("from", "to")])
        do.call(rbind, lapply(rows_of(pairs), function(pair) data.frame(
            from_state = pair$from, to_state = pair$to,
            n = length(unique(spells$usubjid[spells$from == pair$from])) +
                repeated(spells, pair$from),
            n_moved = sum(moved$from == pair$from & moved$to == pair$to),
            months_in_state = in_months(study, sum(with(spells[spells$from == pair$from, ],
                                                        stop - start)))
        )))
    })
}

# Of the moves, the days on which they happen; day 0 is the first.
transition_hazard_curves <- function(study, results) {
    for_courses(study, function(one, course) for_moves(course, function(from, to) {
        hazard <- move_hazard(study, course, from, to)
        data.frame(hazard, time_months = in_months(study, hazard$time_days))
    }))
}

transition_hazards <- function(study, results) {
    for_courses(study, function(one, course) for_moves(course, function(from, to) {
        hazard <- move_hazard(study, course, from, to)
        steps <- steps_of(course)
        of_from <- match(from, course$states)
        last <- max(course$days[steps$at_risk[, of_from] > 0])
        do.call(rbind, lapply(one$landmarks, function(months) {
            day <- months * number(study, "days_per_month")
            numbers <- hazard[max(which(hazard$time_days <= day)),
                              c("estimate", "std_error", "ci_lower", "ci_upper")]
            if (day > last) numbers[] <- NA_real_
            data.frame(
                time_months = months, n = course$n,
                n_risk = numbers_before(course, steps, day)[of_from],
                n_moved = sum(hazard$n_moved[hazard$time_days <= day]), numbers
            )
        }))
    }))
}

transition_probabilities <- function(study, results) {
    for_courses(study, function(one, course) {
        left <- course$states[course$states %in% course$spells$from[!is.na(course$spells$to)]]
        do.call(rbind, lapply(one$from_months, function(from_months) {
            do.call(rbind, lapply(left, function(from) {
                later <- one$landmarks[one$landmarks > from_months]
                do.call(rbind, lapply(later, function(months) data.frame(
                    from_state = from, from_months = from_months, time_months = months,
                    to_state = course$shown, is_sum = !course$shown %in% course$states,
                    later_states(study, course, from, c(from_months, months))
                )))
            }))
        }))
    })
}

# Who comes back to a state counts once for each time.
repeated <- function(spells, state) {
    rows <- spells[spells$from == state, ]
    nrow(rows) - length(unique(rows$usubjid))
}

# ---- courses --------------------------------------------------------------------------------

for_courses <- function(study, rows_of_course) {
    wanted <- with_method(study, "multi_state")
    do.call(rbind, lapply(wanted, function(one) {
        spells <- state_spells(study, one)
        strata <- if (is.na(one$strata)) "all" else levels_of(study, one$strata)
        strata <- union(strata, if ("unknown" %in% spells$stratum) "unknown")
        do.call(rbind, lapply(strata, function(stratum) {
            rows <- rows_of_course(one, course_of(study, one, spells[spells$stratum == stratum, ]))
            if (NROW(rows)) data.frame(analysis_id = one$id, stratum = stratum, rows,
                                       row.names = NULL)
        }))
    }))
}

course_of <- function(study, one, spells) {
    states <- unique(study$plan_states$state[study$plan_states$analysis_id == one$id])
    ends <- states[states %in% with(study$plan_states, state[analysis_id == one$id & !is.na(ends)])]
    sums <- study$plan_sums[study$plan_sums$analysis_id == one$id, ]
    list(states = states, ends = ends, spells = spells, n = length(unique(spells$usubjid)),
         days = sort(unique(c(0, spells$stop))), shown = c(states, sums$name),
         weights = weights_of_states(states, sums$states))
}

# A column for each state and each sum of states: 1 where the state of the row counts.
weights_of_states <- function(states, sums) {
    members <- lapply(strsplit(as.character(sums), "|", fixed = TRUE), function(of) states %in% of)
    cbind(diag(length(states)), matrix(as.numeric(unlist(members)), length(states)))
}

# A row per subject and state: from when to when, and the state after it, NA when none is seen.
state_spells <- function(study, one) {
    rows <- followed(study, one$endpoint, one$population)
    rows$stratum <- strata_of(study, one, rows)
    plan <- study$plan_states[study$plan_states$analysis_id == one$id, ]
    fact <- if (is.null(plan$fact)) rep(NA, nrow(plan)) else plan$fact
    end <- plan$ends
    do.call(rbind, lapply(seq_len(nrow(rows)), function(i) {
        row <- rows[i, ]
        day <- vapply(seq_len(nrow(plan)), function(k) {
            if (!is.na(fact[k])) {
                date <- unname(fact_dates(study, fact[k])[row$usubjid])
                known <- if (is.na(date)) NA else known_from(study, row$origin, date)
                if (!is.na(known) && known > max(row$exit, 0)) NA else known
            } else if (is.na(end[k])) -Inf
            else if ((end[k] == "event" && row$code == 1) ||
                         (end[k] == "competing" && row$code == 2)) row$exit
            else NA_real_
        }, 0)
        is_end <- !is.na(end)
        at_origin <- which(!is.na(day) & day <= 0 & !is_end)
        start <- at_origin[order(day[at_origin], at_origin)]
        begin <- plan$state[start[length(start)]]
        later <- which(!is.na(day) & (day > 0 | is_end))
        later <- later[order(day[later], later)]
        later <- later[!duplicated(day[later], fromLast = TRUE)]
        state <- c(begin, plan$state[later])
        at <- c(0, day[later])
        changed <- c(TRUE, state[-1] != state[-length(state)])
        state <- state[changed]
        at <- at[changed]
        n <- length(state)
        if (row$code == 0) {
            data.frame(usubjid = row$usubjid, stratum = row$stratum, from = state, start = at,
                       stop = c(at[-1], row$exit), to = c(state[-1], NA))
        } else {
            data.frame(usubjid = row$usubjid, stratum = row$stratum, from = state[-n],
                       start = at[-n], stop = at[-1], to = state[-1])
        }
    }))
}

# ---- estimates ------------------------------------------------------------------------------

# The shares that move on each day, the number in each state before it, and the start.
steps_of <- function(course) {
    states <- course$states
    days <- course$days
    spells <- course$spells
    begin <- spells[!duplicated(spells$usubjid), "from"]
    in_state <- function(day, state) {
        # who arrives on a day is at risk from the next; on day 0 those who begin there
        sum(spells$from == state & spells$stop >= day &
                (spells$start < day | (day == 0 & spells$start == 0 &
                                           !duplicated(spells$usubjid)))) +
            if (state %in% course$ends) sum(spells$to %in% state & spells$stop < day) else 0
    }
    at_risk <- t(vapply(days, function(day) {
        vapply(states, function(state) as.numeric(in_state(day, state)), 0)
    }, numeric(length(states))))
    moves <- lapply(days, function(day) {
        rows <- spells[spells$stop == day & !is.na(spells$to), ]
        shares <- diag(length(states))
        for (i in seq_along(states)) {
            n <- at_risk[days == day, i]
            out <- table(factor(rows$to[rows$from == states[i]], states))
            if (sum(out) > 0) {
                shares[i, ] <- as.numeric(out) / n
                shares[i, i] <- 1 - sum(out) / n
            }
        }
        shares
    })
    list(begin = as.numeric(table(factor(begin, states))) / course$n, at_risk = at_risk,
         moves = moves)
}

state_curve <- function(study, one, course, asked) {
    states <- course$shown
    is_sum <- !states %in% course$states
    if (course$n == 0) {
        steps <- list(at_risk = matrix(0, 1, length(course$states)))
    } else {
        steps <- steps_of(course)
    }
    do.call(rbind, lapply(asked, function(day) {
        n_risk <- if (course$n == 0) rep(0, length(states)) else
            as.numeric(numbers_before(course, steps, day) %*% course$weights)
        if (course$n < 2) {
            return(data.frame(state = states, is_sum = is_sum, time_days = day, n_risk = n_risk,
                              estimate = NA_real_, std_error = NA_real_, ci_lower = NA_real_,
                              ci_upper = NA_real_))
        }
        found <- probabilities(course, steps, day)
        limits <- limits_inside(study, found)
        data.frame(state = states, is_sum = is_sum, time_days = day, n_risk = n_risk, estimate = found$estimate,
                   std_error = found$error, limits)
    }))
}

# No limits for what is certain: all, or none, of the states that count are reached.
limits_inside <- function(study, found) {
    inside <- found$estimate > 1e-12 & found$estimate < 1 - 1e-12 & found$error > 0
    survival_limits_of(study, ifelse(inside, found$estimate, NA), found$error)
}

# Limits of a probability on the scale of the transform.
survival_limits_of <- function(study, estimate, std_error) {
    z <- qnorm(1 - (1 - number(study, "conf_level")) / 2)
    width <- function(slope) outer(z * std_error * slope, c(-1, 1))
    limits <- switch(study$parameters$ci_transform,
        plain = estimate + width(1),
        log = exp(log(estimate) + width(1 / estimate)),
        `log-log` = exp(-exp(log(-log(estimate)) - width(-1 / (estimate * log(estimate)))))
    )
    limits <- matrix(limits, ncol = 2)
    data.frame(ci_lower = pmax(limits[, 1], 0), ci_upper = pmin(limits[, 2], 1))
}

numbers_before <- function(course, steps, day) {
    place <- which(course$days >= day)[1]
    if (!is.na(place)) return(steps$at_risk[place, ])
    spells <- course$spells
    vapply(course$states, function(state) {
        if (state %in% course$ends) as.numeric(sum(spells$to %in% state)) else 0
    }, 0)
}

probabilities <- function(course, steps, day) {
    used <- which(course$days <= day)
    check_with_survfit(course, steps, day)
    found <- forwards(course, steps, used, steps$begin)
    mean <- as.numeric(steps$begin %*% found$after)
    start <- as.numeric(steps$begin %*% found$after^2) - mean^2
    variance <- found$variance + start / course$n
    list(estimate = found$estimate, error = certain_without_error(found$estimate, variance))
}

# From the states p over the days used: where the course leads, Greenwood's sum over the days, and
# from each state at the start the probability of being in each state or sum at the end.
forwards <- function(course, steps, used, p) {
    before <- matrix(0, length(steps$moves), length(course$states))
    for (i in used) {
        before[i, ] <- p
        p <- as.numeric(p %*% steps$moves[[i]])
    }
    variance <- numeric(ncol(course$weights))
    after <- course$weights
    for (i in rev(used)) {
        for (h in seq_along(course$states)) if (steps$moves[[i]][h, h] < 1) {
            share <- steps$moves[[i]][h, ]
            mean <- as.numeric(share %*% after)
            spread <- as.numeric(share %*% after^2) - mean^2
            variance <- variance + before[i, h]^2 * spread / steps$at_risk[i, h]
        }
        after <- steps$moves[[i]] %*% after
    }
    list(estimate = as.numeric(p %*% course$weights), variance = variance, after = after)
}

certain_without_error <- function(estimate, variance) {
    ifelse(estimate < 1e-12 | estimate > 1 - 1e-12, 0, sqrt(pmax(variance, 0)))
}

# Of those who are in a state after the moves of one month: where they are at a later one.
later_states <- function(study, course, from, months) {
    days <- months * number(study, "days_per_month")
    steps <- steps_of(course)
    spells <- course$spells
    n <- sum(spells$from == from & spells$start <= days[1] & spells$stop > days[1])
    unknown <- rep(NA_real_, length(course$shown))
    nothing <- data.frame(n_given = n, estimate = unknown, std_error = unknown,
                          ci_lower = unknown, ci_upper = unknown)
    if (n < 2) return(nothing)
    used <- which(course$days > days[1] & course$days <= days[2])
    begin <- as.numeric(course$states == from)
    found <- forwards(course, steps, used, begin)
    moving <- course$states %in% spells$from[!is.na(spells$to)]
    at_end <- found$estimate[seq_along(course$states)]
    if (days[2] > max(course$days) && any(at_end[moving] > 0)) return(nothing)
    check_later_states(course, begin, days, at_end)
    found$error <- certain_without_error(found$estimate, found$variance)
    data.frame(n_given = n, estimate = found$estimate, std_error = found$error,
               limits_inside(study, found))
}

# The same by survfit of what is observed after the month, started in the one state.
check_later_states <- function(course, begin, days, at_end) {
    spells <- course$spells[course$spells$stop > days[1], ]
    spells$start <- pmax(spells$start, days[1])
    if (any(spells$stop <= spells$start)) return()
    at <- factor(ifelse(is.na(spells$to), "none", spells$to), c("none", course$states))
    named <- survfit(Surv(spells$start, spells$stop, at) ~ 1, id = spells$usubjid,
                     istate = factor(spells$from, course$states), timefix = FALSE)$states
    fit <- survfit(Surv(spells$start, spells$stop, at) ~ 1, id = spells$usubjid,
                   istate = factor(spells$from, course$states), timefix = FALSE,
                   p0 = begin[match(named, course$states)])
    row <- max(which(fit$time <= days[2]), 0)
    if (row == 0) return()
    theirs <- fit$pstate[row, match(course$states, fit$states)]
    theirs[is.na(theirs)] <- 0
    if (max(abs(theirs - at_end)) > 1e-9) stop("survfit has other probabilities from a state.")
}

for_moves <- function(course, rows_of_move) {
    moved <- course$spells[!is.na(course$spells$to), ]
    pairs <- unique(moved[c("from", "to")])
    do.call(rbind, lapply(rows_of(pairs), function(pair) {
        rows <- rows_of_move(pair$from, pair$to)
        if (NROW(rows)) data.frame(from_state = pair$from, to_state = pair$to, rows,
                                   row.names = NULL)
    }))
}

# Nelson-Aalen's sum of d / n with the variance sum of d / n^2, on day 0 and the days of the move.
move_hazard <- function(study, course, from, to) {
    spells <- course$spells
    at_risk <- steps_of(course)$at_risk[, match(from, course$states)]
    moved <- vapply(course$days, function(day) {
        sum(spells$from == from & spells$to %in% to & spells$stop == day)
    }, 0)
    shown <- moved > 0 | course$days == 0
    d <- moved[shown]
    n <- at_risk[shown]
    estimate <- cumsum(ifelse(d > 0, d / n, 0))
    error <- sqrt(cumsum(ifelse(d > 0, d / n^2, 0)))
    check_hazard(spells[spells$from == from, ], to, estimate[sum(shown)], error[sum(shown)])
    width <- qnorm(1 - (1 - number(study, "conf_level")) / 2) * error
    limits <- if (study$parameters$ci_transform == "log-log") {
        ifelse(estimate > 0, 1, NA) * estimate * exp(outer(width / estimate, c(-1, 1)))
    } else cbind(pmax(estimate - width, 0), estimate + width)
    numbers <- data.frame(estimate, std_error = error, ci_lower = limits[, 1],
                          ci_upper = limits[, 2])
    if (course$n < 2) numbers[] <- NA_real_
    data.frame(time_days = course$days[shown], n_risk = n, n_moved = d, numbers)
}

# The same by survfit of the stays in the state, which enter late and end with the move or not.
check_hazard <- function(stays, to, estimate, error) {
    if (any(stays$stop <= stays$start)) return()
    stays$moved <- stays$to %in% to
    fit <- survfit(Surv(start, stop, moved) ~ 1, stays, timefix = FALSE)
    last <- length(fit$time)
    if (abs(fit$cumhaz[last] - estimate) > 1e-9 || abs(fit$std.chaz[last] - error) > 1e-9)
        stop("survfit has another hazard of a move.")
}

# The same probabilities by survfit, which takes no spell of length 0.
check_with_survfit <- function(course, steps, day) {
    spells <- course$spells
    if (any(spells$stop <= spells$start) || !all(is.na(spells$to) | spells$stop > 0)) return()
    at <- factor(ifelse(is.na(spells$to), "none", spells$to), c("none", course$states))
    fit <- survfit(Surv(spells$start, spells$stop, at) ~ 1, id = spells$usubjid,
                   istate = factor(spells$from, course$states), timefix = FALSE)
    row <- max(which(fit$time <= day), 0)
    if (row == 0) return()
    p <- steps$begin
    for (i in which(course$days <= day)) p <- as.numeric(p %*% steps$moves[[i]])
    theirs <- fit$pstate[row, match(course$states, fit$states)]
    theirs[is.na(theirs)] <- 0
    if (max(abs(theirs - p)) > 1e-9) stop("survfit has other probabilities of the states.")
}

times_in_states <- function(course, horizon) {
    steps <- steps_of(course)
    size <- length(course$states)
    shown <- ncol(course$weights)
    used <- which(course$days <= horizon)
    ends <- c(course$days[used][-1], horizon)
    before <- matrix(0, length(used), size)
    p <- steps$begin
    mean <- numeric(shown)
    for (i in used) {
        before[i, ] <- p
        p <- as.numeric(p %*% steps$moves[[i]])
        mean <- mean + as.numeric(p %*% course$weights) * (ends[i] - course$days[i])
    }
    variance <- numeric(shown)
    # time in each state or sum still to come, by the state after a day
    area <- matrix(0, size, shown)
    for (i in rev(used)) {
        area <- area + course$weights * (ends[i] - course$days[i])
        for (h in seq_len(size)) if (steps$moves[[i]][h, h] < 1) {
            share <- steps$moves[[i]][h, ]
            centre <- as.numeric(share %*% area)
            spread <- as.numeric(share %*% area^2) - centre^2
            variance <- variance + before[i, h]^2 * spread / steps$at_risk[i, h]
        }
        area <- steps$moves[[i]] %*% area
    }
    centre <- as.numeric(steps$begin %*% area)
    start <- as.numeric(steps$begin %*% area^2) - centre^2
    data.frame(mean = mean, error = sqrt(pmax(variance + start / course$n, 0)))
}

# Whether somebody could still move after the last day.
is_open <- function(study, one, course) {
    if (course$n == 0) return(FALSE)
    steps <- steps_of(course)
    p <- steps$begin
    for (shares in steps$moves) p <- as.numeric(p %*% shares)
    moving <- course$states %in% course$spells$from[!is.na(course$spells$to)]
    any(p[moving] > 0)
}
