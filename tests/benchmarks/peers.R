# A step of R's packages, run whenever a line comes in; the seconds go out. Called by peers.py:
#   peers.R versions
#   peers.R STEP FILE ROWS COLUMNS      FILE: doubles, column by column
arguments <- commandArgs(trailingOnly = TRUE)

versions <- function(packages) {
  found <- Filter(function(name) requireNamespace(name, quietly = TRUE), packages)
  told <- vapply(found, function(name) as.character(packageVersion(name)), "")
  cat("{", paste0('"', found, '": "', told, '"', collapse = ", "), "}\n", sep = "")
}

if (arguments[1] == "versions") {
  versions(c("survival", "cmprsk", "data.table"))
  quit()
}

suppressPackageStartupMessages(library(survival))

# The curves of the counts: each line stands for as many subjects as its weight.
curves_of_counts <- function(counts) {
  fit <- survfit(
    Surv(day, event > 0) ~ stratum,
    data = counts, weights = n, conf.type = "log-log"
  )
  quantile(fit, 0.5)
}

steps <- list(
  survfit = function(d) {
    quantile(survfit(Surv(day, event > 0) ~ stratum, data = d, conf.type = "log-log"), 0.5)
  },
  survfit_tabulate = function(d) {
    days <- max(d$day) + 1L
    n <- tabulate((d$stratum * 3L + d$event) * days + d$day + 1L, nbins = 6L * days)
    group <- which(n > 0) - 1L
    curves_of_counts(data.frame(
      day = group %% days, event = group %/% days %% 3L, stratum = group %/% (3L * days),
      n = n[group + 1L]
    ))
  },
  survfit_data_table = function(d) {
    curves_of_counts(d[, list(n = .N), by = list(stratum, day, event)])
  },
  survdiff = function(d) survdiff(Surv(day, event > 0) ~ stratum, data = d),
  cuminc = function(d) cmprsk::cuminc(d$day, d$event, d$stratum),
  coxph = function(d) coxph(Surv(d$stop, d$event) ~ d$x),
  coxph_start_stop = function(d) coxph(Surv(d$start, d$stop, d$event) ~ d$x)
)

read_numbers <- function(step, path, rows, columns) {
  numbers <- matrix(readBin(path, "double", rows * columns), rows, columns)
  if (startsWith(step, "coxph")) {
    return(list(
      start = numbers[, 1], stop = numbers[, 2], event = numbers[, 3], x = numbers[, -(1:3)]
    ))
  }
  subjects <- data.frame(
    stratum = as.integer(numbers[, 1]), day = as.integer(numbers[, 2]),
    event = as.integer(numbers[, 3])
  )
  if (step == "survfit_data_table") data.table::as.data.table(subjects) else subjects
}

step <- arguments[1]
data <- read_numbers(step, arguments[2], as.numeric(arguments[3]), as.numeric(arguments[4]))
asked <- file("stdin", open = "r")
cat("ready\n")
while (length(readLines(asked, n = 1)) == 1) {
  gc(verbose = FALSE)
  started <- Sys.time()
  invisible(steps[[step]](data))
  cat(as.numeric(Sys.time() - started, units = "secs"), "\n", sep = "")
}
