# Fine and Gray's regression by cmprsk::crr, one baseline factor a model.

# The models of the plan: analysis_id, id, design, factor, and the fit or NULL.
fine_gray_models <- function(study) {
    models <- lapply(with_method(study, "fine_gray"), function(one) {
        lapply(contrasts_of(study, one), function(contrast) {
            rows <- design(study, one$endpoint, contrast$population, list(contrast), character(0),
                           na.omit(one$censoring_groups))
            list(analysis_id = one$id, id = contrast$id, factor = contrast$factor, design = rows,
                 fit = fit_fine_gray(rows, contrast$factor))
        })
    })
    c(unlist(models, recursive = FALSE), lapply(
        with_method(study, "fine_gray_multivariable"), function(one) fine_gray_of_several(study, one)
    ))
}

# crr ends where its line search cannot tell a gain from rounding; Newton's steps from there, each
# from crr's own score and information, take away what is left. NULL when they lead nowhere, when
# the factor does not vary, or when the variance is 0.
fit_fine_gray <- function(design, factor) {
    rows <- design$rows
    x <- rows[[factor]]
    group <- if (is.null(rows[["stratum"]])) rep(1, nrow(rows)) else rows[["stratum"]]
    if (!any(rows$event)) return(NULL)
    at_risk <- rows$code == 2 | rows$tstop >= min(rows$tstop[rows$event])
    if (length(unique(x[at_risk])) < 2) return(NULL)
    crr_from <- function(start, steps) crr(rows$tstop, rows$code, x, cengroup = group, init = start,
                                           gtol = 1e-12, maxiter = steps)
    tryCatch({
        fit <- crr_from(0, 100)
        for (step in 1:5) {
            move <- fit$score / as.vector(fit$inf)
            fit <- crr_from(fit$coef + move, 0)
        }
        information <- as.vector(fit$inf)
        variance <- as.vector(fit$var)
        if (length(unique(group)) > 1) {
            variance <- grouped_variance(rows$tstop, rows$code, x, group, fit$coef)
        }
        is_settled <- abs(move) * sqrt(information) < 1e-8 && variance * information > 1e-10
        if (is_settled) list(coef = unname(fit$coef), variance = variance, loglik = fit$loglik,
                             loglik_null = fit$loglik.null)
    }, error = function(error) NULL)
}

# Equations 7 and 8 of Fine and Gray, subject by subject. With several censoring groups crr takes
# only the group's own events into what a censoring moves, so its errors are others.
grouped_variance <- function(time, code, x, group, b) {
    days <- sort(unique(time[code == 1]))
    weight <- outer(time, days, ">=") + 0
    for (one in unique(group)) {
        own <- group == one
        waiting <- which(own & code == 2)
        still <- uncensored_before(time[own], code[own], days)
        first <- uncensored_before(time[own], code[own], time[waiting])
        weight[waiting, ] <- ifelse(weight[waiting, ] == 1, 1, outer(1 / first, still))
    }
    risk <- weight * exp(x * b)
    died <- outer(time, days, "==") & code == 1
    hazard <- colSums(died) / colSums(risk)
    away <- outer(x, colSums(risk * x) / colSums(risk), "-")
    expected <- sweep(risk * away, 2, hazard, "*")
    influence <- rowSums(died * away) - rowSums(expected)
    for (one in unique(group)) {
        own <- group == one
        for (day in unique(time[own & code == 0])) {
            followed <- own & time >= day
            censored <- own & time == day & code == 0
            q <- sum(expected[own & code == 2 & time < day, days >= day])
            influence <- influence +
                q * (censored - followed * sum(censored) / sum(followed)) / sum(followed)
        }
    }
    sum(influence^2) / sum(expected * away)^2
}

# The Kaplan-Meier estimate of not being censored before each day; 0 once nobody is followed.
uncensored_before <- function(time, code, days) {
    fit <- survfit(Surv(time, code == 0) ~ 1)
    ifelse(days > max(time), 0, c(1, fit$surv)[findInterval(days, fit$time, left.open = TRUE) + 1])
}

# ---- result tables --------------------------------------------------------------------------

for_fine_gray <- function(study, one_model) {
    do.call(rbind, lapply(study$fine_gray_models, function(model) {
        data.frame(analysis_id = model$analysis_id, model = model$id, n = model$design$n,
                   n_event = model$design$n_event,
                   n_competing = sum(model$design$rows$code == 2), one_model(model))
    }))
}

fine_gray_model_rows <- function(study, results) {
    for_fine_gray(study, function(model) {
        fit <- model$fit
        of_fit <- function(value) if (is.null(fit)) NA_real_ else value
        df <- length(model$factor)
        wald <- if (df > 1) of_fit(joint_wald(fit$coef, fit$covariance, seq_len(df))) else {
            of_fit(fit$coef^2 / fit$variance)
        }
        data.frame(
            n_missing = model$design$n_missing, log_likelihood = of_fit(fit$loglik),
            log_likelihood_null = of_fit(fit$loglik_null),
            wald_statistic = wald, wald_p = pchisq(wald, df, lower.tail = FALSE), df = df
        )
    })
}

fine_gray_terms <- function(study, results) {
    z <- qnorm(1 - (1 - number(study, "conf_level")) / 2)
    for_fine_gray(study, function(model) {
        log_shr <- if (is.null(model$fit)) NA_real_ else model$fit$coef
        std_error <- if (is.null(model$fit)) NA_real_ else sqrt(model$fit$variance)
        data.frame(
            factor = if (is.null(model$tested)) model$factor else model$of_factor,
            display_order = seq_along(model$factor), log_shr = log_shr, std_error = std_error, shr = exp(log_shr),
            ci_lower = exp(log_shr - z * std_error), ci_upper = exp(log_shr + z * std_error),
            p_value = 2 * pnorm(-abs(log_shr / std_error))
        )
    })
}
