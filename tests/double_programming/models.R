# Cox models by coxph on counting-process rows built here, and their tests.

tight <- coxph.control(eps = 1e-14, toler.chol = 1e-16, iter.max = 100)

# ---- rows of a model ------------------------------------------------------------------------

# The complete cases of a population: rows (tstart, tstop], event, code, one column per contrast and
# `stratum` where factors group them, with the number of subjects, of events, and of those left
# out because a factor is missing.
design <- function(study, endpoint, population, contrasts, entry, grouped_by = character(0)) {
    subjects <- followed(study, endpoint, population)
    courses <- lapply(contrasts, function(one) factor_course(study, one, subjects))
    is_known <- rep(TRUE, nrow(subjects))
    for (course in courses) is_known <- is_known & !is.na(course$day)
    if (length(grouped_by)) {
        subjects$stratum <- combination(study, grouped_by, subjects$usubjid)
        is_known <- is_known & !is.na(subjects$stratum)
    }
    # an event on the origin day has half a day, so that nobody is lost
    end <- ifelse(subjects$exit > 0, subjects$exit, 0.5)
    start <- entry_days(study, subjects, entry)
    kept <- which(is_known & !is.na(start) & end > start)
    cuts <- lapply(kept, function(i) {
        days <- vapply(courses, function(course) course$day[i], 0)
        c(start[i], sort(unique(days[days > start[i] & days < end[i]])), end[i])
    })
    subject <- rep(kept, lengths(cuts) - 1)
    tstart <- as.numeric(unlist(lapply(cuts, head, -1)))
    tstop <- as.numeric(unlist(lapply(cuts, tail, -1)))
    values <- lapply(courses, function(course) {
        ifelse(course$day[subject] <= tstart, course$after[subject], course$before[subject])
    })
    names(values) <- vapply(contrasts, function(one) c(one$name, one$factor)[1], "")
    code <- ifelse(tstop == end[subject], subjects$code[subject], 0)
    rows <- list(usubjid = subjects$usubjid[subject], tstart = tstart, tstop = tstop,
                 event = code == 1, code = code)
    rows$stratum <- subjects$stratum[subject]
    list(
        rows = data.frame(c(rows, values), check.names = FALSE), n = length(kept),
        n_event = sum(subjects$code[kept] == 1), n_missing = sum(!is_known)
    )
}

# A factor's value before and after the day it changes, which is Inf when it never does and NA
# when the factor is missing.
factor_course <- function(study, contrast, subjects) {
    about <- factor_row(study, contrast$factor)
    code <- c(setNames(rep(1, length(contrast$numerator)), contrast$numerator),
              setNames(rep(0, length(contrast$denominator)), contrast$denominator))
    each <- function(value) rep_len(value, nrow(subjects))
    if (about$timing == "post_baseline") {
        day <- change_days(study, contrast$factor, subjects)
        return(list(day = day, before = each(code[["no"]]), after = each(code[["yes"]])))
    }
    value <- if (about$type == "continuous") {
        baseline_value(study, contrast$factor, subjects$usubjid)
    } else {
        unname(code[baseline_level(study, contrast$factor, subjects$usubjid)])
    }
    list(day = ifelse(is.na(value), NA, Inf), before = value, after = value)
}

# ---- fits -----------------------------------------------------------------------------------

# The fitted model of some columns of the rows, or NULL when the data cannot carry it: coxph then
# leaves a coefficient out or warns that it did not converge or that one may be infinite.
fit_model <- function(study, design, factors, ties, robust = FALSE) {
    if (!any(design$rows$event)) return(NULL)
    if (ties == "exact") return(fit_exact(design$rows, factors))
    arguments <- list(hazard_of(factors, design$rows[["stratum"]]), design$rows, ties = ties,
                      control = tight, x = TRUE, robust = robust)
    if (robust) arguments$cluster <- design$rows$cluster
    fit <- tryCatch(do.call(coxph, arguments), warning = function(warning) NULL)
    if (is.null(fit) || anyNA(coef(fit))) NULL else fit
}

# The exact likelihood of ties. With starts coxph makes every choice of the tied events one by one; it
# need not where each risk set is a stratum, and its rows have one time.
fit_exact <- function(rows, factors, more = character(0), ...) {
    arguments <- list(
        reformulate(c(sprintf("`%s`", factors), more, "strata(set)"), "Surv(one, event)"),
        by_risk_set(rows), ties = "exact", control = tight
    )
    arguments[names(list(...))] <- list(...)
    fit <- tryCatch(do.call(coxph, arguments), warning = function(warning) NULL)
    if (is.null(fit) || anyNA(coef(fit))) return(NULL)
    fit$rows <- rows
    fit
}

by_risk_set <- function(rows) {
    stratum <- if (is.null(rows[["stratum"]])) rep(1, nrow(rows)) else rows[["stratum"]]
    sets <- unique(data.frame(stratum, tstop = rows$tstop)[rows$event, ])
    do.call(rbind, lapply(seq_len(nrow(sets)), function(i) {
        day <- sets$tstop[i]
        inside <- rows[stratum == sets$stratum[i] & rows$tstart < day & day <= rows$tstop, ]
        inside$event <- inside$event & inside$tstop == day
        inside[c("day", "set", "one")] <- list(day, i, 1)
        inside
    }))
}

# The score tests of covariate x time, each at the estimates of the model without it.
exact_zph <- function(fit, factors, transform) {
    rows <- fit$rows
    if (transform != "km") stop("With exact ties only the transform km is written here.")
    curve <- survfit(Surv(tstart, tstop, event) ~ 1, rows, se.fit = FALSE, timefix = FALSE)
    before <- stepfun(curve$time, c(1, curve$surv), right = TRUE)
    sets <- by_risk_set(rows)
    clock <- before(sets$day)
    turned <- paste0("turned", seq_along(factors))
    sets[turned] <- sets[factors] * (clock - mean(clock[sets$event]))
    tested <- function(names) {
        formula <- reformulate(c(sprintf("`%s`", factors), names, "strata(set)"),
                               "Surv(one, event)")
        suppressWarnings(coxph(formula, sets, ties = "exact",
                               init = c(coef(fit), rep(0, length(names))),
                               control = coxph.control(iter.max = 0)))$score
    }
    chisq <- c(vapply(turned, tested, 0), if (length(factors) > 1) tested(turned))
    df <- c(rep(1, length(factors)), if (length(factors) > 1) length(factors))
    cbind(chisq = chisq, df = df, p = pchisq(chisq, df, lower.tail = FALSE))
}

hazard_of <- function(factors, stratum = NULL) {
    terms <- c(sprintf("`%s`", factors), if (!is.null(stratum)) "strata(stratum)")
    reformulate(terms, "Surv(tstart, tstop, event)")
}

# The models of the plan, in its order: analysis_id, id, design, factors, and the fit or NULL; a
# univariate one has its contrast, a selected one its steps. A selection needs those before it.
cox_models <- function(study) {
    models <- list()
    for (one in with_method(study, "cox_univariate", "cox_stepwise", "cox_multivariable")) {
        new <- switch(one$method,
            cox_univariate = lapply(contrasts_of(study, one), function(contrast) {
                univariate(study, one, contrast)
            }),
            cox_stepwise = list(selected(study, one, models)),
            cox_multivariable = list(multivariable(study, one))
        )
        models <- c(models, new)
    }
    models
}

univariate <- function(study, analysis, contrast) {
    rows <- design(study, analysis$endpoint, contrast$population, list(contrast), contrast$entry,
                   analysis$stratified_by)
    ties <- ties_of(study, analysis)
    list(analysis_id = analysis$id, id = contrast$id, contrast = contrast, design = rows,
         stratified_by = analysis$stratified_by, subgroups = analysis$subgroups,
         is_firth = analysis$is_firth, has_profile = analysis$has_profile,
         factors = contrast$factor, ties = ties,
         fit = if (analysis$is_firth) fit_firth(study, rows, contrast$factor, ties) else {
             fit_model(study, rows, contrast$factor, ties)
         })
}

# ---- result tables --------------------------------------------------------------------------

for_models <- function(study, one_model) {
    do.call(rbind, lapply(study$models, function(model) {
        rows <- one_model(model)
        if (NROW(rows)) data.frame(analysis_id = model$analysis_id, model = model$id, rows)
    }))
}

model_sizes <- function(model) data.frame(n = model$design$n, n_event = model$design$n_event)

cox_model_rows <- function(study, results) {
    for_models(study, function(model) {
        df <- if (length(model$factors)) length(model$factors) else NA
        tests <- if (is.null(model$fit)) no_model_tests else model_tests(model$fit, df)
        data.frame(model_sizes(model), n_missing = model$design$n_missing, strata_of_model(model),
                   tests, df = df)
    })
}

# Whether a factor varies among those at risk at an event.
varies_at_events <- function(rows, factors) {
    any(vapply(unique(rows$tstop[rows$event]), function(day) {
        here <- rows[rows$tstart < day & rows$tstop >= day, factors, drop = FALSE]
        nrow(unique(here)) > 1
    }, TRUE))
}

# The strata of a model, and those in which a factor varies among those at risk at an event.
strata_of_model <- function(model) {
    rows <- model$design$rows
    if (is.null(rows[["stratum"]])) {
        return(data.frame(n_strata = NA_real_, n_strata_informative = NA_real_))
    }
    tells <- vapply(split(rows, rows[["stratum"]]), varies_at_events, TRUE, model$factors)
    data.frame(
        n_strata = length(tells),
        n_strata_informative = if (length(model$factors)) sum(tells) else NA_real_
    )
}

model_tests <- function(fit, df) {
    lr <- 2 * (fit$loglik[2] - fit$loglik[1])
    score <- if (is.null(fit$rscore)) fit$score else fit$rscore
    p <- function(statistic) pchisq(statistic, df, lower.tail = FALSE)
    data.frame(
        log_likelihood = fit$loglik[2], log_likelihood_null = fit$loglik[1],
        lr_statistic = lr, lr_p = p(lr), score_statistic = score, score_p = p(score),
        wald_statistic = unname(fit$wald.test), wald_p = p(unname(fit$wald.test))
    )
}

no_model_tests <- data.frame(
    log_likelihood = NA_real_, log_likelihood_null = NA_real_, lr_statistic = NA_real_,
    lr_p = NA_real_, score_statistic = NA_real_, score_p = NA_real_, wald_statistic = NA_real_,
    wald_p = NA_real_
)

cox_terms <- function(study, results) {
    z <- qnorm(1 - (1 - number(study, "conf_level")) / 2)
    for_models(study, function(model) {
        if (!length(model$factors)) return(NULL)
        log_hr <- if (is.null(model$fit)) NA_real_ else unname(coef(model$fit))
        std_error <- if (is.null(model$fit)) NA_real_ else sqrt(diag(as.matrix(model$fit$var)))
        limits <- data.frame(
            ci_lower = exp(log_hr - z * std_error), ci_upper = exp(log_hr + z * std_error),
            p_value = 2 * pnorm(-abs(log_hr / std_error))
        )
        if (isTRUE(model$has_profile) && !is.null(model$fit)) limits <- profile_limits(study, model, z)
        names <- if (is.null(model$tested)) model$factors else model$of_factor
        data.frame(
            factor = names, display_order = seq_along(names), model_sizes(model), log_hr = log_hr,
            std_error = std_error, hr = exp(log_hr), limits
        )
    })
}

# cox.zph prints no global line beside a single factor; it is the same test.
cox_diagnostics <- function(study, results) {
    for_models(study, function(model) {
        if (!length(model$factors)) return(NULL)
        tests <- data.frame(statistic = NA_real_, df = 0, p_value = NA_real_)
        if (!is.null(model$fit) && !isTRUE(model$is_firth)) {
            transform <- study$parameters$ph_transform
            found <- if (model$ties == "exact") exact_zph(model$fit, model$factors, transform) else {
                cox.zph(model$fit, transform, terms = FALSE)$table
            }
            tests <- data.frame(statistic = found[, "chisq"], df = found[, "df"],
                                p_value = found[, "p"])
        }
        factors <- c(model$factors, "GLOBAL")
        if (nrow(tests) == 1) tests <- tests[rep(1, length(factors)), ]
        data.frame(factor = factors, model_sizes(model), tests, row.names = NULL)
    })
}
