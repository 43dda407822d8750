"""The reasons for giving an e-mail address that a house may give: closed, and only those it really delivers.

A property ticks what is true here; the guest reads the sentences of what was ticked and of nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from server.wording import N_


@dataclass(frozen=True, slots=True)
class Reason:
    """What staff tick (`label`), what makes it true (`true_if`), and what the guest then reads."""

    label: str
    true_if: str
    guest: str


EMAIL_REASONS: Mapping[str, Reason] = {
    "invoice": Reason(
        N_("Invoice by e-mail"),
        N_("The address reaches the reservation system, and the invoice is sent from there."),
        N_("Your invoice comes to you by e-mail."),
    ),
    "arrival": Reason(
        N_("Arrival details"),
        N_("Somebody writes to guests before they arrive: the way, parking, the door code."),
        N_("You receive what you need for your arrival: the way, parking, check-in times."),
    ),
    "messages": Reason(
        N_("Messages during the stay"),
        N_("The reception writes to guests while they are here, and reads what they answer."),
        N_("The reception can write to you during your stay, and you can answer."),
    ),
    "confirmation": Reason(
        N_("Changes to the booking"),
        N_("A change of dates or room is confirmed to this address, also for bookings of a portal."),
        N_("Any change to your booking is confirmed to you directly."),
    ),
    "lost_property": Reason(
        N_("Forgotten things"),
        N_("Housekeeping tells the reception, and the reception writes to the guest."),
        N_("If you forget something here, we can tell you."),
    ),
    "wifi": Reason(
        N_("Wi-Fi code"),
        N_("The code for the Wi-Fi is sent to the address."),
        N_("Your Wi-Fi code comes to you by e-mail."),
    ),
}
"""Every reason by its code, in the order in which a guest reads them."""
