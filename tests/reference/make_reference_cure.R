# Makes the reference numbers of mixture cure models with covariates.
#
# The likelihood is written out for a row in a = logit(c), m = log(scale) and g = log(shape),
# differentiated by deriv3, and maximised by optim from several starts and Newton's steps.
# Inputs: the data sets (make_data.R) and cure_design.csv: what to fit.
# Outputs: cure_models.csv, cure_terms.csv.

source("common.R")

data_sets <- read_all()
colon <- data_sets$colon[data_sets$colon$etype == 1, ]
late <- (37 * colon$id) %% 400
data_sets$colon <- transform(colon, late = ifelse(late < time, late, 0))
data_sets$myeloid <- transform(read_data("myeloid"), trt_b = as.integer(trt == "B"),
                               male = as.integer(sex == "m"))

VARIABLES <- c("a", "m", "g")
ARGUMENTS <- c(VARIABLES, "t")
SURVIVAL <- list(
    weibull = deriv3(~ log(exp(a) + exp(-exp(exp(g) * (log(t) - m)))) - log(1 + exp(a)),
                     VARIABLES, ARGUMENTS),
    log_logistic = deriv3(~ log(exp(a) + 1 / (1 + exp(exp(g) * (log(t) - m)))) - log(1 + exp(a)),
                          VARIABLES, ARGUMENTS),
    log_normal = deriv3(~ log(exp(a) + pnorm(-exp(g) * (log(t) - m))) - log(1 + exp(a)),
                        VARIABLES, ARGUMENTS)
)
DENSITY <- list(
    weibull = deriv3(~ g - log(t) + exp(g) * (log(t) - m) - exp(exp(g) * (log(t) - m)) -
                         log(1 + exp(a)), VARIABLES, ARGUMENTS),
    log_logistic = deriv3(~ g - log(t) + exp(g) * (log(t) - m) -
                              2 * log(1 + exp(exp(g) * (log(t) - m))) - log(1 + exp(a)),
                          VARIABLES, ARGUMENTS),
    log_normal = deriv3(~ g - log(t) - (exp(g) * (log(t) - m))^2 / 2 - log(2 * pi) / 2 -
                            log(1 + exp(a)), VARIABLES, ARGUMENTS)
)

# The sum over rows, with the chain rule from a, m, g to the coefficients.
part <- function(terms, at, t, X, W, shape) {
    if (!length(t)) return(list(value = 0, score = 0, hessian = 0))
    q <- ncol(X)
    r <- ncol(W)
    g <- if (shape) at[q + r + 1] else 0
    found <- terms(as.vector(X %*% at[1:q]), as.vector(W %*% at[q + 1:r]), g, t)
    J <- list(cbind(X, 0 * W, if (shape) 0 * t), cbind(0 * X, W, if (shape) 0 * t),
              cbind(0 * X, 0 * W, if (shape) 1 + 0 * t))
    first <- attr(found, "gradient")
    second <- attr(found, "hessian")
    score <- Reduce(`+`, lapply(1:3, function(i) colSums(first[, i] * J[[i]])))
    hessian <- Reduce(`+`, lapply(1:3, function(i) Reduce(`+`, lapply(1:3, function(j) {
        t(J[[i]]) %*% (second[, i, j] * J[[j]])
    }))))
    list(value = sum(found), score = score, hessian = hessian)
}

cure <- function(design) {
    split_names <- function(text) if (nzchar(text)) strsplit(text, " ")[[1]] else character(0)
    in_fraction <- split_names(design$fraction)
    in_scale <- split_names(design$scale)
    data <- data_sets[[design$data]]
    data <- data[complete.cases(data[c(in_fraction, in_scale)]), ]
    X <- cbind(1, as.matrix(data[in_fraction]))
    W <- cbind(1, as.matrix(data[in_scale]))
    time <- data[[design$stop]]
    died <- data[[design$event]] == 1
    entry <- if (nzchar(design$start)) data[[design$start]] else 0 * time
    shape <- design$latency != "exponential"
    family <- if (shape) design$latency else "weibull"
    rows <- function(terms, at, t, which) {
        part(terms, at, t[which], X[which, , drop = FALSE], W[which, , drop = FALSE], shape)
    }
    sums <- function(at) Map(
        function(event, without, before) event + without - before,
        rows(DENSITY[[family]], at, time, died), rows(SURVIVAL[[family]], at, time, !died),
        rows(SURVIVAL[[family]], at, entry, entry > 0)
    )
    spread <- c(apply(X, 2, sd)[-1], apply(W, 2, sd)[-1])
    of <- c(ncol(X), ncol(W))
    highest <- NULL
    for (a in qlogis(c(0.1, 0.3, 0.6))) for (g in if (shape) log(c(0.7, 1.5)) else 0) {
        start <- c(a, rep(0, of[1] - 1), log(mean(time[died])), rep(0, of[2] - 1), if (shape) g)
        value <- function(at) { v <- sums(at)$value; if (is.finite(v)) -v else 1e10 }
        found <- optim(start, value, function(at) -sums(at)$score, method = "BFGS",
                       control = list(maxit = 1000, parscale = c(
                           1, 1 / spread[seq_len(of[1] - 1)], 1,
                           1 / spread[of[1] - 1 + seq_len(of[2] - 1)], if (shape) 1)))
        if (is.null(highest) || found$value < highest$value) highest <- found
    }
    at <- highest$par
    for (step in 1:20) {
        there <- sums(at)
        at <- at - solve(there$hessian, there$score)
    }
    there <- sums(at)
    V <- solve(-there$hessian)
    stopifnot(all(abs(there$score) * sqrt(diag(V)) < 1e-8), all(diag(V) > 0))
    # the density by R's own function
    m <- as.vector(W %*% at[of[1] + 1:of[2]])
    s <- if (shape) exp(at[length(at)]) else 1
    f <- switch(family, weibull = dweibull(time, s, exp(m), TRUE), log_normal =
                dlnorm(time, m, 1 / s, TRUE), log_logistic = dlogis(log(time), m, 1 / s, TRUE) - log(time))
    by_part <- sum((f - log1p(exp(X %*% at[1:of[1]])))[died])
    stopifnot(all.equal(by_part, rows(DENSITY[[family]], at, time, died)$value, tolerance = 1e-12))
    fractions <- plogis(as.vector(X %*% at[1:of[1]]))
    mean <- mean(fractions)
    slope <- colMeans(fractions * (1 - fractions) * X)
    z <- s * (log(max(time)) - m)
    rest <- switch(family, weibull = exp(-exp(z)), log_normal = pnorm(-z), log_logistic = plogis(-z))
    terms <- data.frame(
        part = rep(c("fraction", "latency"), of), factor = c("constant", in_fraction, "constant", in_scale),
        log_ratio = at[seq_len(sum(of))], std_error = sqrt(diag(V))[seq_len(sum(of))]
    )
    terms <- terms[terms$factor != "constant", ]
    list(
        models = data.frame(
            model = design$model, n = length(time), n_event = sum(died), cure_fraction = mean,
            std_error = sqrt(as.vector(slope %*% V[1:of[1], 1:of[1]] %*% slope)),
            scale = exp(at[of[1] + 1]), shape = s, log_likelihood = there$value,
            rest_at_end = sum((1 - fractions) * rest) / sum(1 - fractions)
        ),
        terms = if (nrow(terms)) data.frame(model = design$model, terms)
    )
}

designs <- read_design("cure_design.csv")
found <- lapply(seq_len(nrow(designs)), function(i) cure(designs[i, ]))
write_table(bind_rows(lapply(found, `[[`, "models")), "cure_models.csv")
write_table(bind_rows(lapply(found, `[[`, "terms")), "cure_terms.csv")
