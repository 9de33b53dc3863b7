# The mixture cure model: a fraction c never has the event, the times of the others are Weibull.
#
# The likelihood is written out in a = logit(c), b = log(scale) and g = log(shape) and
# differentiated by R's deriv3, so that Newton's steps end at the maximum itself.

cure_fractions <- function(study, results) {
    for_groups(study, "kaplan_meier", function(group) {
        if (!length(group$analysis$plateau)) return(NULL)
        data.frame(model = "weibull_mixture", sizes(group$rows, 1),
                   cure_fraction(study, group$rows))
    })
}

# No number where c is at its bound of 0 (below 1e-4), or where the times tell no shape.
cure_fraction <- function(study, rows) {
    if (length(unique(rows$exit[rows$code == 1])) < 2) return(no_estimates)
    rows$exit[rows$exit == 0] <- 0.5
    best <- cure_maximum(rows)
    if (is.null(best) || best$fraction < 1e-4) return(no_estimates)
    width <- qnorm(1 - (1 - number(study, "conf_level")) / 2) * best$error
    data.frame(estimate = best$fraction,
               std_error = best$fraction * (1 - best$fraction) * best$error,
               ci_lower = plogis(best$logit - width), ci_upper = plogis(best$logit + width))
}

# Logs of the density and of survival, with first and second derivatives. (t / scale)^shape is
# exp(exp(g) * (log(t) - b)).
log_density <- deriv3(
    ~ g - log(t) + exp(g) * (log(t) - b) - exp(exp(g) * (log(t) - b)) - log(1 + exp(a)),
    c("a", "b", "g"), c("a", "b", "g", "t")
)
log_survival <- deriv3(
    ~ log(exp(a) + exp(-exp(exp(g) * (log(t) - b)))) - log(1 + exp(a)),
    c("a", "b", "g"), c("a", "b", "g", "t")
)

# Who enters late was known to be without the event by then.
cure_log_likelihood <- function(rows, at) {
    log_of <- function(part, t, sign) {
        found <- part(at[[1]], at[[2]], at[[3]], t)
        list(value = sign * sum(found), score = sign * colSums(attr(found, "gradient")),
             hessian = sign * apply(attr(found, "hessian"), 2:3, sum))
    }
    Map(function(died, censored, entered) died + censored + entered,
        log_of(log_density, rows$exit[rows$code == 1], 1),
        log_of(log_survival, rows$exit[rows$code != 1], 1),
        log_of(log_survival, rows$entry[rows$entry > 0], -1))
}

# The highest of the maxima reached from several fractions and shapes, made exact by Newton's steps;
# NULL when they lead nowhere.
cure_maximum <- function(rows) {
    scale <- log(mean(rows$exit[rows$code == 1]))
    starts <- expand.grid(a = qlogis(c(0.1, 0.3, 0.6)), b = scale, g = log(c(0.7, 1.5)))
    found <- lapply(rows_of(starts), function(start) {
        optim(unlist(start), function(at) -cure_log_likelihood(rows, at)$value)
    })
    at <- found[[which.min(vapply(found, function(one) one$value, 0))]]$par
    for (step in 1:50) {
        there <- cure_log_likelihood(rows, at)
        covariance <- tryCatch(solve(-there$hessian), error = function(error) NULL)
        if (is.null(covariance) || any(diag(covariance) <= 0)) return(NULL)
        move <- as.vector(covariance %*% there$score)
        at <- at + move
        if (all(abs(move) <= 1e-10 * sqrt(diag(covariance)))) {
            return(list(fraction = plogis(at[[1]]), logit = at[[1]],
                        error = sqrt(covariance[1, 1])))
        }
    }
    NULL
}
