# Makes the reference numbers of subgroups: the effect of a treatment within each level of a factor,
# and the likelihood-ratio test of the interaction, with and without strata.
#
# Input: colon.csv (make_data.R), deaths, observation against levamisole with fluorouracil.
# Outputs: subgroup_effect.csv, subgroup_interaction.csv.

source("common.R")

deaths <- subset(read_all()$colon, etype == 2 & lev == 0)

fitted <- function(terms, strata, rows) {
    stratified <- if (length(strata)) sprintf("strata(%s)", paste(strata, collapse = ", "))
    coxph(reformulate(c(terms, stratified), "Surv(time, status)"), rows, ties = "efron",
          control = tight)
}

effects <- list()
interactions <- list()
for (strata in list(character(0), "male", c("extent", "node4"))) {
    for (subgroup in c("male", "differ", "obstruct")) {
        key <- data.frame(strata = paste(strata, collapse = " "), subgroup)
        rows <- deaths[!is.na(deaths[[subgroup]]), ]
        for (level in sort(unique(rows[[subgroup]]))) {
            own <- rows[rows[[subgroup]] == level, ]
            fit <- fitted("lev5fu", strata, own)
            effects[[length(effects) + 1]] <- data.frame(
                key, level, n = fit$n, n_event = fit$nevent, log_hr = unname(coef(fit)),
                std_error = sqrt(as.vector(fit$var))
            )
        }
        # a factor that forms the strata has no terms of its own in them
        of_levels <- if (!subgroup %in% strata) sprintf("factor(%s)", subgroup)
        smaller <- fitted(c("lev5fu", of_levels), strata, rows)
        indicators <- outer(rows[[subgroup]], sort(unique(rows[[subgroup]]))[-1], `==`) + 0
        rows$product <- indicators * rows$lev5fu
        larger <- fitted(c("lev5fu", of_levels, "product"), strata, rows)
        statistic <- 2 * (larger$loglik[2] - smaller$loglik[2])
        interactions[[length(interactions) + 1]] <- data.frame(
            key, n = larger$n, n_event = larger$nevent, df = ncol(indicators), statistic,
            p_value = pchisq(statistic, ncol(indicators), lower.tail = FALSE)
        )
    }
}
write_table(bind_rows(effects), "subgroup_effect.csv")
write_table(bind_rows(interactions), "subgroup_interaction.csv")
