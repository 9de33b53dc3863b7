# Makes the reference numbers of Cox models: estimates, tests, variances, proportional hazards,
# stepwise selection.
#
# Inputs: the data sets (make_data.R) and cox_design.csv: what to fit, read by the tests too.
# Outputs: cox_model.csv, cox_term.csv, cox_covariance.csv, proportional_hazards.csv, selection.csv.

source("common.R")

data_sets <- read_all()
transforms <- c("km", "identity", "log", "rank")

# ---- the models: with the inverse information, then with the robust variance --------------------

fit_design <- function(design, ties, robust) {
    data <- data_sets[[design$data]]
    data$weight_of_row <- if (nzchar(design$weight)) data[[design$weight]] else 1
    data$cluster_of_row <- if (nzchar(design$cluster)) data[[design$cluster]] else seq_len(nrow(data))
    terms <- strsplit(design$covariates, " ")[[1]]
    if (nzchar(design$stratum)) terms <- c(terms, strata_of(design))
    formula <- as.formula(paste(response(design), "~", paste(terms, collapse = " + ")))
    arguments <- list(formula, data, ties = ties, control = tight, x = TRUE,
                      weights = data$weight_of_row, robust = robust)
    if (robust) arguments$cluster <- data$cluster_of_row
    do.call(coxph, arguments)
}

model_rows <- list()
term_rows <- list()
covariance_rows <- list()
zph_rows <- list()
designs <- read_design("cox_design.csv")
for (i in seq_len(nrow(designs))) for (ties in c("efron", "breslow")) {
    model <- designs$model[i]
    fit <- fit_design(designs[i, ], ties, FALSE)
    robust <- fit_design(designs[i, ], ties, TRUE)
    key <- paste(model, ties)
    beta <- coef(fit)
    model_rows[[key]] <- data.frame(
        model, ties, n_rows = fit$n, n_events = fit$nevent,
        log_likelihood_null = fit$loglik[1], log_likelihood = fit$loglik[2],
        lr = summary(fit)$logtest[["test"]], score = fit$score, wald = fit$wald.test,
        robust_score = robust$rscore, robust_wald = robust$wald.test
    )
    term_rows[[key]] <- data.frame(
        model, ties, factor = names(beta), log_hr = unname(beta),
        std_error = sqrt(diag(as.matrix(fit$var))),
        robust_std_error = sqrt(diag(as.matrix(robust$var)))
    )
    pairs <- expand.grid(row = seq_along(beta), column = seq_along(beta))
    covariance_rows[[key]] <- data.frame(
        model, ties, row = names(beta)[pairs$row], column = names(beta)[pairs$column],
        covariance = as.vector(fit$var), robust_covariance = as.vector(robust$var)
    )
    zph_rows[[key]] <- bind_rows(lapply(transforms, function(transform) {
        test <- cox.zph(fit, transform = transform, terms = FALSE)$table
        if (nrow(test) == 1) test <- rbind(test, GLOBAL = test[1, ])
        data.frame(
            model, ties, transform, factor = rownames(test), statistic = unname(test[, "chisq"]),
            df = unname(test[, "df"]), p_value = unname(test[, "p"])
        )
    }))
}
write_table(bind_rows(model_rows), "cox_model.csv")
write_table(bind_rows(term_rows), "cox_term.csv")
write_table(bind_rows(covariance_rows), "cox_covariance.csv")
write_table(bind_rows(zph_rows), "proportional_hazards.csv")

# ---- stepwise selection, as in SAS PROC PHREG -----------------------------------------------
write_table(with(data_sets, rbind(
    stepwise("myeloma", "Surv(Time, VStatus)", c("LogBUN", "HGB", "Platelet", "Age", "LogWBC",
             "Frac", "LogPBM", "Protein", "SCalc"), myeloma, 0.25, 0.15, "breslow"),
    stepwise("lung", "Surv(time, died)", c("age", "sex", "ph.ecog", "ph.karno", "pat.karno",
             "meal.cal", "wt.loss"), lung, 0.30, 0.05, "efron"),
    stepwise("pbcseq", "Surv(tstart, tstop, died)", c("age", "edema", "log_bili", "albumin",
             "log_protime", "trt"), pbcseq, 0.05, 0.05, "efron"),
    stepwise("colon", "Surv(time, status)", c("lev", "lev5fu", "age", "male", "obstruct", "adhere",
             "differ"), colon, 0.20, 0.05, "efron", strata = c("etype", "extent", "node4"))
)), "selection.csv")
