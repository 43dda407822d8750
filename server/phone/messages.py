"""The public page of the messages that a house sends, for whoever wonders whether one is real."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, abort, current_app, g, render_template

from server.access import anyone
from server.language import page_language, speak
from server.prompts.composing import spoken_phone
from server.prompts.senders_known import told_senders
from server.properties.finding import property_named
from server.properties.models import Property
from server.properties.setup import default_property
from server.settings import Settings, house_address

pages = Blueprint("messages", __name__, url_prefix="/g/messages")


@pages.get("")
@anyone
def of_own_house() -> str:
    """What the house itself sends."""
    return _page(default_property(g.session))


@pages.get("/<code>")
@anyone
def show(code: str) -> str:
    """What one house of the group sends."""
    return _page(property_named(g.session, code) or abort(404))


def _page(house: Property) -> str:
    settings: Settings = current_app.config["ONEGUEST"]
    speak(page_language(), house.tones.get(page_language(), ""))
    return render_template(
        "phone/messages.html",
        house=house,
        senders=told_senders(g.session, house.id),
        leads_to=urlsplit(house_address(settings)).netloc,
        phone=spoken_phone(house.reception_phone) if house.reception_phone else "",
    )
