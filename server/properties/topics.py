"""What a guest wants to know after a form: of each topic a house says a line in a language, or nothing."""

from __future__ import annotations

from collections.abc import Mapping

from server.wording import N_

LONGEST = 160
"""Characters of a line: it is read standing, with luggage in one hand."""

TOPICS: Mapping[str, str] = {
    "breakfast": N_("Breakfast"),
    "wifi": N_("Wi-Fi"),
    "room": N_("Lift and rooms"),
    "parking": N_("Parking"),
    "leaving": N_("Departure"),
}
"""Every topic with what stands before its line, in the order of the screen."""
