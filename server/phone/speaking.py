"""Which language a guest's page speaks, and that it is remembered on this device for the next stay.

The guest's own choice goes before what we know of them: of the message that brought the link, of the
reservation, of the country of their number. Where nothing tells, the device's own language decides.
"""

from __future__ import annotations

from datetime import timedelta

from flask import abort, current_app, g
from werkzeug.wrappers import Response

from server.captures.links import AnyLink
from server.captures.models import GuestLink
from server.forms.showing import ShownForm
from server.language import COOKIE, chosen_language, guest_languages, page_language, speak
from server.prompts.speaking import language_of_link
from server.properties.models import Property
from server.wording import SOURCE_LANGUAGE

HERE = "/g"  # the path of our cookies
REMEMBERED = timedelta(days=400)
"""What a browser keeps a cookie for at most (RFC 6265bis, 5.5): until the next stay of most guests."""


def language_at(link: AnyLink) -> str:
    """The language of a link's page."""
    chosen = chosen_language()
    if chosen is None and isinstance(link, GuestLink):
        chosen = language_of_link(g.session, link.id, link.record_id)
    return chosen or page_language()


def speak_at(link: AnyLink) -> Property:
    """Speak to the guest of a link for the rest of the request; the house that it is of."""
    house: Property = g.session.get_one(Property, link.property_id)
    language = language_at(link)
    speak(language, house.tones.get(language, ""))
    return house


def offered(shown: ShownForm) -> list[tuple[str, str]]:
    """What a guest may choose: the languages of the house, English, and the one they are spoken to in."""
    own_names = {code: shown.form.text("language.name", code) for code in shown.form.languages}
    wanted = [code for code, _ in shown.languages] + [SOURCE_LANGUAGE, shown.language]
    speaks = set(guest_languages())
    return [(code, own_names[code]) for code in dict.fromkeys(wanted) if code in own_names and code in speaks]


def remember(answer: Response, language: str) -> None:
    """Let this device speak that language to the guest from now on."""
    if language not in guest_languages():
        abort(422)
    secure: bool = current_app.config["SESSION_COOKIE_SECURE"]
    answer.set_cookie(
        COOKIE, language, max_age=REMEMBERED, path=HERE, httponly=True, samesite="Lax", secure=secure
    )
