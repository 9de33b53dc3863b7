"""The program that writes the synthetic randomised trial.

A seed goes in; a cohort with known effects and SAS transport files come out:

    trial.py         the design: dates, schedule, arms, strata, sites
    truth.py         every effect, and the draws of the times to progression and death
    accidents.py     what goes wrong, and in how many subjects
    subjects.py      who is screened, who is randomised to which arm
    fates.py         what happens to a subject, seen or not
    disturbances.py  what each accident does to a course
    choice.py        which subjects have which accident
    plan.py          how a subject goes through the trial
    course.py        what is observed: visits.py, treatment.py, adverse.py, review.py, lesions.py
    expected.py      the endpoints of a course, by rules of their own
    draw.py          the expected endpoints of any number of subjects, without files
    domains/         the courses as SDTM records, tables.py all of them together
    catalogue.py     datasets, columns and code lists, as metadata/ says
    write.py         transport files (xport.py), define.xml (define.py), the page (page.py)

Everything in the files is synthetic. Nobody in them exists.
"""
