# Log-likelihoods of parametric models written out, maximised by optim and made exact by Newton's
# steps whose derivatives are differences freed of their errors by halving the step.

LIKELIHOODS <- list(
    weibull = list(
        parameters = c("shape", "scale"), positive = c(TRUE, TRUE), start = c(0, 0),
        is_log_time = c(FALSE, FALSE), unit = c(0, 1),
        density = function(b, t) dweibull(t, exp(b[1]), exp(b[2]), log = TRUE),
        survival = function(b, t) pweibull(t, exp(b[1]), exp(b[2]), FALSE, TRUE)
    ),
    log_logistic = list(
        parameters = c("shape", "scale"), positive = c(TRUE, TRUE), start = c(0.2, -0.5),
        is_log_time = c(FALSE, FALSE), unit = c(0, 1),
        density = function(b, t) dlogis(log(t), b[2], exp(-b[1]), TRUE) - log(t),
        survival = function(b, t) plogis(log(t), b[2], exp(-b[1]), FALSE, TRUE)
    ),
    # log(T) = mu + sigma log(Q^2 G) / Q, G gamma of shape 1 / Q^2
    generalised_gamma = list(
        parameters = c("mu", "sigma", "q"), positive = c(FALSE, TRUE, FALSE), start = c(-0.2, 0, 0.5),
        is_log_time = c(TRUE, FALSE, FALSE), unit = c(0, 0, 0),
        density = function(b, t) {
            v <- b[3] * (log(t) - b[1]) / exp(b[2]) - 2 * log(abs(b[3]))
            dgamma(exp(v), 1 / b[3]^2, log = TRUE) + v + log(abs(b[3])) - b[2] - log(t)
        },
        survival = function(b, t) {
            v <- b[3] * (log(t) - b[1]) / exp(b[2]) - 2 * log(abs(b[3]))
            pgamma(exp(v), 1 / b[3]^2, lower.tail = b[3] < 0, log.p = TRUE)
        }
    ),
    gompertz = list(
        parameters = c("shape", "rate"), positive = c(FALSE, TRUE), start = c(0.01, 0),
        is_log_time = c(FALSE, FALSE), unit = c(-1, -1),
        density = function(b, t) b[2] + b[1] * t - exp(b[2]) * expm1(b[1] * t) / b[1],
        survival = function(b, t) -exp(b[2]) * expm1(b[1] * t) / b[1]
    )
)

# Differences of f by steps h, h/2 and h/4: the errors of second and fourth order cancel.
extrapolated <- function(difference, step) {
    first <- lapply(step / c(1, 2, 4), difference)
    second <- list((4 * first[[2]] - first[[1]]) / 3, (4 * first[[3]] - first[[2]]) / 3)
    (16 * second[[2]] - second[[1]]) / 15
}

slope <- function(f, at) vapply(seq_along(at), function(i) {
    e <- replace(numeric(length(at)), i, 1)
    extrapolated(function(h) (f(at + h * e) - f(at - h * e)) / (2 * h), 0.2)
}, 0)

curvature <- function(f, at) {
    p <- length(at)
    outer(seq_len(p), seq_len(p), Vectorize(function(i, j) {
        a <- replace(numeric(p), i, 1)
        b <- replace(numeric(p), j, 1)
        extrapolated(function(h) {
            (f(at + h * (a + b)) - f(at + h * (a - b)) - f(at - h * (a - b)) +
                 f(at - h * (a + b))) / (4 * h^2)
        }, 0.2)
    }))
}

# Times are divided by the mean time per event for the search, or by the longest.
fitted_by_hand <- function(model, time, died, entry = 0 * time) {
    about <- LIKELIHOODS[[model]]
    mean <- sum(time - entry) / sum(died)
    unit <- if (model == "gompertz") max(time) else mean
    t <- time / unit
    e <- entry[entry > 0] / unit
    value <- function(b) {
        total <- sum(about$density(b, t[died == 1])) + sum(about$survival(b, t[died == 0])) -
            sum(about$survival(b, e))
        if (is.finite(total)) total else -1e10
    }
    at <- about$start
    if (model == "gompertz") at[2] <- log(unit / mean)
    for (again in 1:10) {
        at <- optim(at, function(b) -value(b), control = list(reltol = 1e-15, maxit = 5000))$par
    }
    size <- rep(0.1, length(at))
    for (step in 1:8) {
        # differences are in units of the error of each coefficient given the others
        of_errors <- function(x) value(at + size * x)
        information <- -curvature(of_errors, 0 * at) / outer(size, size)
        at <- at + as.vector(solve(information, slope(of_errors, 0 * at) / size))
        size <- pmin(1 / sqrt(diag(information)), 0.5)
    }
    error <- sqrt(diag(solve(information)))
    scale <- unit^about$unit
    data.frame(
        parameter = about$parameters,
        estimate = ifelse(about$positive, exp(at) * scale, ifelse(about$is_log_time, at + log(unit), at * scale)),
        std_error = ifelse(about$positive, error * exp(at) * scale, error * scale),
        log_likelihood = value(at) - sum(died) * log(unit)
    )
}
