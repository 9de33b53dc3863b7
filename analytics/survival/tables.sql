-- What the functions are told of the study: its conventions, and what may be asked together.

create schema if not exists survival;

create or replace table survival.conventions (
    days_per_month double not null,
    day_convention varchar not null,
    conf_level double not null,
    normal_quantile double not null,
    ci_transform varchar not null,
    smallest_risk_set integer not null,
    incidence_variance varchar not null
);

comment on table survival.conventions is
'One row: the parameters of the study that the functions of this schema compute by.';
comment on column survival.conventions.days_per_month is 'Days in a month.';
comment on column survival.conventions.day_convention is
'`difference` (date minus origin) or `adam` (one more): how the days of the marts were counted.';
comment on column survival.conventions.conf_level is 'Confidence level of the intervals.';
comment on column survival.conventions.normal_quantile is
'Two-sided standard normal quantile of that level.';
comment on column survival.conventions.ci_transform is
'Scale on which the interval of a probability is symmetric: `log-log`, `log` or `plain`.';
comment on column survival.conventions.smallest_risk_set is
'Subjects that must be at risk where a curve with late entries starts.';
comment on column survival.conventions.incidence_variance is
'Variance of a cumulative incidence: `aalen`, `delta` or `infinitesimal_jackknife`.';

create or replace table survival.populations (
    endpoint varchar not null,
    population varchar not null,
    endpoint_order integer not null,
    population_order integer not null,
    is_own boolean not null,
    refused varchar,
    known_later varchar,
    entry_facts varchar not null,
    primary key (endpoint, population)
);

comment on table survival.populations is
'One row per endpoint and population: whether the population may be followed on its clock.';
comment on column survival.populations.endpoint is 'Endpoint (paramcd).';
comment on column survival.populations.population is 'Population of populations.csv.';
comment on column survival.populations.endpoint_order is 'Position of the endpoint.';
comment on column survival.populations.population_order is 'Position of the population.';
comment on column survival.populations.is_own is
'Whether it is the population of the endpoint, which is followed when none is named.';
comment on column survival.populations.refused is
'Why no form of analysis is possible. NULL: one is.';
comment on column survival.populations.known_later is
'What of the population is known only after the origin, so that a landmark or delayed entry is '
'needed. NULL: nothing.';
comment on column survival.populations.entry_facts is
'The facts that this waits for, separated by commas; empty when nothing is known later.';

create or replace table survival.factors (
    endpoint varchar not null,
    factor varchar not null,
    factor_order integer not null,
    refused varchar,
    forms_later varchar,
    known_later varchar,
    entry_facts varchar not null,
    primary key (endpoint, factor)
);

comment on table survival.factors is
'One row per endpoint and factor: whether it may form the groups of a curve on its clock.';
comment on column survival.factors.endpoint is 'Endpoint (paramcd).';
comment on column survival.factors.factor is 'Factor of factors.csv.';
comment on column survival.factors.factor_order is 'Position of the factor.';
comment on column survival.factors.refused is
'Why the factor forms no groups. NULL: it does.';
comment on column survival.factors.forms_later is
'What changes after the origin, so that a landmark is needed. NULL: nothing.';
comment on column survival.factors.known_later is
'The assessment that is known only after the origin. NULL: none is waited for.';
comment on column survival.factors.entry_facts is
'The fact of that assessment; empty when none is waited for.';

create or replace table survival.levels (
    factor varchar not null,
    level varchar not null,
    label varchar not null,
    level_order integer not null,
    primary key (factor, level)
);

comment on table survival.levels is
'One row per categorical factor and level, in the order of display.';
comment on column survival.levels.factor is 'Factor of factors.csv.';
comment on column survival.levels.level is 'Level of the factor.';
comment on column survival.levels.label is 'Display label.';
comment on column survival.levels.level_order is
'Position of the level; the first is the reference of `plateau ask --cox`.';
