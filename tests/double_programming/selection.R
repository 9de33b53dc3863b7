# Stepwise selection of a Cox model, by the rule of SELECTION=STEPWISE in SAS PROC PHREG.

selected <- function(study, analysis, models) {
    candidates <- candidates_of(study, analysis, models)
    rows <- design(study, analysis$endpoint, analysis$population, candidates, analysis$entry,
                   analysis$stratified_by)
    factors <- vapply(candidates, function(one) one$factor, "")
    ties <- ties_of(study, analysis)
    chosen <- stepwise(study, rows, factors, ties)
    list(analysis_id = analysis$id, id = "selected", design = rows, factors = chosen$factors,
         ties = ties,
         fit = if (length(chosen$factors)) fit_model(study, rows, chosen$factors, ties),
         steps = chosen$steps)
}

# The first model of each factor, or in a delayed-entry analysis that model's sibling, where its
# Wald P value is below the limit.
candidates_of <- function(study, analysis, models) {
    source <- Filter(function(model) model$analysis_id == analysis$source, models)
    plain <- Filter(function(model) !model$contrast$is_sibling, source)
    first <- plain[!duplicated(vapply(plain, function(model) model$factors, ""))]
    if (analysis$is_sibling) {
        ids <- vapply(source, function(model) model$id, "")
        first <- lapply(first, function(model) {
            sibling <- match(paste0(model$id, "__delayed_entry"), ids)
            if (is.na(sibling)) model else source[[sibling]]
        })
    }
    significant <- Filter(function(model) {
        !is.null(model$fit) && wald(model$fit)$p_value < number(study, "slcandidate")
    }, first)
    lapply(significant, function(model) model$contrast)
}

# The largest score chi-square enters; then the smallest Wald chi-squares leave one by one. The end
# is when nothing enters, when what entered is all that leaves, or when a model comes back. A factor
# whose model cannot be estimated leaves at once and is not tried again.
stepwise <- function(study, design, candidates, ties) {
    steps <- NULL
    step <- 1
    note <- function(action, factor = NA, test = NA, result = no_test) {
        steps <<- rbind(steps, data.frame(step = step, action = action, factor = factor,
                                          test = test, result))
    }
    end <- function(factors) {
        note("stop")
        list(factors = factors, steps = steps)
    }
    inside <- barred <- character(0)
    seen <- list(inside)
    if (!length(candidates) || !any(design$rows$event)) return(end(inside))
    repeat {
        outside <- setdiff(candidates, c(inside, barred))
        scores <- do.call(rbind, lapply(outside, function(one) {
            score_of_added(study, design, inside, one, ties)
        }))
        for (i in seq_along(outside)) note("considered", outside[i], "score", scores[i, ])
        best <- which.max(scores$statistic)
        if (!length(best) || !(scores$p_value[best] < number(study, "slentry"))) break
        note("enter", outside[best], "score", scores[best, ])
        step <- step + 1
        if (is.null(fit_model(study, design, c(inside, outside[best]), ties))) {
            note("remove", outside[best])
            step <- step + 1
            barred <- c(barred, outside[best])
            next
        }
        inside <- c(inside, outside[best])
        removed <- character(0)
        while (length(inside)) {
            tests <- wald(fit_model(study, design, inside, ties))
            for (i in seq_along(inside)) note("considered", inside[i], "wald", tests[i, ])
            weakest <- which.min(tests$statistic)
            if (!(tests$p_value[weakest] > number(study, "slstay"))) break
            note("remove", inside[weakest], "wald", tests[weakest, ])
            step <- step + 1
            removed <- c(removed, inside[weakest])
            inside <- inside[-weakest]
        }
        if (identical(removed, outside[best]) || list(sort(inside)) %in% seen) break
        seen <- c(seen, list(sort(inside)))
    }
    end(inside)
}

# The score test of one factor more: no iteration from the smaller model's estimates and 0. A factor
# that never varies among those at risk at an event has none.
score_of_added <- function(study, design, inside, added, ties) {
    blocks <- if (is.null(design$rows[["stratum"]])) rep(1, nrow(design$rows)) else design$rows[["stratum"]]
    varies <- vapply(split(design$rows, blocks), varies_at_events, TRUE, added)
    if (!any(varies)) return(no_test)
    start <- if (length(inside)) coef(fit_model(study, design, inside, ties))
    at_start <- list(init = c(start, 0), control = coxph.control(iter.max = 0))
    fit <- if (ties == "exact") {
        do.call(fit_exact, c(list(design$rows, c(inside, added)), at_start))
    } else {
        do.call(coxph, c(list(hazard_of(c(inside, added), design$rows[["stratum"]]), design$rows,
                              ties = ties), at_start))
    }
    chi_square(fit$score, 1)
}

wald <- function(fit) chi_square(unname(coef(fit)^2 / diag(as.matrix(fit$var))), 1)

selection_steps <- function(study, results) {
    with_steps <- Filter(function(model) !is.null(model$steps), study$models)
    do.call(rbind, lapply(with_steps, function(model) {
        data.frame(analysis_id = model$analysis_id, model$steps, model_sizes(model))
    }))
}
