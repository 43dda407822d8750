"""The desk's words for questions to guests: what for, how far, how sure an address is, how a No was said."""

from __future__ import annotations

from collections.abc import Mapping

from server.wording import N_

PURPOSES: Mapping[str, str] = {
    "email": N_("E-mail"),
    "stay_info": N_("Information for the stay"),
    "invoice": N_("Invoice"),
    "survey": N_("Survey"),
}
STOPS: Mapping[str, str] = {
    "stop": N_("by STOP"),
    "unsubscribe": N_("by the link in an e-mail"),
    "desk": N_("at the desk"),
    "provider": N_("told by the provider"),
}
"""How somebody asked us to stop."""

STATES: Mapping[str, tuple[str, str]] = {
    "planned": (N_("planned"), ""),
    "asked": (N_("asked"), "attention"),
    "answered": (N_("answered"), "attention"),
    "given": (N_("given"), "good"),
    "declined": (N_("declined"), ""),
    "closed": (N_("closed"), ""),
}
MESSAGE_STATES: Mapping[str, str] = {
    "ready": N_("waits to be sent"),
    "sending": N_("is being sent"),
    "sent": N_("sent"),
    "delivered": N_("delivered"),
    "failed": N_("not delivered"),
    "unknown": N_("not known whether it was sent"),
    "dropped": N_("not sent"),
}
PROOFS: Mapping[str, tuple[str, str]] = {
    "claimed": (N_("given by the guest, not proven"), ""),
    "by_staff": (N_("typed by a colleague, not proven"), ""),
    "verified": (N_("proven by the guest"), "good"),
    "undone": (N_("its owner said it is not this guest's"), "wrong"),
    "bounced": (N_("does not arrive"), "wrong"),
}
ANSWERS: Mapping[str, str] = {
    "declined": N_("Declined"),
    "has_none": N_("Has no e-mail"),
    "dont_ask": N_("Does not want to be asked"),
}
NOT_THEIRS: Mapping[str, str] = {
    "own": N_("The address is one of the hotel's own."),
    "unusable": N_("The address does not reach a guest after the stay."),
    "several": N_("Several other guests have this address."),
}
"""Why an address is not taken for a guest."""
KEYS: Mapping[str, tuple[str, str]] = {
    "declined": ("d", N_("Declined")),
    "has_none": ("h", N_("Has none")),
    "dont_ask": ("o", N_("Don't ask")),
}
"""The three answers, each by one key."""
