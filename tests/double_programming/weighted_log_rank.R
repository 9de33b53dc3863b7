# Log-rank tests with weights, for a trend, of pairs, and the largest of four.
#
# `rows` have exit, code, stratum (the group), block (the stratum of the test) and entry.

# The test of one name: a row of test, sizes, statistic, df, p_value, p_adjusted; of `pairwise` one a
# pair.
test_between <- function(study, analysis, rows, name) {
    groups <- intersect(levels_of(study, analysis$strata), rows$stratum)
    if (name == "pairwise") return(pairs_tested(rows, groups))
    found <- if (name == "log_rank") log_rank(rows) else if (name == "trend") {
        trend_tested(rows, groups)
    } else if (name == "max_combo") largest_of_four(rows, groups) else weighted(rows, groups, name)
    data.frame(test = gsub(" ", "", name), sizes(rows, 1), found, p_adjusted = NA_real_)
}

kaplan_meier_before <- function(d, n) c(1, cumprod(1 - d / n)[-length(d)])

harrington <- function(powers) function(d, n) {
    s <- kaplan_meier_before(d, n)
    s^powers[1] * (1 - s)^powers[2]
}

weights_of <- function(name) {
    if (startsWith(name, "fleming_harrington")) {
        return(harrington(as.numeric(regmatches(name, gregexpr("[0-9.]+", name))[[1]])))
    }
    peto <- function(d, n) cumprod(1 - d / (n + 1))
    switch(name, gehan = function(d, n) n, tarone_ware = function(d, n) sqrt(n), peto_peto = peto,
           modified_peto = function(d, n) peto(d, n) * n / (n + 1), stop("No weights ", name))
}

# The groups' sums and the covariances of those with two weights.
weighted_sums <- function(rows, groups, first, second = first) {
    u <- numeric(length(groups))
    V <- matrix(0, length(groups), length(groups))
    for (block in split(rows, rows$block)) {
        days <- sort(unique(block$exit[block$code == 1]))
        if (!length(days)) next
        at_risk <- sapply(groups, function(group) vapply(days, function(day) {
            sum(at_risk_on(block, day) & block$stratum == group)
        }, 0))
        died <- sapply(groups, function(group) vapply(days, function(day) {
            sum(block$exit == day & block$code == 1 & block$stratum == group)
        }, 0))
        at_risk <- matrix(at_risk, nrow = length(days))
        died <- matrix(died, nrow = length(days))
        n <- rowSums(at_risk)
        d <- rowSums(died)
        w <- first(d, n)
        v <- second(d, n)
        for (i in seq_along(days)) {
            p <- at_risk[i, ] / n[i]
            u <- u + w[i] * (died[i, ] - d[i] * p)
            V <- V + w[i] * v[i] * (diag(p, length(p)) - outer(p, p)) *
                d[i] * (n[i] - d[i]) / max(n[i] - 1, 1)
        }
    }
    list(u = u, V = V)
}

weighted <- function(rows, groups, name) {
    found <- weighted_sums(rows, groups, weights_of(name))
    chi_square(sum(found$u[-1] * solve(found$V[-1, -1, drop = FALSE], found$u[-1])),
               length(groups) - 1)
}

trend_tested <- function(rows, groups) {
    found <- weighted_sums(rows, groups, function(d, n) rep(1, length(n)))
    score <- seq_along(groups)
    chi_square(sum(score * found$u)^2 / as.numeric(score %*% found$V %*% score), 1)
}

pairs_tested <- function(rows, groups) {
    pairs <- combn(groups, 2, simplify = FALSE)
    found <- do.call(rbind, lapply(pairs, function(pair) {
        own <- rows[rows$stratum %in% pair, ]
        data.frame(test = sprintf("pairwise(%s, %s)", pair[1], pair[2]), sizes(own, 1), log_rank(own))
    }))
    found$p_adjusted <- p.adjust(found$p_value, "holm")
    found
}

# The largest |Z| of the weights 1, 1 - S, S and S (1 - S). The first is the sum of the next two, so
# that three of them are independent directions: over Z of 1 - S and of S the probability is
# integrated, the limits of the second by the first those of the box and of the sum; over the last it
# is that of a normal variable.
largest_of_four <- function(rows, groups) {
    four <- list(harrington(c(0, 0)), harrington(c(0, 1)), harrington(c(1, 0)), harrington(c(1, 1)))
    V <- sapply(four, function(a) sapply(four, function(b) {
        weighted_sums(rows, groups, a, b)$V[1, 1]
    }))
    u <- sapply(four, function(a) weighted_sums(rows, groups, a)$u[1])
    size <- sqrt(diag(V))
    m <- max(abs(u / size))
    r <- cov2cor(V)[2:4, 2:4]
    a <- size[2] / size[1]
    b <- size[3] / size[1]
    spread <- sqrt(1 - r[1, 2]^2)
    slopes <- solve(r[1:2, 1:2], r[1:2, 3])
    rest <- sqrt(1 - sum(slopes * r[1:2, 3]))
    of_second <- function(x) {
        low <- max(-m, (-m - a * x) / b)
        high <- min(m, (m - a * x) / b)
        if (high <= low) return(0)
        integrate(function(y) {
            middle <- slopes[1] * x + slopes[2] * y
            dnorm(y, r[1, 2] * x, spread) *
                (pnorm((m - middle) / rest) - pnorm((-m - middle) / rest))
        }, low, high, rel.tol = 1e-12, subdivisions = 1000)$value
    }
    kinks <- c((m * c(-1, 1) - m * b) / a, (m * c(-1, 1) + m * b) / a)
    bounds <- sort(unique(c(-m, m, kinks[abs(kinks) < m])))
    inside <- sum(mapply(function(low, high) integrate(
        function(x) dnorm(x) * vapply(x, of_second, 0), low, high, rel.tol = 1e-11,
        subdivisions = 1000
    )$value, head(bounds, -1), tail(bounds, -1)))
    data.frame(statistic = m, df = NA_real_, p_value = 1 - inside)
}
