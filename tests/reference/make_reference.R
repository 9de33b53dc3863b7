# Makes the reference numbers of curves and of tests between them.
#
# Inputs: the data sets (make_data.R), curve_design.csv and log_rank_design.csv: what to compute,
# read by the tests too. Outputs: one CSV per subject. The tests read them; they never need R.

source("common.R")
suppressPackageStartupMessages(library(cmprsk))

data_sets <- read_all()
transforms <- c("log-log", "log", "plain")
curves <- read_design("curve_design.csv")
curves <- split(curves, factor(curves$curve, curves$curve))

rows_of <- function(curve) {
    rows <- data_sets[[curve$data]]
    if (nzchar(curve$group)) rows <- rows[rows[[curve$group]] == curve$level, ]
    rows$copies <- if (nzchar(curve$weight)) rows[[curve$weight]] else 1
    rows
}
fitted_curve <- function(curve, transform = "log") survfit(
    as.formula(paste(response(curve), "~ 1")), rows_of(curve), weights = copies,
    conf.type = transform
)

# ---- Kaplan-Meier: the days with an event -------------------------------------------------------

survival_rows <- lapply(curves, function(curve) {
    fits <- lapply(transforms, function(transform) fitted_curve(curve, transform))
    fit <- fits[[1]]
    table <- data.frame(
        curve = curve$curve, time = fit$time, n_risk = fit$n.risk, n_event = fit$n.event,
        n_censored = fit$n.censor, estimate = fit$surv,
        std_error = ifelse(fit$surv == 0, NA, fit$surv * fit$std.err)
    )
    for (i in seq_along(transforms)) {
        table[[paste0("ci_lower ", transforms[i])]] <- fits[[i]]$lower
        table[[paste0("ci_upper ", transforms[i])]] <- fits[[i]]$upper
    }
    table[table$n_event > 0, ]
})
write_table(bind_rows(survival_rows), "survival_curve.csv")

median_rows <- lapply(curves, function(curve) bind_rows(lapply(transforms, function(transform) {
    q <- quantile(fitted_curve(curve, transform), 0.5)
    data.frame(
        curve = curve$curve, ci_transform = transform, median = unname(q$quantile),
        ci_lower = unname(q$lower), ci_upper = unname(q$upper)
    )
})))
write_table(bind_rows(median_rows), "survival_median.csv")

# ---- follow-up ----------------------------------------------------------------------------------
# censorings moved a little later, so that the events of their day have left before they count

follow_up_rows <- lapply(curves[!nzchar(sapply(curves, `[[`, "start"))], function(curve) {
    rows <- rows_of(curve)
    later <- 2^-10
    censored <- 1 - rows[[curve$event]]
    fit <- survfit(Surv(rows[[curve$stop]] + later * censored, censored) ~ 1, weights = rows$copies)
    data.frame(curve = curve$curve, reverse_km_median = unname(quantile(fit, 0.5)$quantile) - later)
})
write_table(bind_rows(follow_up_rows), "follow_up.csv")

# ---- restricted mean ----------------------------------------------------------------------------

mean_rows <- lapply(curves[nzchar(sapply(curves, `[[`, "horizon"))], function(curve) {
    horizon <- as.numeric(curve$horizon)
    found <- summary(fitted_curve(curve), rmean = horizon)$table
    data.frame(curve = curve$curve, horizon = horizon, estimate = found[["rmean"]],
               std_error = found[["se(rmean)"]])
})
write_table(bind_rows(mean_rows), "restricted_mean.csv")

# ---- log-rank -----------------------------------------------------------------------------------
# survdiff takes no delayed entry; there the sums over days and strata are written out

log_rank <- function(design) {
    data <- data_sets[[design$data]]
    group <- factor(data[[design$group]])
    factors <- strsplit(design$stratum, " ")[[1]]
    stratum <- if (length(factors)) interaction(data[factors], drop = TRUE) else rep(1, nrow(data))
    if (nzchar(design$start)) return(data.frame(
        test = design$test, df = nlevels(group) - 1, statistic = log_rank_sums(
            data[[design$start]], data[[design$stop]], data[[design$event]], group, stratum
        )
    ))
    strata <- if (length(factors)) strata_of(design) else "strata(stratum)"
    fit <- survdiff(as.formula(paste(response(design), "~ group +", strata)),
                    cbind(data, group, stratum))
    data.frame(test = design$test, df = nlevels(group) - 1, statistic = fit$chisq)
}
tests <- read_design("log_rank_design.csv")
write_table(bind_rows(lapply(split(tests, factor(tests$test, tests$test)), log_rank)),
            "log_rank.csv")

# ---- cumulative incidence: the days with either event -------------------------------------------

incidence <- function(data, group, time, cause) {
    states <- factor(cause, 0:2, c("censored", "event", "competing"))
    fits <- lapply(transforms, function(type) survfit(Surv(time, states) ~ 1, conf.type = type))
    aalen <- timepoints(cuminc(time, cause), fits[[1]]$time)
    bind_rows(lapply(c("event", "competing"), function(event) {
        j <- match(event, fits[[1]]$states)
        own <- if (event == "event") "1 1" else "1 2"
        table <- data.frame(
            data = data, group = group, event = event, time = fits[[1]]$time,
            estimate = fits[[1]]$pstate[, j], aalen = sqrt(aalen$var[own, ]),
            infinitesimal_jackknife = fits[[1]]$std.err[, j]
        )
        for (i in seq_along(transforms)) {
            table[[paste0("ci_lower ", transforms[i])]] <- fits[[i]]$lower[, j]
            table[[paste0("ci_upper ", transforms[i])]] <- fits[[i]]$upper[, j]
        }
        table[rowSums(fits[[1]]$n.event) > 0, ]
    }))
}
mgus2 <- split(data_sets$mgus2, data_sets$mgus2$sex)
pbc <- split(data_sets$pbc, data_sets$pbc$trt)
write_table(rbind(
    incidence("mgus2", "F", mgus2$F$time, mgus2$F$cause),
    incidence("mgus2", "M", mgus2$M$time, mgus2$M$cause),
    incidence("pbc", "1", pbc[["1"]]$time, pbc[["1"]]$status),
    incidence("pbc", "2", pbc[["2"]]$time, pbc[["2"]]$status)
), "cumulative_incidence.csv")

# ---- landmark, and curves with moving groups (Simon and Makuch) ---------------------------------

moving <- function(data, landmark) {
    rows <- subset(data, stop > landmark)
    frozen <- rows[!duplicated(rows$id), ]
    frozen$start <- landmark
    frozen$stop <- tapply(rows$stop, rows$id, max)[as.character(frozen$id)]
    frozen$event <- tapply(rows$event, rows$id, max)[as.character(frozen$id)]
    rows$start <- pmax(rows$start, landmark)
    bind_rows(lapply(c("landmark", "simon_makuch"), function(way) {
        used <- if (way == "landmark") frozen else rows
        bind_rows(lapply(0:1, function(group) {
            fit <- survfit(Surv(start - landmark, stop - landmark, event) ~ 1, used,
                           subset = transplant == group)
            table <- data.frame(landmark, way, group, time = fit$time, n_risk = fit$n.risk,
                                n_event = fit$n.event, estimate = fit$surv, std_error = fit$std.err)
            table$std_error <- ifelse(table$estimate == 0, NA, table$estimate * table$std_error)
            table[table$n_event > 0, ]
        }))
    }))
}
myeloid_rows <- with(data_sets$myeloid_rows, data.frame(id, start = tstart, stop = tstop,
                                                        event = death, transplant))
write_table(rbind(
    cbind(data = "heart", moving(data_sets$heart, 30)),
    cbind(data = "heart", moving(data_sets$heart, 90)),
    cbind(data = "myeloid", moving(myeloid_rows, 180))
), "landmark.csv")

# ---- mixture cure: no package, the likelihood written out and maximised -------------------------
# a: logit of the cured fraction, b and g: log scale and log shape of the Weibull of the others

event_term <- deriv3(
    ~ g + exp(g) * (log(t) - b) - log(t) - (t / exp(b))^exp(g) - log(1 + exp(a)),
    c("a", "b", "g"), c("a", "b", "g", "t")
)
survivor_term <- deriv3(
    ~ log(exp(a) + exp(-(t / exp(b))^exp(g))) - log(1 + exp(a)),
    c("a", "b", "g"), c("a", "b", "g", "t")
)
cure_sums <- function(p, time, event) {
    sums <- lapply(list(event_term(p[1], p[2], p[3], time[event == 1]),
                        survivor_term(p[1], p[2], p[3], time[event == 0])), function(term) {
        list(value = sum(term), score = colSums(attr(term, "gradient")),
             hessian = apply(attr(term, "hessian"), 2:3, sum))
    })
    Map(`+`, sums[[1]], sums[[2]])
}
cure <- function(curve) {
    rows <- rows_of(curve)
    time <- rows[[curve$stop]]
    event <- rows[[curve$event]]
    best <- optim(c(0, log(mean(time)), 0), function(p) cure_sums(p, time, event)$value,
                  function(p) cure_sums(p, time, event)$score,
                  method = "BFGS", control = list(fnscale = -1))$par
    for (step in 1:10) {
        sums <- cure_sums(best, time, event)
        best <- best - solve(sums$hessian, sums$score)
    }
    sums <- cure_sums(best, time, event)
    stopifnot(abs(sums$score) < 1e-9)
    fraction <- plogis(best[1])
    data.frame(
        curve = curve$curve, cure_fraction = fraction,
        std_error = fraction * (1 - fraction) * sqrt(solve(-sums$hessian)[1, 1]),
        scale = exp(best[2]), shape = exp(best[3]), log_likelihood = sums$value
    )
}
write_table(bind_rows(lapply(curves[sapply(curves, `[[`, "cure") == "yes"], cure)), "cure.csv")

writeLines(c(R.version.string, paste("survival", packageVersion("survival")),
             paste("cmprsk", packageVersion("cmprsk"))), "versions.txt")
