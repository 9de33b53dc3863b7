# Makes the reference numbers of Cox models that are hard to fit although they have a maximum: a
# polynomial, a covariate that almost repeats another, and one extreme value.
#
# Input: lung.csv (make_data.R). Output: cox_hard.csv.

source("common.R")

lung <- read_all()$lung
rows <- list()
for (model in c("age age_2 age_3 sex", "age age_near", "age_extreme sex")) {
    for (ties in c("efron", "breslow")) {
        terms <- strsplit(model, " ")[[1]]
        fit <- coxph(reformulate(terms, "Surv(time, died)"), lung, ties = ties, control = tight)
        rows[[paste(model, ties)]] <- data.frame(
            model, ties, factor = terms, log_hr = unname(coef(fit)),
            std_error = sqrt(diag(fit$var)), log_likelihood = fit$loglik[2]
        )
    }
}
write_table(bind_rows(rows), "cox_hard.csv")
