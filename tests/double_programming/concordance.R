# The published numbers beside the numbers of this program, through the study's concordance map.

read_published <- function(folder) {
    files <- setdiff(list.files(folder, "\\.csv$"), "concordance.csv")
    if (!length(files)) return(NULL)
    reported <- lapply(sub("\\.csv$", "", files), function(name) read_cells(folder, name))
    list(map = read_cells(folder, "concordance"),
         reported = unlist(lapply(reported, function(rows) {
             setNames(rows_of(rows), rows$id)
         }), recursive = FALSE))
}

concordance <- function(study, results) {
    results$parameter <- data.frame(name = names(study$parameters),
                                    value = suppressWarnings(as.numeric(study$parameters)))
    do.call(rbind, lapply(rows_of(study$published$map), function(row) {
        printed <- study$published$reported[[row$published_id]][[row$quantity]]
        data.frame(published_id = row$published_id, quantity = row$quantity,
                   held_against(row, printed, results))
    }))
}

held_against <- function(row, printed, results) {
    if (is.na(row$table)) return(data.frame(computed = NA_real_, matches = NA))
    found <- find_number(row, results)
    if (is.na(found)) {
        return(data.frame(computed = NA_real_, matches = if (row$kind == "derived") NA else FALSE))
    }
    computed <- if (row$transform == "percent") 100 * found else found
    matches <- reads_as(computed, row$transform, printed)
    data.frame(computed = computed, matches = if (row$kind == "derived") NA else matches)
}

# The one cell that the map names; NA when there is none or more than one.
find_number <- function(row, results) {
    frame <- results[[row$table]]
    for (filter in strsplit(first_known(row$filters, ""), ";", fixed = TRUE)[[1]]) {
        name <- sub("=.*", "", filter)
        wanted <- sub("^[^=]*=", "", filter)
        if (is.null(frame[[name]])) return(NA_real_)
        if (is.numeric(frame[[name]])) wanted <- as.numeric(wanted)
        frame <- frame[frame[[name]] %in% wanted, ]
    }
    if (!identical(nrow(frame), 1L) || is.null(frame[[row$column]])) return(NA_real_)
    as.numeric(frame[[row$column]])
}

reads_as <- function(computed, transform, printed) {
    if (startsWith(transform, "below_")) return(computed < as.numeric(sub("below_", "", transform)))
    if (transform == "nearest_third") {
        thirds <- c("none", "one-third", "two-thirds", "all")
        return(thirds[1 + as.numeric(rounded(3 * computed / 100, 0))] == printed)
    }
    decimals <- if (grepl(".", printed, fixed = TRUE)) nchar(sub(".*\\.", "", printed)) else 0
    rounded(computed, decimals) == printed
}

# Halves go away from zero. Twelve digits are kept before, so that 2.675 is the decimal number one
# reads and not the double a little below it.
rounded <- function(value, decimals) {
    whole <- floor(signif(abs(value) * 10^decimals, 12) + 0.5)
    sprintf("%s%.*f", if (value < 0 && whole > 0) "-" else "", decimals, whole / 10^decimals)
}
