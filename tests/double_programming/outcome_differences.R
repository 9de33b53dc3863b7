# The two compared groups of an outcomes table: fisher.test, mantelhaen.test, and score limits.

outcome_differences <- function(study, results) {
    do.call(rbind, lapply(with_method(study, "outcomes_table"), function(analysis) {
        if (!length(analysis$compared)) return(NULL)
        groups <- lapply(analysis$compared, members_of, study = study)
        lines <- study$plan_lines[study$plan_lines$analysis_id == analysis$id, ]
        do.call(rbind, lapply(rows_of(lines), function(line) {
            subjects <- compared_subjects(study, line, groups)
            counts <- counts_of_groups(subjects)
            if (length(do.call(intersect, groups))) return(data.frame(
                analysis_id = analysis$id, outcome = line$outcome, level = line$level, counts,
                no_difference, no_stratified
            ))
            data.frame(analysis_id = analysis$id, outcome = line$outcome, level = line$level,
                       counts, difference_numbers(study, counts),
                       stratified_numbers(study, analysis, subjects))
        }))
    }))
}

# A row per subject: whether he is of the first group, and whether he has the outcome.
compared_subjects <- function(study, line, groups) {
    subjects <- data.frame(usubjid = unlist(groups), first = rep(c(TRUE, FALSE), lengths(groups)))
    whole <- cell(line, "denominator")
    if (!is.na(whole)) subjects <- subjects[subjects$usubjid %in% members_of(study, whole), ]
    subjects$outcome <- subjects$usubjid %in% members_of(study, line$population)
    subjects
}

counts_of_groups <- function(subjects) {
    of_first <- subjects$outcome[subjects$first]
    of_second <- subjects$outcome[!subjects$first]
    data.frame(n = sum(of_first), denominator = length(of_first), n_reference = sum(of_second),
               denominator_reference = length(of_second))
}

no_difference <- data.frame(
    difference = NA_real_, ci_lower = NA_real_, ci_upper = NA_real_, fisher_p = NA_real_,
    odds_ratio = NA_real_, odds_ratio_ci_lower = NA_real_, odds_ratio_ci_upper = NA_real_
)
no_stratified <- data.frame(
    n_missing = NA_real_, n_strata = NA_real_, n_strata_informative = NA_real_,
    cmh_statistic = NA_real_, cmh_p = NA_real_, common_odds_ratio = NA_real_,
    common_odds_ratio_ci_lower = NA_real_, common_odds_ratio_ci_upper = NA_real_
)

difference_numbers <- function(study, counts) {
    if (!counts$denominator || !counts$denominator_reference) return(no_difference)
    level <- number(study, "conf_level")
    cells <- with(counts, matrix(c(n, n_reference, denominator - n,
                                   denominator_reference - n_reference), 2))
    found <- no_difference
    found$difference <- 100 * (cells[1, 1] / sum(cells[1, ]) - cells[2, 1] / sum(cells[2, ]))
    limits <- score_limits(cells, level)
    found$ci_lower <- 100 * limits[1]
    found$ci_upper <- 100 * limits[2]
    found$fisher_p <- fisher.test(cells)$p.value
    if (all(cells > 0)) {
        log_ratio <- log(cells[1, 1] * cells[2, 2] / cells[1, 2] / cells[2, 1])
        width <- qnorm(1 - (1 - level) / 2) * sqrt(sum(1 / cells))
        found$odds_ratio <- exp(log_ratio)
        found$odds_ratio_ci_lower <- exp(log_ratio - width)
        found$odds_ratio_ci_upper <- exp(log_ratio + width)
    }
    found
}

# The limits of Miettinen and Nurminen: where the score test has chi-square z^2. The likeliest
# proportions are in closed form, as in their appendix.
score_limits <- function(cells, level) {
    z2 <- qnorm(1 - (1 - level) / 2)^2
    observed <- cells[1, 1] / sum(cells[1, ]) - cells[2, 1] / sum(cells[2, ])
    excess <- function(difference) {
        (observed - difference)^2 - z2 * score_variance(cells, difference)
    }
    root <- function(end) {
        if (observed == end || excess(end) <= 0) return(end)
        # with nobody, or everybody, in both groups the excess is 0 at the difference of 0 too
        near <- observed + sign(end) * 1e-9
        uniroot(excess, sort(c(near, end)), tol = 1e-15, maxiter = 10000)$root
    }
    c(root(-1), root(1))
}

score_variance <- function(cells, difference) {
    size <- rowSums(cells)
    total <- sum(cells)
    events <- sum(cells[, 1])
    # the cubic of the second proportion
    a <- total
    b <- (size[1] + 2 * size[2]) * difference - total - events
    c <- (size[2] * difference - total - 2 * cells[2, 1]) * difference + events
    d <- cells[2, 1] * difference * (1 - difference)
    v <- (b / (3 * a))^3 - b * c / (6 * a^2) + d / (2 * a)
    u <- (if (v < 0) -1 else 1) * sqrt(max((b / (3 * a))^2 - c / (3 * a), 0))
    angle <- if (u == 0) pi / 2 else (pi + acos(min(max(v / u^3, -1), 1))) / 3
    second <- min(max(2 * u * cos(angle) - b / (3 * a), 0, -difference), 1, 1 - difference)
    first <- min(max(second + difference, 0), 1)
    (first * (1 - first) / size[1] + second * (1 - second) / size[2]) * total / (total - 1)
}

# mantelhaen.test takes no stratum of one subject, and no margin without anybody.
stratified_numbers <- function(study, analysis, subjects) {
    if (!length(analysis$stratified_by)) return(no_stratified)
    subjects$block <- combination(study, analysis$stratified_by, subjects$usubjid)
    known <- subjects[!is.na(subjects$block), ]
    found <- no_stratified
    found$n_missing <- nrow(subjects) - nrow(known)
    blocks <- split(known, known$block)
    found$n_strata <- length(blocks)
    informative <- vapply(blocks, function(block) {
        length(unique(block$first)) == 2 && length(unique(block$outcome)) == 2
    }, TRUE)
    found$n_strata_informative <- sum(informative)
    if (!any(informative)) return(found)
    tables <- vapply(blocks[informative], function(block) {
        table(factor(!block$first, c(FALSE, TRUE)), factor(!block$outcome, c(FALSE, TRUE)))
    }, matrix(0, 2, 2))
    test <- mantelhaen.test(tables, correct = FALSE, conf.level = number(study, "conf_level"))
    found$cmh_statistic <- unname(test$statistic)
    found$cmh_p <- test$p.value
    ratio <- unname(test$estimate)
    if (is.finite(ratio) && ratio > 0) {
        found$common_odds_ratio <- ratio
        found$common_odds_ratio_ci_lower <- test$conf.int[1]
        found$common_odds_ratio_ci_upper <- test$conf.int[2]
    }
    found
}
