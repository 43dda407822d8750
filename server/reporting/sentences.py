"""Sentences of the reports' codes."""

from server.wording import N_

SENTENCES = {"number.unknown": N_("There is no such number. Open it from the completeness page.")}
