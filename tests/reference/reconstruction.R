# Patients read back from a published curve, and weights that match patients to published summaries.
# Both are written out after their papers; this script and tests/double_programming use them.
#
# The reconstruction is the algorithm of Guyot et al., BMC Med Res Methodol 2012;12:9.
# curve: time, survival; risk: time, at_risk; total: of events, NA when it is not published.

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
# The method of moments of Signorovitch et al., Pharmacoeconomics 2010;28:935.
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
