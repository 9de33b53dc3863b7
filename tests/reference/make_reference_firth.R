# Makes the reference numbers of Firth's penalised likelihood and of profile limits.
#
# Inputs: the data sets (make_data.R) and profile_design.csv: what to fit, read by the tests too.
# Outputs: profile_model.csv, profile_term.csv. No package is needed: coxph gives the log-likelihood
# and the information at given coefficients, the rest is maximised by Newton's steps from
# differences.

source("common.R")

data_sets <- read_all()

# the derivative of f at x along each coordinate, by differences of the sixth order
weights <- c(-1, 9, -45, 0, 45, -9, 1) / 60
gradient <- function(f, x, h) vapply(seq_along(x), function(j) {
    values <- vapply(-3:3, function(k) f(replace(x, j, x[j] + k * h[j])), numeric(1))
    sum(weights * values) / h[j]
}, numeric(1))
curvature <- function(f, x, h) {
    p <- length(x)
    out <- matrix(0, p, p)
    for (j in seq_len(p)) out[, j] <- (
        gradient(f, replace(x, j, x[j] + h[j]), h) - gradient(f, replace(x, j, x[j] - h[j]), h)
    ) / (2 * h[j])
    (out + t(out)) / 2
}
maximum <- function(f, start, h) {
    if (!length(start)) return(list(par = start, value = f(start)))
    x <- if (length(start) == 1) start else {
        optim(start, function(b) -f(b), control = list(reltol = 1e-10, parscale = h))$par
    }
    for (step in 1:50) {
        move <- -solve(curvature(f, x, h), gradient(f, x, h))
        x <- x + move * min(1, 20 / max(abs(move / h)))
        if (max(abs(move / h)) < 1e-9) break
    }
    list(par = x, value = f(x))
}

rows <- list()
model_rows <- list()
designs <- read_design("profile_design.csv")
for (i in seq_len(nrow(designs))) for (ties in c("efron", "breslow")) {
    design <- designs[i, ]
    data <- data_sets[[design$data]]
    terms <- strsplit(design$covariates, " ")[[1]]
    formula <- reformulate(c(terms, if (nzchar(design$stratum)) strata_of(design)), response(design))
    at <- function(b) suppressWarnings(coxph(formula, data, ties = ties, init = b,
                                             control = coxph.control(iter.max = 0)))
    whole <- function(b) {
        fit <- at(b)
        penalty <- if (nzchar(design$penalty)) -determinant(fit$var)$modulus[1] / 2 else 0
        fit$loglik[2] + penalty
    }
    zero <- rep(0, length(terms))
    h <- 0.1 * sqrt(diag(as.matrix(at(zero)$var)))
    top <- maximum(whole, zero, h)
    error <- sqrt(diag(as.matrix(at(top$par)$var)))
    key <- paste(design$model, ties)
    model_rows[[key]] <- data.frame(
        model = design$model, ties, log_likelihood = top$value, log_likelihood_null = whole(zero)
    )
    for (j in seq_along(terms)) {
        profile <- function(value) maximum(
            function(free) whole(append(free, value, j - 1)), top$par[-j], h[-j]
        )$value
        root <- function(way) uniroot(
            function(value) profile(value) - top$value + qnorm(0.975)^2 / 2,
            top$par[j] + way * error[j] * c(1, 8), extendInt = "yes", tol = 1e-12 * error[j]
        )$root
        rows[[paste(key, j)]] <- data.frame(
            model = design$model, ties, factor = terms[j], log_hr = top$par[j],
            std_error = error[j], log_lower = root(-1), log_upper = root(1),
            lr = 2 * (top$value - profile(0))
        )
    }
}
write_table(bind_rows(model_rows), "profile_model.csv")
write_table(bind_rows(rows), "profile_term.csv")
