"""The desk's words for the acts of the journal; an act without words is shown by its code."""

from __future__ import annotations

from collections.abc import Mapping

from server.wording import N_

ACTS: Mapping[str, str] = {
    "guest.opened": N_("Opened a guest's page"),
    "guests.search": N_("Searched for guests"),
    "document.revealed": N_("Had a document number shown"),
    "import.dropped": N_("Dropped a file"),
    "import.mapped": N_("Said how a file is to be read"),
    "import.started": N_("Started an import"),
    "import.discarded": N_("Discarded a file"),
    "problem.settled": N_("Settled a problem"),
    "problem.waiting": N_("Let a problem wait again"),
    "link.issued": N_("Made a guest's link"),
    "link.revoked": N_("Ended a guest's link"),
    "link.opened": N_("Opened their link"),
    "link.guessed": N_("Gave wrong answers at a link"),
    "journal.exported": N_("Exported the journal"),
    "journal.head_exported": N_("Exported the journal's head"),
    "journal.erased": N_("Erased what entries told"),
    "guests.many_opened": N_("Opened uncommonly many guests' pages"),
    "documents.many_revealed": N_("Had uncommonly many document numbers shown"),
    "frame.choose_language": N_("Changed the desk's language"),
}
"""Every act that has words, in the order of the list to choose from."""

ALERTS: Mapping[str, str] = {
    "guests.many_opened": N_("More than %(count)s guests' pages within an hour."),
    "documents.many_revealed": N_("More than %(count)s document numbers shown within an hour."),
}
"""What an alert says, by its act."""

OTHERS = (
    ("kiosk", N_("the lobby tablet")),
    ("link", N_("a guest by their link")),
    ("command", N_("a command on the machine")),
    ("worker", N_("the worker")),
)
"""Who acts here besides colleagues."""
