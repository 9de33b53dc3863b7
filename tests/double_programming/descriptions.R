# The descriptive tables: baseline characteristics, outcomes, attrition.

percent <- function(n, denominator) if (denominator > 0) 100 * n / denominator else NA_real_

baseline_characteristics <- function(study, results) {
    for_each_group(study, "baseline_table", function(analysis, group) {
        subjects <- members_of(study, group)
        wanted <- study$plan_characteristics
        wanted <- wanted[wanted$analysis_id == analysis$id, ]
        do.call(rbind, lapply(rows_of(wanted), function(row) {
            statistics <- items(cell(row, "statistics"))
            if (!length(statistics)) statistics <- "count_percent"
            do.call(rbind, lapply(statistics, function(statistic) {
                data.frame(characteristic = row$factor, statistic = statistic,
                           one_statistic(study, row$factor, statistic, subjects))
            }))
        }))
    })
}

one_statistic <- function(study, factor, statistic, subjects) {
    if (statistic == "count_percent") return(level_counts(study, factor, subjects))
    value <- as.numeric(na.omit(baseline_value(study, factor, subjects)))
    result <- switch(statistic,
        n = length(value), mean = known(mean, value), sd = known(sd, value),
        median = known(median, value), min = known(min, value), max = known(max, value)
    )
    data.frame(level = NA_character_, value = result, n = length(value),
               denominator = length(subjects), percent = NA_real_)
}

# Every level, whether anybody has it or not; the unknown only where somebody is.
level_counts <- function(study, factor, subjects) {
    level <- baseline_level(study, factor, subjects)
    level[is.na(level)] <- "unknown"
    shown <- union(levels_of(study, factor), if ("unknown" %in% level) "unknown")
    n <- vapply(shown, function(one) sum(level == one), 0L)
    data.frame(level = shown, value = NA_real_, n = n, denominator = length(subjects),
               percent = percent(n, length(subjects)), row.names = NULL)
}

clinical_outcomes <- function(study, results) {
    for_each_group(study, "outcomes_table", function(analysis, group) {
        lines <- study$plan_lines[study$plan_lines$analysis_id == analysis$id, ]
        do.call(rbind, lapply(seq_len(nrow(lines)), function(order) {
            line <- as.list(lines[order, ])
            base <- members_of(study, group)
            whole <- cell(line, "denominator")
            if (!is.na(whole)) base <- intersect(base, members_of(study, whole))
            n <- length(intersect(base, members_of(study, line$population)))
            limits <- if (length(base)) {
                binom.test(n, length(base), conf.level = number(study, "conf_level"))$conf.int
            } else c(NA_real_, NA_real_)
            data.frame(
                outcome = line$outcome, level = line$level,
                indent = as.numeric(first_known(cell(line, "indent"), "0")), n = n,
                denominator = length(base), percent = percent(n, length(base)),
                ci_lower = 100 * limits[1], ci_upper = 100 * limits[2],
                display_order = order
            )
        }))
    })
}

for_each_group <- function(study, method, one_group) {
    do.call(rbind, lapply(with_method(study, method), function(analysis) {
        do.call(rbind, lapply(analysis$groups, function(group) {
            data.frame(analysis_id = analysis$id, group_population = group,
                       one_group(analysis, group))
        }))
    }))
}

# A subject leaves at the first condition he does not meet.
attrition <- function(study, results) {
    do.call(rbind, lapply(with_method(study, "attrition"), function(analysis) {
        conditions <- rows_of(conditions_of(study, analysis$population))
        left <- Reduce(function(subjects, condition) {
            intersect(subjects, meeting(study, condition))
        }, conditions, study$subjects$usubjid, accumulate = TRUE)
        n <- lengths(left)
        data.frame(
            analysis_id = analysis$id, step = seq_along(conditions),
            reason = vapply(conditions, function(condition) condition$reason, ""),
            n_in = head(n, -1), n_out = -diff(n), n_remaining = n[-1]
        )
    }))
}
