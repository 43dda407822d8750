"""Sentences of the records' codes."""

from server.wording import N_

SENTENCES = {"problem.no_such": N_("There is no such problem; look at the list again.")}
