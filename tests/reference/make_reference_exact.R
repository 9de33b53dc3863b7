# Makes the reference numbers of the exact likelihood of tied events, coxph(ties = "exact").
#
# Inputs: the data sets (make_data.R) and exact_design.csv: what to fit, and in which unit of days,
# rounded up, times are counted; a row that this leaves without length is left out.
# Outputs: exact_model.csv, exact_term.csv, exact_covariance.csv, exact_hazards.csv.

source("common.R")

data_sets <- read_all()
data_sets$myeloid <- transform(read_data("myeloid"), trt_b = as.integer(trt == "B"),
                               male = as.integer(sex == "m"))

# ---- rows: in their unit, and one stratum per risk set ------------------------------------------

coarsened <- function(design) {
    data <- data_sets[[design$data]]
    unit <- as.numeric(design$unit)
    round_up <- function(days) if (unit == 1) days else ceiling(days / unit)
    covariates <- strsplit(design$covariates, " ")[[1]]
    rows <- data.frame(
        tstart = if (nzchar(design$start)) round_up(data[[design$start]]) else 0,
        tstop = round_up(data[[design$stop]]), event = data[[design$event]],
        stratum = if (nzchar(design$stratum)) as.integer(factor(data[[design$stratum]])) else 1,
        data[covariates]
    )
    rows <- rows[complete.cases(rows) & rows$tstart < rows$tstop, ]
    if (!nzchar(design$start)) rows$tstart <- NULL
    list(rows = rows, covariates = covariates)
}

# the score test of covariate x time at the estimates of the model without it
hazards <- function(model, fit, sets, covariates) {
    at <- sets$time - mean(sets$time[sets$event == 1])
    turned <- paste0("turned_", seq_along(covariates))
    sets[turned] <- sets[covariates] * at
    tested <- function(names) {
        control <- coxph.control(iter.max = 0)
        init <- c(coef(fit), rep(0, length(names)))
        suppressWarnings(fit_exact(sets, c(covariates, names), init = init, control = control))$score
    }
    statistic <- c(vapply(turned, tested, numeric(1)), tested(turned))
    data.frame(model, factor = c(covariates, "GLOBAL"), statistic = unname(statistic))
}

model_rows <- list()
term_rows <- list()
covariance_rows <- list()
hazard_rows <- list()
designs <- read_design("exact_design.csv")
for (i in seq_len(nrow(designs))) {
    model <- designs$model[i]
    found <- coarsened(designs[i, ])
    covariates <- found$covariates
    sets <- by_risk_set(found$rows)
    fit <- fit_exact(sets, covariates, control = tight)
    if (designs$start[i] == "" || model == "heart_days") {
        response <- if (designs$start[i] == "") "Surv(tstop, event)" else
            "Surv(tstart, tstop, event)"
        whole <- coxph(reformulate(c(covariates, "strata(stratum)"), response), found$rows,
                       ties = "exact", control = tight)
        stopifnot(all.equal(coef(whole), coef(fit), tolerance = 1e-9))
    }
    beta <- coef(fit)
    model_rows[[model]] <- data.frame(
        model, n_rows = nrow(found$rows), n_events = sum(found$rows$event),
        log_likelihood_null = fit$loglik[1], log_likelihood = fit$loglik[2],
        score = fit$score, wald = fit$wald.test
    )
    half_fall <- qchisq(0.95, 1) / 2
    profile <- function(name, value) {
        rest <- setdiff(covariates, name)
        sets$moved <- value * sets[[name]]
        fit_exact(sets, c(rest, "offset(moved)"), control = tight)$loglik
    }
    limit <- function(name, way) uniroot(function(value) {
        rev(profile(name, value))[1] - fit$loglik[2] + half_fall
    }, sort(beta[[name]] + way * sqrt(diag(as.matrix(fit$var)))[match(name, covariates)] *
                c(1.2, 3)), extendInt = "yes", tol = 1e-12)$root
    is_profiled <- model %in% c("lung_quarters", "myeloid_years")
    term_rows[[model]] <- data.frame(
        model, factor = covariates, log_hr = unname(beta),
        std_error = sqrt(diag(as.matrix(fit$var))),
        profile_lower = if (is_profiled) vapply(covariates, limit, 0, way = -1) else NA,
        profile_upper = if (is_profiled) vapply(covariates, limit, 0, way = 1) else NA
    )
    pairs <- expand.grid(row = seq_along(beta), column = seq_along(beta))
    covariance_rows[[model]] <- data.frame(
        model, row = covariates[pairs$row], column = covariates[pairs$column],
        covariance = as.vector(fit$var)
    )
    hazard_rows[[model]] <- hazards(model, fit, sets, covariates)
}
write_table(bind_rows(model_rows), "exact_model.csv")
write_table(bind_rows(term_rows), "exact_term.csv")
write_table(bind_rows(covariance_rows), "exact_covariance.csv")
write_table(bind_rows(hazard_rows), "exact_hazards.csv")
