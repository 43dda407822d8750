"""The card beside the desk's keyboard: which keys there are, and the first steps of a shift."""

from __future__ import annotations

from markupsafe import Markup

from server.papers.document import Document, Heading, Keys, Lack, Points, Text
from server.papers.facts import Facts
from server.papers.texts import Texts
from server.staff.sessions import IDLE
from server.wording import N_

TITLE = N_("What do I press?")
ABOUT = N_("For the reception, beside the keyboard: the keys and the first steps, on one A5 card.")

KEYS = {"/": "search", "?": "all", "Escape": "escape", "Tab": "tab", "Enter": "enter"}
"""Keys as a browser names them, and their text; static/desk.js answers to the first three."""


def lacks(facts: Facts) -> list[Lack]:
    """The card is true with any settings."""
    return []


def build(facts: Facts, texts: Texts) -> Document:
    """The card of a house in the language of its texts."""
    say = texts.say
    minutes = Markup(int(IDLE.total_seconds() // 60))  # noqa: S704  # a number of ours
    names = {"Escape": say("escape"), "Tab": say("tab"), "Enter": say("enter")}
    return Document(
        title=say("title"),
        language=texts.language,
        size="a5",
        blocks=[
            Text(say("house", house=facts.name)),
            Heading(say("keys")),
            Keys([(names.get(key, Markup.escape(key)), say(f"key.{name}")) for key, name in KEYS.items()]),
            Heading(say("steps")),
            Points([say(f"steps.{step}") for step in ("morning", "today", "tablet", "guest")], numbered=True),
            Heading(say("rest")),
            Points([say("rest.no"), say("rest.row"), say("rest.leave", minutes=minutes), say("rest.error")]),
        ],
        foot=say("foot", day=texts.day(facts.today)),
    )
