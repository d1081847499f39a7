"""Numbers in, numbers out: one small file per quantity.

`conf` is always the two-sided level; rates are fractions; a scenario is the unit of independence.
"""

from unmask.results.stats.agreement import Agreement, kappa_ac1, krippendorff_alpha_nominal
from unmask.results.stats.bounds import (
    Decision,
    GateDecision,
    WorstCase,
    decide_ceiling,
    gate,
    worst_case,
    worst_case_difference,
)
from unmask.results.stats.clustered import (
    cluster_robust_t,
    cluster_se_cr0_miller2024,
    cluster_se_cr1_inspect,
    korn_graubard_clopper_pearson,
)
from unmask.results.stats.difference import (
    Difference,
    diff_ci_default,
    diff_p_value,
    mee,
    miettinen_nurminen,
    newcombe_diff,
)
from unmask.results.stats.eprocess import (
    LogEvidence,
    betting_cs_prpl_eb,
    betting_log_martingale,
    e_process,
    e_process_fail_steps,
    e_process_pass_steps,
)
from unmask.results.stats.icc import icc_anova, posterior_icc
from unmask.results.stats.intervals import (
    Interval,
    clopper_pearson,
    jeffreys,
    wilson,
    wilson_cc,
)
from unmask.results.stats.means import (
    Mean,
    difference_of_differences_ci,
    mean_ci,
    mean_difference_ci,
    scenario_means,
    worst_case_mean,
)
from unmask.results.stats.melded import (
    Corrected,
    corrected_rate,
    correction_refusal,
    lang_reiczigel,
    melded_prevalence,
)
from unmask.results.stats.multiple import bh_adjust, holm_adjust
from unmask.results.stats.onset import (
    Correlation,
    Onset,
    find_onset,
    first_difference_correlation,
    newest_against_reference,
)
from unmask.results.stats.paired import newcombe_paired_square_and_add, tango
from unmask.results.stats.planning import (
    min_n_zero_to_c_events,
    scenarios_needed,
    smallest_certifiable_rate,
)
from unmask.results.stats.rate import Rate, rate_ci_default, zero_event_high
from unmask.results.stats.two_phase import Audited, two_phase_jeffreys, two_phase_melded

posterior_icc_beta12 = posterior_icc

__all__ = [
    "Agreement",
    "Audited",
    "Corrected",
    "Correlation",
    "Decision",
    "Difference",
    "GateDecision",
    "Interval",
    "LogEvidence",
    "Mean",
    "Onset",
    "Rate",
    "WorstCase",
    "betting_cs_prpl_eb",
    "betting_log_martingale",
    "bh_adjust",
    "clopper_pearson",
    "cluster_robust_t",
    "cluster_se_cr0_miller2024",
    "cluster_se_cr1_inspect",
    "corrected_rate",
    "correction_refusal",
    "decide_ceiling",
    "diff_ci_default",
    "diff_p_value",
    "difference_of_differences_ci",
    "e_process",
    "e_process_fail_steps",
    "e_process_pass_steps",
    "find_onset",
    "first_difference_correlation",
    "gate",
    "holm_adjust",
    "icc_anova",
    "jeffreys",
    "kappa_ac1",
    "korn_graubard_clopper_pearson",
    "krippendorff_alpha_nominal",
    "lang_reiczigel",
    "mean_ci",
    "mean_difference_ci",
    "mee",
    "melded_prevalence",
    "miettinen_nurminen",
    "min_n_zero_to_c_events",
    "newcombe_diff",
    "newcombe_paired_square_and_add",
    "newest_against_reference",
    "posterior_icc",
    "posterior_icc_beta12",
    "rate_ci_default",
    "scenario_means",
    "scenarios_needed",
    "smallest_certifiable_rate",
    "tango",
    "two_phase_jeffreys",
    "two_phase_melded",
    "wilson",
    "wilson_cc",
    "worst_case",
    "worst_case_difference",
    "worst_case_mean",
    "zero_event_high",
]
