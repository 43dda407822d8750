"""What guests read in our messages: whole sentences, each for one thing.

A text of the telephone and a paragraph of an e-mail are the same sentence. None names a surname or a room:
a telephone shows its messages to whoever holds it.
"""

from __future__ import annotations

from server.wording import N_

FROM = N_("{house}: {text}")

QUESTIONS = {
    ("email", "link"): N_("For your stay from {day}, please tell us your own e-mail address here:"),
    ("email", "reply"): N_(
        "For your stay from {day}, which e-mail address may we write to? Please answer with the address."
    ),
    ("stay_info", "link"): N_("Good to know for your stay from {day}, and check-in ahead in two minutes:"),
    ("survey", "link"): N_("How was your stay from {day}? Tell us in one minute:"),
    ("invoice", "link"): N_(
        "For the invoice of your stay from {day}, please tell us your e-mail address here:"
    ),
    ("invoice", "reply"): N_(
        "Where may we send the invoice of your stay from {day}? Please answer with your e-mail address."
    ),
}
"""By purpose and mode; a purpose that cannot be answered in a message has its link only."""

NO_CARD = N_("We never ask for a card.")
PHONE = N_("Questions? {phone}")
STOP_BY_ANSWER = N_("No more texts: answer STOP.")
STOP_BY_LINK = N_("No more messages: {link}")

MEANT = N_("Did you mean {address}? Please answer YES, or send us the right address.")
NOT_UNDERSTOOD = N_("We did not quite understand. Please answer with your e-mail address alone.")
NOTED = N_("Thank you, we noted {address}. If this is wrong, please tell us.")
NOTED_FOR = N_("Thank you, we noted {address} for your stay from {day}. If this is wrong, please tell us.")
SORRY = N_("We are sorry, this contact was given to us by mistake. You will get no more messages from us.")
STOPPED = N_("You will get no more messages from us.")
START_BY_ANSWER = N_("To get them again, answer START.")
STARTED = N_("You get our messages again. To end them, answer STOP.")
HELP = N_("We write to guests about their stay with us.")
PROVE = N_("Is this your e-mail address? Please confirm it with one click:")
PROVE_CODE = N_("Or type this code on the page where you gave it: {code}")
NOT_YOURS = N_("If you did not give us this address, please ignore this message.")
TEST = N_("This is a test. Guests get messages like this one.")

SUBJECTS = {
    "email": N_("Your stay from {day}: which e-mail address may we use?"),
    "stay_info": N_("Your stay from {day}: good to know"),
    "survey": N_("How was your stay from {day}?"),
    "invoice": N_("The invoice of your stay from {day}"),
}
PROVE_SUBJECT = N_("Please confirm your e-mail address")
ANY_SUBJECT = N_("Your stay")
DEAR_GUEST = N_("Dear guest,")
WHY_YOU = N_("You get this message because of your booking with us.")
