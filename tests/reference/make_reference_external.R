# Patients reconstructed from published curves. The curves are made here, from the patients of
# survival::lung by sex and of survival::veteran by treatment, so that the truth is known: survival
# read off every ten days and at the end to three decimals, numbers at risk every hundred days.
#
# The reconstruction is the algorithm of Guyot et al., BMC Med Res Methodol 2012;12:9, written out
# here in R after its description: once with the total of events and once without.

source("common.R")

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

counts_between <- function(times, borders) {
    if (length(times)) hist(times, breaks = borders, plot = FALSE)$counts
    else integer(length(borders) - 1)
}

guyot <- function(curve, risk, total) {
    t <- curve$time
    s <- curve$survival
    lower <- vapply(risk$time, function(at) which(t >= at)[1], 1L)
    risk <- risk[!is.na(lower), ]
    lower <- lower[!is.na(lower)]
    upper <- c(lower[-1] - 1, length(t))
    n_risk <- risk$at_risk
    last_interval <- length(lower)
    n_censor <- integer(last_interval)
    cen <- d <- integer(length(t))
    n_hat <- c(n_risk[1], integer(length(t)))
    km <- rep(1, length(t))
    last <- 1

    fill <- function(i, until) {
        k_all <- lower[i]:upper[i]
        cen[k_all] <<- 0
        borders <- t[lower[i]:until]
        number <- n_censor[i]
        if (number > 0) {
            times <- borders[1] + seq_len(number) * (borders[length(borders)] - borders[1]) / (number + 1)
            found <- counts_between(times, borders)
            cen[lower[i] + seq_along(found) - 1] <<- found
        }
        fell <- last
        for (k in k_all) {
            d[k] <<- if (k == 1 || n_hat[k] == 0 || km[fell] == 0) 0 else
                min(max(round(n_hat[k] * (1 - s[k] / km[fell])), 0), n_hat[k])
            km[k] <<- if (n_hat[k] > 0) km[fell] * (1 - d[k] / n_hat[k]) else km[fell]
            cen[k] <<- min(cen[k], n_hat[k] - d[k])
            n_hat[k + 1] <<- n_hat[k] - d[k] - cen[k]
            if (d[k] != 0) fell <- k
        }
        fell
    }

    for (i in seq_len(last_interval - 1)) {
        n_censor[i] <- max(round(n_hat[lower[i]] * s[lower[i + 1]] / s[lower[i]] - n_risk[i + 1]), 0)
        tried <- integer(0)
        repeat {
            tried <- c(tried, n_censor[i])
            fell <- fill(i, lower[i + 1])
            excess <- n_hat[lower[i + 1]] - n_risk[i + 1]
            following <- max(n_censor[i] + excess, 0)
            if (excess == 0 || following %in% tried) break
            n_censor[i] <- following
        }
        n_hat[lower[i + 1]] <- min(n_hat[lower[i + 1]], n_risk[i + 1])
        last <- fell
    }
    i <- last_interval
    if (i > 1) {
        n_censor[i] <- min(n_hat[lower[i]], round(
            sum(n_censor[-i]) * (t[upper[i]] - t[lower[i]]) / (t[upper[i - 1]] - t[lower[1]])
        ))
    }
    before <- sum(d[seq_len(lower[i] - 1)])
    if (is.na(total) || i == 1 || before < total) {
        tried <- integer(0)
        repeat {
            tried <- c(tried, n_censor[i])
            fill(i, upper[i])
            following <- max(n_censor[i] + sum(d) - total, 0)
            if (is.na(total) || sum(d) == total || following %in% tried) break
            n_censor[i] <- following
        }
    }
    # events on the points, censorings half way to the next, those left on the last point
    rows <- rbind(
        data.frame(time = t, n_event = d, n_censored = 0),
        data.frame(time = (t[-1] + t[-length(t)]) / 2, n_event = 0, n_censored = cen[-length(t)])
    )
    left <- n_risk[1] - sum(rows$n_event + rows$n_censored)
    rows <- rbind(rows, data.frame(time = t[length(t)], n_event = 0, n_censored = left))
    rows <- aggregate(cbind(n_event, n_censored) ~ time, rows, sum)
    rows[rows$n_event + rows$n_censored > 0, ]
}

one_a_row <- function(counts) data.frame(
    time = c(rep(counts$time, counts$n_event), rep(counts$time, counts$n_censored)),
    died = rep(1:0, c(sum(counts$n_event), sum(counts$n_censored)))
)
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

# The sum of exp(x'b) at its minimum: optim, then Newton's steps to the last digit.
matching_weights <- function(values, targets) {
    away <- t(t(values) - targets)
    scale <- apply(away, 2, sd)
    away <- t(t(away) / scale)
    total <- function(b) sum(exp(away %*% b))
    slope <- function(b) colSums(as.numeric(exp(away %*% b)) * away)
    b <- optim(numeric(ncol(away)), total, slope, method = "BFGS", control = list(reltol = 1e-14))$par
    for (step in 1:20) {
        w <- as.numeric(exp(away %*% b))
        b <- b - solve(t(away) %*% (w * away), colSums(w * away))
    }
    w <- as.numeric(exp(away %*% b))
    list(weight = w / mean(w), coefficients = b / scale, n_effective = sum(w)^2 / sum(w^2))
}

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
