# What every script of this folder shares: exact writing, tight convergence, the data sets.

suppressPackageStartupMessages(library(survival))

# the shortest of 15 and 17 digits that gives the number back; nothing for unknown
precise <- function(x) {
    written <- rep("", length(x))
    known <- !is.na(x)
    short <- formatC(x[known], digits = 15, format = "g", width = 1)
    exact <- formatC(x[known], digits = 17, format = "g", width = 1)
    written[known] <- ifelse(as.numeric(short) == x[known], short, exact)
    written
}

write_table <- function(table, file) {
    numeric <- vapply(table, is.double, logical(1))
    table[numeric] <- lapply(table[numeric], precise)
    write.csv(table, file, row.names = FALSE, quote = FALSE, na = "")
}

bind_rows <- function(rows) do.call(rbind, rows)

tight <- coxph.control(eps = 1e-14, toler.chol = 1e-16, iter.max = 100)

# a design table: one row per thing to compute, read by the tests too; "" is none
read_design <- function(file) read.csv(file, colClasses = "character", na.strings = character(0))

response <- function(design) paste0(
    "Surv(", if (nzchar(design$start)) paste0(design$start, ", "),
    design$stop, ", ", design$event, ")"
)

# ---- the data sets as committed, with the columns that R and the tests derive from them -----

read_data <- function(name) read.csv(paste0(name, ".csv"))

read_all <- function() {
    lung <- transform(read_data("lung"), died = status - 1, sampling = 50 / age)
    lung$copies <- lung$sex
    mgus2 <- transform(
        read_data("mgus2"),
        time = ifelse(pstat == 1, ptime, futime), cause = ifelse(pstat == 1, 1, 2 * death),
        progressed = pstat, male = as.integer(sex == "M"),
        age_months = 12 * age, end_months = 12 * age + futime
    )
    pbcseq <- transform(read_data("pbcseq"), died = as.integer(status == 2),
                        log_bili = log(bili), log_protime = log(protime))
    list(
        lung = lung, mgus2 = mgus2, heart = read_data("heart"), myeloma = read_data("myeloma"),
        myeloid_rows = read_data("myeloid_rows"), cgd = read_data("cgd"), pbcseq = pbcseq,
        pbc = transform(read_data("pbc"), died = as.integer(status == 2)),
        colon = transform(read_data("colon"), arm = lev + 2 * lev5fu),
        ovarian = read_data("ovarian"), rats = read_data("rats"),
        veteran = transform(read_data("veteran"), smallcell = as.integer(celltype == 2),
                            adeno = as.integer(celltype == 3), large = as.integer(celltype == 4))
    )
}
