# Makes the reference numbers of two groups: exact limits of a proportion, two-by-two tables, the same
# in strata, and differences of survival and of restricted means.
#
# Inputs: colon.csv, lung.csv, pbc.csv, veteran.csv (make_data.R). Outputs: exact_limits.csv,
# two_by_two.csv, mantel_haenszel.csv, survival_difference.csv, median_difference.csv.

source("common.R")

data_sets <- read_all()

# ---- exact limits ------------------------------------------------------------------------------------

proportions <- expand.grid(conf_level = c(0.8, 0.95, 0.999), count = c(0, 1, 7, 128, 258, 259),
                           denominator = c(1, 7, 259, 10000))
proportions <- subset(proportions, count <= denominator)
limits <- t(mapply(function(count, denominator, level) {
    binom.test(count, denominator, conf.level = level)$conf.int
}, proportions$count, proportions$denominator, proportions$conf_level))
write_table(data.frame(proportions[c("count", "denominator", "conf_level")],
                       ci_lower = limits[, 1], ci_upper = limits[, 2]), "exact_limits.csv")

# ---- two-by-two tables -------------------------------------------------------------------------------

# The limits of Miettinen and Nurminen by uniroot: the score statistic squared less its quantile. The
# proportions of greatest likelihood that differ by so much are also found by uniroot, as the root of
# the derivative of the log-likelihood.
likeliest <- function(n, of, n_reference, of_reference, difference) {
    share <- function(count, probability) if (count == 0) 0 else count / probability
    slope <- function(p) {
        share(n, p + difference) + share(n_reference, p) -
            share(of - n, 1 - p - difference) - share(of_reference - n_reference, 1 - p)
    }
    ends <- c(max(0, -difference), min(1, 1 - difference))
    inside <- ends + c(1, -1) * 1e-15  # at the ends themselves a share may be infinite
    if (inside[1] >= inside[2] || slope(inside[1]) <= 0) return(ends[1])
    if (slope(inside[2]) >= 0) return(ends[2])
    uniroot(slope, inside, tol = 1e-16, maxiter = 10000)$root
}
score_limits <- function(n, of, n_reference, of_reference, level) {
    z2 <- qnorm(1 - (1 - level) / 2)^2
    observed <- n / of - n_reference / of_reference
    total <- of + of_reference
    excess <- function(difference) {
        p <- likeliest(n, of, n_reference, of_reference, difference)
        q <- p + difference
        variance <- (q * (1 - q) / of + p * (1 - p) / of_reference) * total / (total - 1)
        (observed - difference)^2 - z2 * variance
    }
    root <- function(end) {
        if (observed == end || excess(end) <= 0) return(end)
        # with nobody, or everybody, in both groups the excess is 0 at the difference of 0 too
        near <- observed + sign(end) * 1e-9
        uniroot(excess, sort(c(near, end)), tol = 1e-15, maxiter = 10000)$root
    }
    c(root(-1), root(1))
}

tables <- as.data.frame(rbind(
    c(56, 70, 48, 80), c(9, 10, 3, 10), c(6, 7, 2, 7), c(5, 56, 0, 29), c(0, 10, 0, 20),
    c(0, 10, 0, 10), c(10, 10, 0, 20), c(10, 10, 0, 10), c(35, 118, 9, 122), c(6, 118, 0, 122),
    c(1, 1, 0, 1), c(0, 1, 1, 2), c(7, 7, 5, 9), c(1203, 4021, 1150, 3987), c(3, 900, 11, 450)
))
names(tables) <- c("n", "denominator", "n_reference", "denominator_reference")
numbers <- lapply(split(tables, seq_len(nrow(tables))), function(t) {
    cells <- matrix(c(t$n, t$n_reference, t$denominator - t$n,
                      t$denominator_reference - t$n_reference), 2)
    bind_rows(lapply(c(0.9, 0.95), function(level) {
        limits <- score_limits(t$n, t$denominator, t$n_reference, t$denominator_reference, level)
        # Wald's interval is that of the logistic regression on the group; thirty steps, so that the
        # last one changes nothing, for which glm would give a warning
        ratio <- if (any(cells == 0)) rep(NA_real_, 3) else {
            fit <- suppressWarnings(
                glm(cells ~ c(1, 0), family = binomial, epsilon = 1e-300, maxit = 30)
            )
            exp(coef(fit)[2] + c(0, -1, 1) * qnorm(1 - (1 - level) / 2) * sqrt(vcov(fit)[2, 2]))
        }
        data.frame(
            t, conf_level = level,
            difference = t$n / t$denominator - t$n_reference / t$denominator_reference,
            ci_lower = limits[1], ci_upper = limits[2], odds_ratio = ratio[1],
            odds_ratio_ci_lower = ratio[2], odds_ratio_ci_upper = ratio[3],
            fisher_p = fisher.test(cells)$p.value, row.names = NULL
        )
    }))
})
write_table(bind_rows(numbers), "two_by_two.csv")

# ---- in strata ---------------------------------------------------------------------------------------

deaths <- subset(data_sets$colon, etype == 2 & lev == 0)
in_strata <- lapply(c("male", "extent", "male obstruct", "extent node4", "differ"), function(strata) {
    factors <- strsplit(strata, " ")[[1]]
    rows <- deaths[complete.cases(deaths[factors]), ]
    stratum <- interaction(rows[factors], drop = TRUE)
    counts <- table(rows$lev5fu == 0, rows$status == 0, stratum)
    # mantelhaen.test takes no margin without anybody
    informative <- apply(counts, 3, function(t) all(rowSums(t) > 0) && all(colSums(t) > 0))
    test <- mantelhaen.test(counts[, , informative], correct = FALSE)
    data.frame(
        strata, n = nrow(rows), n_strata = nlevels(stratum), n_strata_informative = sum(informative),
        cmh_statistic = unname(test$statistic), cmh_p = test$p.value,
        common_odds_ratio = unname(test$estimate), common_odds_ratio_ci_lower = test$conf.int[1],
        common_odds_ratio_ci_upper = test$conf.int[2]
    )
})
write_table(bind_rows(in_strata), "mantel_haenszel.csv")

# ---- survival ----------------------------------------------------------------------------------------

# Rates at a day from survfit: the estimate, and its error as survfit's summary gives it.
at_day <- function(rows, day) {
    fit <- summary(survfit(Surv(time, died) ~ 1, rows), times = day, rmean = day)
    c(estimate = fit$surv, error = fit$std.err, mean = fit$table[["rmean"]],
      mean_error = fit$table[["se(rmean)"]])
}
compare <- function(data, group, levels, days) {
    rows <- data_sets[[data]]
    if (data == "colon") rows <- transform(subset(rows, etype == 2), died = status)
    if (data == "veteran") rows <- transform(rows, died = status)
    bind_rows(lapply(days, function(day) {
        one <- at_day(rows[rows[[group]] %in% levels[1], ], day)
        other <- at_day(rows[rows[[group]] %in% levels[2], ], day)
        difference <- one[["estimate"]] - other[["estimate"]]
        std_error <- sqrt(one[["error"]]^2 + other[["error"]]^2)
        scaled <- function(x) x[["error"]] / (x[["estimate"]] * log(x[["estimate"]]))
        transformed <- log(-log(one[["estimate"]])) - log(-log(other[["estimate"]]))
        statistic <- transformed^2 / (scaled(one)^2 + scaled(other)^2)
        means <- one[["mean"]] - other[["mean"]]
        means_error <- sqrt(one[["mean_error"]]^2 + other[["mean_error"]]^2)
        data.frame(
            data, group, level = levels[1], reference = levels[2], day, difference, std_error,
            ci_lower = difference - qnorm(0.975) * std_error,
            ci_upper = difference + qnorm(0.975) * std_error, statistic,
            p_value = pchisq(statistic, 1, lower.tail = FALSE), mean_difference = means,
            mean_ci_lower = means - qnorm(0.975) * means_error,
            mean_ci_upper = means + qnorm(0.975) * means_error,
            mean_p_value = 2 * pnorm(-abs(means / means_error))
        )
    }))
}
write_table(bind_rows(list(
    compare("lung", "sex", c(2, 1), c(180, 365, 730)),
    compare("colon", "arm", c(2, 0), c(365, 1000, 2500)),
    compare("pbc", "trt", c(1, 2), c(1000, 3000)),
    compare("veteran", "trt", c(2, 1), c(60, 120, 300))
)), "survival_difference.csv")

# ---- medians of survival -----------------------------------------------------------------------------

# The limits of Su and Wei by a search of all pairs of steps, from survfit's estimates and errors.
steps_of <- function(rows) {
    fit <- survfit(Surv(time, died) ~ 1, rows)
    data.frame(from = fit$time, to = c(fit$time[-1], Inf),
               q = ifelse(fit$surv > 0 & fit$std.err > 0,
                          (fit$surv - 0.5)^2 / (fit$surv * fit$std.err)^2, Inf))
}
median_of <- function(rows) unname(quantile(survfit(Surv(time, died) ~ 1, rows), 0.5)$quantile)
two_medians <- function(one, other, level) {
    a <- steps_of(one)
    b <- steps_of(other)
    pairs <- expand.grid(i = seq_len(nrow(a)), j = seq_len(nrow(b)))
    pairs <- pairs[a$q[pairs$i] + b$q[pairs$j] <= qchisq(level, 1), ]
    days <- sort(unique(c(a$from, b$from)))
    days <- days[days >= max(a$from[1], b$from[1])]
    least <- min(a$q[findInterval(days, a$from)] + b$q[findInterval(days, b$from)])
    medians <- c(median_of(one), median_of(other))
    bounded <- function(value) if (is.finite(value)) value else NA
    data.frame(
        difference = medians[1] - medians[2],
        ci_lower = bounded(min(a$from[pairs$i] - b$to[pairs$j])),
        ci_upper = bounded(max(a$to[pairs$i] - b$from[pairs$j])),
        ratio = medians[1] / medians[2],
        ratio_ci_lower = bounded(min(a$from[pairs$i] / b$to[pairs$j])),
        ratio_ci_upper = bounded(max(a$to[pairs$i] / b$from[pairs$j])),
        statistic = least, p_value = pchisq(least, 1, lower.tail = FALSE)
    )
}
designs <- list(
    list("lung", "sex", "1", "2"), list("lung", "ph.ecog", "0", "1"), list("lung", "ph.ecog", "2", "1"),
    list("veteran", "trt", "1", "2"), list("veteran", "celltype", "1", "2")
)
write_table(bind_rows(lapply(designs, function(design) {
    rows <- data_sets[[design[[1]]]]
    event <- if (design[[1]] == "lung") "died" else "status"
    rows$died <- rows[[event]]
    own <- lapply(design[3:4], function(level) rows[which(as.character(rows[[design[[2]]]]) == level), ])
    bind_rows(lapply(c(0.95, 0.8), function(level) data.frame(
        data = design[[1]], group = design[[2]], level = design[[3]], reference = design[[4]], event,
        conf_level = level, two_medians(own[[1]], own[[2]], level)
    )))
})), "median_difference.csv")
