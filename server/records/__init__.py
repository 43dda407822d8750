"""Source records: every record as its system sent it, in versions, with its clean reading."""
