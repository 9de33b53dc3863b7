-- The upper tail of the chi-square distribution, for which DuckDB has no function. For whole
-- degrees of freedom it is a finite sum of positive terms (Abramowitz and Stegun, Handbook of
-- Mathematical Functions, 26.4.4 and 26.4.5), with the complementary error function where they are
-- odd. Agrees with scipy.special.chdtrc to 1e-12, relative.

-- erfc(sqrt(y)): below 4 the series of erf with positive terms, above the continued fraction of
-- Laplace from its 120th term back (7.1.5 and 7.1.14 of the same book).
create or replace macro survival.erfc_of_root(y) as
case
    when y < 4 then
        1 - 2 * sqrt(y / pi()) * exp(-y) * list_reduce(
            [cast(101 - n as double) for n in range(1, 101)],
            lambda total, n: 1 + total * 2 * y / (2 * n + 1),
            cast(1 as double)
        )
    else
        exp(-y) / sqrt(pi()) / list_reduce(
            [cast(121 - n as double) for n in range(1, 121)],
            lambda below, n: sqrt(y) + n / 2 / below,
            sqrt(cast(y as double))
        )
end;

comment on macro survival.erfc_of_root is
'The complementary error function of the square root of a number from 0 on.';

create or replace macro survival.chi_square_p(statistic, df) as
case
    when statistic is null or df is null then null
    when statistic < 0 or df < 1 or df <> floor(df) then
        error('A chi-square statistic is 0 or more and its degrees of freedom are 1, 2, 3, ...')
    when statistic = 0 then cast(1 as double)
    when df % 2 = 0 then
        exp(-statistic / 2 + ln(list_reduce(
            [cast(df / 2 - k as double) for k in range(1, cast(df // 2 as bigint))],
            lambda total, k: 1 + total * statistic / 2 / k,
            cast(1 as double)
        )))
    else
        survival.erfc_of_root(cast(statistic as double) / 2)
        + case when df = 1 then cast(0 as double) else
            exp(-statistic / 2 + ln(2 * sqrt(statistic / 2 / pi()) * list_reduce(
                [cast(df / 2 - k as double) for k in range(1, cast(df // 2 as bigint))],
                lambda total, k: 1 + total * statistic / 2 / k,
                cast(1 as double)
            )))
        end
end;

comment on macro survival.chi_square_p is
'The P value of a chi-square statistic: the upper tail, for whole degrees of freedom.';
