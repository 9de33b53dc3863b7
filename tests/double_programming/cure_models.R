# Mixture cure models with factors: logit(c) = X a, log(scale) = W d, and the latency of the plan.
#
# The likelihood of a row is written out in u = logit(c), m = log(scale) and g = log(shape),
# differentiated by deriv3, and maximised by optim from several starts and Newton's steps.

by_u_m_g <- function(formula) deriv3(formula, c("u", "m", "g"), c("u", "m", "g", "t"))
latency_survival <- list(
    weibull = by_u_m_g(~ log(exp(u) + exp(-exp(exp(g) * (log(t) - m)))) - log(1 + exp(u))),
    log_logistic = by_u_m_g(~ log(exp(u) + 1 / (1 + exp(exp(g) * (log(t) - m)))) - log(1 + exp(u))),
    log_normal = by_u_m_g(~ log(exp(u) + pnorm(-exp(g) * (log(t) - m))) - log(1 + exp(u)))
)
latency_density <- list(
    weibull = by_u_m_g(~ g - log(t) + exp(g) * (log(t) - m) - exp(exp(g) * (log(t) - m)) -
                           log(1 + exp(u))),
    log_logistic = by_u_m_g(~ g - log(t) + exp(g) * (log(t) - m) -
                                2 * log(1 + exp(exp(g) * (log(t) - m))) - log(1 + exp(u))),
    log_normal = by_u_m_g(~ g - log(t) - (exp(g) * (log(t) - m))^2 / 2 - log(2 * pi) / 2 -
                              log(1 + exp(u)))
)

# The sum over some rows, by the chain rule from u, m and g to the coefficients.
latency_sums <- function(terms, at, t, X, W, has_shape) {
    if (!length(t)) return(list(value = 0, score = 0, hessian = 0))
    of <- c(ncol(X), ncol(W))
    g <- if (has_shape) at[sum(of) + 1] else 0
    found <- terms(as.vector(X %*% at[1:of[1]]), as.vector(W %*% at[of[1] + 1:of[2]]), g, t)
    slopes <- list(cbind(X, 0 * W, if (has_shape) 0 * t), cbind(0 * X, W, if (has_shape) 0 * t),
                   cbind(0 * X, 0 * W, if (has_shape) 1 + 0 * t))
    first <- attr(found, "gradient")
    second <- attr(found, "hessian")
    pairs <- expand.grid(i = 1:3, j = 1:3)
    list(
        value = sum(found),
        score = Reduce(`+`, lapply(1:3, function(i) colSums(first[, i] * slopes[[i]]))),
        hessian = Reduce(`+`, Map(function(i, j) {
            t(slopes[[i]]) %*% (second[, i, j] * slopes[[j]])
        }, pairs$i, pairs$j))
    )
}

# The highest maximum; NULL where it is none: too few days with events, a fraction at its bound of 0
# (below 1e-4), a coefficient that runs away.
latency_maximum <- function(rows, X, W, latency) {
    if (length(unique(rows$tstop[rows$event])) < 2) return(NULL)
    has_shape <- latency != "exponential"
    family <- if (has_shape) latency else "weibull"
    of <- c(ncol(X), ncol(W))
    part <- function(terms, at, t, which) {
        latency_sums(terms[[family]], at, t[which], X[which, , drop = FALSE],
                     W[which, , drop = FALSE], has_shape)
    }
    sums <- function(at) Map(
        function(died, censored, entered) died + censored - entered,
        part(latency_density, at, rows$tstop, rows$event),
        part(latency_survival, at, rows$tstop, !rows$event),
        part(latency_survival, at, rows$tstart, rows$tstart > 0)
    )
    spread <- c(1, apply(X, 2, sd)[-1], 1, apply(W, 2, sd)[-1], if (has_shape) 1)
    best <- NULL
    for (u in qlogis(c(0.1, 0.3, 0.6))) for (g in if (has_shape) log(c(0.7, 1.5)) else 0) {
        start <- c(u, rep(0, of[1] - 1), log(mean(rows$tstop[rows$event])), rep(0, of[2] - 1),
                   if (has_shape) g)
        found <- optim(start, function(at) {
            value <- -sums(at)$value
            if (is.finite(value)) value else 1e10
        }, function(at) -sums(at)$score, method = "BFGS",
        control = list(maxit = 1000, parscale = 1 / spread))
        if (is.null(best) || found$value < best$value) best <- found
    }
    at <- best$par
    for (step in 1:50) {
        there <- sums(at)
        V <- tryCatch(solve(-there$hessian), error = function(error) NULL)
        if (is.null(V) || any(diag(V) <= 0)) return(NULL)
        move <- as.vector(V %*% there$score)
        at <- at + move
        if (all(abs(move) <= 1e-10 * sqrt(diag(V)))) break
    }
    fractions <- plogis(as.vector(X %*% at[1:of[1]]))
    size <- pmax(abs(at), sqrt(diag(V))) * spread
    is_term <- !seq_along(at) %in% c(1, of[1] + 1, if (has_shape) length(at))
    if (mean(fractions) < 1e-4 || any(size[is_term] > 5)) return(NULL)
    list(at = at, V = V, fractions = fractions, value = sums(at)$value,
         shape = if (has_shape) exp(at[[length(at)]]) else 1)
}

cure_models <- function(study) lapply(with_method(study, "mixture_cure"), function(analysis) {
    in_fraction <- specs_of(study$plan_factors, analysis)
    in_latency <- specs_of(study$plan_latency_factors, analysis)
    name <- function(spec) spec$factor
    specs <- c(in_fraction, in_latency)
    specs <- specs[!duplicated(vapply(specs, name, ""))]
    found <- cure_terms_of(study, analysis, specs)
    own <- function(part) unlist(lapply(part, function(spec) which(found$of_factor == spec$factor)))
    rows <- found$design$rows
    columns <- as.matrix(rows[found$terms])
    X <- cbind(1, columns[, own(in_fraction), drop = FALSE])
    W <- cbind(1, columns[, own(in_latency), drop = FALSE])
    fit <- latency_maximum(rows, X, W, analysis$latency)
    plain <- if (ncol(X) + ncol(W) > 2) {
        latency_maximum(rows, X[, 1, drop = FALSE], W[, 1, drop = FALSE], analysis$latency)
    }
    list(analysis = analysis, design = found$design, X = X, W = W, fit = fit, plain = plain,
         part = rep(c("fraction", "latency"), c(length(own(in_fraction)), length(own(in_latency)))),
         factor = found$of_factor[c(own(in_fraction), own(in_latency))])
})

# A model without factors has the subjects of the population.
cure_terms_of <- function(study, analysis, specs) {
    if (length(specs)) return(terms_of(study, analysis, character(0), specs))
    found <- design(study, analysis$endpoint, analysis$population, list(), analysis$entry)
    list(design = found, terms = character(0), of_factor = character(0))
}

cure_model_rows <- function(study, results) {
    z <- qnorm(1 - (1 - number(study, "conf_level")) / 2)
    do.call(rbind, lapply(study$cure_models, function(model) {
        fit <- model$fit
        rows <- model$design$rows
        df <- ncol(model$X) + ncol(model$W) - 2
        last <- max(rows$tstop)
        sizes <- data.frame(
            analysis_id = model$analysis$id, n = model$design$n, n_event = model$design$n_event,
            n_missing = model$design$n_missing, df = if (df) df else NA,
            last_months = in_months(study, last)
        )
        if (is.null(fit)) {
            return(data.frame(sizes, cure_fraction = NA, std_error = NA, ci_lower = NA,
                              ci_upper = NA, scale_months = NA, shape = NA, rest_at_end = NA,
                              log_likelihood = NA, aic = NA, lr_statistic = NA, lr_p = NA))
        }
        q <- ncol(model$X)
        slope <- colMeans(fit$fractions * (1 - fit$fractions) * model$X)
        fraction <- mean(fit$fractions)
        error <- sqrt(as.vector(slope %*% fit$V[1:q, 1:q] %*% slope))
        width <- z * error / (fraction * (1 - fraction))
        x <- fit$shape * (log(last) - as.vector(model$W %*% fit$at[q + seq_len(ncol(model$W))]))
        rest <- switch(model$analysis$latency, log_normal = pnorm(-x), log_logistic = plogis(-x),
                       exp(-exp(x)))
        value <- fit$value + model$design$n_event * log(number(study, "days_per_month"))
        lr <- if (is.null(model$plain)) NA else 2 * (fit$value - model$plain$value)
        data.frame(
            sizes, cure_fraction = fraction, std_error = error,
            ci_lower = plogis(qlogis(fraction) - width), ci_upper = plogis(qlogis(fraction) + width),
            scale_months = in_months(study, exp(fit$at[[q + 1]])), shape = fit$shape,
            rest_at_end = sum((1 - fit$fractions) * rest) / sum(1 - fit$fractions),
            log_likelihood = value, aic = 2 * length(fit$at) - 2 * value, lr_statistic = lr,
            lr_p = if (df) pchisq(lr, df, lower.tail = FALSE) else NA
        )
    }))
}

cure_term_rows <- function(study, results) {
    z <- qnorm(1 - (1 - number(study, "conf_level")) / 2)
    do.call(rbind, lapply(study$cure_models, function(model) {
        if (!length(model$part)) return(NULL)
        places <- c(1 + seq_len(ncol(model$X) - 1), ncol(model$X) + 1 + seq_len(ncol(model$W) - 1))
        log_ratio <- if (is.null(model$fit)) NA_real_ else model$fit$at[places]
        error <- if (is.null(model$fit)) NA_real_ else sqrt(diag(model$fit$V))[places]
        data.frame(
            analysis_id = model$analysis$id, part = model$part, factor = model$factor,
            display_order = seq_along(model$part), n = model$design$n,
            n_event = model$design$n_event, log_ratio = log_ratio, std_error = error,
            ratio = exp(log_ratio), ci_lower = exp(log_ratio - z * error),
            ci_upper = exp(log_ratio + z * error), p_value = 2 * pnorm(-abs(log_ratio / error))
        )
    }))
}
