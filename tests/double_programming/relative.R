# Relative survival: the population along each life by survexp on a rate table made of the study's
# life table, Ederer II by it too, net survival and its error written out day by day.

YEAR_OF_AGE <- 365.25

relative_analyses <- function(study, one_stratum) {
    do.call(rbind, lapply(with_method(study, "relative_survival"), function(analysis) {
        subjects <- relative_subjects(study, analysis)
        levels <- if (is.na(analysis$strata)) "all" else {
            c(levels_of(study, analysis$strata), if (anyNA(subjects$stratum)) "unknown")
        }
        subjects$stratum[is.na(subjects$stratum)] <- "unknown"
        do.call(rbind, lapply(levels, function(level) {
            rows <- subjects[subjects$stratum == level, ]
            known <- rows[complete.cases(rows[setdiff(names(rows), "stratum")]), ]
            found <- one_stratum(analysis, known, nrow(rows) - nrow(known))
            if (NROW(found)) data.frame(analysis_id = analysis$id, stratum = level, found)
        }))
    }))
}

# A row per subject: time, whether it died, its age in days, date of origin, groups, stratum.
relative_subjects <- function(study, analysis) {
    table <- analysis$life_table
    subjects <- followed(study, analysis$endpoint, analysis$population)
    rows <- data.frame(
        time = subjects$exit, died = subjects$code == 1, origin = subjects$origin,
        age = baseline_value(study, table$age, subjects$usubjid) * YEAR_OF_AGE
    )
    for (key in names(table$factors)) {
        rows[[key]] <- baseline_level(study, table$factors[[key]], subjects$usubjid)
    }
    rows$stratum <- if (is.na(analysis$strata)) "all" else {
        baseline_level(study, analysis$strata, subjects$usubjid)
    }
    rows
}

rate_table <- function(table) {
    value <- as.numeric(table$rows[[table$measure]])
    if (table$measure == "yearly_probability") value <- -log(1 - value) / YEAR_OF_AGE
    ages <- sort(unique(as.integer(table$rows$age)))
    years <- sort(unique(as.integer(table$rows$year)))
    groups <- lapply(table$rows[names(table$factors)], function(column) sort(unique(column)))
    sides <- c(list(age = ages, year = years), groups)
    place <- mapply(function(name, known) match(table$rows[[name]], as.character(known)),
                    names(sides), sides)
    rates <- array(NA_real_, lengths(sides))
    rates[place] <- value
    structure(rates, dimnames = lapply(sides, as.character), dimid = names(sides),
              type = c(2, 3, rep(1, length(groups))),
              cutpoints = c(list(ages * YEAR_OF_AGE, as.Date(paste0(years, "-01-01"))),
                            rep(list(NULL), length(groups))), class = "ratetable")
}

# The cumulative hazard of the population from the origin to a day of each subject.
population_hazard <- function(table, rows, days) {
    days <- rep_len(days, nrow(rows))
    found <- numeric(length(days))
    some <- days > 0
    if (!any(some)) return(found)
    rows <- data.frame(rows, days = days)[some, ]
    map <- as.call(c(as.name("list"), age = as.name("age"), year = as.name("origin"),
                     sapply(names(table$factors), as.name)))
    found[some] <- eval(bquote(survexp(days ~ 1, rows, rmap = .(map), ratetable = rate_table(table),
                                       method = "individual.h")))
    found
}

# Between two days of `days` nobody leaves, so that the integral of the weighted mean hazard is the
# rise of the logarithm of the sum of weights.
relative_course <- function(study, table, rows, further) {
    days <- sort(unique(c(0, rows$time, further)))
    days <- days[days <= max(rows$time)]
    total <- vapply(days, function(day) population_hazard(table, rows, day), numeric(nrow(rows)))
    total <- matrix(total, nrow(rows))
    course <- data.frame(time_days = days, n_risk = NA, n_event = NA, mean = 0, log_rise = 0,
                         jump = NA, square = NA)
    for (k in seq_along(days)) {
        here <- rows$time >= days[k]
        dies <- rows$time == days[k] & rows$died
        w <- exp(total[, k])
        course$n_risk[k] <- sum(here)
        course$n_event[k] <- sum(dies)
        course$jump[k] <- sum(w[dies]) / sum(w[here])
        course$square[k] <- sum(w[dies]^2) / sum(w[here])^2
        if (k > 1) {
            course$mean[k] <- mean(total[here, k] - total[here, k - 1])
            course$log_rise[k] <- log(sum(w[here])) - log(sum(exp(total[here, k - 1])))
        }
    }
    z <- qnorm(1 - (1 - number(study, "conf_level")) / 2)
    fit <- summary(survfit(Surv(time, died) ~ 1, rows, timefix = FALSE), times = days, extend = TRUE)
    net <- cumprod(1 - course$jump) * exp(cumsum(course$log_rise))
    error <- sqrt(cumsum(course$square))
    data.frame(course[c("time_days", "n_risk", "n_event")], observed = fit$surv,
               expected = exp(-cumsum(course$mean)), net = net, std_error = net * error,
               ci_lower = ifelse(net > 0, net * exp(-z * error), NA),
               ci_upper = ifelse(net > 0, net * exp(z * error), NA))
}

relative_curves <- function(study, results) relative_analyses(study, function(analysis, rows, missing) {
    if (!nrow(rows)) return(NULL)
    course <- relative_course(study, analysis$life_table, rows, numeric(0))
    data.frame(course, time_months = in_months(study, course$time_days))
})

relative_rates <- function(study, results) relative_analyses(study, function(analysis, rows, missing) {
    if (!length(analysis$landmarks)) return(NULL)
    days <- analysis$landmarks * number(study, "days_per_month")
    found <- if (nrow(rows)) relative_course(study, analysis$life_table, rows, days) else
        data.frame(time_days = numeric(0))
    at <- found[match(days, found$time_days), ]
    numbers <- c("observed", "expected", "net", "std_error", "ci_lower", "ci_upper")
    if (!nrow(rows)) at[numbers] <- NA_real_
    data.frame(time_months = analysis$landmarks, n = nrow(rows), n_missing = missing,
               n_event = sum(rows$died), n_risk = ifelse(is.na(at$n_risk), 0, at$n_risk),
               at[numbers])
})

excess_mortalities <- function(study, results) {
    relative_analyses(study, function(analysis, rows, missing) {
        month <- number(study, "days_per_month")
        cuts <- analysis$excess_months
        bounds <- rbind(c(0, NA), if (length(cuts)) cbind(c(0, cuts), c(cuts, NA)))
        do.call(rbind, lapply(seq_len(nrow(bounds)), function(i) {
            from <- bounds[i, 1] * month
            to <- if (is.na(bounds[i, 2])) Inf else bounds[i, 2] * month
            begin <- pmin(from, rows$time)
            end <- pmin(to, rows$time)
            d <- sum(rows$died & rows$time <= to & (rows$time > from | (from == 0 & rows$time == 0)))
            years <- sum(end - begin) / (12 * month)
            table <- analysis$life_table
            expected <- if (years > 0) {
                sum(population_hazard(table, rows, end) - population_hazard(table, rows, begin))
            } else NA
            limits <- if (isTRUE(expected > 0)) {
                poisson.test(d, conf.level = number(study, "conf_level"))$conf.int
            } else c(NA, NA)
            if (!isTRUE(expected > 0)) d_known <- NA else d_known <- d
            data.frame(
                interval_order = i, from_months = bounds[i, 1], to_months = bounds[i, 2],
                n = nrow(rows), n_missing = missing, n_event = d, n_expected = expected,
                patient_years = years, excess_rate = (d_known - expected) / years,
                excess_ci_lower = (limits[1] - expected) / years,
                excess_ci_upper = (limits[2] - expected) / years, smr = d_known / expected,
                smr_ci_lower = limits[1] / expected, smr_ci_upper = limits[2] / expected
            )
        }))
    })
}
