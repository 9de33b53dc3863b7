"""The estimators: arrays and frames in, frames out; nothing here opens a file or a database.

Times are days from the origin, estimates are fractions, unknown is null. Every frame has the same
columns whatever the options. A computation that the data cannot carry has a status, not a number.
"""
