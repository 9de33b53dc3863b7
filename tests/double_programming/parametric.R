# Parametric models: the likelihoods written out and maximised by optim and Newton's steps, times in
# months. survreg has four of them; what it finds is compared in tests/reference.

PARAMETRIC <- list(
    exponential = list(
        parameters = "rate", positive = TRUE,
        unit = -1, is_log_time = FALSE,
        start = function(rate) log(rate),
        density = function(b, t) b[1] - exp(b[1]) * t,
        survival = function(b, t) -exp(b[1]) * t,
        mean = function(b) exp(-b[1])
    ),
    weibull = list(
        parameters = c("shape", "scale"), positive = c(TRUE, TRUE),
        unit = c(0, 1), is_log_time = c(FALSE, FALSE),
        start = function(rate) c(0, -log(rate)),
        density = function(b, t) dweibull(t, exp(b[1]), exp(b[2]), log = TRUE),
        survival = function(b, t) {
            pweibull(t, exp(b[1]), exp(b[2]), lower.tail = FALSE, log.p = TRUE)
        },
        mean = function(b) exp(b[2]) * gamma(1 + exp(-b[1]))
    ),
    log_normal = list(
        parameters = c("meanlog", "sdlog"), positive = c(FALSE, TRUE),
        unit = c(0, 0), is_log_time = c(TRUE, FALSE),
        start = function(rate) c(-log(rate) - 0.5, 0),
        density = function(b, t) dlnorm(t, b[1], exp(b[2]), log = TRUE),
        survival = function(b, t) plnorm(t, b[1], exp(b[2]), lower.tail = FALSE, log.p = TRUE),
        mean = function(b) exp(b[1] + exp(2 * b[2]) / 2)
    ),
    log_logistic = list(
        parameters = c("shape", "scale"), positive = c(TRUE, TRUE),
        unit = c(0, 1), is_log_time = c(FALSE, FALSE),
        start = function(rate) c(0.2, -log(rate) - 0.5),
        density = function(b, t) dlogis(log(t), b[2], exp(-b[1]), log = TRUE) - log(t),
        survival = function(b, t) {
            plogis(log(t), b[2], exp(-b[1]), lower.tail = FALSE, log.p = TRUE)
        },
        mean = function(b) if (b[1] > 0) exp(b[2]) * pi * exp(-b[1]) / sin(pi * exp(-b[1])) else NA
    ),
    # log(T) is mu + sigma log(Q^2 G) / Q with G a gamma variable of shape 1 / Q^2
    generalised_gamma = list(
        parameters = c("mu", "sigma", "q"), positive = c(FALSE, TRUE, FALSE),
        unit = c(0, 0, 0), is_log_time = c(TRUE, FALSE, FALSE),
        start = function(rate) c(-log(rate) - 0.2, 0, 0.5),
        density = function(b, t) {
            if (abs(b[3]) < 1e-5) return(dlnorm(t, b[1], exp(b[2]), log = TRUE))
            v <- b[3] * (log(t) - b[1]) / exp(b[2]) - 2 * log(abs(b[3]))
            k <- 1 / b[3]^2
            # a gamma density and the slope of v
            dgamma(exp(v), k, log = TRUE) + v + log(abs(b[3])) - b[2] - log(t)
        },
        survival = function(b, t) {
            if (abs(b[3]) < 1e-5) {
                return(plnorm(t, b[1], exp(b[2]), lower.tail = FALSE, log.p = TRUE))
            }
            v <- b[3] * (log(t) - b[1]) / exp(b[2]) - 2 * log(abs(b[3]))
            pgamma(exp(v), 1 / b[3]^2, lower.tail = b[3] < 0, log.p = TRUE)
        },
        mean = function(b) {
            k <- 1 / b[3]^2
            power <- exp(b[2]) / b[3]
            if (k + power <= 0) return(NA)
            exp(b[1] + lgamma(k + power) - lgamma(k) - power * log(k))
        }
    ),
    gompertz = list(
        parameters = c("shape", "rate"), positive = c(FALSE, TRUE),
        unit = c(-1, -1), is_log_time = c(FALSE, FALSE),
        start = function(rate) c(0, log(rate)),
        density = function(b, t) b[2] + b[1] * t + gompertz_log_survival(b, t),
        survival = function(b, t) gompertz_log_survival(b, t),
        mean = function(b) {
            if (b[1] < 0) return(NA)
            integrate(function(t) exp(gompertz_log_survival(b, t)), 0, Inf, rel.tol = 1e-12)$value
        }
    )
)

gompertz_log_survival <- function(b, t) {
    growth <- if (abs(b[1]) < 1e-12) t else expm1(b[1] * t) / b[1]
    -exp(b[2]) * growth
}

parametric_fits <- function(study, results) {
    for_parametric(study, function(group, fit, name) {
        rows <- group$rows
        model <- PARAMETRIC[[name]]
        k <- length(model$parameters)
        known <- !is.null(fit)
        value <- if (known) fit$value else NA_real_
        data.frame(
            sizes(rows, 1), n_parameters = if (known) k else NA, log_likelihood = value,
            aic = 2 * k - 2 * value, bic = log(nrow(rows)) * k - 2 * value,
            mean_months = if (known) as.numeric(model$mean(fit$at)) else NA_real_,
            last_months = in_months(study, max(0, rows$exit))
        )
    })
}

parametric_parameters <- function(study, results) {
    z <- qnorm(1 - (1 - number(study, "conf_level")) / 2)
    for_parametric(study, function(group, fit, name) {
        model <- PARAMETRIC[[name]]
        if (is.null(fit)) fit <- list(at = rep(NA_real_, length(model$parameters)))
        error <- if (anyNA(fit$at)) fit$at else sqrt(diag(fit$covariance))
        natural <- function(value) ifelse(model$positive, exp(value), value)
        data.frame(
            parameter = model$parameters, sizes(group$rows, 1), estimate = natural(fit$at),
            std_error = error * ifelse(model$positive, exp(fit$at), 1),
            ci_lower = natural(fit$at - z * error), ci_upper = natural(fit$at + z * error),
            row.names = NULL
        )
    })
}

parametric_survivals <- function(study, results) {
    z <- qnorm(1 - (1 - number(study, "conf_level")) / 2)
    for_parametric(study, function(group, fit, name) {
        asked <- group$analysis$parametric_months
        months <- sort(unique(c(asked, seq(0, floor(max(asked))))))
        survival <- PARAMETRIC[[name]]$survival
        found <- if (is.null(fit)) data.frame(no_estimates, restricted_mean_months = NA_real_) else {
            do.call(rbind, lapply(months, function(month) {
                data.frame(model_survival(study, fit, survival, month),
                           restricted_mean_months = area(fit, survival, month))
            }))
        }
        data.frame(
            time_months = months, sizes(group$rows, 1), found, is_asked = months %in% asked,
            is_extrapolated = months * number(study, "days_per_month") > max(0, group$rows$exit),
            row.names = NULL
        )
    })
}

for_parametric <- function(study, one_model) {
    for_groups(study, "kaplan_meier", function(group) {
        do.call(rbind, lapply(group$analysis$models, function(name) {
            fit <- parametric_fit(study, group$rows, PARAMETRIC[[name]])
            data.frame(model = name, one_model(group, fit, name), row.names = NULL)
        }))
    })
}

# NULL without an estimate. Times of 0 count as half a day; who enters late had survived the entry.
parametric_fit <- function(study, rows, model) {
    n_days <- length(unique(rows$exit[rows$code == 1]))
    if (nrow(rows) < 2 || n_days < min(2, length(model$parameters))) return(NULL)
    longest <- max(rows$exit)
    exit <- ifelse(rows$exit == 0, 0.5, rows$exit) / longest
    entry <- rows$entry / longest
    died <- rows$code == 1
    value <- function(b) {
        total <- sum(model$density(b, exit[died])) + sum(model$survival(b, exit[!died])) -
            sum(model$survival(b, entry[entry > 0]))
        if (is.finite(total)) total else -1e10
    }
    at <- model$start(sum(died) / sum(exit - entry))
    if (length(at) > 1) {
        for (again in 1:5) {
            at <- optim(at, function(b) -value(b), control = list(reltol = 1e-14, maxit = 5000))$par
        }
    }
    # differences are in units of the error of each coefficient given the others
    size <- rep(0.1, length(at))
    for (step in 1:20) {
        of_errors <- function(x) value(at + size * x)
        information <- -curvature(of_errors, 0 * at) / outer(size, size)
        covariance <- tryCatch(solve(information), error = function(error) NULL)
        if (is.null(covariance) || any(diag(covariance) <= 0)) return(NULL)
        move <- as.vector(covariance %*% (slope(of_errors, 0 * at) / size))
        at <- at + move
        size <- pmin(1 / sqrt(diag(information)), 0.5)
        if (step > 3 && all(abs(move) <= 1e-9 * sqrt(diag(covariance)))) {
            return(of_months(model, in_months(study, longest), sum(died), list(
                at = at, covariance = covariance, value = value(at)
            )))
        }
    }
    NULL
}

# The fit to times in units of so many months, as that of times in months.
of_months <- function(model, months, n_events, fit) {
    scale <- ifelse(model$positive, 1, months^model$unit)
    shift <- ifelse(model$positive, model$unit, as.numeric(model$is_log_time)) * log(months)
    list(at = fit$at * scale + shift, covariance = fit$covariance * outer(scale, scale),
         value = fit$value - n_events * log(months))
}

# Central differences, freed of their errors of second and fourth order by halving the step twice.
extrapolated <- function(difference, step) {
    first <- lapply(step / c(1, 2, 4), difference)
    second <- list((4 * first[[2]] - first[[1]]) / 3, (4 * first[[3]] - first[[2]]) / 3)
    (16 * second[[2]] - second[[1]]) / 15
}

unit <- function(i, p) replace(numeric(p), i, 1)

slope <- function(f, at) {
    vapply(seq_along(at), function(i) {
        e <- unit(i, length(at))
        extrapolated(function(h) (f(at + h * e) - f(at - h * e)) / (2 * h), 0.2)
    }, 0)
}

curvature <- function(f, at) {
    p <- length(at)
    found <- matrix(0, p, p)
    for (i in seq_len(p)) for (j in seq_len(i)) {
        a <- unit(i, p)
        b <- unit(j, p)
        found[i, j] <- found[j, i] <- extrapolated(function(h) {
            (f(at + h * a + h * b) - f(at + h * a - h * b) - f(at - h * a + h * b) +
                 f(at - h * a - h * b)) / (4 * h^2)
        }, 0.2)
    }
    found
}

# By the delta method on the coefficients, with the limits of the study's transform.
model_survival <- function(study, fit, survival, month) {
    if (month == 0) return(data.frame(estimate = 1, std_error = 0, ci_lower = 1, ci_upper = 1))
    z <- qnorm(1 - (1 - number(study, "conf_level")) / 2)
    log_estimate <- survival(fit$at, month)
    estimate <- exp(log_estimate)
    # in units of half the coefficients' errors
    size <- sqrt(diag(fit$covariance)) / 2
    by <- slope(function(x) survival(fit$at + x * size, month), 0 * fit$at) / size
    error <- sqrt(as.numeric(by %*% fit$covariance %*% by))
    limits <- switch(study$parameters$ci_transform,
        plain = estimate + c(-1, 1) * z * estimate * error,
        log = estimate * exp(c(-1, 1) * z * error),
        `log-log` = exp(-exp(log(-log_estimate) + c(1, -1) * z * error / -log_estimate))
    )
    data.frame(estimate = estimate, std_error = estimate * error,
               ci_lower = max(limits[1], 0), ci_upper = min(limits[2], 1))
}

# The substitution t = month * x^4 takes away the steepness at 0 that a shape below 1 has.
area <- function(fit, survival, month) {
    if (month == 0) return(0)
    integrate(function(x) {
        4 * month * x^3 * exp(survival(fit$at, pmax(month * x^4, 1e-300)))
    }, 0, 1, rel.tol = 1e-12, subdivisions = 1000L)$value
}
