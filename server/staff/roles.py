"""What each role may do, in one table: a route names a permission, a post gives a role at a house or at all.

From the role table of the security requirements, with the product's own word where it goes further: reception
decides pairs within its house and drops today's arrivals, and the administrator sees no guest.
"""

from __future__ import annotations

from dataclasses import dataclass

from server.wording import N_

RECEPTION, REVIEWER, MANAGER = "reception", "reviewer", "manager"
PRIVACY, AUDITOR, ADMINISTRATOR = "privacy", "auditor", "administrator"

ROLES = {
    RECEPTION: N_("Reception"),
    REVIEWER: N_("Reviewer"),
    MANAGER: N_("Manager"),
    PRIVACY: N_("Privacy officer"),
    AUDITOR: N_("Auditor"),
    ADMINISTRATOR: N_("Administrator"),
}
"""Every role with its name, in the order of a list."""

ROLE_WORDS = {
    RECEPTION: N_("Sees the guests, drops today's arrivals, says which records are one person."),
    REVIEWER: N_("As the reception; also imports any file, and decides for all houses at once."),
    MANAGER: N_("As the reviewer; also sets the house. Needs a second step."),
    PRIVACY: N_("Sees the guests and reads who did what. Needs a second step."),
    AUDITOR: N_("Reads the figures and who did what, and sees no guest."),
    ADMINISTRATOR: N_("Makes the accounts and sets the house, and sees no guest. Needs a second step."),
}
"""What each role is for, to whoever gives it."""

STRONG = frozenset({MANAGER, PRIVACY, ADMINISTRATOR})
"""Roles that sign in with a second factor, always (ASVS 6.3.3)."""


@dataclass(frozen=True, slots=True)
class Permission:
    """Who may do a thing, and how surely they must have shown who they are.

    `second_factor`: only in a session that a code or a passkey opened. `fresh`: only within some minutes of
    the password. `anywhere`: a post at one house is enough to open it and its reach does not matter.
    """

    roles: frozenset[str]
    second_factor: bool = False
    fresh: bool = False
    anywhere: bool = False


def _for(*roles: str, second_factor: bool = False, fresh: bool = False, anywhere: bool = False) -> Permission:
    return Permission(frozenset(roles), second_factor, fresh, anywhere)


PERMISSIONS = {
    "desk.open": _for(*ROLES, anywhere=True),
    "account.change": _for(*ROLES, fresh=True, anywhere=True),
    "guests.see": _for(RECEPTION, REVIEWER, MANAGER, PRIVACY),
    "figures.see": _for(RECEPTION, REVIEWER, MANAGER, PRIVACY, AUDITOR),
    "problems.settle": _for(RECEPTION, REVIEWER, MANAGER),
    "arrivals.import": _for(RECEPTION, REVIEWER, MANAGER),
    "files.import": _for(REVIEWER, MANAGER),
    "values.pin": _for(RECEPTION, REVIEWER, MANAGER),
    "households.say": _for(RECEPTION, REVIEWER, MANAGER),
    "stays.hand_over": _for(RECEPTION, REVIEWER, MANAGER),
    # what guests must say by law: the desk takes it, who answers for the house hands it over
    "sheets.see": _for(RECEPTION, REVIEWER, MANAGER),
    "sheets.correct": _for(RECEPTION, REVIEWER, MANAGER),
    "sheets.hand_in": _for(MANAGER, second_factor=True),
    "sheets.authority": _for(MANAGER, second_factor=True, fresh=True),
    "pairs.decide": _for(RECEPTION, REVIEWER, MANAGER),
    "pairs.decide_many": _for(REVIEWER, MANAGER),
    "guests.export": _for(MANAGER, second_factor=True, fresh=True),
    "messages.send_many": _for(MANAGER, second_factor=True, fresh=True),
    "templates.edit": _for(MANAGER, second_factor=True),
    "house.set": _for(MANAGER, ADMINISTRATOR, second_factor=True),
    "papers.print": _for(RECEPTION, MANAGER, PRIVACY, ADMINISTRATOR),
    "journal.read": _for(AUDITOR, PRIVACY),
    "journal.export": _for(AUDITOR, second_factor=True, fresh=True),
    "staff.see": _for(ADMINISTRATOR, second_factor=True),
    "staff.manage": _for(ADMINISTRATOR, second_factor=True, fresh=True),
    "devices.see": _for(RECEPTION, REVIEWER, MANAGER, ADMINISTRATOR),
    # a tablet is lost at night, when nobody but the reception is there; a new code makes good for a mistake
    "devices.end": _for(RECEPTION, MANAGER, ADMINISTRATOR),
    "devices.manage": _for(ADMINISTRATOR, second_factor=True),
    "keys.manage": _for(ADMINISTRATOR, second_factor=True, fresh=True),
}
"""Every permission by its name; a route that names another one stops the start."""
