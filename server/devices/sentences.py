"""What the codes of this room say."""

from __future__ import annotations

from collections.abc import Mapping

from server.wording import N_

SENTENCES: Mapping[str, str] = {
    "device.code_wrong": N_(
        "This code opens nothing: it was used, is over ten minutes old, or has a typing error. "
        "Make a new one at the desk."
    ),
    "device.name_too_long": N_("Please name the tablet in at most {most} characters."),
    "device.unknown": N_("There is no open tablet {device}. `./oneguest device list` shows them all."),
}
