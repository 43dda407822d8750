"""The language of a page: which one it is, and how texts, days, times and numbers are shown in it."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton, format_timedelta
from babel.numbers import format_decimal, format_percent
from flask import Flask, current_app, g, request
from markupsafe import Markup, escape

from server.clock import clock
from server.sentences import say
from server.wording import CATALOGUES, GUESTS, PSEUDO, SOURCE_LANGUAGE, direction, translations

COOKIE = "language"
ENGLISH = "en_GB"

_YEAR = re.compile(r"^y年|(?:,| 'de')?\s+y\b.*")
"""Where the pattern of a whole day names its year."""

_HYPHENED = re.compile(r"([^\s-]+(?:-[^\s-]+)+)")
LONGEST_UNBROKEN = 14
"""Signs of a word that a guest's narrowest page still holds in its largest type."""


def desk_languages() -> tuple[str, ...]:
    """The languages the desk speaks: the source language and every catalogue."""
    return (SOURCE_LANGUAGE, *sorted(path.stem for path in CATALOGUES.glob("*.po")))


def guest_languages() -> tuple[str, ...]:
    """The languages of guests' pages: those of the desk, and those that only guests' pages speak."""
    return (*desk_languages(), *sorted(path.stem for path in (CATALOGUES / GUESTS).glob("*.po")))


def pseudo_allowed() -> bool:
    """The pseudo-locale is for whoever makes pages: in tests and in the demo, never before a guest."""
    return bool(current_app.testing or current_app.config["ONEGUEST"].demo)


def page_language() -> str:
    """The language of this request's page: asked for in the address, chosen before, or the browser's."""
    if "language" not in g:
        g.language = _choose_language()
    return str(g.language)


def chosen_language() -> str | None:
    """The language that this guest chose: in the address, or before, on this device."""
    asked = request.args.get("lang", "")
    if asked == PSEUDO and pseudo_allowed():
        return PSEUDO
    wishes = (asked, request.cookies.get(COOKIE, ""))
    return next((wish for wish in wishes if wish in guest_languages()), None)


def speak(language: str, tone: str = "") -> None:
    """Use this language, in a house's tone, for the rest of the request; a guest chose it."""
    g.language = language
    g.tone = tone


def _choose_language() -> str:
    known = guest_languages() if request.path.startswith(("/g/", "/kiosk/")) else desk_languages()
    asked = request.args.get("lang", "")
    if asked == PSEUDO and pseudo_allowed():
        return PSEUDO
    browser = (wish.partition("-")[0].lower() for wish in request.accept_languages.values())  # fr-CH is fr
    wishes = (asked, request.cookies.get(COOKIE, ""), *browser)
    return next((wish for wish in wishes if wish in known), SOURCE_LANGUAGE)


def locale() -> Locale:
    """The page's locale for days and numbers; the pseudo-locale counts as English, whose day comes first."""
    language = page_language()
    return Locale.parse(ENGLISH if language in (PSEUDO, SOURCE_LANGUAGE) else language)


def _gettext(message: str) -> str:
    return translations(page_language(), g.get("tone", "")).gettext(message)


def translate(message: str) -> str:
    """A marked text in the page's language."""
    return _gettext(message)


def _ngettext(singular: str, plural: str, number: int) -> str:
    return translations(page_language()).ngettext(singular, plural, number)


def day(value: date | None) -> str:
    """A day, such as 3 Feb 2027."""
    return "" if value is None else format_skeleton("yMMMd", value, locale=locale())


def weekday(value: date) -> str:
    """A day with its weekday, such as Wednesday, 3 February."""
    whole = locale().date_formats["full"].pattern
    return format_date(value, _YEAR.sub("", whole), locale=locale())


def moment(value: datetime | None, zone: str = "UTC") -> str:
    """A time in a property's zone, such as 3 Feb 2027, 14:05."""
    if value is None:
        return ""
    there = value.astimezone(ZoneInfo(zone))
    return f"{day(there)}, {there:%H:%M}"


def ago(value: datetime) -> str:
    """How long since a time, such as 2 hours ago; a moment ago is 1 second ago, never "in 0 seconds"."""
    since = min(value - clock(), timedelta(seconds=-1))
    return format_timedelta(since, add_direction=True, locale=locale())


def number(value: float | Decimal) -> str:
    """A number with the language's own separators."""
    return format_decimal(value, locale=locale())


def percent(share: float | None) -> str:
    """A share of one as whole percent; a dash where there is nothing to share."""
    return "–" if share is None else format_percent(share, "#,##0 %", locale=locale())


def sentence(code: str, params: dict[str, str] | None = None) -> Markup:
    """The sentence of a stored code in the page's language."""
    return escape(say(code, params, page_language()))


def unbroken(text: str) -> Markup:
    """A heading or an answer whose short hyphened words stay on one line: êtes-vous, e-mail, Pré-check-in."""
    whole = Markup('<span class="whole">{}</span>')
    parts = _HYPHENED.split(text)  # every second one is such a word
    return Markup("").join(
        whole.format(part) if at % 2 and len(part) <= LONGEST_UNBROKEN else escape(part)
        for at, part in enumerate(parts)
    )


def prepare_language(app: Flask) -> None:
    """Give the templates gettext, the filters and the page's language."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    install = app.jinja_env.install_gettext_callables  # type: ignore[attr-defined]  # added by the extension
    install(_gettext, _ngettext, newstyle=True)
    app.jinja_env.filters.update(
        day=day,
        weekday=weekday,
        moment=moment,
        ago=ago,
        number=number,
        percent=percent,
        unbroken=unbroken,
    )
    app.jinja_env.globals.update(
        say=sentence, language=page_language, direction=lambda: direction(page_language())
    )
