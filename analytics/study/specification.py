"""A study as typed, frozen data: what the folder's files say after every check.

Nothing here reads a file or opens a database; `analytics.study.load_study` makes these
objects, and everything downstream only reads them. An empty cell of a file is None.
"""

from datetime import date
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from analytics.study.domains import CONTACT_DOMAINS, VISIT_DOMAINS
from analytics.study.number_styles import PLAIN, StyleName
from analytics.study.record_rules import default_policies

DayConvention = Literal["difference", "adam"]
RfsCensor = Literal["last_visit", "last_contact", "last_assessment"]
CifVariance = Literal["aalen", "delta", "infinitesimal_jackknife"]
PhTransform = Literal["km", "rank", "identity", "log"]
CiTransform = Literal["log-log", "log", "plain"]
Ties = Literal["efron", "breslow"]
ModelTies = Literal["efron", "breslow", "exact"]
Variance = Literal["inverse_information", "robust"]
Limits = Literal["wald", "profile_likelihood"]
Timing = Literal["baseline", "post_baseline"]
FactorType = Literal["categorical", "continuous"]
Derivation = Literal[
    "variable", "last_value", "any_record", "count_records", "fact", "subject_column", "adam"
]
ConditionKind = Literal["population", "fact", "factor", "variable", "endpoint", "rule", "flag"]
FactConditionKind = Literal["variable", "term", "fact", "cycle", "confirmed"]
FactConditionAbout = Literal["fact", "category", "factor"]
Take = Literal["first", "last"]
AdamKind = Literal["factor", "number", "population", "fact"]
AdamRole = Literal["event", "competing", "censor"]
TrialKind = Literal["sdtm", "adam"]
RuleRole = Literal["event", "competing", "censor", "censor_first", "end"]
ModelName = Literal[
    "exponential", "weibull", "log_normal", "log_logistic", "generalised_gamma", "gompertz"
]
Method = Literal[
    "kaplan_meier",
    "cumulative_incidence",
    "cox_univariate",
    "cox_stepwise",
    "cox_multivariable",
    "fine_gray",
    "fine_gray_multivariable",
    "multi_state",
    "external_control",
    "mixture_cure",
    "relative_survival",
    "baseline_table",
    "outcomes_table",
    "attrition",
]
LatencyName = Literal["weibull", "exponential", "log_normal", "log_logistic"]
StateEnd = Literal["event", "competing"]
Statistic = Literal["count_percent", "n", "mean", "sd", "median", "min", "max"]

CURVE_METHODS: tuple[Method, ...] = ("kaplan_meier", "cumulative_incidence")
COX_METHODS: tuple[Method, ...] = ("cox_univariate", "cox_stepwise", "cox_multivariable")
FINE_GRAY_METHODS: tuple[Method, ...] = ("fine_gray", "fine_gray_multivariable")


class _Specification(BaseModel):
    """Frozen; an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class FileFormat(_Specification):
    """How a text file is written; None: UTF-8, and the delimiter that its header shows."""

    encoding: str | None = None
    delimiter: str | None = None


class Trial(_Specification):
    """One trial of the pool. `trial_id` is the STUDYID of its files.

    `path` is a folder or a .zip, relative to the study; `files` holds what single files declare in
    place of the trial's `file_format`. `kind` says whether they are SDTM domains or ADaM datasets,
    `time_unit` the unit of AVAL where ADTTE has no AVALU.
    """

    trial_id: str
    label: str
    path: str
    cutoff: date
    display_order: int
    file_format: FileFormat = FileFormat()
    files: dict[str, FileFormat] = Field(default_factory=dict)
    kind: TrialKind = "sdtm"
    time_unit: str | None = None


class Parameters(_Specification):
    """The conventions a result depends on, each with its default."""

    days_per_month: float = Field(default=30.4375, ge=28, le=31)
    day_convention: DayConvention = "difference"
    remission_window_cycles: int | None = Field(default=2, ge=1, le=999)
    cycle_close_days: int = Field(default=56, ge=1, le=36525)
    remission_terms: tuple[str, ...] = ("CR", "CRh")
    response_order: tuple[str, ...] = (
        "CR",
        "CRh",
        "hypocellular",
        "PR",
        "no_response",
        "progression",
        "not_evaluable",
    )
    not_evaluable_terms: tuple[str, ...] = ("not_evaluable",)
    mrd_threshold: float = Field(default=1e-4, gt=0, lt=1)
    mrd_unit: str = Field(default="fraction of 1", min_length=1)
    survivor_months: float = Field(default=36, gt=0)
    survivor_known_alive_months: float = Field(default=35, gt=0)
    rfs_censor: RfsCensor = "last_visit"
    contact_domains: tuple[str, ...] = CONTACT_DOMAINS
    visit_domains: tuple[str, ...] = VISIT_DOMAINS
    cif_variance: CifVariance = "aalen"
    ph_transform: PhTransform = "km"
    ci_transform: CiTransform = "log-log"
    smallest_risk_set: int = Field(default=10, ge=1, le=1_000_000)
    ties: Ties = "efron"
    slcandidate: float = Field(default=0.05, gt=0, le=1)
    slentry: float = Field(default=0.05, gt=0, lt=1)
    slstay: float = Field(default=0.05, gt=0, lt=1)
    conf_level: float = Field(default=0.95, gt=0, lt=1)


class Publication(_Specification):
    """What is not published: counts below `smallest_cell`, curves below `smallest_n_at_risk`.

    Of a hidden small count at least `protection` + 1 values in a row, its own among them, stay
    possible for who knows all that is published; None: all from 1 to the limit. Curves are
    published by `curve_grid`, by month or by so many days; None: by day. Counts are rounded to
    multiples of `round_counts_to`, and curves withheld. None, the default of all, limits nothing.
    """

    smallest_cell: int | None = Field(default=None, ge=2)
    smallest_n_at_risk: int | None = Field(default=None, ge=2)
    protection: int | None = Field(default=None, ge=1)
    curve_grid: Literal["monthly"] | int | None = None
    round_counts_to: int | None = Field(default=None, ge=3)

    @property
    def has_limits(self) -> bool:
        """Whether anything is held back."""
        return self.hides_counts or self.curve_grid is not None or self.rounds_counts

    @property
    def rounds_counts(self) -> bool:
        """Whether counts are rounded."""
        return self.round_counts_to is not None

    @property
    def hides_counts(self) -> bool:
        """Whether small counts, or curves with few at risk, are held back."""
        return self.at_risk_bound > 1

    @property
    def stated(self) -> dict[str, int | str | None]:
        """The limits as a manifest tells them."""
        always = ("smallest_cell", "smallest_n_at_risk")
        values = self.model_dump(mode="json")
        return {name: one for name, one in values.items() if name in always or one is not None}

    @property
    def cell_bound(self) -> int:
        """The smallest count of subjects that is shown beside zero."""
        return self.smallest_cell or 1

    @property
    def at_risk_bound(self) -> int:
        """The smallest number at risk that is shown: it is a count of subjects, too."""
        return max(self.smallest_n_at_risk or 1, self.cell_bound)


class Term(_Specification):
    """What one trial's wording means. No trial: every trial; no wording: any value."""

    trial_id: str | None
    domain: str
    testcd: str | None
    wording: str | None
    category: str
    value: str
    note: str | None = None


class FactCondition(_Specification):
    """One condition on the records of a declared fact, of a category of records or of a factor.

    `fact` names it and `about` says which of them it is; `domain` is the domain of its records.
    `kind`: a variable of the record or a qualifier of it; a category of terms.csv; another fact,
    in time; the treatment cycle; another record of the fact, so many days later. `values` are the
    texts it is compared with; `where` is its file and line. With a trial it is put to that trial's
    records alone.
    """

    trial_id: str | None
    fact: str
    about: FactConditionAbout
    domain: str
    condition_order: int
    kind: FactConditionKind
    name: str | None
    operator: str
    values: tuple[str, ...]
    where: str


class DeclaredFact(_Specification):
    """A dated fact of facts.csv: the first or last record of a domain that meets the conditions.

    `date` is the variable that dates it, `value` the category of terms.csv that gives its value.
    `level` is one above the declared facts that its conditions name. `where` is its file and line.
    """

    fact: str
    label: str
    domain: str
    date: str
    take: Take
    value: str | None
    known_by: str | None
    level: int
    conditions: tuple[FactCondition, ...]
    where: str
    description: str | None = None


class SamePerson(_Specification):
    """One subject of a person who has several."""

    person: str
    usubjid: str


class Factor(_Specification):
    """A patient characteristic and the record or fact that holds it."""

    factor: str
    label: str
    timing: Timing
    type: FactorType
    derivation: Derivation
    domain: str | None = None
    testcd: str | None = None
    category: str | None = None
    specimen: str | None = None
    evaluator: str | None = None
    unit: str | None = None
    add: float | None = None
    no_record: str | None = None
    fact: str | None = None
    assessed_fact: str | None = None
    display_order: int
    description: str | None = None


class FactorLevel(_Specification):
    """One wording or one numeric range of a factor; level None is an explicit "unknown"."""

    factor: str
    level: str | None
    label: str
    display_order: int
    wording: str | None = None
    lower: float | None = None
    lower_inclusive: bool | None = None
    upper: float | None = None
    upper_inclusive: bool | None = None


class PopulationCondition(_Specification):
    """One condition of a population; `value` holds a number where the file named a parameter."""

    population: str
    condition_order: int
    kind: ConditionKind
    name: str
    operator: str | None
    value: str | None
    reason: str | None


class Population(_Specification):
    """Subjects that meet every condition."""

    population: str
    label: str
    display_order: int
    conditions: tuple[PopulationCondition, ...]


class Endpoint(_Specification):
    """A clock: who is followed, and from which fact (None: ADTTE alone knows, as STARTDT).

    `assessments` is a declared fact, all records of which are assessments of the endpoint: the last
    one while a subject is observed censors. An event more than `longest_gap_days` after the
    assessment before it does not count: the subject is censored at that assessment.
    """

    paramcd: str
    param: str
    population: str
    origin_fact: str | None
    display_order: int
    note: str | None = None
    assessments: str | None = None
    longest_gap_days: int | None = None


class EndpointRule(_Specification):
    """One candidate date of an endpoint, in force under the study's parameters.

    The date is that of the fact, or `days_after` days after it.
    """

    paramcd: str
    rule_id: str
    role: RuleRole
    fact: str
    priority: int
    description: str
    days_after: int = 0


class AdamName(_Specification):
    """An ADaM variable: of a factor or population, of the number of a factor whose levels are
    ranges, or of the day a fact is known on. Its label where the own one is too long.
    """

    kind: AdamKind
    name: str
    variable: str
    label: str | None


class AdamEvent(_Specification):
    """What the rows of ADTTE with this CNSR and EVNTDESC mean for an endpoint; None: any.

    Without such a line CNSR 0 is the event and every other number a censoring. `where` is its
    file and line.
    """

    paramcd: str
    cnsr: int | None
    evntdesc: str | None
    role: AdamRole
    where: str


class Contrast(_Specification):
    """One univariate model: the hazard ratio, or in a Fine-Gray analysis the subdistribution
    hazard ratio, of `numerator` over `denominator` levels.

    A continuous factor has no levels. `population` None means the analysis's own.
    `entry_facts` are the facts a subject comes under observation at (delayed entry);
    `delayed_entry_of` names the model a sibling belongs to. `alternative_to` is the
    `analysis/model` that this model is another choice for.
    """

    factor: str
    model: str
    numerator: tuple[str, ...] = ()
    denominator: tuple[str, ...] = ()
    numerator_label: str
    denominator_label: str
    population: str | None = None
    as_published: str | None = None
    inferred: str | None = None
    caution: str | None = None
    entry_facts: tuple[str, ...] = ()
    delayed_entry_of: str | None = None
    alternative_to: str | None = None


class ModelFactor(_Specification):
    """A factor of a multivariable model and how it enters.

    A categorical one: a term for each level but `reference`, or with `trend` one for the position
    of the level. A continuous one: a term for `per` units, or a natural cubic spline with `spline`
    knots.
    """

    factor: str
    reference: str | None = None
    trend: bool = False
    per: float = 1.0
    spline: int | None = None


class TableCharacteristic(_Specification):
    """One factor of a baseline table and the statistics shown for it."""

    factor: str
    statistics: tuple[Statistic, ...]


class OutcomeLine(_Specification):
    """One line of an outcomes table: members of `population` among those of `denominator`.

    `denominator` None is the whole group; `parent` is the `outcome/level` of an earlier line. A
    headline is shown at the end of a build, for each group of the table.
    """

    outcome: str
    level: str
    label: str
    population: str
    parent: str | None = None
    indent: int = 0
    denominator: str | None = None
    headline: bool = False


class ConditionalSurvival(_Specification):
    """Survival over so many further months of those without an event at some months."""

    at_months: tuple[float, ...]
    further_months: tuple[float, ...]


class SmoothedHazard(_Specification):
    """The hazard smoothed over a bandwidth, worked out so often."""

    bandwidth_months: float
    every_months: float


class ParametricModels(_Specification):
    """Distributions fitted to a curve, and the months they are asked for, also beyond it."""

    models: tuple[ModelName, ...]
    months: tuple[float, ...]


class LifeTable(_Specification):
    """The mortality of a population, from a file of the study, and whom it is applied to.

    `age` is the factor with the age at the origin in years. Each of `groups` is a column of the
    file and the factor whose levels are its values, the sex among them. `hazards` are per day, by
    the values of the groups in their order: a row for each year of age from `first_age`, in it a
    number for each calendar year from `first_year`.
    """

    file: str
    age: str
    groups: tuple[tuple[str, str], ...]
    first_age: int
    first_year: int
    hazards: dict[tuple[str, ...], tuple[tuple[float, ...], ...]]


class State(_Specification):
    """One state of a multi-state analysis: a subject is in it from the day of the fact on.

    The first state has neither fact nor end: subjects are in it from the origin. `ends` says which
    of the endpoint's events leads to it; nobody leaves it.
    """

    state: str
    label: str
    fact: str | None = None
    ends: StateEnd | None = None


class PublishedRate(_Specification):
    """A survival that a publication prints: the month, and the percentage without the event."""

    months: float
    percent: float


class BaselineSummary(_Specification):
    """What a publication prints of one baseline factor: a percentage of a level, or a mean."""

    factor: str
    level: str | None = None
    percent: float | None = None
    mean: float | None = None
    sd: float | None = None


class ExternalControl(_Specification):
    """A published survival curve of other patients, digitised, and what is printed beside it.

    `points` are (month, survival as a fraction), `at_risk` (month, number at risk). Each printed
    number has a tolerance: how far the reconstructed patients may be from it without a remark.
    `hazard_ratio` is that of these patients over those of the external control `against`.
    """

    name: str
    label: str
    source: str
    endpoint: str
    points: tuple[tuple[float, float], ...]
    at_risk: tuple[tuple[float, int], ...]
    n_events: int | None = None
    median_months: float | None = None
    rates: tuple[PublishedRate, ...] = ()
    hazard_ratio: float | None = None
    against: str | None = None
    tolerance: dict[str, float] = Field(default_factory=dict)
    baseline: tuple[BaselineSummary, ...] = ()


class StateSum(_Specification):
    """States of a multi-state analysis that count as one."""

    name: str
    label: str
    states: tuple[str, ...]


class Analysis(_Specification):
    """One analysis of the plan. Fields a method does not use are empty.

    `strata` are the groups of curves; with `time_dependent_strata` subjects move between them after
    the landmark. The combinations of levels of `stratified_by` are the strata of the test between
    the groups, or of Cox models, each with a baseline hazard of its own. In each level of the
    `subgroups`, which are factors, a Cox analysis also has its models on the subjects of the level.
    The levels of `pooled_over`, a factor, are the trials that the analysis pools: it is also of
    each trial, and without each. Of `compared`, two of the `groups` of an outcomes table, the first
    is compared with the second, in the strata of `stratified_by`, too. `plateau_months` are the two
    months whose rates are
    compared. `tests` are those between the groups of curves. `quantiles` are the shares of events
    whose times are asked for, and `incidence_rate_months` the months that part the intervals of a
    rate. In each level of `censoring_groups` a Fine-Gray analysis estimates the censoring by
    itself. Who lacks one of the facts `known_by_landmark` on the landmark day is left out.
    `states` are those of a multi-state analysis, in the order of the course, `sums` some of them
    taken together, `from_months` the months from which the next states are asked for. `external`
    names the published curve that the population is compared with, `matched_on` the factors whose
    summaries the population is weighted to.
    `alternative_to` names
    the curve that this curve is another choice for. A multivariable model has the terms of
    `model_factors` and the products of the terms of each pair of `interactions`; `cluster` is the
    factor whose levels are the clusters of a robust variance (None: the subjects), `ties` the
    method in place of the study's, `firth` the penalty. A mixture cure model has the `latency` of
    those who are not cured, `model_factors` on the cured fraction and `latency_factors` on the
    times of the others. Relative survival is that beside the population of `life_table`, its excess
    mortality also between the `excess_mortality_months`.
    """

    analysis_id: str
    label: str
    method: Method
    endpoint: str | None = None
    population: str | None = None
    strata: str | None = None
    time_dependent_strata: bool = False
    stratified_by: tuple[str, ...] = ()
    subgroups: tuple[str, ...] = ()
    pooled_over: str | None = None
    tests: tuple[str, ...] = ("log_rank",)
    landmarks_months: tuple[float, ...] = ()
    landmark_days: float | None = None
    restricted_mean_months: tuple[float, ...] = ()
    plateau_months: tuple[float, ...] = ()
    quantiles: tuple[float, ...] = ()
    conditional_survival: ConditionalSurvival | None = None
    incidence_rate_months: tuple[float, ...] = ()
    smoothed_hazard: SmoothedHazard | None = None
    parametric: ParametricModels | None = None
    entry_facts: tuple[str, ...] = ()
    known_by_landmark: tuple[str, ...] = ()
    as_published: str | None = None
    inferred: str | None = None
    caution: str | None = None
    display_order: int = 0
    headline: bool = False
    delayed_entry_of: str | None = None
    alternative_to: str | None = None
    factors: tuple[Contrast, ...] = ()
    candidates_from: str | None = None
    censoring_groups: str | None = None
    model_factors: tuple[ModelFactor, ...] = ()
    interactions: tuple[tuple[str, str], ...] = ()
    ties: ModelTies | None = None
    variance: Variance = "inverse_information"
    cluster: str | None = None
    limits: Limits = "wald"
    firth: bool = False
    groups: tuple[str, ...] = ()
    compared: tuple[str, ...] = ()
    characteristics: tuple[TableCharacteristic, ...] = ()
    lines: tuple[OutcomeLine, ...] = ()
    states: tuple[State, ...] = ()
    sums: tuple[StateSum, ...] = ()
    external: str | None = None
    matched_on: tuple[str, ...] = ()
    from_months: tuple[float, ...] = ()
    life_table: LifeTable | None = None
    excess_mortality_months: tuple[float, ...] = ()
    latency: LatencyName | None = None
    latency_factors: tuple[ModelFactor, ...] = ()

    def ties_used(self, parameters: Parameters) -> ModelTies:
        """How its Cox models treat tied events: its own way, or the study's."""
        return self.ties or parameters.ties


class StudySpecification(_Specification):
    """A whole study: trials, conventions, definitions and plan."""

    study_id: str
    title: str
    synthetic: bool
    synthetic_note: str | None
    analysis_set: str
    trials: tuple[Trial, ...]
    parameters: Parameters
    inferred_parameters: dict[str, str]
    publication: Publication = Publication()
    number_style: StyleName = PLAIN
    terms: tuple[Term, ...]
    facts: tuple[DeclaredFact, ...] = ()
    record_conditions: tuple[FactCondition, ...] = ()
    factors: tuple[Factor, ...]
    factor_levels: tuple[FactorLevel, ...]
    populations: tuple[Population, ...]
    endpoints: tuple[Endpoint, ...]
    endpoint_rules: tuple[EndpointRule, ...]
    analyses: tuple[Analysis, ...]
    folder: Path
    policies: dict[str, str] = Field(default_factory=default_policies)
    same_persons: tuple[SamePerson, ...] = ()
    adam_names: tuple[AdamName, ...] = ()
    adam_events: tuple[AdamEvent, ...] = ()
    external_controls: tuple[ExternalControl, ...] = ()

    @property
    def data_cutoffs(self) -> str:
        """The data cut-off of each trial: `MT103-206 2015-06-30; MT103-211 2017-02-28`."""
        return "; ".join(f"{trial.trial_id} {trial.cutoff.isoformat()}" for trial in self.trials)

    @property
    def has_adam(self) -> bool:
        """Whether a trial is read from its ADaM datasets."""
        return any(trial.kind == "adam" for trial in self.trials)

    @property
    def has_sdtm(self) -> bool:
        """Whether a trial is read from its SDTM domains."""
        return any(trial.kind == "sdtm" for trial in self.trials)

    def external_control(self, name: str) -> ExternalControl:
        """The external control of that name; KeyError when the study has none."""
        return _named(self.external_controls, "name", name)

    def factor(self, name: str) -> Factor:
        """The factor of that name; KeyError when the study has none."""
        return _named(self.factors, "factor", name)

    def levels_of(self, factor: str) -> tuple[str, ...]:
        """The known levels of a factor, in display order."""
        rows = sorted(self.factor_levels, key=lambda row: row.display_order)
        return tuple(
            dict.fromkeys(
                row.level for row in rows if row.factor == factor and row.level is not None
            )
        )

    def population(self, name: str) -> Population:
        """The population of that name; KeyError when the study has none."""
        return _named(self.populations, "population", name)

    def endpoint(self, paramcd: str) -> Endpoint:
        """The endpoint of that code; KeyError when the study has none."""
        return _named(self.endpoints, "paramcd", paramcd)

    def analysis(self, analysis_id: str) -> Analysis:
        """The analysis of that id; KeyError when the plan has none."""
        return _named(self.analyses, "analysis_id", analysis_id)


_Row = TypeVar("_Row", bound=_Specification)


def _named(rows: tuple[_Row, ...], key: str, name: str) -> _Row:
    for row in rows:
        if getattr(row, key) == name:
            return row
    raise KeyError(name)
