# Makes the reference numbers of multivariable models: factors with several levels, trends, splines,
# interactions, strata, robust variances, profile limits, and the tests of all terms of a factor.
#
# Inputs: colon.csv (deaths) and mgus2.csv (progression, death competing), of make_data.R.
# Outputs: multivariable_term.csv, multivariable_test.csv. The terms come in the order of the plan
# that tests/results/test_multivariable_against_r.py writes.

source("common.R")
suppressPackageStartupMessages(library(cmprsk))

data_sets <- read_all()
deaths <- subset(data_sets$colon, etype == 2)
terms <- list()
tests <- list()

# Harrell's natural cubic spline, as in Hmisc::rcspline.eval with norm = 2
nonlinear <- function(x, probabilities) {
    k <- quantile(x, probabilities, names = FALSE)
    n <- length(k)
    cube <- function(knot) pmax(x - knot, 0)^3
    sapply(seq_len(n - 2), function(j) (
        cube(k[j]) - cube(k[n - 1]) * (k[n] - k[j]) / (k[n] - k[n - 1]) +
            cube(k[n]) * (k[n - 1] - k[j]) / (k[n] - k[n - 1])
    ) / (k[n] - k[1])^2)
}
four <- c(0.05, 0.35, 0.65, 0.95)
three <- c(0.1, 0.5, 0.9)

indicators <- function(x, levels) sapply(levels, function(level) as.numeric(x == level))

# one model: x, a matrix of its terms, and `tested`, name -> columns
add <- function(model, rows, x, tested, strata = NULL, robust = FALSE) {
    rows$x <- x
    stratified <- if (!is.null(strata)) sprintf("strata(%s)", strata)
    fit_of <- function(columns) {
        rows$x <- x[, columns, drop = FALSE]
        kept <- c(if (length(columns)) "x", stratified)
        coxph(reformulate(if (length(kept)) kept else "1", "Surv(time, status)"), rows,
              ties = "efron", control = tight, robust = robust)
    }
    whole <- fit_of(seq_len(ncol(x)))
    b <- unname(coef(whole))
    V <- whole$var
    terms[[model]] <<- data.frame(model, term = seq_along(b), n = whole$n, n_event = whole$nevent,
                                  log_ratio = b, std_error = sqrt(diag(V)))
    tests[[model]] <<- bind_rows(lapply(names(tested), function(name) {
        s <- tested[[name]]
        smaller <- fit_of(setdiff(seq_len(ncol(x)), s))
        data.frame(model, test = name, df = length(s),
                   wald = as.numeric(b[s] %*% solve(V[s, s], b[s])),
                   lr = if (robust) NA else 2 * (whole$loglik[2] - smaller$loglik[2]))
    }))
}

rows <- deaths[complete.cases(deaths[, c("extent", "differ", "lev5fu", "male", "age", "node4")]), ]
levels_extent <- indicators(rows$extent, c(1, 2, 4))
levels_differ <- indicators(rows$differ, 2:3)
x <- cbind(levels_extent, levels_differ, rows$lev5fu, rows$male, rows$age / 10,
           rows$lev5fu * rows$male)
tested <- list("extent/all" = 1:3, "race/all" = 4:5, "t411/all" = c(6, 9), "sex/all" = c(7, 9),
               "age/all" = 8, "t411 x sex/all" = 9)
add("levels", rows, x, tested)
add("levels_stratified", rows, x, tested, strata = "node4")
add("levels_robust", rows, x, tested, robust = TRUE)

rows <- deaths[complete.cases(deaths[, c("extent", "age", "male")]), ]
spline <- nonlinear(rows$age, four)
x <- cbind(rows$extent - 1, rows$age, spline, rows$male, rows$male * cbind(rows$age, spline))
add("spline", rows, x, list(
    "extent/all" = 1, "age/all" = c(2:4, 6:8), "age/nonlinear" = 3:4, "sex/all" = 5:8,
    "sex x age/all" = 6:8
))

# Fine and Gray: Wald's tests alone
rows <- data_sets$mgus2
rows <- rows[complete.cases(rows[, c("age", "male")]), ]
spline <- nonlinear(rows$age, three)
x <- cbind(rows$male, rows$age, spline, rows$male * cbind(rows$age, spline))
fit <- with(rows, converged(time, cause, x))
terms$fine_gray <- data.frame(
    model = "fine_gray", term = seq_along(fit$coef), n = nrow(rows), n_event = sum(rows$cause == 1),
    log_ratio = unname(fit$coef), std_error = sqrt(diag(fit$var))
)
tests$fine_gray <- bind_rows(lapply(list(
    "sex/all" = c(1, 4, 5), "age/all" = 2:5, "age/nonlinear" = 3, "sex x age/all" = 4:5
), function(s) data.frame(
    model = "fine_gray", df = length(s),
    wald = as.numeric(fit$coef[s] %*% solve(fit$var[s, s], fit$coef[s])), lr = NA
)))
tests$fine_gray <- data.frame(model = "fine_gray", test = rownames(tests$fine_gray),
                              tests$fine_gray[, c("df", "wald", "lr")])

write_table(bind_rows(terms), "multivariable_term.csv")
write_table(bind_rows(tests), "multivariable_test.csv")
