# Makes the reference numbers of tests/methods from R's survival and cmprsk.
#
#   Rscript make_reference.R          in this folder; R >= 4.2, survival >= 3.5, cmprsk >= 2.2
#
# Inputs: lung, mgus2 and heart of R's survival package (see README.md), written here as CSV, and
# myeloma.csv, which stands here already. Outputs: one CSV per subject, numbers with 17 digits.
# The tests read the CSVs; they never need R.

library(survival)
library(cmprsk)

precise <- function(x) ifelse(is.na(x), "", formatC(x, digits = 17, format = "g", width = 1))

write_table <- function(table, file) {
    numeric <- vapply(table, is.double, logical(1))
    table[numeric] <- lapply(table[numeric], precise)
    write.csv(table, file, row.names = FALSE, quote = FALSE, na = "")
}

tight <- coxph.control(eps = 1e-14, toler.chol = 1e-16, iter.max = 100)

# ---- data sets ------------------------------------------------------------------------------

write_table(lung, "lung.csv")
mgus2$sex <- as.character(mgus2$sex)
write_table(mgus2, "mgus2.csv")
heart$transplant <- as.integer(as.character(heart$transplant))
write_table(heart, "heart.csv")
myeloma <- read.csv("myeloma.csv")

lung$died <- lung$status - 1
mgus2$etime <- with(mgus2, ifelse(pstat == 0, futime, ptime))
mgus2$cause <- with(mgus2, ifelse(pstat == 0, 2 * death, 1))

# ---- Kaplan-Meier ---------------------------------------------------------------------------

curves <- list(
    lung = list(Surv(time, died) ~ 1, lung),
    lung_male = list(Surv(time, died) ~ 1, lung[lung$sex == 1, ]),
    lung_female = list(Surv(time, died) ~ 1, lung[lung$sex == 2, ]),
    heart = list(Surv(start, stop, event) ~ 1, heart),
    heart_transplant = list(Surv(start, stop, event) ~ 1, heart[heart$transplant == 1, ])
)
survival_rows <- list()
median_rows <- list()
for (name in names(curves)) for (transform in c("log-log", "log", "plain")) {
    fit <- survfit(curves[[name]][[1]], curves[[name]][[2]], conf.type = transform)
    survival_rows[[length(survival_rows) + 1]] <- data.frame(
        data = name, ci_transform = transform, time = fit$time, n_risk = fit$n.risk,
        n_event = fit$n.event, n_censored = fit$n.censor, estimate = fit$surv,
        std_error = ifelse(fit$surv == 0, NA, fit$surv * fit$std.err),
        ci_lower = fit$lower, ci_upper = fit$upper
    )
    q <- quantile(fit, 0.5)
    median_rows[[length(median_rows) + 1]] <- data.frame(
        data = name, ci_transform = transform, median = unname(q$quantile),
        ci_lower = unname(q$lower), ci_upper = unname(q$upper)
    )
}
write_table(do.call(rbind, survival_rows), "survival_curve.csv")
write_table(do.call(rbind, median_rows), "survival_median.csv")

# ---- log-rank -------------------------------------------------------------------------------

log_rank <- function(name, fit) data.frame(
    test = name, statistic = fit$chisq, df = sum(rowSums(as.matrix(fit$exp)) > 0) - 1
)
write_table(rbind(
    log_rank("lung_sex", survdiff(Surv(time, died) ~ sex, lung)),
    log_rank("lung_ecog", survdiff(Surv(time, died) ~ ph.ecog, lung)),
    log_rank("lung_sex_by_ecog", survdiff(Surv(time, died) ~ sex + strata(ph.ecog), lung))
), "log_rank.csv")
# survdiff takes no delayed entry; there the log-rank is the Cox score test where no times tie

# ---- cumulative incidence -------------------------------------------------------------------

incidence_rows <- list()
states <- factor(mgus2$cause, 0:2, c("censored", "event", "competing"))
for (group in c("all", "F", "M")) {
    rows <- if (group == "all") rep(TRUE, nrow(mgus2)) else mgus2$sex == group
    for (transform in if (group == "F") c("log-log", "log", "plain") else "log-log") {
        fit <- survfit(Surv(etime, states) ~ 1, mgus2, subset = rows, conf.type = transform)
        for (event in c("event", "competing")) {
            j <- match(event, fit$states)
            incidence_rows[[length(incidence_rows) + 1]] <- data.frame(
                group = group, variance = "infinitesimal_jackknife", ci_transform = transform,
                event = event, time = fit$time, estimate = fit$pstate[, j],
                std_error = fit$std.err[, j], ci_lower = fit$lower[, j], ci_upper = fit$upper[, j]
            )
        }
    }
    fit <- cuminc(mgus2$etime[rows], mgus2$cause[rows])
    for (event in c("event", "competing")) {
        step <- fit[[if (event == "event") "1 1" else "1 2"]]
        last <- !duplicated(step$time, fromLast = TRUE)
        incidence_rows[[length(incidence_rows) + 1]] <- data.frame(
            group = group, variance = "aalen", ci_transform = "none", event = event,
            time = step$time[last], estimate = step$est[last],
            std_error = sqrt(step$var[last]), ci_lower = NA_real_, ci_upper = NA_real_
        )
    }
}
write_table(do.call(rbind, incidence_rows), "cumulative_incidence.csv")

# ---- Cox ------------------------------------------------------------------------------------

models <- list(
    lung_one = list(Surv(time, died) ~ sex, lung),
    lung_many = list(Surv(time, died) ~ age + sex + ph.ecog + wt.loss, lung),
    lung_stratified = list(Surv(time, died) ~ age + ph.ecog + strata(sex), lung),
    mgus2_progression = list(Surv(etime, cause == 1) ~ age + hgb + mspike, mgus2),
    heart_one = list(Surv(start, stop, event) ~ transplant, heart),
    heart_many = list(Surv(start, stop, event) ~ age + year + surgery + transplant, heart),
    heart_stratified = list(Surv(start, stop, event) ~ age + year + transplant + strata(surgery),
                            heart),
    myeloma = list(Surv(Time, VStatus) ~ LogBUN + HGB, myeloma)
)
model_rows <- list()
term_rows <- list()
covariance_rows <- list()
zph_rows <- list()
for (name in names(models)) for (ties in c("efron", "breslow")) {
    data <- models[[name]][[2]]
    fit <- coxph(models[[name]][[1]], data, ties = ties, control = tight, x = TRUE)
    beta <- coef(fit)
    model_rows[[length(model_rows) + 1]] <- data.frame(
        model = name, ties = ties, n_rows = fit$n, n_events = fit$nevent,
        log_likelihood_null = fit$loglik[1], log_likelihood = fit$loglik[2],
        score = fit$score, wald = fit$wald.test
    )
    term_rows[[length(term_rows) + 1]] <- data.frame(
        model = name, ties = ties, factor = names(beta), log_hr = unname(beta),
        std_error = sqrt(diag(as.matrix(fit$var)))
    )
    pairs <- expand.grid(row = seq_along(beta), column = seq_along(beta))
    covariance_rows[[length(covariance_rows) + 1]] <- data.frame(
        model = name, ties = ties, row = names(beta)[pairs$row],
        column = names(beta)[pairs$column], covariance = as.vector(fit$var)
    )
    for (transform in c("km", "identity", "log", "rank")) {
        test <- cox.zph(fit, transform = transform, terms = FALSE)$table
        if (nrow(test) == 1) test <- rbind(test, GLOBAL = test[1, ])
        zph_rows[[length(zph_rows) + 1]] <- data.frame(
            model = name, ties = ties, transform = transform, factor = rownames(test),
            statistic = unname(test[, "chisq"]), df = unname(test[, "df"]),
            p_value = unname(test[, "p"])
        )
    }
}
write_table(do.call(rbind, model_rows), "cox_model.csv")
write_table(do.call(rbind, term_rows), "cox_term.csv")
write_table(do.call(rbind, covariance_rows), "cox_covariance.csv")
write_table(do.call(rbind, zph_rows), "proportional_hazards.csv")

# ---- stepwise selection, as in SAS PROC PHREG -----------------------------------------------
# in: largest score chi-square with P < slentry; out: smallest Wald chi-square with P > slstay;
# ends when nothing enters or when the one entered is all that leaves

stepwise <- function(name, response, candidates, data, slentry, slstay, ties) {
    data <- data[complete.cases(data[, candidates]), ]
    log <- NULL
    note <- function(step, action, factor, test, statistic) {
        log <<- rbind(log, data.frame(
            data = name, ties = ties, step = step, action = action, factor = factor, test = test,
            statistic = statistic, p_value = pchisq(statistic, 1, lower.tail = FALSE)
        ))
    }
    fitted <- function(terms, ...) coxph(reformulate(terms, response), data, ties = ties, ...)
    inside <- character(0)
    step <- 1
    repeat {
        outside <- setdiff(candidates, inside)
        start <- if (length(inside)) coef(fitted(inside, control = tight)) else numeric(0)
        scores <- vapply(outside, function(one) fitted(
            c(inside, one), init = c(start, 0), control = coxph.control(iter.max = 0)
        )$score, numeric(1))
        for (one in outside) note(step, "considered", one, "score", scores[[one]])
        if (!length(outside) || pchisq(max(scores), 1, lower.tail = FALSE) >= slentry) break
        entered <- outside[which.max(scores)]
        note(step, "enter", entered, "score", max(scores))
        step <- step + 1
        inside <- c(inside, entered)
        removed <- character(0)
        while (length(inside)) {
            fit <- fitted(inside, control = tight)
            wald <- coef(fit)^2 / diag(as.matrix(fit$var))
            for (i in seq_along(inside)) note(step, "considered", inside[i], "wald", wald[[i]])
            if (pchisq(min(wald), 1, lower.tail = FALSE) <= slstay) break
            weakest <- inside[which.min(wald)]
            note(step, "remove", weakest, "wald", min(wald))
            step <- step + 1
            removed <- c(removed, weakest)
            inside <- setdiff(inside, weakest)
        }
        if (identical(removed, entered)) break
    }
    log
}
write_table(rbind(
    stepwise("myeloma", "Surv(Time, VStatus)", c("LogBUN", "HGB", "Platelet", "Age", "LogWBC",
             "Frac", "LogPBM", "Protein", "SCalc"), myeloma, 0.25, 0.15, "breslow"),
    stepwise("lung", "Surv(time, died)", c("age", "sex", "ph.ecog", "ph.karno", "pat.karno",
             "meal.cal", "wt.loss"), lung, 0.30, 0.05, "efron")
), "selection.csv")

writeLines(c(R.version.string, paste("survival", packageVersion("survival")),
             paste("cmprsk", packageVersion("cmprsk"))), "versions.txt")
