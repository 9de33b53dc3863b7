# Models of several factors: their terms, robust variances, profile limits, Firth's penalised
# likelihood, and the tests of all terms of a factor.

# Harrell's knots, by their number.
knots_at <- list(
    "3" = c(0.1, 0.5, 0.9), "4" = c(0.05, 0.35, 0.65, 0.95),
    "5" = c(0.05, 0.275, 0.5, 0.725, 0.95), "6" = c(0.05, 0.23, 0.41, 0.59, 0.77, 0.95),
    "7" = c(0.025, 0.1833, 0.3417, 0.5, 0.6583, 0.8167, 0.975)
)

# ---- terms ----------------------------------------------------------------------------------

# The rows of a model with a column per term: design, `terms` (their names), `of_factor` (the factors
# of each, parted by " x ") and `tested`, "factor/component" -> names of terms.
terms_of <- function(study, analysis, grouped_by, specs = specs_of(study$plan_factors, analysis)) {
    contrasts <- unlist(lapply(specs, function(spec) coded(study, spec$factor)), recursive = FALSE)
    found <- design(study, analysis$endpoint, analysis$population, contrasts, analysis$entry,
                    grouped_by)
    terms <- lapply(specs, function(spec) factor_terms(study, spec, found$rows))
    names(terms) <- vapply(specs, function(spec) spec$factor, "")
    tested <- list()
    crossed <- matrix(analysis$interactions, ncol = 2, byrow = TRUE)
    columns <- do.call(cbind, unname(terms))
    of_factor <- rep(names(terms), vapply(terms, ncol, 1L))
    is_nonlinear <- grepl(" nonlinear ", colnames(columns), fixed = TRUE)
    for (i in seq_len(nrow(crossed))) {
        one <- terms[[crossed[i, 1]]]
        other <- terms[[crossed[i, 2]]]
        products <- do.call(cbind, lapply(seq_len(ncol(one)), function(j) one[, j] * other))
        colnames(products) <- paste(rep(colnames(one), each = ncol(other)), colnames(other),
                                    sep = " x ")
        columns <- cbind(columns, products)
        of_factor <- c(of_factor, rep(paste(crossed[i, ], collapse = " x "), ncol(products)))
        is_nonlinear <- c(is_nonlinear, rep(FALSE, ncol(products)))
    }
    parts <- strsplit(of_factor, " x ", fixed = TRUE)
    for (spec in specs) {
        own <- vapply(parts, function(part) spec$factor %in% part, TRUE)
        tested[[paste0(spec$factor, "/all")]] <- which(own)
        if (!is.na(cell(spec, "spline"))) {
            tested[[paste0(spec$factor, "/nonlinear")]] <- which(own & is_nonlinear)
        }
    }
    for (pair in unique(of_factor[lengths(parts) > 1])) {
        tested[[paste0(pair, "/all")]] <- which(of_factor == pair)
    }
    base <- intersect(c("usubjid", "tstart", "tstop", "event", "code", "stratum"), names(found$rows))
    found$rows <- cbind(found$rows[base], columns)
    list(design = found, terms = colnames(columns), of_factor = of_factor, tested = tested)
}

# How the factors of an analysis enter it.
specs_of <- function(table, analysis) {
    if (is.null(table)) list() else rows_of(table[table$analysis_id == analysis$id, ])
}

# A column of the value of a continuous factor, or one for each level of another.
coded <- function(study, factor) {
    if (factor_row(study, factor)$type == "continuous") {
        return(list(list(factor = factor, name = factor, numerator = character(0),
                         denominator = character(0))))
    }
    levels <- levels_of(study, factor)
    lapply(levels, function(level) list(factor = factor, name = paste(factor, level),
                                        numerator = level, denominator = setdiff(levels, level)))
}

factor_terms <- function(study, spec, rows) {
    factor <- spec$factor
    if (factor_row(study, factor)$type != "continuous") {
        levels <- levels_of(study, factor)
        columns <- as.matrix(rows[paste(factor, levels)])
        if (cell(spec, "trend") %in% "true") {
            score <- columns %*% (seq_along(levels) - 1)
            return(matrix(score, dimnames = list(NULL, paste(factor, "trend"))))
        }
        kept <- levels != spec$reference & colSums(columns) > 0
        return(columns[, kept, drop = FALSE])
    }
    value <- rows[[factor]]
    if (is.na(cell(spec, "spline"))) {
        per <- if (is.na(cell(spec, "per"))) 1 else as.numeric(spec$per)
        return(matrix(value / per, dimnames = list(NULL, factor)))
    }
    # one value a subject
    known <- value[!duplicated(rows$usubjid)]
    k <- quantile(known, knots_at[[spec$spline]], names = FALSE)
    n <- length(k)
    cube <- function(knot) pmax(value - knot, 0)^3
    curved <- sapply(seq_len(n - 2), function(j) (
        cube(k[j]) - cube(k[n - 1]) * (k[n] - k[j]) / (k[n] - k[n - 1]) +
            cube(k[n]) * (k[n - 1] - k[j]) / (k[n] - k[n - 1])
    ) / (k[n] - k[1])^2)
    columns <- cbind(value, curved)
    colnames(columns) <- c(paste(factor, "linear"), paste(factor, "nonlinear", seq_len(n - 2)))
    columns
}

# ---- fits -----------------------------------------------------------------------------------

multivariable <- function(study, analysis) {
    found <- terms_of(study, analysis, analysis$stratified_by)
    rows <- found$design
    if (analysis$is_robust) {
        subject <- rows$rows$usubjid
        rows$rows$cluster <- if (is.na(analysis$cluster)) subject else {
            level <- baseline_level(study, analysis$cluster, subject)
            ifelse(is.na(level), paste("subject", subject), paste("level", level))
        }
    }
    ties <- ties_of(study, analysis)
    list(analysis_id = analysis$id, id = "multivariable", design = rows,
         stratified_by = analysis$stratified_by, factors = found$terms, of_factor = found$of_factor,
         tested = found$tested, ties = ties, is_robust = analysis$is_robust,
         is_firth = analysis$is_firth, has_profile = analysis$has_profile,
         fit = if (analysis$is_firth) fit_firth(study, rows, found$terms, ties) else {
             fit_model(study, rows, found$terms, ties, analysis$is_robust)
         })
}

# crr and Newton's steps from it; its variance, which is right for one censoring group alone.
fine_gray_of_several <- function(study, analysis) {
    found <- terms_of(study, analysis, na.omit(analysis$censoring_groups))
    list(analysis_id = analysis$id, id = "multivariable", factor = found$terms,
         of_factor = found$of_factor, tested = found$tested, design = found$design,
         fit = fit_fine_gray_of_several(found$design$rows, found$terms))
}

fit_fine_gray_of_several <- function(rows, terms) {
    x <- as.matrix(rows[terms])
    group <- if (is.null(rows[["stratum"]])) rep(1, nrow(rows)) else rows[["stratum"]]
    if (length(unique(group)) > 1) {
        stop("Several censoring groups in a model of several factors: write the variance here.")
    }
    crr_from <- function(start, steps) crr(rows$tstop, rows$code, x, init = start, gtol = 1e-12,
                                           maxiter = steps)
    fit <- crr_from(rep(0, ncol(x)), 100)
    for (step in 1:5) fit <- crr_from(fit$coef + solve(fit$inf, fit$score), 0)
    list(coef = unname(fit$coef), covariance = fit$var, variance = diag(fit$var),
         loglik = fit$loglik, loglik_null = fit$loglik.null)
}

# ---- Firth's penalised likelihood -----------------------------------------------------------

penalised <- function(study, design, factors, ties) {
    formula <- hazard_of(factors, design$rows[["stratum"]])
    function(b) {
        fit <- suppressWarnings(coxph(formula, design$rows, ties = ties, init = b,
                                      control = coxph.control(iter.max = 0)))
        list(value = fit$loglik[2] - determinant(as.matrix(fit$var))$modulus[1] / 2, var = fit$var)
    }
}

# The derivatives of f at x by differences of the sixth order, h apart.
gradient <- function(f, x, h) vapply(seq_along(x), function(j) {
    values <- vapply(-3:3, function(k) f(replace(x, j, x[j] + k * h[j])), 0)
    sum(c(-1, 9, -45, 0, 45, -9, 1) * values) / 60 / h[j]
}, 0)

highest <- function(f, x, h) {
    if (!length(x)) return(x)
    for (step in 1:50) {
        curvature <- sapply(seq_along(x), function(j) (
            gradient(f, replace(x, j, x[j] + h[j]), h) - gradient(f, replace(x, j, x[j] - h[j]), h)
        ) / (2 * h[j]))
        move <- -solve(as.matrix(curvature), gradient(f, x, h))
        x <- x + move * min(1, 20 / max(abs(move / h)))
        if (max(abs(move / h)) < 1e-9) break
    }
    x
}

fit_firth <- function(study, design, factors, ties) {
    if (!any(design$rows$event) || !varies_at_events(design$rows, factors)) return(NULL)
    at <- penalised(study, design, factors, ties)
    zero <- rep(0, length(factors))
    h <- 0.1 * sqrt(diag(as.matrix(at(zero)$var)))
    b <- highest(function(b) at(b)$value, zero, h)
    top <- at(b)
    list(coefficients = b, var = as.matrix(top$var), loglik = c(at(zero)$value, top$value),
         score = NA_real_, wald.test = joint_wald(b, as.matrix(top$var), seq_along(b)))
}

# ---- profile limits and tests ---------------------------------------------------------------

profile_limits <- function(study, model, z) {
    ties <- model$ties
    b <- unname(coef(model$fit))
    error <- sqrt(diag(as.matrix(model$fit$var)))
    rows <- model$design$rows
    top <- model$fit$loglik[2]
    do.call(rbind, lapply(seq_along(b), function(j) {
        profile <- if (model$is_firth) {
            at <- penalised(study, model$design, model$factors, ties)
            function(value) {
                f <- function(free) at(append(free, value, j - 1))$value
                f(highest(f, b[-j], 0.1 * error[-j]))
            }
        } else {
            function(value) {
                rows$held <- value * rows[[model$factors[j]]]
                if (ties == "exact") {
                    return(tail(fit_exact(rows, model$factors[-j], "offset(held)")$loglik, 1))
                }
                terms <- c(sprintf("`%s`", model$factors[-j]), "offset(held)",
                           if (!is.null(rows[["stratum"]])) "strata(stratum)")
                fit <- coxph(reformulate(terms, "Surv(tstart, tstop, event)"), rows, ties = ties,
                             control = tight)
                tail(fit$loglik, 1)
            }
        }
        limit <- function(way) uniroot(
            function(value) profile(value) - top + z^2 / 2, b[j] + way * error[j] * c(1, 4),
            extendInt = "yes", tol = 1e-12 * error[j]
        )$root
        data.frame(ci_lower = exp(limit(-1)), ci_upper = exp(limit(1)),
                   p_value = pchisq(2 * (top - profile(0)), 1, lower.tail = FALSE))
    }))
}

joint_wald <- function(b, V, s) as.numeric(b[s] %*% solve(V[s, s, drop = FALSE], b[s]))

joint_tests <- function(study, results) {
    cox <- Filter(function(model) !is.null(model$tested), study$models)
    fine_gray <- Filter(function(model) !is.null(model$tested), study$fine_gray_models)
    do.call(rbind, c(
        lapply(cox, function(model) tests_of(model, coef(model$fit), model$fit$var, function(s) {
            if (model$is_robust) return(NA_real_)
            if (model$is_firth) {
                at <- penalised(study, model$design, model$factors, model$ties)
                error <- sqrt(diag(model$fit$var))
                f <- function(free) at(replace(rep(0, length(error)), -s, free))$value
                b <- highest(f, coef(model$fit)[-s], 0.1 * error[-s])
                return(2 * (model$fit$loglik[2] - f(b)))
            }
            smaller <- if (length(s) < length(model$factors)) {
                fit_model(study, model$design, model$factors[-s], model$ties)$loglik[2]
            } else model$fit$loglik[1]
            2 * (model$fit$loglik[2] - smaller)
        })),
        lapply(fine_gray, function(model) {
            tests_of(model, model$fit$coef, model$fit$covariance, function(s) NA_real_)
        })
    ))
}

tests_of <- function(model, b, V, ratio) do.call(rbind, lapply(names(model$tested), function(name) {
    s <- model$tested[[name]]
    place <- strsplit(name, "/", fixed = TRUE)[[1]]
    wald <- joint_wald(unname(b), as.matrix(V), s)
    lr <- ratio(s)
    data.frame(
        analysis_id = model$analysis_id, model = model$id, factor = place[1], component = place[2],
        display_order = match(name, names(model$tested)), n = model$design$n,
        n_event = model$design$n_event, wald_statistic = wald,
        wald_p = pchisq(wald, length(s), lower.tail = FALSE), lr_statistic = lr,
        lr_p = pchisq(lr, length(s), lower.tail = FALSE), df = length(s)
    )
}))
