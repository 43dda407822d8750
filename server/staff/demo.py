"""The demo's colleagues: one of every role, all invented, none with a password."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.properties.models import Property
from server.staff.colleagues import Account, WantedPost, find_colleague, invite
from server.staff.models import Colleague
from server.staff.roles import ADMINISTRATOR, AUDITOR, MANAGER, PRIVACY, RECEPTION, REVIEWER

PEOPLE = (
    ("Nadia Benali", "nadia", (RECEPTION,), True),
    ("Omar Lindqvist", "omar", (RECEPTION,), True),
    ("Chiara Okafor", "chiara", (REVIEWER,), False),
    ("Tomás Varga", "tomas", (MANAGER,), False),
    ("Ingrid Sato", "ingrid", (PRIVACY,), False),
    ("Pavel Duarte", "pavel", (AUDITOR,), False),
    ("Lucie Aydin", "lucie", (ADMINISTRATOR,), False),
)
"""Name, mailbox, roles, and whether they work at the first property only."""

DOMAIN = "staff.demo.example"


def make_demo_colleagues(session: Session, *, now: datetime) -> list[Colleague]:
    """Make those that are missing. They have no password: only the demo's entrance lets anyone be them."""
    first = session.scalar(select(Property.id).order_by(Property.is_default.desc(), Property.id).limit(1))
    made = []
    for name, mailbox, roles, at_first in PEOPLE:
        email = f"{mailbox}@{DOMAIN}"
        found = find_colleague(session, email)
        if found is None:
            posts = frozenset(WantedPost(role, first if at_first else None) for role in roles)
            found = invite(session, Account(name, email, posts), actor="demo", now=now)
        made.append(found)
    return made
