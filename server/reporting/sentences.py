"""Sentences of the reports' codes."""

from server.wording import N_

SENTENCES = {
    "number.unknown": N_("There is no such number. Open it from the completeness page."),
    "own.not_suggested": N_("This was decided already. Look at the list again."),
    "own.list_full": N_("A list holds {limit} addresses. Take one off it in the house's settings first."),
    "own.reply_to": N_("It is where answers to the house go."),
    "own.reception_phone": N_("It is the reception's number."),
    "own.name": N_("The name of the house stands in it."),
    "own.desk_word": N_("It begins with a word for a desk."),
    "own.several_desks": N_("Several desks have their address there."),
    "own.landline": N_("It is a landline."),
}
