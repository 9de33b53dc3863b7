# Makes the numbers that studies/myeloid has to give, from R's own data set and by R's own ways.
#
# Input: survival::myeloid as the package holds it; no file of the study, no mart. Outputs:
# myeloid_study_curve.csv, the curves by arm on the days with an event, and myeloid_study.csv, the
# other numbers, one a row: the result table, the row's place in it, the column.

source("common.R")
suppressPackageStartupMessages(library(cmprsk))

month <- 365.25 / 12
patients <- with(myeloid, data.frame(
    id, group = trt, arm = as.numeric(trt == "B"), sex = as.numeric(sex == "m"), futime, death,
    crtime, txtime, relapse = ifelse(is.na(crtime), NA, rltime)  # one before no remission is none
))

# ---- endpoints: time, and code 0 censored, 1 event, 2 competing event ------------------------------

until <- function(rows, day, otherwise) transform(
    rows, time = pmin(day, futime, na.rm = TRUE), code = ifelse(is.na(day), otherwise * death, 1)
)
from_remission <- function(rows) transform(rows, time = time - crtime, txtime = txtime - crtime)
responders <- subset(patients, !is.na(crtime))
os <- transform(patients, time = futime, code = death)
efs <- until(patients, patients$relapse, 1)
rfs <- from_remission(until(responders, responders$relapse, 1))
cir <- from_remission(until(responders, responders$relapse, 2))
remission <- until(patients, patients$crtime, 2)
transplant <- until(patients, patients$txtime, 2)

# ---- numbers by their place --------------------------------------------------------------------------

found <- list()
keep <- function(table, analysis, place, values) {
    place <- paste(c(paste0("analysis_id=", analysis), place), collapse = ";")
    found[[length(found) + 1]] <<- data.frame(
        result_table = table, place, column = names(values), value = unname(unlist(values))
    )
}
tail_of <- function(statistic, df = 1) pchisq(statistic, df, lower.tail = FALSE)
by_arm <- function(rows) c(list(all = rows), split(rows, rows$group))

# ---- Kaplan-Meier ------------------------------------------------------------------------------------

curves <- list()
keep_curve <- function(analysis, stratum, event, fit, at, values) {
    curves[[length(curves) + 1]] <<- data.frame(
        analysis_id = analysis, stratum, event, time_days = fit$time[at], values[at, ]
    )
}

survival_numbers <- function(analysis, stratum, fit, months, horizon = NULL) {
    own <- paste0("stratum=", stratum)
    at <- summary(fit, times = months * month)
    for (i in seq_along(months)) {
        keep("survival_rate", analysis, c(own, paste0("time_months=", months[i])), c(
            estimate = at$surv[i], std_error = at$std.err[i], ci_lower = at$lower[i],
            ci_upper = at$upper[i], n_risk = at$n.risk[i]
        ))
    }
    median <- quantile(fit, 0.5)
    keep("survival_summary", analysis, own, c(
        n = fit$n, n_event = sum(fit$n.event), median_months = unname(median$quantile) / month,
        median_ci_lower = unname(median$lower) / month, median_ci_upper = unname(median$upper) / month
    ))
    if (!is.null(horizon)) {
        mean <- summary(fit, rmean = horizon * month)$table
        keep("restricted_mean", analysis, c(own, paste0("horizon_months=", horizon)), c(
            restricted_mean_months = mean[["rmean"]] / month,
            std_error = mean[["se(rmean)"]] / month
        ))
    }
}

# censorings moved a little later, so that the events of their day have left before they count
follow_up <- function(analysis, stratum, rows) {
    later <- 2^-10
    censored <- as.numeric(rows$code == 0)
    fit <- survfit(Surv(time + later * censored, censored) ~ 1, cbind(rows, censored))
    keep("follow_up", analysis, c(paste0("stratum=", stratum), "statistic=reverse_km_median"),
         c(months = (unname(quantile(fit, 0.5)$quantile) - later) / month))
}

# arm A less arm B, from the estimates and errors of survfit
differences <- function(analysis, rows, months, horizon = NULL) {
    fits <- lapply(split(rows, rows$group), function(own) survfit(Surv(time, code == 1) ~ 1, own))
    at <- lapply(fits, summary, times = months * month)
    shift <- at$A$surv - at$B$surv
    error <- sqrt(at$A$std.err^2 + at$B$std.err^2)
    scaled <- function(one) (one$std.err / (one$surv * log(one$surv)))^2
    statistic <- (log(-log(at$A$surv)) - log(-log(at$B$surv)))^2 / (scaled(at$A) + scaled(at$B))
    for (i in seq_along(months)) {
        keep("survival_difference", analysis, paste0("time_months=", months[i]), c(
            n = fits$A$n, n_reference = fits$B$n, n_risk = at$A$n.risk[i],
            n_risk_reference = at$B$n.risk[i], difference = shift[i], std_error = error[i],
            ci_lower = shift[i] - qnorm(0.975) * error[i],
            ci_upper = shift[i] + qnorm(0.975) * error[i], statistic = statistic[i],
            p_value = tail_of(statistic[i])
        ))
    }
    if (!is.null(horizon)) {
        means <- lapply(fits, function(fit) summary(fit, rmean = horizon * month)$table / month)
        shift <- means$A[["rmean"]] - means$B[["rmean"]]
        error <- sqrt(means$A[["se(rmean)"]]^2 + means$B[["se(rmean)"]]^2)
        keep("restricted_mean_difference", analysis, paste0("horizon_months=", horizon), c(
            difference = shift, ci_lower = shift - qnorm(0.975) * error,
            ci_upper = shift + qnorm(0.975) * error, p_value = tail_of((shift / error)^2)
        ))
    }
}

survival_curves <- function(endpoint, rows, pooled, stratified, horizon = NULL) {
    for (stratum in c("all", "A", "B")) {
        analysis <- if (stratum == "all") pooled else stratified
        own <- by_arm(rows)[[stratum]]
        fit <- survfit(Surv(time, code == 1) ~ 1, own, conf.type = "log")
        survival_numbers(analysis, stratum, fit, c(12, 24, 36, 48, 60), horizon)
        follow_up(analysis, stratum, own)
        if (endpoint == "OS" && stratum != "all") {
            keep_curve(analysis, stratum, "event", fit, fit$n.event > 0, data.frame(
                n_risk = fit$n.risk, estimate = fit$surv, std_error = fit$surv * fit$std.err,
                ci_lower = fit$lower, ci_upper = fit$upper
            ))
        }
    }
    differences(stratified, rows, c(12, 24, 36, 48, 60), horizon)
    test <- survdiff(Surv(time, code == 1) ~ group, rows)$chisq
    keep("group_test", stratified, "test=log_rank",
         c(statistic = test, df = 1, p_value = tail_of(test)))
}
survival_curves("OS", os, "os_all", "os_by_arm", 48)
survival_curves("EFS", efs, "efs_all", "efs_by_arm")
survival_curves("RFS", rfs, "rfs_responders", "rfs_by_arm")
test <- survdiff(Surv(time, code) ~ group + strata(sex), os)$chisq
keep("group_test", "os_by_arm_in_strata", "test=stratified_log_rank",
     c(n = nrow(os), n_strata = 2, statistic = test, df = 1, p_value = tail_of(test)))

# ---- groups that form after the start: frozen at a landmark, and moving from one on --------------------

landmark_months <- c(12, 24, 36, 48)
frozen <- transform(subset(os, time > 61), time = time - 61,
                    group = ifelse(crtime %in% 0:61, "yes", "no"))
for (stratum in c("yes", "no")) {
    fit <- survfit(Surv(time, code) ~ 1, frozen, subset = group == stratum, conf.type = "log")
    survival_numbers("os_by_remission_at_month_2", stratum, fit, landmark_months)
}
test <- survdiff(Surv(time, code) ~ group, frozen)$chisq
keep("group_test", "os_by_remission_at_month_2", "test=log_rank",
     c(statistic = test, df = 1, p_value = tail_of(test)))

# rows split at transplant and remission, which count from the day after theirs
changing <- function(rows) {
    base <- rows[, c("id", "arm", "sex")]
    tmerge(base, rows, id = id, event = event(time, as.numeric(code == 1)), hsct = tdc(txtime),
           cr = tdc(crtime))
}
moving <- transform(subset(changing(os), tstop > 183), tstart = pmax(tstart, 183) - 183,
                    tstop = tstop - 183)
for (moved in 0:1) {
    fit <- survfit(Surv(tstart, tstop, event) ~ 1, moving, subset = hsct == moved, conf.type = "log")
    at <- summary(fit, times = landmark_months * month)
    for (i in seq_along(landmark_months)) {
        keep("survival_rate", "os_by_transplant_from_month_6",
             paste0("stratum=", c("no", "yes")[moved + 1], ";time_months=", landmark_months[i]),
             c(estimate = at$surv[i], std_error = at$std.err[i], ci_lower = at$lower[i],
               ci_upper = at$upper[i]))
    }
}
test <- with(moving, log_rank_sums(tstart, tstop, event, factor(hsct), rep(1, length(event))))
keep("group_test", "os_by_transplant_from_month_6", "test=mantel_byar",
     c(statistic = test, df = 1, p_value = tail_of(test)))

# ---- cumulative incidence ------------------------------------------------------------------------------

incidences <- function(rows, pooled, stratified, months, curve) {
    for (stratum in c(if (!is.na(pooled)) "all", "A", "B")) {
        analysis <- if (stratum == "all") pooled else stratified
        own <- by_arm(rows)[[stratum]]
        fit <- survfit(Surv(time, factor(code, 0:2)) ~ 1, own, conf.type = "log")
        for (event in 1:2) {
            name <- c("event", "competing")[event]
            column <- match(as.character(event), fit$states)
            values <- data.frame(
                n_risk = fit$n.risk[, 1], estimate = fit$pstate[, column],
                std_error = fit$std.err[, column], ci_lower = fit$lower[, column],
                ci_upper = fit$upper[, column]
            )
            held <- findInterval(months * month, fit$time)
            for (i in seq_along(months)) {
                place <- paste0(c("stratum=", "event=", "time_months="), c(stratum, name, months[i]))
                keep("cumulative_incidence_rate", analysis, place,
                     values[held[i], c("estimate", "std_error", "ci_lower", "ci_upper")])
            }
            if (curve && stratum != "all" && event == 1) {
                keep_curve(analysis, stratum, name, fit, fit$n.event[, column] > 0, values)
            }
        }
    }
    gray_numbers(stratified, "gray", cuminc(rows$time, rows$code, rows$group))
}
gray_numbers <- function(analysis, test, fit) {
    for (event in 1:2) {
        statistic <- fit$Tests[as.character(event), "stat"]
        place <- paste0(c("test=", "event="), c(test, c("event", "competing")[event]))
        keep("group_test", analysis, place,
             c(statistic = statistic, df = 1, p_value = tail_of(statistic)))
    }
}
incidences(cir, "cir_responders", "cir_by_arm", c(12, 24, 36, 48, 60), curve = TRUE)
incidences(remission, NA, "remission_by_arm", c(1, 2, 6, 12), curve = TRUE)
incidences(transplant, NA, "transplant_by_arm", c(2, 6, 12, 24), curve = FALSE)
gray_numbers("remission_by_arm_in_strata", "stratified_gray",
             with(remission, cuminc(time, code, group, strata = sex)))

# ---- Cox models ----------------------------------------------------------------------------------------

cox_numbers <- function(analysis, model, factors, rows, strata = NULL) {
    terms <- c(factors, if (!is.null(strata)) paste0("strata(", strata, ")"))
    fit <- coxph(reformulate(terms, "Surv(tstart, tstop, event)"), rows, ties = "efron",
                 control = tight, x = TRUE)
    own <- paste0("model=", model)
    beta <- coef(fit)
    std_error <- sqrt(diag(as.matrix(fit$var)))
    lr <- 2 * diff(fit$loglik)
    keep("cox_model", analysis, own, c(
        n = length(unique(rows$id)), n_event = fit$nevent, log_likelihood = fit$loglik[2],
        log_likelihood_null = fit$loglik[1], lr_statistic = lr, lr_p = tail_of(lr, length(beta)),
        score_statistic = fit$score, wald_statistic = unname(fit$wald.test)
    ))
    zph <- cox.zph(fit, transform = "km", terms = FALSE)$table
    for (i in seq_along(factors)) {
        place <- c(own, paste0("factor=", factors[i]))
        limits <- exp(beta[[i]] + c(-1, 1) * qnorm(0.975) * std_error[i])
        p_value <- 2 * pnorm(-abs(beta[[i]] / std_error[i]))
        keep("cox_term", analysis, place, c(
            log_hr = beta[[i]], std_error = std_error[i], hr = exp(beta[[i]]), ci_lower = limits[1],
            ci_upper = limits[2], p_value = p_value
        ))
        keep("cox_diagnostic", analysis, place,
             c(statistic = zph[factors[i], "chisq"], p_value = zph[factors[i], "p"]))
    }
    tail_of((beta / std_error)^2)
}
p_values <- c()
for (factor in c("arm", "sex", "hsct")) {
    p_values[factor] <- cox_numbers("cox_os_univariate", factor, factor, changing(os))
    cox_numbers("cox_efs_univariate", factor, factor, changing(efs))
    cox_numbers("cox_rfs_univariate", factor, factor, changing(rfs))
}
invisible(cox_numbers("cox_os_remission", "cr", "cr", changing(os)))
invisible(cox_numbers("cox_os_by_sex", "arm", "arm", changing(os), strata = "sex"))
for (sex in 0:1) {
    fit <- coxph(Surv(time, code) ~ arm, os[os$sex == sex, ], ties = "efron", control = tight)
    keep("subgroup_effect", "cox_os_by_sex",
         c("model=arm", "subgroup=sex", paste0("level=", c("female", "male")[sex + 1])),
         c(n = fit$n, n_event = fit$nevent, log_hr = unname(coef(fit)),
           std_error = sqrt(as.vector(fit$var))))
}
fits <- lapply(c(Surv(time, code) ~ arm + strata(sex), Surv(time, code) ~ arm + arm:sex + strata(sex)),
               coxph, data = os, ties = "efron", control = tight)
lr <- 2 * (fits[[2]]$loglik[2] - fits[[1]]$loglik[2])
keep("subgroup_interaction", "cox_os_by_sex", c("model=arm", "subgroup=sex"),
     c(n = nrow(os), lr_statistic = lr, df = 1, lr_p = tail_of(lr)))

# by the exact likelihood of ties
exact_numbers <- function(analysis, model, factors) {
    fit <- fit_exact(by_risk_set(changing(os)), factors, control = tight)
    keep("cox_model", analysis, paste0("model=", model), c(
        n = nrow(os), n_event = sum(os$code), log_likelihood = fit$loglik[2],
        log_likelihood_null = fit$loglik[1], score_statistic = fit$score
    ))
    for (i in seq_along(factors)) {
        keep("cox_term", analysis, paste0(c("model=", "factor="), c(model, factors[i])),
             c(log_hr = coef(fit)[[i]], std_error = sqrt(diag(as.matrix(fit$var)))[i]))
    }
}
exact_numbers("cox_os_exact_ties", "arm", "arm")
exact_numbers("cox_os_adjusted", "multivariable", c("arm", "sex", "hsct"))

steps <- stepwise("OS", "Surv(tstart, tstop, event)", names(p_values)[p_values < 0.05],
                  changing(os), 0.05, 0.05, "efron")
for (i in seq_len(nrow(steps))) {
    columns <- c("step", "action", "factor", "test")
    keep("cox_selection_step", "cox_os_stepwise", paste0(columns, "=", unlist(steps[i, columns])),
         c(statistic = steps$statistic[i], p_value = steps$p_value[i]))
}
entered <- steps$factor[steps$action == "enter"]
removed <- steps$factor[steps$action == "remove"]
invisible(cox_numbers("cox_os_stepwise", "selected", setdiff(entered, removed), changing(os)))

# ---- mixture cure: the models of make_reference_cure.R ---------------------------------------------------

cure <- subset(read_data("cure_terms"), model == "myeloid_weibull")
cure$factor <- c(trt_b = "arm", male = "sex")[cure$factor]
for (i in seq_len(nrow(cure))) {
    keep("cure_term", "os_cure", paste0(c("part=", "factor="), c(cure$part[i], cure$factor[i])),
         c(log_ratio = cure$log_ratio[i], std_error = cure$std_error[i]))
}
cured <- subset(read_data("cure_models"), model == "myeloid_log_normal")
keep("cure_model", "os_cure_log_normal", "latency=log_normal",
     unlist(cured[c("n", "n_event", "cure_fraction", "std_error", "shape", "rest_at_end")]))

# ---- Fine and Gray -------------------------------------------------------------------------------------

fine_gray <- function(analysis, rows) {
    for (factor in c("arm", "sex")) {
        fit <- converged(rows$time, rows$code, as.matrix(rows[, factor, drop = FALSE]))
        std_error <- sqrt(diag(fit$var))
        limits <- exp(fit$coef + c(-1, 1) * qnorm(0.975) * std_error)
        keep("fine_gray_term", analysis, paste0(c("model=", "factor="), factor), c(
            log_shr = unname(fit$coef), std_error = std_error, shr = exp(unname(fit$coef)),
            ci_lower = limits[1], ci_upper = limits[2], n_event = sum(rows$code == 1),
            n_competing = sum(rows$code == 2)
        ))
    }
}
fine_gray("cir_fine_gray", cir)
fine_gray("remission_fine_gray", remission)

# ---- states ----------------------------------------------------------------------------------------------

# One row for each stay: a state begins on the day of its fact, the last one named wins a day.
course_states <- c("remission", "transplanted", "relapsed", "died")
stays <- function(rows) {
    days <- with(rows, data.frame(crtime, txtime, relapse, ifelse(death == 1, futime, NA)))
    bind_rows(lapply(seq_len(nrow(rows)), function(i) {
        moves <- data.frame(id = rows$id[i], tstop = unlist(days[i, ]), to = course_states)
        moves <- moves[which(moves$tstop <= rows$futime[i]), ]
        moves <- moves[order(moves$tstop, match(moves$to, course_states)), ]
        moves <- moves[!duplicated(moves$tstop, fromLast = TRUE), ]
        if (!any(moves$tstop == rows$futime[i])) {
            moves <- rbind(moves, data.frame(id = rows$id[i], tstop = rows$futime[i], to = "censor"))
        }
        stay <- head(c("treated", moves$to), -1)
        transform(moves, tstart = head(c(0, tstop), -1), stay = stay)
    }))
}
# Those in a state and under observation after a month, from there on; errors by Greenwood's sum.
later_states <- function(analysis, own, moves, states, from_months, months) {
    s <- from_months * month
    rest <- transform(subset(moves, tstop > s), tstart = pmax(tstart, s))
    for (from in intersect(states, moves$stay[moves$to != "censor"])) {
        named <- survfit(Surv(tstart, tstop, to) ~ 1, rest, id = id, istate = stay)$states
        fit <- survfit(Surv(tstart, tstop, to) ~ 1, rest, id = id, istate = stay,
                       p0 = as.numeric(named == from))
        for (t in months[months > from_months]) {
            errors <- later_errors(rest, states, from, t * month)
            estimates <- fit$pstate[findInterval(t * month, fit$time), match(states, named)]
            estimates <- c(estimates, sum(estimates[match(free_of_relapse, states)]))
            shown <- c(states, "free_of_relapse")
            for (i in seq_along(shown)) keep(
                "transition_probability", analysis,
                c(own, paste0(c("from_state=", "from_months=", "to_state=", "time_months="),
                              c(from, from_months, shown[i], t))),
                c(n_given = sum(rest$stay == from & rest$tstart == s), estimate = estimates[i],
                  std_error = errors[i])
            )
        }
    }
}
# The days' shares multiplied from the end, with the spread of where each day leads.
later_errors <- function(rest, states, from, until) {
    days <- sort(unique(rest$tstop[rest$tstop <= until & rest$to != "censor"]))
    shares <- lapply(days, function(day) {
        now <- subset(rest, tstart < day & tstop >= day)
        moved <- subset(now, tstop == day & to != "censor")
        n <- table(factor(now$stay, states))
        d <- table(factor(moved$stay, states), factor(moved$to, states))
        list(n = n, p = diag(1 - rowSums(d) / pmax(n, 1)) + d / pmax(as.numeric(n), 1))
    })
    p <- Reduce(function(p, one) p %*% one$p, shares, matrix(as.numeric(states == from), 1), accumulate = TRUE)
    after <- cbind(diag(length(states)), states %in% free_of_relapse)
    variance <- 0
    for (i in rev(seq_along(days))) {
        spread <- shares[[i]]$p %*% after^2 - (shares[[i]]$p %*% after)^2
        variance <- variance + p[[i]]^2 %*% (spread / pmax(as.numeric(shares[[i]]$n), 1))
        after <- shares[[i]]$p %*% after
    }
    sqrt(pmax(as.numeric(variance), 0))
}
# Nelson-Aalen of a move: survfit of the stays in a state, which begin late.
hazards_of_moves <- function(analysis, own, moves, months) {
    moved <- subset(moves, to != "censor")
    for (pair in split(moved, paste(moved$stay, moved$to))) {
        stays_there <- transform(subset(moves, stay == pair$stay[1]), moved = to == pair$to[1])
        fit <- survfit(Surv(tstart, tstop, moved) ~ 1, stays_there)
        for (t in months) {
            row <- findInterval(t * month, fit$time)
            hazard <- if (row) fit$cumhaz[row] else 0
            error <- if (row) fit$std.chaz[row] else 0
            # those of a survival exp(-hazard) on the log scale
            limits <- pmax(hazard + c(-1, 1) * qnorm(0.975) * error, 0)
            if (t * month > max(stays_there$tstop)) hazard <- error <- limits <- c(NA, NA)
            keep("transition_hazard", analysis, c(own, paste0(
                c("from_state=", "to_state=", "time_months="), c(pair$stay[1], as.character(pair$to[1]), t)
            )), c(n_risk = sum(stays_there$tstart < t * month & stays_there$tstop >= t * month),
                  n_moved = sum(pair$tstop <= t * month), estimate = hazard[1], std_error = error[1],
                  ci_lower = limits[1], ci_upper = limits[2]))
        }
    }
}
free_of_relapse <- c("remission", "transplanted")
states_of_courses <- function(analysis, stratum, rows, months, from_months) {
    moves <- transform(stays(rows), to = factor(to, c("censor", course_states)))
    fit <- survfit(Surv(tstart, tstop, to) ~ 1, moves, id = id, istate = stay)
    own <- paste0("stratum=", stratum)
    held <- findInterval(months * month, fit$time)
    # survfit's first row is the first day of a move; the area begins at the start
    days <- c(0, fit$time[fit$time < 36 * month], 36 * month)
    areas <- colSums(rbind(fit$p0, fit$pstate)[seq_len(length(days) - 1), ] * diff(days))
    for (state in c("treated", course_states)) {
        column <- match(state, fit$states)
        for (i in seq_along(months)) {
            keep("state_probability", analysis,
                 c(own, paste0(c("state=", "time_months="), c(state, months[i]))),
                 c(n = nrow(rows), estimate = fit$pstate[held[i], column]))
        }
        keep("state_time", analysis, c(own, paste0("state=", state), "horizon_months=36"),
             c(n = nrow(rows), mean_months = areas[[column]] / month))
    }
    at <- match(free_of_relapse, fit$states)
    for (i in seq_along(months)) keep(
        "state_probability", analysis,
        c(own, "state=free_of_relapse", paste0("time_months=", months[i])),
        c(n = nrow(rows), estimate = sum(fit$pstate[held[i], at]))
    )
    keep("state_time", analysis, c(own, "state=free_of_relapse", "horizon_months=36"),
         c(n = nrow(rows), mean_months = sum(areas[at]) / month))
    moves$stay <- as.character(moves$stay)
    hazards_of_moves(analysis, own, moves, months)
    later_states(analysis, own, moves, c("treated", course_states), from_months, months)
    moved <- with(subset(moves, to != "censor"), table(stay, to))
    for (from in rownames(moved)) {
        for (to in colnames(moved)[moved[from, ] > 0]) {
            keep("state_transition", analysis, c(own, paste0(c("from_state=", "to_state="), c(from, to))), c(
                # who comes on the last day and is seen no more stays for no time, but was there
                n = if (from == "treated") nrow(rows) else sum(moves$to == from),
                n_moved = moved[from, to],
                months_in_state = with(subset(moves, stay == from), sum(tstop - tstart)) / month
            ))
        }
    }
}
states_of_courses("course", "all", patients, c(6, 12, 24, 36), 6)
for (stratum in c("A", "B")) {
    states_of_courses("course_by_arm", stratum, by_arm(patients)[[stratum]], c(12, 36), 12)
}

# ---- counts ----------------------------------------------------------------------------------------------

counts <- function(group, rows) {
    own <- paste0("group_population=", group)
    for (level in 0:1) {
        keep("baseline_characteristics", "table_1",
             c(own, "characteristic=sex", paste0("level=", c("female", "male")[level + 1])),
             c(n = sum(rows$sex == level), denominator = nrow(rows)))
    }
    cr <- ifelse(is.na(rows$crtime), Inf, rows$crtime)
    relapse <- ifelse(is.na(rows$relapse), Inf, rows$relapse)
    has_transplant <- !is.na(rows$txtime)
    outcomes <- list(
        "remission;complete" = is.finite(cr), "relapse;after_remission" = is.finite(relapse),
        "transplant;any" = has_transplant,
        "transplant;in_continuous_remission" =
            has_transplant & cr <= rows$txtime & rows$txtime < relapse,
        "transplant;after_relapse" = has_transplant & relapse <= rows$txtime,
        "transplant;without_remission" = has_transplant & rows$txtime < cr,
        "death;any_cause" = rows$death == 1
    )
    for (name in names(outcomes)) {
        outcome <- strsplit(name, ";")[[1]]
        # a relapse is one of those who had a remission
        whole <- if (outcome[1] == "relapse") sum(is.finite(cr)) else nrow(rows)
        limits <- binom.test(sum(outcomes[[name]]), whole)$conf.int
        keep("clinical_outcomes", "table_2",
             c(own, paste0("outcome=", outcome[1]), paste0("level=", outcome[2])),
             c(n = sum(outcomes[[name]]), ci_lower = 100 * limits[1], ci_upper = 100 * limits[2]))
    }
}
counts("all", patients)
counts("arm_a", subset(patients, group == "A"))
counts("arm_b", subset(patients, group == "B"))

write_table(bind_rows(curves), "myeloid_study_curve.csv")
write_table(bind_rows(found), "myeloid_study.csv")
