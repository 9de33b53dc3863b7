# Patients reconstructed from published curves. The curves are made here, from the patients of
# survival::lung by sex and of survival::veteran by treatment, so that the truth is known: survival
# read off every ten days and at the end to three decimals, numbers at risk every hundred days.
#
# Reconstructed once with the total of events and once without.

source("common.R")
source("reconstruction.R")

curves <- list(
    lung_men = with(subset(lung, sex == 1), data.frame(time, died = status - 1)),
    lung_women = with(subset(lung, sex == 2), data.frame(time, died = status - 1)),
    veteran_standard = with(subset(veteran, trt == 1), data.frame(time, died = status)),
    veteran_test = with(subset(veteran, trt == 2), data.frame(time, died = status))
)
pairs <- list(c("lung_women", "lung_men"), c("veteran_test", "veteran_standard"))

digitised <- function(rows) {
    fit <- survfit(Surv(time, died) ~ 1, rows)
    at <- unique(c(seq(0, max(rows$time), 10), max(rows$time)))
    data.frame(time = at, survival = round(summary(fit, times = at)$surv, 3))
}
numbers_at_risk <- function(rows) {
    at <- seq(0, max(rows$time), 100)
    data.frame(time = at, at_risk = vapply(at, function(t) sum(rows$time >= t), 0L))
}

medians <- function(rows) unname(quantile(survfit(Surv(time, died) ~ 1, rows), 0.5)$quantile)
rate <- function(rows, day) summary(survfit(Surv(time, died) ~ 1, rows), times = day)$surv
log_hr <- function(first, second) {
    rows <- rbind(transform(first, x = 1), transform(second, x = 0))
    fit <- coxph(Surv(time, died) ~ x, rows, ties = "efron", control = tight)
    c(unname(coef(fit)), sqrt(fit$var[1, 1]))
}

points <- lapply(curves, digitised)
risks <- lapply(curves, numbers_at_risk)
named <- function(tables) bind_rows(lapply(names(tables), function(name) {
    data.frame(curve = name, tables[[name]])
}))
write_table(named(points), "external_curve.csv")
write_table(named(risks), "external_at_risk.csv")

patients <- list()
found <- list()
for (name in names(curves)) for (has_total in c(TRUE, FALSE)) {
    total <- if (has_total) sum(curves[[name]]$died) else NA
    counts <- guyot(points[[name]], risks[[name]], total)
    patients[[length(patients) + 1]] <- data.frame(curve = name, total = total, counts)
    rows <- one_a_row(counts)
    found[[length(found) + 1]] <- data.frame(
        curve = name, total, n = nrow(rows), n_event = sum(rows$died), median = medians(rows),
        rate_200 = rate(rows, 200), true_n_event = sum(curves[[name]]$died),
        true_median = medians(curves[[name]]), true_rate_200 = rate(curves[[name]], 200)
    )
}
write_table(bind_rows(patients), "external_patients.csv")
write_table(bind_rows(found), "external_number.csv")
write_table(bind_rows(lapply(pairs, function(pair) {
    both <- lapply(pair, function(name) one_a_row(
        guyot(points[[name]], risks[[name]], sum(curves[[name]]$died))
    ))
    found <- log_hr(both[[1]], both[[2]])
    truth <- log_hr(curves[[pair[1]]], curves[[pair[2]]])
    data.frame(first = pair[1], second = pair[2], log_hr = found[1], std_error = found[2],
               true_log_hr = truth[1], true_std_error = truth[2])
})), "external_ratio.csv")

# ---- matching-adjusted comparison: men of survival::lung weighted to summaries of the women ----------

complete <- subset(lung, !is.na(ph.ecog))
men <- subset(complete, sex == 1)
women <- subset(complete, sex == 2)
summaries <- list(
    age = list(values = cbind(men$age), targets = 61),
    age_and_sd = list(values = cbind(men$age, men$age^2), targets = c(61, 61^2 + 8.5^2)),
    age_sd_ecog = list(values = cbind(men$age, men$age^2, men$ph.ecog == 1),
                       targets = c(61, 61^2 + 8.5^2, 0.47))
)
reconstructed_women <- one_a_row(guyot(points$lung_women, risks$lung_women, 53))
matched <- lapply(names(summaries), function(name) {
    found <- with(summaries[[name]], matching_weights(values, targets))
    both <- rbind(data.frame(time = men$time, died = men$status - 1, x = 1, w = found$weight),
                  transform(reconstructed_women, x = 0, w = 1))
    fit <- coxph(Surv(time, died) ~ x, both, weights = w, robust = TRUE, ties = "efron",
                 control = tight)
    curve <- survfit(Surv(time, status - 1) ~ 1, men, weights = found$weight, robust = TRUE,
                     id = seq_len(nrow(men)), conf.type = "log-log")
    at <- summary(curve, times = c(100, 300, 500, 700))
    list(
        numbers = data.frame(
            summaries = name,
            quantity = c(paste0("coefficient_", seq_along(found$coefficients)), "n_effective",
                         "log_hr", "robust_std_error", "median"),
            value = c(found$coefficients, found$n_effective, coef(fit), sqrt(fit$var[1, 1]),
                      quantile(curve, 0.5)$quantile)
        ),
        curve = data.frame(summaries = name, time = at$time, estimate = at$surv,
                           std_error = at$std.err, ci_lower = at$lower, ci_upper = at$upper)
    )
})
write_table(bind_rows(lapply(matched, `[[`, "numbers")), "external_matching.csv")
write_table(bind_rows(lapply(matched, `[[`, "curve")), "external_weighted_curve.csv")
