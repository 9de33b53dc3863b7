"""The skeleton of the cohort: which number stands in which row of its array.

A skeleton is an integer array, one row per fact and one column per patient. Patients stand in a
fixed order: first those transplanted in remission, then the other responders, then the rest, so
that each population of the analysis is a leading slice. Days count from the first dose; what
never happens, happens on day NEVER.
"""

NEVER = 99_999
LAST_DAY = 1_900  # beyond every follow-up

IN_REMISSION_TRANSPLANTS = 56
RESPONDERS = 123
PATIENTS = 259

SURVIVAL = 0  # last day known alive, or of death
DIED = 1
REMISSION = 2  # day of the first CR or CRh
REMISSION_END = 3  # day of relapse, death or last visit in remission
END_KIND = 4
TRANSPLANT = 5
TRANSPLANT_KIND = 6
MRD_RESPONSE = 7  # day of the first response
EVALUABLE = 8  # for MRD
ECOG_KNOWN = 9
T411 = 10
RACE = 11
SURVIVOR = 12  # known alive after month 35; never changes
HOLD = 13  # which days the search must not touch; never changes
N_ROWS = 14

# END_KIND
NO_REMISSION, FOLLOWED, RELAPSED, DIED_IN_REMISSION = -1, 0, 1, 2

# TRANSPLANT_KIND
NO_TRANSPLANT, IN_REMISSION, AFTER_RELAPSE, WITHOUT_REMISSION = 0, 1, 2, 3

# RACE
OTHER, WHITE, UNKNOWN = 0, 1, 2

# HOLD
FREE = 0
ALL_DAYS = 1  # a patient who is printed: the longest or the shortest follow-up
SEEN_THEN_CALLED = 2  # last visit before last contact: remission and survival end apart
