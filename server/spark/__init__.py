"""`resolve` on many machines: the engine's own functions on Arrow batches, joined by Spark's SQL.

Every stage is a table of files in one folder: what a stage reads is fixed, a failed task can be done again,
and nothing is computed twice. Groups are those of one process, record for record.
"""
