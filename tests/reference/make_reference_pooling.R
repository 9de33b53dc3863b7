# Makes the reference numbers of pooled trials: each trial, all without it, and what they say
# together. The trials are the depths of the tumour, of which the first has few patients.
#
# Input: colon.csv (make_data.R), observation against levamisole with fluorouracil: deaths, and
# recurrences with death before them as the competing event.
# Outputs: pooling_effect.csv, pooling_heterogeneity.csv. metafor (Debian: r-cran-metafor) tests
# heterogeneity and takes the means; it takes the estimates from survival and cmprsk.

source("common.R")
suppressPackageStartupMessages({
    library(cmprsk)
    library(metafor)
})

month <- 30
months <- c(24, 60)
colon <- subset(read_all()$colon, lev == 0)
deaths <- subset(colon, etype == 2)
first <- subset(colon, etype == 1)
died <- deaths[match(first$id, deaths$id), ]
first$code <- ifelse(first$status == 1, 1, ifelse(died$status == 1, 2, 0))
first$time <- ifelse(first$code == 1, first$time, died$time)

parts <- function(rows) {
    trials <- sort(unique(rows$extent))
    c(list(all = rows),
      setNames(lapply(trials, function(one) rows[rows$extent == one, ]), paste0("level ", trials)),
      setNames(lapply(trials, function(one) rows[rows$extent != one, ]), paste0("without ", trials)))
}

effects <- list()
tests <- list()
keep <- function(quantity, time, part, n, n_event, estimate, std_error) {
    effects[[length(effects) + 1]] <<- data.frame(
        quantity, time, part, n, n_event, estimate, std_error
    )
}

# the estimates y of the trials and their errors, and the way back
compare <- function(quantity, time, y, error, back, lr = c(NA, NA, NA)) {
    known <- is.finite(y) & error > 0
    random <- rma(y[known], sei = error[known], method = "DL")
    fixed <- rma(y[known], sei = error[known], method = "FE")
    keep(quantity, time, "fixed_effect", NA, NA, back(as.vector(fixed$beta)), fixed$se)
    keep(quantity, time, "random_effects", NA, NA, back(as.vector(random$beta)), random$se)
    tests[[length(tests) + 1]] <<- data.frame(
        quantity, time, n_estimates = sum(known), statistic = random$QE, p_value = random$QEp,
        i_squared = random$I2 / 100, tau_squared = random$tau2, lr_statistic = lr[1], lr_df = lr[2],
        lr_p = lr[3]
    )
}

# ---- survival -------------------------------------------------------------------------------

km <- function(rows) summary(survfit(Surv(time, status) ~ 1, rows), times = month * months)
curves <- lapply(parts(deaths), km)
trials <- grep("level", names(curves))
share <- vapply(curves[trials], `[[`, 0, "n") / nrow(deaths)
for (i in seq_along(months)) {
    s <- vapply(curves, function(one) one$surv[i], 0)
    error <- vapply(curves, function(one) one$std.err[i], 0)
    for (name in names(curves)) {
        rows <- parts(deaths)[[name]]
        keep("survival", months[i], name, nrow(rows), sum(rows$status), s[[name]], error[[name]])
    }
    keep("survival", months[i], "stratified", nrow(deaths), sum(deaths$status),
         sum(share * s[trials]), sqrt(sum(share^2 * error[trials]^2)))
    compare("survival", months[i], log(-log(s[trials])), (error / (s * -log(s)))[trials],
            function(y) exp(-exp(y)))
}

# ---- incidence ------------------------------------------------------------------------------

cif <- function(rows) timepoints(cuminc(rows$time, rows$code), month * months)
incidences <- lapply(parts(first), cif)
for (i in seq_along(months)) {
    f <- vapply(incidences, function(one) one$est["1 1", i], 0)
    error <- sqrt(vapply(incidences, function(one) one$var["1 1", i], 0))
    for (name in names(incidences)) {
        rows <- parts(first)[[name]]
        keep("incidence", months[i], name, nrow(rows), sum(rows$code == 1), f[[name]], error[[name]])
    }
    keep("incidence", months[i], "stratified", nrow(first), sum(first$code == 1),
         sum(share * f[trials]), sqrt(sum(share^2 * error[trials]^2)))
    compare("incidence", months[i], log(-log(1 - f[trials])),
            (error / ((1 - f) * -log(1 - f)))[trials], function(y) 1 - exp(-exp(y)))
}

# ---- ratios ---------------------------------------------------------------------------------

cox <- function(rows, terms = "lev5fu") {
    coxph(reformulate(terms, "Surv(time, status)"), rows, ties = "efron", control = tight)
}
fits <- lapply(parts(deaths), cox)
for (name in names(fits)) {
    keep("hr", NA, name, fits[[name]]$n, fits[[name]]$nevent, exp(coef(fits[[name]])[[1]]),
         sqrt(fits[[name]]$var[1, 1]))
}
stratified <- cox(deaths, c("lev5fu", "strata(extent)"))
keep("hr", NA, "stratified", stratified$n, stratified$nevent, exp(coef(stratified)[[1]]),
     sqrt(stratified$var[1, 1]))
larger <- cox(deaths, c("lev5fu:factor(extent)", "strata(extent)"))
statistic <- 2 * (larger$loglik[2] - stratified$loglik[2])
compare("hr", NA, vapply(fits[trials], coef, 0), sqrt(vapply(fits[trials], function(one) {
    one$var[1, 1]
}, 0)), exp, c(statistic, 3, pchisq(statistic, 3, lower.tail = FALSE)))

fits <- lapply(parts(first), function(rows) {
    converged(rows$time, rows$code, rows[, "lev5fu", drop = FALSE])
})
# nobody of the first trial had a recurrence under one of the treatments: no estimate
fits <- lapply(fits, function(one) if (abs(one$coef) < 5) one else list(coef = NA, var = diag(NA, 1)))
for (name in names(fits)) {
    rows <- parts(first)[[name]]
    keep("shr", NA, name, nrow(rows), sum(rows$code == 1), exp(fits[[name]]$coef[[1]]),
         sqrt(fits[[name]]$var[1, 1]))
}
compare("shr", NA, vapply(fits[trials], function(one) one$coef[[1]], 0),
        sqrt(vapply(fits[trials], function(one) one$var[1, 1], 0)), exp)

write_table(bind_rows(effects), "pooling_effect.csv")
write_table(bind_rows(tests), "pooling_heterogeneity.csv")
