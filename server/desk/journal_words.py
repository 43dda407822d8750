"""The desk's words for the acts of the journal; an act without words is shown by its code."""

from __future__ import annotations

from collections.abc import Mapping

from server.wording import N_

ACTS: Mapping[str, str] = {
    "guest.opened": N_("Opened a guest's page"),
    "guests.search": N_("Searched for guests"),
    "guests.decide": N_("Decided about two guests"),
    "guests.split": N_("Took records out of a guest"),
    "guests.accept": N_("Accepted many questions at once"),
    "guests.undo": N_("Undid a decision about guests"),
    "document.revealed": N_("Had a document number shown"),
    "import.dropped": N_("Dropped a file"),
    "import.mapped": N_("Said how a file is to be read"),
    "import.started": N_("Started an import"),
    "import.undone": N_("Undid an import"),
    "import.discarded": N_("Discarded a file"),
    "problem.settled": N_("Settled a problem"),
    "problem.waiting": N_("Let a problem wait again"),
    "link.issued": N_("Made a guest's link"),
    "link.revoked": N_("Ended a guest's link"),
    "link.opened": N_("Opened their link"),
    "link.guessed": N_("Gave wrong answers at a link"),
    "records.erased": N_("Erased records of a guest"),
    "journal.exported": N_("Exported the journal"),
    "journal.head_exported": N_("Exported the journal's head"),
    "journal.erased": N_("Erased what entries told"),
    "guests.many_opened": N_("Opened uncommonly many guests' pages"),
    "documents.many_revealed": N_("Had uncommonly many document numbers shown"),
    "colleague.signed_in": N_("Signed in"),
    "colleague.second_step_code": N_("Gave a code of the app"),
    "colleague.second_step_recovery_code": N_("Gave a recovery code"),
    "colleague.second_step_passkey": N_("Gave a passkey"),
    "colleague.second_step_set_up_app": N_("Set up a code app"),
    "colleague.second_step_set_up_passkey": N_("Set up a passkey"),
    "colleague.came_back": N_("Came back by PIN"),
    "colleague.signed_out": N_("Signed out"),
    "colleague.wrong_pins": N_("Gave a wrong PIN five times"),
    "colleague.gave_password": N_("Gave the password again"),
    "colleague.invited": N_("Invited a colleague"),
    "colleague.changed": N_("Changed a colleague's posts or dates"),
    "colleague.renamed": N_("Changed their name or language"),
    "colleague.disabled": N_("Closed a colleague's account"),
    "colleague.enabled": N_("Opened a colleague's account again"),
    "colleague.forgotten": N_("Let a former colleague be forgotten"),
    "colleague.password_set": N_("Set a password"),
    "colleague.pin_set": N_("Set a PIN"),
    "colleague.pin_dropped": N_("Gave up their PIN"),
    "colleague.app_begun": N_("Began to set up a code app"),
    "colleague.codes_made": N_("Made recovery codes"),
    "colleague.passkey_added": N_("Added a passkey"),
    "colleague.passkey_removed": N_("Removed a passkey"),
    "colleague.second_step_dropped": N_("Gave up the second step"),
    "colleague.second_step_reset": N_("Reset a colleague's second step"),
    "colleague.session_ended": N_("Ended one of their sessions"),
    "colleague.sessions_ended": N_("Ended a colleague's sessions"),
    "staff.kept_days_set": N_("Set how long a leaver's name stays"),
    "entry.first": N_("Made the first administrator's link"),
    "entry.invitation": N_("Made an invitation link"),
    "entry.password": N_("Made a link for a new password"),
    "entry.demo": N_("Made the demo's entrance"),
    "access.many_denied": N_("Was refused uncommonly often"),
    "house.changed": N_("Changed a house's settings"),
    "house.copied": N_("Made a house like another"),
    "entity.changed": N_("Changed a company's data"),
    "arrangement.recorded": N_("Recorded an arrangement between companies"),
    "arrangement.withdrawn": N_("Withdrew an arrangement between companies"),
    "own_address.taken": N_("Said that an address is the house's own"),
    "own_address.taken_back": N_("Took an own address back"),
    "own_address.refused": N_("Said that an address is a guest's"),
    "records.reread": N_("Read records again after a setting changed"),
    "rehearsal.begun": N_("Began a rehearsal on a phone"),
    "paper.printed": N_("Printed a paper"),
    "frame.choose_language": N_("Changed the desk's language"),
    "frame.choose_appearance": N_("Changed the desk's light"),
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
    ("demo", N_("the demo")),
)
"""Who acts here besides colleagues."""
