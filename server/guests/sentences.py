"""Sentences of the guests' codes."""

from server.wording import N_

SENTENCES = {
    "arrangement.itself": N_("{entity} cannot agree with itself. Choose two legal entities."),
    "arrangement.recorded": N_("An arrangement between {one} and {other} is in force already."),
    "erase.no_guest": N_("There is no guest {guest}."),
    "erase.no_record": N_("The source {source} has no record {key}."),
}
