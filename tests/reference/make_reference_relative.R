# Makes the reference numbers of relative survival: expected survival by survexp, net survival and
# excess mortality written out, net survival also held against relsurv (to 1e-4) where that is installed.
#
# Data: survival::mgus, subjects of 50 years or more, whose year of diagnosis is given; the origin is
# taken as the 1st of July of it. Population: survexp.us, from age 50 and from 1956 on, as daily
# hazards of six digits; a year of age has 365.25 days here.
# Outputs: mgus_origin.csv, us_mortality.csv, relative_survival.csv, excess_mortality.csv.

source("common.R")

AGES <- 50:100
YEARS <- 1956:1995
YEAR <- 365.25

patients <- with(mgus[mgus$age >= 50, ], data.frame(
    id, age, sex = as.character(sex), origin = as.Date(sprintf("19%d-07-01", as.integer(dxyr))),
    time = futime, death
))
write_table(transform(patients, origin = as.character(origin)), "mgus_origin.csv")

rates <- signif(unclass(survexp.us)[as.character(AGES), c("female", "male"), as.character(YEARS)], 6)
write_table(data.frame(
    age = rep(AGES, 2 * length(YEARS)), sex = rep(rep(c("female", "male"), each = length(AGES)),
                                                  length(YEARS)),
    year = rep(YEARS, each = 2 * length(AGES)), daily_hazard = as.vector(rates)
), "us_mortality.csv")
table <- structure(
    # type 3: the year changes on New Year, not on birthdays as in survexp.us itself (type 4)
    rates, dim = dim(rates), dimnames = list(age = AGES, sex = c("female", "male"), year = YEARS),
    type = c(2, 1, 3), dimid = c("age", "sex", "year"),
    cutpoints = list(AGES * YEAR, NULL, as.Date(sprintf("%d-01-01", YEARS))), class = "ratetable"
)

# ---- the population along each life, by survexp -------------------------------------------------

map <- function(data) transform(data, age_days = age * YEAR)
hazard_of <- function(data, days) {
    days <- rep_len(days, nrow(data))
    found <- numeric(length(days))
    some <- days > 0
    if (!any(some)) return(found)
    rows <- transform(map(data), days = days)[some, ]
    found[some] <- survexp(days ~ 1, rows, rmap = list(age = age_days, sex = sex, year = origin),
                           ratetable = table, method = "individual.h")
    found
}

# The points and weights of Gauss and Legendre on (0, 1): exact for polynomials of the ninth degree.
nodes <- (1 + c(-1, -1, 0, 1, 1) * sqrt(5 + c(2, -2, 0, -2, 2) * sqrt(10 / 7)) / 3 * c(1, 1, 0, 1, 1)) / 2
weights <- c(322 - 13 * sqrt(70), 322 + 13 * sqrt(70), 512, 322 + 13 * sqrt(70),
             322 - 13 * sqrt(70)) / c(900, 900, 900, 900, 900) / 2
weights[3] <- 128 / 225 / 2

# Net survival on every day up to `last`: the hazard of the population within a day by differences
# of survexp's, the integral of its weighted mean by quadrature within the pieces of the day.
net_of <- function(data, last) {
    total <- vapply(0:last, function(day) hazard_of(data, day), numeric(nrow(data)))
    variance <- 0
    log_net <- 0
    found <- list()
    for (day in 1:last) {
        here <- data$time >= day
        if (!any(here)) break
        cuts <- sort(unique(c(0, 1, unlist(lapply(which(here), function(i) {
            part <- (ceiling((data$age[i] * YEAR + day - 1) / YEAR) * YEAR -
                         (data$age[i] * YEAR + day - 1))
            part[part > 1e-9 & part < 1 - 1e-9]
        })))))
        own <- data[here, ]
        at <- lapply(cuts, function(cut) {
            if (cut == 0) total[here, day] else if (cut == 1) total[here, day + 1] else
                hazard_of(own, day - 1 + cut)
        })
        integral <- 0
        for (piece in seq_len(length(cuts) - 1)) {
            rise <- at[[piece + 1]] - at[[piece]]
            integral <- integral + sum(weights * vapply(nodes, function(node) {
                w <- exp(at[[piece]] + node * rise)
                sum(w * rise) / sum(w)
            }, 0))
        }
        w <- exp(total[, day + 1])
        dies <- data$time == day & data$death == 1
        jump <- sum(w[dies]) / sum(w[here])
        log_net <- log_net + integral + log(1 - jump)
        variance <- variance + sum(w[dies]^2) / sum(w[here])^2
        found[[day]] <- c(net = exp(log_net), error = exp(log_net) * sqrt(variance))
    }
    do.call(rbind, found)
}

groups <- list(all = patients, female = patients[patients$sex == "female", ],
               male = patients[patients$sex == "male", ])
landmarks <- c(365, 1826, 3652)
rows <- list()
excess <- list()
for (name in names(groups)) {
    data <- map(groups[[name]])
    net <- net_of(data, max(landmarks))
    observed <- summary(survfit(Surv(time, death) ~ 1, data), times = landmarks)
    ederer <- survexp(time ~ 1, data, rmap = list(age = age_days, sex = sex, year = origin),
                      ratetable = table, method = "conditional", times = 1:max(landmarks))
    z <- qnorm(0.975)
    n <- net[landmarks, ]
    rows[[name]] <- data.frame(
        group = name, time = landmarks, n_risk = observed$n.risk, observed = observed$surv,
        expected = ederer$surv[landmarks], net = n[, "net"], std_error = n[, "error"],
        ci_lower = n[, "net"] * exp(-z * n[, "error"] / n[, "net"]),
        ci_upper = n[, "net"] * exp(z * n[, "error"] / n[, "net"])
    )
    # relsurv takes the hazard of the day on which an interval begins, so it is asked for every day
    if (requireNamespace("relsurv", quietly = TRUE)) {
        theirs <- relsurv::rs.surv(
            Surv(time, death) ~ 1, data, ratetable = table, method = "pohar-perme",
            add.times = 1:max(landmarks),
            rmap = list(age = age_days, sex = sex, year = origin)
        )
        at <- match(landmarks, theirs$time)
        stopifnot(all.equal(theirs$surv[at], unname(n[, "net"]), tolerance = 1e-4),
                  all.equal(theirs$std.err[at], unname(n[, "error"] / n[, "net"]), tolerance = 1e-4))
    }
    bounds <- rbind(c(0, Inf), cbind(c(0, landmarks), c(landmarks, Inf)))
    excess[[name]] <- bind_rows(lapply(seq_len(nrow(bounds)), function(i) {
        begin <- pmin(bounds[i, 1], data$time)
        end <- pmin(bounds[i, 2], data$time)
        d <- sum(data$death == 1 & data$time > bounds[i, 1] & data$time <= bounds[i, 2])
        expected <- sum(hazard_of(data, end) - hazard_of(data, begin))
        test <- poisson.test(d, expected)
        days <- sum(end - begin)
        data.frame(group = name, after = bounds[i, 1], until = bounds[i, 2], n_event = d,
                   days_at_risk = days, expected, excess = (d - expected) / days,
                   excess_ci_lower = (test$conf.int[1] - 1) * expected / days,
                   excess_ci_upper = (test$conf.int[2] - 1) * expected / days,
                   smr = d / expected, smr_ci_lower = test$conf.int[1],
                   smr_ci_upper = test$conf.int[2])
    }))
}
write_table(bind_rows(rows), "relative_survival.csv")
write_table(bind_rows(excess), "excess_mortality.csv")
