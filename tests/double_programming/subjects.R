# Who is followed, from when to when, and what is known of them when.
#
# The times come from the dates of the responses, MRD results, transplants and candidates for the
# end of an endpoint, not from the marts that hold ready times, intervals and counts.

# ---- dates and days -------------------------------------------------------------------------

# The day of each fact by subject; a fact that the marts do not date stops the run.
fact_dates <- function(study, fact) {
    subjects <- study$subjects
    responses <- study$responses
    transplants <- study$hsct_timing[study$hsct_timing$is_first_allogeneic %in% "true", ]
    transplants_in <- function(state) transplants[transplants$remission_state %in% state, ]
    dated <- function(rows, column) setNames(as.Date(rows[[column]]), rows$usubjid)
    switch(fact,
        first_dose = dated(subjects, "trtsdt"),
        prior_hsct = dated(subjects, "trtsdt"),  # known from the first dose on
        last_dose = dated(subjects, "trtedt"),
        treatment_close = dated(subjects, "treatment_close_date"),
        death = dated(subjects, "dthdt"),
        last_known_alive = dated(subjects, "lstalvdt"),
        first_remission = dated(responses[responses$is_first_remission == "true", ], "adt"),
        best_response = dated(responses[responses$is_best_in_window == "true", ], "adt"),
        relapse = dated(responses[responses$is_first_relapse == "true", ], "adt"),
        mrd_evaluated = dated(study$mrd_status, "first_result_date"),
        mrd_response = dated(study$mrd_status, "first_response_date"),
        hsct = dated(transplants, "adt"),
        hsct_in_remission = dated(transplants_in("in_continuous_remission"), "adt"),
        hsct_after_relapse = dated(transplants_in("after_relapse"), "adt"),
        hsct_without_remission = dated(transplants_in("without_remission"), "adt"),
        if (fact %in% study$study_fact$fact[study$study_fact$level != "0"]) dated(
            study$int_declared_facts[study$int_declared_facts$fact == fact, ], "adt"
        ) else stop("No mart dates the fact '", fact, "'; give it a line in fact_dates of subjects.R.")
    )
}

date_of <- function(study, fact, usubjid) unname(fact_dates(study, fact)[usubjid])

# The time of a date on a clock.
clock <- function(study, origin, date) {
    as.numeric(date - origin) + (study$parameters$day_convention == "adam")
}

# The day from which something is known: the origin itself adds no day.
known_from <- function(study, origin, date) {
    ifelse(date > origin, clock(study, origin, date), as.numeric(date - origin))
}

# ---- populations ----------------------------------------------------------------------------

# The subjects of each population: those who meet every condition, as judged one by one.
population_members <- function(study) {
    populations <- unique(study$study_population_condition$population)
    sapply(populations, simplify = FALSE, function(population) {
        Reduce(function(members, condition) intersect(members, meeting(study, condition)),
               rows_of(conditions_of(study, population)), study$subjects$usubjid)
    })
}

members_of <- function(study, population) study$members[[population]]

meeting <- function(study, condition) {
    judged <- study$population_conditions
    judged$usubjid[judged$population == condition$population & judged$is_met %in% "true" &
                       judged$condition_order == condition$condition_order]
}

# ---- followed subjects ----------------------------------------------------------------------

# One row per subject of the population: origin (date), exit (days), code (1 event, 2 competing).
followed <- function(study, endpoint, population) {
    ends <- study$censoring
    ends <- ends[ends$paramcd == endpoint & ends$is_selected == "true" &
                     ends$usubjid %in% members_of(study, population), ]
    endpoints <- study$study_endpoint
    origin <- date_of(study, endpoints$origin_fact[endpoints$paramcd == endpoint], ends$usubjid)
    code <- c(event = 1, competing = 2, censor = 0, censor_first = 0)
    data.frame(
        usubjid = ends$usubjid, origin = origin, exit = clock(study, origin, as.Date(ends$adt)),
        code = unname(code[ends$role])
    )
}

# The day a subject comes under observation: the last of the facts; NA when one never happens.
entry_days <- function(study, rows, facts) {
    entry <- rep(0, nrow(rows))
    for (fact in facts) {
        entry <- pmax(entry, known_from(study, rows$origin, date_of(study, fact, rows$usubjid)))
    }
    entry
}

baseline_level <- function(study, factor, usubjid) {
    rows <- study$subject_factors[study$subject_factors$factor == factor, ]
    rows$level[match(usubjid, rows$usubjid)]
}

baseline_value <- function(study, factor, usubjid) {
    rows <- study$subject_factors[study$subject_factors$factor == factor, ]
    as.numeric(rows$value[match(usubjid, rows$usubjid)])
}

# The subject's combination of levels as one text; NA when a level is not known or none are asked for.
combination <- function(study, factors, usubjid) {
    levels <- lapply(factors, function(factor) {
        match(baseline_level(study, factor, usubjid), levels_of(study, factor))
    })
    if (!length(levels)) return(rep(NA_character_, length(usubjid)))
    ifelse(Reduce(`|`, lapply(levels, is.na)), NA, do.call(paste, levels))
}

# The day on which a time-dependent factor turns from no to yes: Inf when it never does, or only
# on the day the endpoint ends or later; NA when the subject was never assessed.
change_days <- function(study, factor, rows) {
    about <- factor_row(study, factor)
    date <- date_of(study, about$fact, rows$usubjid)
    too_late <- date >= rows$origin & clock(study, rows$origin, date) >= rows$exit
    day <- ifelse(is.na(date) | too_late, Inf, known_from(study, rows$origin, date))
    if (is.na(about$assessed_fact)) return(day)
    ifelse(is.na(date_of(study, about$assessed_fact, rows$usubjid)), NA, day)
}

# ---- subjects of a curve --------------------------------------------------------------------

# The subjects of each curve of the plan: a list of analysis, stratum and rows (entry, exit, code).
curve_groups <- function(study) {
    groups <- lapply(with_method(study, "kaplan_meier", "cumulative_incidence"), function(one) {
        rows <- observed(study, one)
        strata <- if (is.na(one$strata)) "all" else levels_of(study, one$strata)
        strata <- union(strata, if ("unknown" %in% rows$stratum) "unknown")
        lapply(strata, function(stratum) list(
            analysis = one, stratum = stratum, rows = rows[rows$stratum == stratum, ]
        ))
    })
    unlist(groups, recursive = FALSE)
}

# A subject whose time ends before he comes under observation, or by the landmark, is left out.
observed <- function(study, analysis) {
    rows <- followed(study, analysis$endpoint, analysis$population)
    rows <- if (analysis$moves) spells(study, analysis, rows) else {
        cbind(rows, stratum = strata_of(study, analysis, rows), start = rep(0, nrow(rows)))
    }
    landmark <- if (is.na(analysis$landmark_days)) 0 else analysis$landmark_days
    rows$entry <- pmax(entry_days(study, rows, analysis$entry) - landmark, rows$start - landmark, 0)
    rows$exit <- rows$exit - landmark
    rows[!is.na(rows$entry) & (rows$entry == 0 | rows$exit > rows$entry) &
             (landmark == 0 | rows$exit > 0) & is_known(study, analysis, rows), ]
}

# Whether all that defines the population and the groups has happened by the landmark day. Without
# a landmark, with groups that change or with entry facts, subjects enter later instead.
is_known <- function(study, analysis, rows) {
    frozen <- !is.na(analysis$landmark_days) && !analysis$moves && !analysis$as_published &&
        !length(analysis$entry)
    if (!frozen) return(rep(TRUE, nrow(rows)))
    facts <- defining_facts(study, analysis$population, assessed_factors(study, analysis))
    day <- entry_days(study, rows, facts)
    !is.na(day) & day <= analysis$landmark_days
}

# A row per subject and group: who changes leaves the one as censored and enters the other.
spells <- function(study, analysis, rows) {
    day <- change_days(study, analysis$strata, rows)
    changes <- day %in% day[is.finite(day)]
    first <- rows
    first$stratum <- ifelse(is.na(day), "unknown", "no")
    first$start <- rep(0, nrow(rows))
    first$exit[changes] <- day[changes]
    first$code[changes] <- 0
    second <- rows[changes, ]
    second$stratum <- rep("yes", nrow(second))
    second$start <- day[changes]
    rbind(first, second)
}

# Frozen strata are those of the landmark, or of the last day without one.
strata_of <- function(study, analysis, rows) {
    if (is.na(analysis$strata)) return(rep("all", nrow(rows)))
    if (factor_row(study, analysis$strata)$timing == "baseline") {
        level <- baseline_level(study, analysis$strata, rows$usubjid)
    } else {
        frozen <- if (is.na(analysis$landmark_days)) rows$exit else analysis$landmark_days
        level <- ifelse(change_days(study, analysis$strata, rows) <= frozen, "yes", "no")
    }
    ifelse(is.na(level), "unknown", level)
}
