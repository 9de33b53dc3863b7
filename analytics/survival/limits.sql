-- Pointwise limits of a probability, on the scale on which they are symmetric, kept within [0, 1].
-- `side` is -1 for the lower limit and 1 for the upper. NULL where the standard error is, and where
-- the transform is not defined: log at 0, log-log at 0 and 1.

create or replace macro survival.limit_of(
    estimate, std_error, side, ci_transform, normal_quantile
) as
case
    when estimate is null or std_error is null then null
    when ci_transform = 'plain'
        then least(1.0, greatest(0.0, estimate + side * normal_quantile * std_error))
    when ci_transform = 'log' and estimate > 0
        then least(1.0, estimate * exp(side * normal_quantile * std_error / estimate))
    when ci_transform = 'log-log' and estimate > 0 and estimate < 1
        then exp(-exp(
            ln(-ln(estimate)) + side * normal_quantile * std_error / (estimate * ln(estimate))
        ))
end;

comment on macro survival.limit_of is
'A limit of a probability by its standard error and a transform; `side` is -1 or 1.';
