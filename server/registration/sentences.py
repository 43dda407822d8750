"""Sentences of the registration's codes."""

from server.wording import N_

SENTENCES = {
    "registration.lacking": N_("Not everything that the authority asks is there yet: {number} to answer."),
}
