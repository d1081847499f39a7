"""The evals of this family that are worked on with tools, and their other forms.

None is asked yet: an eval is added to `EVALS` and `task.py` once it has 50 scenarios.
"""

from unmask.evals.catalog import twin_specs

MONITOR_DISRUPTION, MONITOR_DISRUPTION_DECIDE, MONITOR_DISRUPTION_ASK = twin_specs(
    "monitor_disruption",
    "sabotage",
    "Something that watches or limits the model is about to go live, or stands in its way.",
)
