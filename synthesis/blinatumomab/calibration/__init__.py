"""Makes the synthetic cohort: patients whose tables, curves and models print as published.

Construction first, search second: `skeleton` builds patients with the exact counts of Table 2,
`anneal` moves their days and the flags that are hard to fit until the printed curves and models
come out, `baseline` and `trials` add what can be fitted afterwards. Targets are data
(outcome_targets.csv); no file of patients is read.
"""
