# Makes the reference numbers of Gray's test and of Fine and Gray's regression from R's cmprsk.
#
#   Rscript make_reference_competing.R      in this folder, once make_data.R has run; see versions.txt
#
# Inputs: lung.csv and mgus2.csv, and myeloid of R's survival package, written here as CSV.
# Outputs: gray_*.csv and fine_gray_*.csv.

source("common.R")
library(cmprsk)

# ---- data sets: time, and code 0 censored, 1 event, 2 competing event -------------------------

write_table(myeloid, "myeloid.csv")

mgus2 <- read_data("mgus2")
mgus2 <- within(mgus2, {
    time <- ifelse(pstat == 0, futime, ptime)
    code <- ifelse(pstat == 0, 2 * death, 1)
    male <- as.numeric(sex == "M")
    age_band <- (age >= 65) + (age >= 75)
    high <- as.numeric(mspike > 1.5)
})
# with months rounded up to years nearly every event ties with others and with censorings
mgus2_years <- transform(mgus2, time = ceiling(time / 12))
# with every censoring after the events of its month
mgus2_late <- transform(mgus2, time = time + ifelse(code == 0, 0.5, 0))
mgus2_uncensored <- mgus2[mgus2$code > 0, ]
mgus2_men_progress <- mgus2[mgus2$male == 1 | mgus2$code != 1, ]

myeloid$male <- as.numeric(myeloid$sex == "m")
myeloid$arm_b <- as.numeric(myeloid$trt == "B")
myeloid$arm_and_sex <- paste(myeloid$trt, myeloid$sex)
first_of <- function(data, event) {
    time <- pmin(event, data$futime, na.rm = TRUE)
    transform(data, time = time, code = ifelse(!is.na(event) & event == time, 1, 2 * data$death))
}
remission <- first_of(myeloid, myeloid$crtime)
transplant <- first_of(myeloid, myeloid$txtime)

lung <- read_data("lung")
lung$code <- lung$status - 1

# ---- Gray's test ------------------------------------------------------------------------------

# `strata`: the factors whose combinations are the strata
gray <- function(name, data, group, strata = NULL) {
    data <- data[complete.cases(data[c(group, strata)]), ]
    strata <- if (is.null(strata)) rep(1, nrow(data)) else interaction(data[strata], drop = TRUE)
    tests <- cuminc(data$time, data$code, data[[group]], strata)$Tests
    data.frame(
        test = name, event = c("event", "competing")[as.integer(rownames(tests))],
        statistic = tests[, "stat"], df = as.integer(tests[, "df"]),
        # the upper tail itself: cuminc's pv is one minus the lower one
        p_value = pchisq(tests[, "stat"], tests[, "df"], lower.tail = FALSE)
    )
}
write_table(rbind(
    gray("mgus2_sex", mgus2, "sex"),
    gray("mgus2_age", mgus2, "age_band"),
    gray("mgus2_sex_by_age", mgus2, "sex", "age_band"),
    gray("mgus2_age_by_sex", mgus2, "age_band", "sex"),
    gray("mgus2_years_age", mgus2_years, "age_band"),
    gray("mgus2_years_sex_by_age", mgus2_years, "sex", "age_band"),
    gray("mgus2_uncensored_age", mgus2_uncensored, "age_band"),
    gray("mgus2_men_progress_sex", mgus2_men_progress, "sex"),
    gray("remission_arm_and_sex", remission, "arm_and_sex"),
    gray("transplant_arm", transplant, "trt"),
    gray("transplant_arm_by_sex", transplant, "trt", "sex"),
    gray("mgus2_sex_by_age_and_spike", mgus2, "sex", c("age_band", "high")),
    gray("mgus2_years_age_by_sex_and_spike", mgus2_years, "age_band", c("sex", "high"))
), "gray_test.csv")

# ---- Fine and Gray ------------------------------------------------------------------------------

# The variance of Fine and Gray (equations 7 and 8) subject by subject, each censoring group with
# its own Kaplan-Meier. For crr with groups takes only the group's own events into q.
written_out <- function(time, code, x, group, b) {
    n <- length(time)
    p <- ncol(x)
    G_before <- function(k, at) {
        own <- time[group == k]
        days <- sort(unique(own[code[group == k] == 0]))
        hazard <- vapply(days, function(u) sum(own == u & code[group == k] == 0) / sum(own >= u), 0)
        vapply(at, function(t) if (t > max(own)) 0 else prod(1 - hazard[days < t]), 0)
    }
    before <- numeric(n)
    for (k in unique(group)) before[group == k] <- G_before(k, time[group == k])
    days <- sort(unique(time[code == 1]))
    risk <- exp(as.vector(x %*% b))
    influence <- matrix(0, n, p)
    information <- matrix(0, p, p)
    weights <- matrix(0, n, length(days))
    for (k in unique(group)) {
        still <- G_before(k, days)
        for (i in which(group == k)) {
            weights[i, ] <- if (code[i] == 2) ifelse(time[i] < days, still / before[i], 1)
                            else as.numeric(time[i] >= days)
        }
    }
    hazard <- numeric(length(days))
    mean <- matrix(0, length(days), p)
    for (m in seq_along(days)) {
        w <- weights[, m] * risk
        mean[m, ] <- colSums(w * x) / sum(w)
        died <- sum(time == days[m] & code == 1)
        hazard[m] <- died / sum(w)
        away <- sweep(x, 2, mean[m, ])
        information <- information + hazard[m] * crossprod(away, w * away)
        influence <- influence + (time == days[m] & code == 1) * away - hazard[m] * w * away
    }
    for (k in unique(group)) {
        own <- group == k
        for (u in sort(unique(time[own & code == 0]))) {
            waiting <- which(own & code == 2 & time < u)
            q <- numeric(p)
            for (m in which(days >= u)) {
                w <- weights[waiting, m] * risk[waiting]
                q <- q + hazard[m] * colSums(w * sweep(x[waiting, , drop = FALSE], 2, mean[m, ]))
            }
            n_risk <- sum(own & time >= u)
            censored <- own & time == u & code == 0
            at_risk <- own & time >= u
            influence <- influence + outer(
                censored / n_risk - at_risk * sum(censored) / n_risk^2, q
            )
        }
    }
    solve(information) %*% crossprod(influence) %*% solve(information)
}

models <- list(
    mgus2_one = list(mgus2, "male"),
    mgus2_many = list(mgus2, c("age", "male", "hgb", "mspike")),
    mgus2_death = list(transform(mgus2, code = (3 - code) * (code > 0)),
                       c("age", "male", "hgb", "mspike")),
    mgus2_years = list(mgus2_years, c("age", "male")),
    mgus2_uncensored = list(mgus2_uncensored, c("age", "male")),
    mgus2_late = list(mgus2_late, c("age", "male", "hgb", "mspike")),
    mgus2_by_sex = list(mgus2, c("age", "mspike", "male"), "male"),
    remission = list(remission, c("arm_b", "male")),
    remission_by_arm = list(remission, c("arm_b", "male"), "arm_b"),
    transplant = list(transplant, c("arm_b", "male")),
    lung = list(lung, c("age", "sex", "ph.ecog"))
)
model_rows <- list()
term_rows <- list()
covariance_rows <- list()
for (name in names(models)) {
    data <- models[[name]][[1]]
    covariates <- models[[name]][[2]]
    data <- data[complete.cases(data[, covariates]), ]
    x <- as.matrix(data[, covariates, drop = FALSE])
    grouped <- length(models[[name]]) == 3
    group <- if (grouped) data[[models[[name]][[3]]]] else rep(1, nrow(data))
    fit <- converged(data$time, data$code, x, cengroup = group)
    variance <- written_out(data$time, data$code, x, group, fit$coef)
    if (!grouped) {
        stopifnot(all.equal(unname(variance), unname(fit$var), tolerance = 1e-10))
        variance <- fit$var
    }
    model_rows[[name]] <- data.frame(
        model = name, n_rows = fit$n, n_events = sum(data$code == 1),
        n_competing = sum(data$code == 2), log_likelihood_null = fit$loglik.null,
        log_likelihood = fit$loglik
    )
    term_rows[[name]] <- data.frame(
        model = name, factor = covariates, log_shr = unname(fit$coef),
        std_error = sqrt(diag(variance))
    )
    pairs <- expand.grid(row = seq_along(covariates), column = seq_along(covariates))
    covariance_rows[[name]] <- data.frame(
        model = name, row = covariates[pairs$row], column = covariates[pairs$column],
        covariance = as.vector(variance)
    )
}
write_table(bind_rows(model_rows), "fine_gray_model.csv")
write_table(bind_rows(term_rows), "fine_gray_term.csv")
write_table(bind_rows(covariance_rows), "fine_gray_covariance.csv")

# The same coefficients by another way: weighted rows, then a Cox model. finegray takes those with
# an event of the day as not at risk of its censorings; where no such days are the two agree.
check <- function(name) {
    covariates <- models[[name]][[2]]
    data <- models[[name]][[1]][, c("time", "code", covariates)]
    data <- data[complete.cases(data), ]
    data$code <- factor(data$code, 0:2)
    rows <- finegray(Surv(time, code) ~ ., data)
    formula <- reformulate(covariates, "Surv(fgstart, fgstop, fgstatus)")
    fit <- coxph(formula, rows, weights = fgwt, ties = "breslow", control = tight)
    stopifnot(all.equal(unname(coef(fit)), term_rows[[name]]$log_shr, tolerance = 1e-10))
    data.frame(model = name, factor = covariates, log_shr = unname(coef(fit)))
}
write_table(rbind(check("mgus2_late"), check("mgus2_uncensored")), "fine_gray_weighted_cox.csv")
