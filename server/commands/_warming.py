"""What the web server does once before it listens, so that no request pays for it."""

from __future__ import annotations

import gc

from babel.dates import format_date
from flask import Flask

from server.clock import clock
from server.language import desk_languages

# the police form's papers are drawn by an environment of their own (server/papers/sheets/setting.py)
SET_ELSEWHERE = "papers/sheets/"


def warm_up(app: Flask) -> None:
    """Compile every template, read the languages' calendars, and keep what is loaded out of collections.

    Measured on two busy processors: the first request of a page waited up to 390 ms for its templates, and a
    full collection walked 174,000 objects that live as long as the server in 400 ms, in the middle of
    whatever request set it off. Frozen, they are never walked again (gc.freeze, made for this).
    """
    for name in app.jinja_env.list_templates(filter_func=lambda name: not name.startswith(SET_ELSEWHERE)):
        app.jinja_env.get_template(name)
    for language in desk_languages():
        format_date(clock(), "full", locale=language)
    gc.collect()
    gc.freeze()
