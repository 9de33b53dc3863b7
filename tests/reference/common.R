# What every script of this folder shares: exact writing, tight convergence, the data sets.

suppressPackageStartupMessages(library(survival))

# the shortest of 15 and 17 digits that gives the number back; nothing for unknown
precise <- function(x) {
    written <- rep("", length(x))
    known <- !is.na(x)
    short <- formatC(x[known], digits = 15, format = "g", width = 1)
    exact <- formatC(x[known], digits = 17, format = "g", width = 1)
    written[known] <- ifelse(as.numeric(short) == x[known], short, exact)
    written
}

write_table <- function(table, file) {
    numeric <- vapply(table, is.double, logical(1))
    table[numeric] <- lapply(table[numeric], precise)
    write.csv(table, file, row.names = FALSE, quote = FALSE, na = "")
}

bind_rows <- function(rows) do.call(rbind, rows)

tight <- coxph.control(eps = 1e-14, toler.chol = 1e-16, iter.max = 100)

# a design table: one row per thing to compute, read by the tests too; "" is none
read_design <- function(file) read.csv(file, colClasses = "character", na.strings = character(0))

# the stratification factors of a design, parted by blanks, as a term of a formula
strata_of <- function(design) paste0("strata(", gsub(" ", ", ", design$stratum), ")")

response <- function(design) paste0(
    "Surv(", if (nzchar(design$start)) paste0(design$start, ", "),
    design$stop, ", ", design$event, ")"
)

# ---- exact likelihood of ties: coxph makes each choice of the tied events where rows have a start, -
# and need not with a stratum for each risk set, whose rows then have one time
by_risk_set <- function(rows) {
    if (is.null(rows$tstart)) rows$tstart <- -Inf
    if (is.null(rows$stratum)) rows$stratum <- 1
    times <- unique(rows[rows$event == 1, c("stratum", "tstop")])
    bind_rows(Map(function(stratum, time) {
        inside <- rows[rows$stratum == stratum & rows$tstart < time & time <= rows$tstop, ]
        transform(inside, event = as.integer(event == 1 & tstop == time), time = time,
                  set = paste(stratum, time))
    }, times$stratum, times$tstop))
}

fit_exact <- function(sets, terms, ...) {
    sets$one <- 1
    formula <- reformulate(c(terms, "strata(set)"), "Surv(one, event)")
    coxph(formula, sets, ties = "exact", ...)
}

# ---- the data sets as committed, with the columns that R and the tests derive from them -----

read_data <- function(name) read.csv(paste0(name, ".csv"))

read_all <- function() {
    lung <- transform(read_data("lung"), died = status - 1, sampling = 50 / age)
    lung$copies <- lung$sex
    lung <- transform(lung, age_2 = age^2, age_3 = age^3,
                      age_near = age + 1e-3 * (37 * seq_along(age) %% 101) / 101,
                      age_extreme = ifelse(seq_along(age) == 5, 1e6, age),
                      marked = as.integer(seq_along(age) %% 7 == 1))
    lung$died_unmarked <- lung$died * (1 - lung$marked)
    mgus2 <- transform(
        read_data("mgus2"),
        time = ifelse(pstat == 1, ptime, futime), cause = ifelse(pstat == 1, 1, 2 * death),
        progressed = pstat, male = as.integer(sex == "M"),
        age_months = 12 * age, end_months = 12 * age + futime
    )
    pbcseq <- transform(read_data("pbcseq"), died = as.integer(status == 2),
                        log_bili = log(bili), log_protime = log(protime))
    list(
        lung = lung, mgus2 = mgus2, heart = read_data("heart"), myeloma = read_data("myeloma"),
        myeloid_rows = read_data("myeloid_rows"), cgd = read_data("cgd"), pbcseq = pbcseq,
        pbc = transform(read_data("pbc"), died = as.integer(status == 2)),
        colon = transform(read_data("colon"), arm = lev + 2 * lev5fu),
        ovarian = read_data("ovarian"), kidney = read_data("kidney"), gbsg = read_data("gbsg"), rats = read_data("rats"),
        veteran = transform(read_data("veteran"), smallcell = as.integer(celltype == 2),
                            adeno = as.integer(celltype == 3), large = as.integer(celltype == 4))
    )
}

# ---- what no package gives, or not to the last digit --------------------------------------------

# The log-rank statistic with delayed entry, which survdiff does not take: sums over days and strata.
log_rank_sums <- function(start, stop, event, group, stratum) {
    excess <- numeric(nlevels(group))
    covariance <- matrix(0, nlevels(group), nlevels(group))
    for (s in unique(stratum)) for (day in unique(stop[event == 1 & stratum == s])) {
        at_risk <- start < day & day <= stop & stratum == s
        died <- at_risk & stop == day & event == 1
        n <- sum(at_risk)
        d <- sum(died)
        share <- as.vector(table(group[at_risk])) / n
        excess <- excess + as.vector(table(group[died])) - d * share
        covariance <- covariance + (diag(share) - outer(share, share)) * d * (n - d) / max(n - 1, 1)
    }
    as.vector(excess[-1] %*% solve(covariance[-1, -1], excess[-1]))
}

# Stepwise selection as in SAS PROC PHREG: in with the largest score chi-square with P < slentry, out
# with the smallest Wald chi-square with P > slstay, until nothing enters or the one entered is all
# that leaves. `strata`: the stratification factors.
stepwise <- function(name, response, candidates, data, slentry, slstay, ties, strata = NULL) {
    data <- data[complete.cases(data[, c(candidates, strata)]), ]
    stratified <- if (!is.null(strata)) paste0("strata(", paste(strata, collapse = ", "), ")")
    log <- NULL
    note <- function(step, action, factor, test, statistic) {
        log <<- rbind(log, data.frame(
            data = name, ties = ties, step = step, action = action, factor = factor, test = test,
            statistic = statistic, p_value = pchisq(statistic, 1, lower.tail = FALSE)
        ))
    }
    fitted <- function(terms, ...) {
        coxph(reformulate(c(terms, stratified), response), data, ties = ties, ...)
    }
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

# crr ends where its line search cannot tell a gain from rounding; Newton's steps from there, each
# from crr's own score and information, take away what is left
converged <- function(...) {
    fit <- crr(..., gtol = 1e-12, maxiter = 100)
    for (step in 1:5) {
        b <- fit$coef + solve(fit$inf, fit$score)
        fit <- crr(..., gtol = 1e-12, maxiter = 0, init = b)
    }
    fit
}
