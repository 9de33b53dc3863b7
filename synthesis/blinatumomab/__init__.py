"""The program that makes the synthetic SDTM files of this study.

A one-row-per-patient cohort (cohort.csv) goes in, SDTM CSV files of two trials come out:

    cohort.py        reads the cohort and refuses an impossible patient
    targets.py       refuses a cohort whose published counts do not hold
    trials.py        what differs between the two trials: dates, sites, doses, wordings
    working_days.py  which days are days off
    calendar.py      first dose, cycle starts and infusions of each patient
    sites.py         where a patient is treated
    course.py        the clinical course: assessments, MRD samples, visits, contacts
    domains/         the course written as SDTM records, one function per domain
    noise.py         the mess that real data have, none of which may change a result
    write.py         sequence numbers, column order, files

Everything in the files is synthetic. Nothing here is or was patient data.
"""
