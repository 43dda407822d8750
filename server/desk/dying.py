"""Whose only address dies when, and the best thing to do about it now."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, g, render_template

from server.access import staff
from server.clock import clock
from server.desk.asked_words import KEYS
from server.desk.waits import tell
from server.desk.words import use_words
from server.prompts.alias_life import DAYS, USUAL_DAYS
from server.prompts.dying import count_last_chances, dying
from server.properties.finding import properties_within
from server.wording import N_

pages = Blueprint("dying", __name__, url_prefix="/desk/dying")
use_words(pages)

WHEN: Mapping[str, str] = {
    "arrives": N_("arrives today"),
    "in_house": N_("in house"),
    "left": N_("just left"),
}

ACTIONS: Mapping[str, str] = {
    "tablet": N_("Ask at the tablet now"),
    "planned": N_("A message goes out %(moment)s"),
    "asked": N_("Was asked %(moment)s; the answer is awaited"),
    "text": N_("Can be asked by a text message"),
    "aloud": N_("Ask aloud"),
    "telephone": N_("Ring them up"),
    "alias": N_("Ask through the booking site's address while it lives"),
    "nothing": N_("Nothing can be done"),
}


@pages.get("")
@staff("guests.see")
def show() -> str:
    """Guests whose way in ends soon, the soonest first."""
    rows = dying(g.session, g.reach, now=clock())
    tell("dying.show", g.reach, count_last_chances(rows))
    return render_template(
        "desk/dying/show.html",
        rows=rows,
        places=properties_within(g.session, g.reach),
        when_words=WHEN,
        actions=ACTIONS,
        no_keys=KEYS,
        alias_days=DAYS | {"": USUAL_DAYS},
    )
