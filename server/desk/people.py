"""Who did something, by the name a colleague knows."""

from __future__ import annotations

from flask import g

from server.desk.journal_words import OTHERS
from server.language import translate
from server.staff.models import Colleague
from server.wording import N_


def who(actor: str | None) -> str:
    """The name behind staff:7; what else acts here in words; a former colleague where no name is left."""
    kind, _, number = (actor or "").partition(":")
    if kind == "staff" and number.isdigit():
        names: dict[str, str] = g.setdefault("names_of_actors", {})
        if number not in names:
            colleague = g.session.get(Colleague, int(number))
            is_known = colleague is not None and colleague.forgotten_at is None
            names[number] = colleague.name if colleague is not None and is_known else ""
        return names[number] or translate(N_("a former colleague"))
    return translate(dict(OTHERS).get(kind, kind)) if kind else ""
