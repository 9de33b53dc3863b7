"""The courses written as SDTM records, a module per group of domains."""
