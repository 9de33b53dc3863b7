# Makes the reference numbers of weighted log-rank tests, of the trend and of pairs of groups.
#
# Inputs: veteran.csv, gbsg.csv, colon.csv (deaths), kidney.csv (make_data.R). Output:
# weighted_log_rank.csv. survdiff gives the tests with weights S(t-)^rho and those of pairs; the
# others are written out as sums over days and strata.

source("common.R")

data_sets <- read_all()
designs <- list(
    veteran = list(rows = data_sets$veteran, time = "time", event = "status", group = "celltype"),
    gbsg = list(rows = data_sets$gbsg, time = "rfstime", event = "status", group = "grade"),
    gbsg_stratified = list(rows = data_sets$gbsg, time = "rfstime", event = "status",
                           group = "grade", stratum = "meno"),
    gbsg_two = list(rows = data_sets$gbsg, time = "rfstime", event = "status", group = "hormon"),
    colon_two = list(rows = subset(data_sets$colon, etype == 2 & lev == 0), time = "time",
                     event = "status", group = "lev5fu", stratum = "extent"),
    kidney = list(rows = data_sets$kidney, time = "time", event = "status", group = "disease")
)

survival_before <- function(d, n) c(1, cumprod(1 - d / n)[-length(d)])
peto <- function(d, n) cumprod(1 - d / (n + 1))
harrington <- function(rho, gamma) function(d, n) {
    s <- survival_before(d, n)
    s^rho * (1 - s)^gamma
}
weights <- list(
    gehan = function(d, n) n, tarone_ware = function(d, n) sqrt(n), peto_peto = peto,
    modified_peto = function(d, n) peto(d, n) * n / (n + 1),
    "fleming_harrington(0,1)" = harrington(0, 1), "fleming_harrington(1,1)" = harrington(1, 1),
    "fleming_harrington(0.5,0.5)" = harrington(0.5, 0.5)
)

# U and the covariance of two weights, group by group
sums <- function(time, event, group, stratum, first, second = first) {
    u <- numeric(nlevels(group))
    V <- matrix(0, nlevels(group), nlevels(group))
    for (s in unique(stratum)) {
        own <- stratum == s
        days <- sort(unique(time[own & event == 1]))
        d <- vapply(days, function(day) sum(own & time == day & event == 1), 0)
        n <- vapply(days, function(day) sum(own & time >= day), 0)
        w <- first(d, n)
        v <- second(d, n)
        for (i in seq_along(days)) {
            share <- as.vector(table(group[own & time >= days[i]])) / n[i]
            died <- as.vector(table(group[own & time == days[i] & event == 1]))
            u <- u + w[i] * (died - d[i] * share)
            V <- V + w[i] * v[i] * (diag(share) - outer(share, share)) *
                d[i] * (n[i] - d[i]) / max(n[i] - 1, 1)
        }
    }
    list(u = u, V = V)
}

rows <- list()
add <- function(...) rows[[length(rows) + 1]] <<- data.frame(...)
for (name in names(designs)) {
    design <- designs[[name]]
    data <- design$rows
    time <- data[[design$time]]
    event <- data[[design$event]]
    group <- factor(data[[design$group]])
    stratum <- if (is.null(design$stratum)) rep(1, nrow(data)) else data[[design$stratum]]
    in_strata <- if (length(unique(stratum)) > 1) "+ strata(stratum)" else ""
    formula <- as.formula(paste("Surv(time, event) ~ group", in_strata))
    df <- nlevels(group) - 1
    for (rho in c(0, 0.5, 1)) add(
        design = name, test = sprintf("fleming_harrington(%g,0)", rho), df = df,
        statistic = survdiff(formula, rho = rho)$chisq, p_adjusted = NA
    )
    for (test in names(weights)) {
        found <- sums(time, event, group, stratum, weights[[test]])
        add(design = name, test, df = df, p_adjusted = NA, statistic =
                as.numeric(found$u[-1] %*% solve(found$V[-1, -1], found$u[-1])))
    }
    found <- sums(time, event, group, stratum, function(d, n) 1 + 0 * n)
    score <- seq_len(nlevels(group)) - 1
    add(design = name, test = "trend", df = 1, p_adjusted = NA,
        statistic = sum(score * found$u)^2 / as.numeric(score %*% found$V %*% score))
    pairs <- combn(levels(group), 2)
    chisq <- apply(pairs, 2, function(pair) {
        own <- data.frame(time, event, group, stratum)[group %in% pair, ]
        survdiff(formula, own)$chisq
    })
    adjusted <- p.adjust(pchisq(chisq, 1, lower.tail = FALSE), "holm")
    for (i in seq_len(ncol(pairs))) add(
        design = name, test = sprintf("pairwise(%s, %s)", pairs[1, i], pairs[2, i]), df = 1,
        statistic = chisq[i], p_adjusted = adjusted[i]
    )
    if (df == 1) {
        four <- list(harrington(0, 0), harrington(0, 1), harrington(1, 0), harrington(1, 1))
        z <- vapply(four, function(w) {
            found <- sums(time, event, group, stratum, w)
            found$u[1] / sqrt(found$V[1, 1])
        }, 0)
        add(design = name, test = "max_combo", df = 0, statistic = max(abs(z)), p_adjusted = NA)
    }
}
write.csv(transform(bind_rows(rows), statistic = precise(statistic), p_adjusted = precise(p_adjusted)),
          "weighted_log_rank.csv", row.names = FALSE, na = "")
