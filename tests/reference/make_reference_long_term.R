# Long-term questions to a curve: survival from a later day, quantiles, rates per time, smoothed
# hazards, time lost to an event, curves started late, parametric models.

source("common.R")
data <- read_all()
TRANSFORMS <- c("log-log", "log", "plain")
DEATHS <- list(lung = c("time", "died"), pbc = c("time", "died"), veteran = c("time", "status"),
               ovarian = c("futime", "fustat"))
times <- function(name) {
    columns <- DEATHS[[name]]
    data.frame(time = data[[name]][[columns[1]]], died = data[[name]][[columns[2]]])
}

# ---- survival over so many days given none by a day: survfit of those followed beyond it --------

conditional <- bind_rows(lapply(c("lung", "pbc", "veteran"), function(name) {
    days <- if (name == "pbc") c(365, 1826) else c(100, 250)
    bind_rows(lapply(days, function(at) bind_rows(lapply(TRANSFORMS, function(transform) {
        rows <- times(name)
        fit <- survfit(Surv(time, died) ~ 1, rows[rows$time > at, ], conf.type = transform)
        found <- summary(fit, times = at + c(90, 200))
        data.frame(data = name, at = at, further = found$time - at, ci_transform = transform,
                   estimate = found$surv, std_error = found$std.err, ci_lower = found$lower,
                   ci_upper = found$upper, n_risk = found$n.risk)
    }))))
}))
write_table(conditional, "conditional_survival.csv")

# ---- quantiles ------------------------------------------------------------------------------------

quantiles <- bind_rows(lapply(c("lung", "pbc", "veteran"), function(name) {
    bind_rows(lapply(TRANSFORMS, function(transform) {
        fit <- survfit(Surv(time, died) ~ 1, times(name), conf.type = transform)
        found <- quantile(fit, c(0.1, 0.25, 0.5, 0.75))
        data.frame(data = name, ci_transform = transform, probability = c(0.1, 0.25, 0.5, 0.75),
                   estimate = found$quantile, ci_lower = found$lower, ci_upper = found$upper)
    }))
}))
write_table(quantiles, "survival_quantile.csv")

# ---- events per time, in intervals ------------------------------------------------------------------

rates <- bind_rows(lapply(c("lung", "pbc", "veteran", "ovarian"), function(name) {
    rows <- times(name)
    bounds <- c(0, 100, 365, Inf)
    parts <- cbind(c(head(bounds, -1), 0), c(bounds[-1], Inf))
    bind_rows(lapply(seq_len(nrow(parts)), function(i) {
        from <- parts[i, 1]
        to <- parts[i, 2]
        days <- sum(pmin(rows$time, to) - pmin(rows$time, from))
        d <- sum(rows$died == 1 & rows$time > from & rows$time <= to)
        if (days == 0) return(NULL)
        test <- poisson.test(d, days, conf.level = 0.9)
        data.frame(data = name, after = from, until = if (is.finite(to)) to else NA_real_,
                   n_event = as.double(d), days_at_risk = as.double(days),
                   estimate = unname(test$estimate), ci_lower = test$conf.int[1],
                   ci_upper = test$conf.int[2])
    }))
}))
write_table(rates, "incidence_rate.csv")

# ---- the hazard by Epanechnikov's kernel, at its ends by that of Gasser and Mueller -------------------

kernel_hazard <- function(rows, t, width) {
    day <- sort(unique(rows$time[rows$died == 1]))
    d <- vapply(day, function(one) sum(rows$time == one & rows$died == 1), 0)
    n <- vapply(day, function(one) sum(rows$time >= one), 0)
    x <- (t - day) / width
    q <- min(1, t / width)
    if (max(day) - t < width) {
        q <- (max(day) - t) / width
        x <- -x
    }
    common <- (1 + q)^4 * (19 - 18 * q + 3 * q^2)
    kernel <- 0.75 * (1 - x^2) * (abs(x) <= 1) *
        (64 * (2 - 4 * q + 6 * q^2 - 3 * q^3) + 240 * (1 - q)^2 * x) / common
    c(sum(kernel * d / n) / width, sqrt(sum(kernel^2 * d / n^2)) / width)
}
hazards <- bind_rows(lapply(list(c("lung", 90), c("pbc", 365), c("veteran", 60)), function(one) {
    rows <- times(one[1])
    width <- as.numeric(one[2])
    last <- max(rows$time[rows$died == 1])
    bind_rows(lapply(c(0, width / 3, width, last / 2, last - width / 2, last), function(t) {
        found <- kernel_hazard(rows, t, width)
        data.frame(data = one[1], bandwidth = width, time = t, estimate = found[1],
                   std_error = found[2])
    }))
}))
write_table(hazards, "smoothed_hazard.csv")

# ---- time lost to an event: areas under the state probabilities of survfit ---------------------------

lost <- bind_rows(lapply(c("mgus2", "pbc"), function(name) {
    rows <- if (name == "mgus2") {
        data.frame(time = data$mgus2$time, code = data$mgus2$cause)
    } else {
        # transplant (1) and death (2) compete
        data.frame(time = data$pbc$time, code = data$pbc$status)
    }
    # the errors of the areas need the influences
    fit <- survfit(Surv(time, factor(code, 0:2)) ~ 1, rows, influence = TRUE)
    horizons <- if (name == "mgus2") c(60, 120, 240) else c(1000, 2500, 4000)
    bind_rows(lapply(horizons, function(horizon) {
        found <- summary(fit, rmean = horizon)$table
        bind_rows(lapply(1:2, function(code) {
            row <- found[match(as.character(code), fit$states), ]
            data.frame(data = name, horizon = horizon, code = as.double(code),
                       estimate = row[["rmean"]], std_error = row[["se(rmean)"]])
        }))
    }))
}))
write_table(lost, "time_lost.csv")

# ---- a curve with late entries, started where at least so many are at risk ----------------------------

late <- bind_rows(lapply(list(c("mgus2", 100), c("heart", 10)), function(one) {
    rows <- if (one[1] == "mgus2") {
        with(data$mgus2, data.frame(entry = age_months, time = end_months, died = death))
    } else {
        # from acceptance, those who get a heart, from the day they get it
        with(subset(data$heart, transplant == 1),
             data.frame(entry = start, time = stop, died = event))
    }
    rows <- rows[rows$time > rows$entry, ]
    day <- sort(unique(c(0, rows$entry, rows$time)))
    n <- vapply(day, function(t) sum(rows$time >= t & (rows$entry < t | rows$entry == 0)), 0)
    top <- which.max(n)
    start <- max(c(0, day[seq_len(top - 1)][n[seq_len(top - 1)] < as.numeric(one[2])]))
    fit <- survfit(Surv(pmax(entry, start), time, died) ~ 1, rows[rows$time > start, ],
                   conf.type = "log-log")
    shown <- fit$n.event > 0
    data.frame(data = one[1], smallest_risk_set = as.double(one[2]), start = start,
               time = fit$time[shown], estimate = fit$surv[shown],
               std_error = fit$surv[shown] * fit$std.err[shown], ci_lower = fit$lower[shown],
               ci_upper = fit$upper[shown])
}))
write_table(late, "started_curve.csv")

# ---- parametric models: survreg for four; generalised gamma, Gompertz and late entries written out -----

source("parametric_likelihood.R")
survreg_of <- c(exponential = "exponential", weibull = "weibull", log_normal = "lognormal",
                log_logistic = "loglogistic")
tight_survreg <- survreg.control(rel.tolerance = 1e-15, maxiter = 200)
from_survreg <- function(rows, model) {
    fit <- survreg(Surv(time, died) ~ 1, rows, dist = survreg_of[[model]], control = tight_survreg)
    mu <- coef(fit)[[1]]
    error <- sqrt(diag(as.matrix(fit$var)))
    natural <- switch(model,
        exponential = data.frame(parameter = "rate", estimate = exp(-mu),
                                 std_error = error[1] * exp(-mu)),
        log_normal = data.frame(parameter = c("meanlog", "sdlog"), estimate = c(mu, fit$scale),
                                std_error = c(error[1], error[2] * fit$scale)),
        data.frame(parameter = c("shape", "scale"), estimate = c(1 / fit$scale, exp(mu)),
                   std_error = c(error[2] / fit$scale, error[1] * exp(mu)))
    )
    data.frame(natural, log_likelihood = fit$loglik[1])
}
parametric <- bind_rows(lapply(c("lung", "pbc", "veteran", "ovarian"), function(name) {
    bind_rows(c(
        lapply(names(survreg_of), function(model) {
            data.frame(data = name, model = model, source = "survreg", from_survreg(times(name), model))
        }),
        lapply(c("generalised_gamma", "gompertz"), function(model) {
            data.frame(data = name, model = model, source = "likelihood",
                       fitted_by_hand(model, times(name)$time, times(name)$died))
        })
    ))
}))
# age as the clock: those at risk had survived to the age they were diagnosed at
truncated <- with(data$mgus2, data.frame(entry = age_months, time = end_months, died = death))
truncated <- truncated[truncated$time > truncated$entry, ]
parametric <- rbind(parametric, bind_rows(lapply(c("weibull", "gompertz", "log_logistic"), function(model) {
    data.frame(data = "mgus2", model = model, source = "likelihood",
               fitted_by_hand(model, truncated$time, truncated$died, truncated$entry))
})))
write_table(parametric, "parametric.csv")
