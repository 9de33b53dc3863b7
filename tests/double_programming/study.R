# The study as the other files take it: marts, conventions and plan, read from CSV.

# A cell is text until somebody needs a number; an empty one is not known.
read_cells <- function(folder, name) {
    read.csv(file.path(folder, paste0(name, ".csv")), colClasses = "character", na.strings = "",
             check.names = FALSE, encoding = "UTF-8")
}

read_study <- function(folder) {
    names <- sub("\\.csv$", "", list.files(folder, "\\.csv$"))
    study <- sapply(names, function(name) read_cells(folder, name), simplify = FALSE)
    study$parameters <- as.list(setNames(study$study_parameter$value, study$study_parameter$name))
    study$published <- read_published(file.path(folder, "published"))
    study$external_folder <- file.path(folder, "external")
    study$analyses <- with_siblings(study)
    study
}

number <- function(study, parameter) as.numeric(study$parameters[[parameter]])
in_months <- function(study, days) days / number(study, "days_per_month")

# ---- the plan -------------------------------------------------------------------------------

# A key that no analysis of the plan uses has no column.
cell <- function(row, key) if (is.null(row[[key]])) NA_character_ else row[[key]]
items <- function(text) if (is.na(text)) character(0) else strsplit(text, "|", fixed = TRUE)[[1]]
first_known <- function(...) Find(Negate(is.na), list(...), nomatch = NA_character_)
rows_of <- function(table) lapply(seq_len(NROW(table)), function(i) as.list(table[i, ]))

# The analyses in the order of the plan, each followed by its delayed-entry sibling.
with_siblings <- function(study) {
    analyses <- lapply(rows_of(study$plan_analyses), function(row) {
        months <- function(key) as.numeric(items(cell(row, key)))
        moving <- cell(row, "time_dependent_strata")
        analysis <- list(
            id = row$id, method = row$method, endpoint = cell(row, "endpoint"),
            population = cell(row, "population"), strata = first_known(cell(row, "strata"), moving),
            moves = !is.na(moving), stratified_by = stratification_factors(study, row),
            subgroups = items(cell(row, "subgroups")), pooled_over = cell(row, "pooled_over"),
            tests = if (is.na(cell(row, "tests"))) "log_rank" else items(row$tests),
            landmarks = months("landmarks_months"), from_months = months("from_months"),
            horizons = months("restricted_mean_months"), plateau = months("plateau_months"),
            quantiles = as.numeric(items(cell(row, "quantiles"))),
            conditional = list(at = months("conditional_survival.at_months"),
                               further = months("conditional_survival.further_months")),
            rate_months = months("incidence_rate_months"),
            hazard = smoothed_hazard_of(row),
            models = items(cell(row, "parametric.models")),
            parametric_months = months("parametric.months"),
            landmark_days = as.numeric(cell(row, "landmark_days")),
            as_published = !is.na(cell(row, "as_published")),
            entry = items(cell(row, "entry_facts")), source = cell(row, "candidates_from"),
            censoring_groups = cell(row, "censoring_groups"),
            life_table = life_table_of(study, row), excess_months = months("excess_mortality_months"),
            latency = cell(row, "latency"), own_ties = cell(screened(study, row), "ties"),
            is_robust = cell(row, "variance") %in% "robust", cluster = cell(row, "cluster"),
            is_firth = cell(row, "firth") %in% "true",
            has_profile = cell(row, "limits") %in% "profile" ||
                (cell(row, "firth") %in% "true" && is.na(cell(row, "limits"))),
            interactions = items(cell(row, "interactions")),
            groups = items(cell(row, "groups")), compared = items(cell(row, "compared")),
            external = cell(row, "external"), matched_on = items(cell(row, "matched_on")),
            is_sibling = FALSE
        )
        siblings_of(study, analysis, assessed_factors(study, analysis), row)
    })
    unlist(analyses, recursive = FALSE)
}

smoothed_hazard_of <- function(row) {
    bandwidth <- cell(row, "smoothed_hazard.bandwidth_months")
    if (is.na(bandwidth)) return(NULL)
    list(bandwidth = as.numeric(bandwidth),
         every = as.numeric(cell(row, "smoothed_hazard.every_months")))
}

# The rows of a life table, its factors by column, and how its mortality is given.
life_table_of <- function(study, row) {
    file <- cell(row, "life_table.file")
    if (is.na(file)) return(NULL)
    keys <- sub("^life_table.", "", grep("^life_table[.]", names(row), value = TRUE))
    keys <- setdiff(keys, c("file", "measure", "age"))
    factors <- vapply(keys, function(key) cell(row, paste0("life_table.", key)), "")
    list(rows = study[[sub("[.]csv$", "", file)]], measure = cell(row, "life_table.measure"),
         age = cell(row, "life_table.age"), factors = factors[!is.na(factors)])
}

# The factors whose combinations are the strata; a selection has those of its candidates.
stratification_factors <- function(study, row) items(cell(screened(study, row), "stratified_by"))

# How an analysis treats tied events; a selection as its candidates do.
ties_of <- function(study, analysis) first_known(analysis$own_ties, study$parameters$ties)

screened <- function(study, row) {
    plan <- study$plan_analyses
    source <- cell(row, "candidates_from")
    if (is.na(source)) row else plan[plan$id == source, ]
}

# The factors that a subject must have been assessed for.
assessed_factors <- function(study, analysis) {
    if (is.na(analysis$source)) return(c(na.omit(analysis$strata), analysis$stratified_by))
    rows <- study$plan_factors
    unique(c(rows$factor[rows$analysis_id == analysis$source], analysis$stratified_by))
}

# The item and, where it is shown as published, the same item from the day that settles who is
# in it; an item that no day settles has no sibling.
siblings_of <- function(study, item, factors, row) {
    if (is.na(cell(row, "as_published")) || !is_settled_by_days(study, item, factors)) {
        return(list(item))
    }
    entry <- defining_facts(study, item$population, factors)
    # the sibling of a curve does not pool trials: its subjects enter on days of their own
    sibling <- modifyList(item, list(
        id = paste0(item$id, "__delayed_entry"), entry = entry, is_sibling = TRUE,
        pooled_over = if (isTRUE(item$method == "kaplan_meier") ||
                          isTRUE(item$method == "cumulative_incidence")) NA else item$pooled_over
    ))
    list(item, sibling)
}

is_settled_by_days <- function(study, item, factors) {
    conditions <- fact_conditions(study, item$population)
    absent <- conditions$operator == "absent" & conditions$name != "prior_hsct"
    moving <- !is.null(item$strata) && !is.na(item$strata) && is.na(item$landmark_days) &&
        factor_row(study, item$strata)$timing == "post_baseline"
    !any(absent) && !moving
}

# Every fact that must have happened before a subject belongs to the population and is assessed.
defining_facts <- function(study, population, factors) {
    conditions <- fact_conditions(study, population)
    assessed <- study$study_factor$assessed_fact[study$study_factor$factor %in% factors]
    unique(c(conditions$name[conditions$operator != "absent"], na.omit(assessed)))
}

fact_conditions <- function(study, population) {
    conditions <- conditions_of(study, population)
    conditions[conditions$kind == "fact", ]
}

# The conditions of a population in order, those of the populations it builds on in their place.
conditions_of <- function(study, population) {
    own <- study$study_population_condition
    own <- own[own$population == population, ]
    own <- own[order(as.integer(own$condition_order)), ]
    unique(do.call(rbind, lapply(seq_len(nrow(own)), function(i) {
        if (own$kind[i] == "population") conditions_of(study, own$name[i]) else own[i, ]
    })))
}

# The contrasts of an analysis of one factor each, siblings included.
contrasts_of <- function(study, analysis) {
    rows <- study$plan_factors[study$plan_factors$analysis_id == analysis$id, ]
    contrasts <- lapply(rows_of(rows), function(row) {
        contrast <- list(
            id = first_known(cell(row, "model"), row$factor), factor = row$factor,
            numerator = items(cell(row, "numerator")),
            denominator = items(cell(row, "denominator")),
            population = first_known(cell(row, "population"), analysis$population),
            entry = items(cell(row, "entry_facts")), is_sibling = FALSE
        )
        if (!length(contrast$denominator)) {
            contrast$denominator <- setdiff(levels_of(study, row$factor), contrast$numerator)
        }
        assessed <- c(row$factor, analysis$stratified_by, analysis$subgroups)
        siblings_of(study, contrast, assessed, row)
    })
    unlist(contrasts, recursive = FALSE)
}

factor_row <- function(study, factor) {
    as.list(study$study_factor[study$study_factor$factor == factor, ])
}

# The known levels of a factor in the order they are shown.
levels_of <- function(study, factor) {
    rows <- study$study_factor_level[study$study_factor_level$factor == factor, ]
    unique(as.character(na.omit(rows$level[order(as.integer(rows$display_order))])))
}

with_method <- function(study, ...) Filter(function(one) one$method %in% c(...), study$analyses)
