"""Sentences of the guests' codes."""

from server.wording import N_

SENTENCES = {
    "pin.needs_reason": N_("Please say why, in a few words: whoever looks next will ask."),
    "pin.not_told": N_("Please choose one of the values. The one that was sent is told no more."),
    "arrangement.itself": N_("{entity} cannot agree with itself. Choose two legal entities."),
    "arrangement.recorded": N_("An arrangement between {one} and {other} is in force already."),
}
