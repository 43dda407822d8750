"""Sentences of the guests' codes."""

from server.wording import N_

SENTENCES = {
    "pin.needs_reason": N_("Please say why, in a few words: whoever looks next will ask."),
    "household.nobody_else": N_("Please choose another guest: nobody lives with themselves."),
    "household.unknown_guest": N_("Please choose guests of your houses. One of them is not there any more."),
    "pin.not_told": N_("Please choose one of the values. The one that was sent is told no more."),
    "arrangement.itself": N_("{entity} cannot agree with itself. Choose two legal entities."),
    "arrangement.recorded": N_("An arrangement between {one} and {other} is in force already."),
    "erase.no_guest": N_("There is no guest {guest}."),
    "erase.no_record": N_("The source {source} has no record {key}."),
}
