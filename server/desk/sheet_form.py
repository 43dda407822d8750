"""The form by which staff type or correct a police form: its blanks are the country's questions."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from flask import render_template

from server.desk.sheet_showing import state_options
from server.desk.sheet_words import CHOICES, FIELDS, ROLES
from server.registration.by_hand import MOST_PEOPLE, ByHand, Wrong, asks_counted, read_by_hand
from server.registration.by_hand import ROLES as ALONG
from server.registration.models import KeptSheet
from server.registration.profile import Profile
from server.wording import N_

WRONG: Mapping[Wrong, str] = {
    "missing": N_("This is asked by law."),
    "date": N_("This is no date."),
    "state": N_("Choose a country."),
    "choice": N_("Choose one."),
    "long": N_("This is too long, or no text."),
    "order": N_("The departure is before the arrival."),
    "own_sheet": N_("This person needs a form of their own."),
    "no_sheet": N_("This person needs no form: leave them out."),
}


def shown_form(
    profile: Profile,
    typed: ByHand,
    said: Mapping[str, str],
    *,
    kept: KeptSheet | None = None,
    record_id: int | None = None,
    more: bool = False,
    asked: bool = True,
    doubted: Collection[str] = (),
    zone: str = "",
) -> str:
    """The page with the form. `more`: one person more than there were; `asked`: what is wrong is told;
    `doubted`: names of blanks that a document's lines leave in doubt; `zone`: how reading those went."""
    if more:
        said = dict(said) | {"people": str(min(len(typed.sheet.people) + 1, MOST_PEOPLE))}
        typed, asked = read_by_hand(profile, said, typed.sheet.stay), False
    return render_template(
        "desk/sheets/typing.html",
        profile=profile,
        typed=typed,
        said=said,
        kept=kept,
        record_id=record_id,
        wrong={name: WRONG[why] for name, why in typed.wrong.items()} if asked else {},
        is_asked=asked,
        doubted=doubted,
        zone=zone,
        fields=FIELDS,
        roles=ROLES,
        along=ALONG,
        choices=CHOICES,
        state_options=state_options(),
        asks_counted=asks_counted(profile, typed.sheet),
        may_more=len(typed.sheet.people) < MOST_PEOPLE,
    )
