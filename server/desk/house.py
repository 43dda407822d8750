"""The house at the desk: each property's settings, section by section, as guests will see them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from babel import Locale
from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from server.accent import PAPER, contrast, shown_as, verdict
from server.access import not_found, staff
from server.clock import clock
from server.db import row_of
from server.desk.people import who
from server.desk.words import country_name, language_name, use_words
from server.forms.definition import find_form
from server.forms.offering import tablet_forms
from server.guests.circles import move_property
from server.language import page_language, translate
from server.properties.arrangements import live_arrangements
from server.properties.changing import (
    change_entity,
    change_section,
    entity_as_seen,
    entity_named,
    picture_of,
    set_picture,
)
from server.properties.checking import COUNTRIES, Form, Wrong, line
from server.properties.finding import properties_within, property_within
from server.properties.lacking import FEATURES, lacking, working
from server.properties.models import LegalEntity, Property
from server.properties.pictures import FILE_LIMIT, SIZES, re_encode
from server.properties.reasons import EMAIL_REASONS
from server.properties.retention import STARTS, usual_keepings
from server.properties.sections import (
    KINDS,
    SECTIONS,
    STAY_KINDS,
    STEPS,
    TONES,
    read_entity,
    read_section,
)
from server.properties.topics import LONGEST, TOPICS
from server.protection import takes_uploads
from server.records.rereading import Why, ask_to_reread, count_concerned
from server.refusal import Refused
from server.wording import N_

pages = Blueprint("house", __name__, url_prefix="/desk/house")
use_words(pages)

FORM = "pre_check_in"
REREAD_AFTER: Mapping[str, Why] = {
    "country": "country",
    **dict.fromkeys(("own_domains", "own_emails", "own_phones"), "own"),
}
"""Settings that the reading of records hangs on, and why records are read again after each."""
TICKED = ("languages", "email_reasons", "stay_kinds", "flows")
PICTURE_WORDS: Mapping[str, tuple[str, str]] = {
    "logo": (N_("Logo"), N_("Stands in place of the name. PNG with a clear ground looks best.")),
    "photo": (N_("Photo"), N_("Fills the tablet at rest. A wide picture of the house, without people.")),
}


class Change(NamedTuple):
    """Who changed a section last, and when."""

    by: str
    at: datetime


@pages.get("/")
@staff("house.set")
def index() -> ResponseReturnValue:
    """The houses whose settings this colleague may change; the only one at once."""
    places = properties_within(g.session, g.reach)
    if len(places) == 1:
        return redirect(url_for("house.show", property_id=places[0].id))
    waiting = {place.id: len({feature for feature, _ in _lacking(place)}) for place in places}
    return render_template("desk/house/index.html", places=places, waiting=waiting, kinds_of_house=KINDS)


@pages.get("/<int:property_id>")
@staff("house.set")
def show(property_id: int) -> str:
    """All settings of one property."""
    return _page(place_within_reach(property_id), saved=request.args.get("saved", ""))


@pages.post("/<int:property_id>/<section>")
@staff("house.set")
def save(property_id: int, section: str) -> ResponseReturnValue:
    """Save one section."""
    place = place_within_reach(property_id)
    if section not in SECTIONS:
        abort(404)
    g.session.refresh(place, with_for_update=True)  # two who save at once do so one after the other
    _refuse_stale(place, section)
    values, errors = read_section(section, request.form.to_dict(flat=False), place)
    form = Form(request.form.to_dict(flat=False))
    reason = form.read("reason", lambda text: line(text, 200))
    if errors or form.errors:
        return _page(place, section=section, errors=errors | form.errors), 422
    now = clock()
    changed = change_section(g.session, place, section, values, actor=g.actor, now=now, reason=reason)
    for name in changed:
        if name in REREAD_AFTER:
            ask_to_reread(g.session, place, REREAD_AFTER[name], now=now)
    return _back(place, section)


@pages.post("/<int:property_id>/pictures/<kind>")
@staff("house.set")
@takes_uploads
def upload_picture(property_id: int, kind: str) -> ResponseReturnValue:
    """Take in a logo or a photo: decoded and written anew, nothing of the file is kept."""
    place = place_within_reach(property_id)
    if kind not in SIZES:
        abort(404)
    file = request.files.get("file")
    sent = file.stream.read(FILE_LIMIT + 1) if file is not None else b""
    g.session.rollback()  # decoding takes a while and no writer's place
    made = re_encode(sent, kind)
    set_picture(g.session, place, kind, made, actor=g.actor, now=clock())
    return _back(place, "pictures")


@pages.post("/<int:property_id>/pictures/<kind>/remove")
@staff("house.set")
def remove_picture(property_id: int, kind: str) -> ResponseReturnValue:
    """Take a picture away."""
    place = place_within_reach(property_id)
    if kind not in SIZES:
        abort(404)
    set_picture(g.session, place, kind, None, actor=g.actor, now=clock())
    return _back(place, "pictures")


@pages.post("/<int:property_id>/company")
@staff("house.set")
def save_company(property_id: int) -> ResponseReturnValue:
    """Say which legal entity answers for a property."""
    place = place_within_reach(property_id)
    only_for_the_group()
    g.session.refresh(place, with_for_update=True)
    _refuse_stale(place, "company")
    form = Form(request.form.to_dict(flat=False))
    name = form.read("new_entity", line)
    chosen = row_of(g.session, LegalEntity, request.form.get("entity", 0, type=int))
    if not name and chosen is None:
        form.wrong("entity", "setting.choice")
    if form.errors:
        return _page(place, section="company", errors=form.errors), 422
    entity = entity_named(g.session, name) if name or chosen is None else chosen
    move_property(g.session, place, entity, actor=g.actor, now=clock())
    return _back(place, "company")


@pages.post("/<int:property_id>/entity")
@staff("house.set")
def save_entity(property_id: int) -> ResponseReturnValue:
    """Save what is known of the legal entity behind a property."""
    place = place_within_reach(property_id)
    only_for_the_group()
    g.session.refresh(place.legal_entity, with_for_update=True)
    if request.form.get("seen", "") != entity_as_seen(place.legal_entity):
        raise Refused("setting.meanwhile")
    values, errors = read_entity(request.form.to_dict(flat=False))
    if errors:
        return _page(place, section="entity", errors=errors), 422
    change_entity(g.session, place.legal_entity, values, actor=g.actor, now=clock())
    return _back(place, "entity")


@pages.errorhandler(Refused)
def refused(refusal: Refused) -> tuple[str, int]:
    """What cannot be done is said on the page where it was asked for, at its section."""
    g.session.rollback()
    asked = request.view_args or {}
    wrong = {"": (refusal.code, refusal.params)}
    place = place_within_reach(asked["property_id"])
    section = {"upload_picture": "pictures", "save_entity": "entity", "save_company": "company"}.get(
        (request.endpoint or "").removeprefix("house."), asked.get("section", "")
    )
    return _page(place, section=section, errors=wrong, keep=refusal.code != "setting.meanwhile"), 422


def place_within_reach(property_id: int) -> Property:
    """A property within reach; one outside is answered like one that does not exist."""
    return property_within(g.session, property_id, g.reach) or not_found()


def only_for_the_group() -> None:
    """Answer 403 to whoever has no post in the whole group: what concerns several companies is theirs."""
    if not g.reach.is_everywhere:
        abort(403)


def _back(place: Property, section: str) -> ResponseReturnValue:
    return redirect(url_for("house.show", property_id=place.id, saved=section, _anchor=section), 303)


def _refuse_stale(place: Property, section: str) -> None:
    """A page that was open while somebody else saved the section would undo their change unseen."""
    if request.form.get("seen", "") != place.changes.get(section, {}).get("at", ""):
        raise Refused("setting.meanwhile")


def _lacking(place: Property) -> list[tuple[str, str]]:
    return lacking(place, _pictures(place))


def _by_feature(waiting: list[tuple[str, str]]) -> dict[str, list[str]]:
    return {feature: [code for one, code in waiting if one == feature] for feature, _ in waiting}


def _pictures(place: Property) -> list[str]:
    return [kind for kind in SIZES if picture_of(g.session, place.id, kind) is not None]


def show_errors(place: Property, section: str, errors: Mapping[str, Wrong]) -> str:
    """The settings page with what is wrong in a section, and what was typed into it."""
    return _page(place, section=section, errors=errors)


def _page(
    place: Property,
    *,
    section: str = "",
    errors: Mapping[str, Wrong] | None = None,
    saved: str = "",
    keep: bool = True,
) -> str:
    """The settings page; `section` is the one that could not be saved, with what was typed into it."""
    values = shown_values(place)
    typed: dict[str, Any] = {}
    if errors and keep:
        typed = {name: sent if len(sent) > 1 else sent[0] for name, sent in request.form.lists()}
        if section in SECTIONS:
            typed |= {name: request.form.getlist(name) for name in TICKED}
    spoken, language = _spoken(), page_language()
    return render_template(
        "desk/house/show.html",
        place=place,
        house=place,
        with_phones=count_concerned(g.session, place, "country"),
        values=values,
        typed=typed,
        failed=section,
        errors=errors or {},
        saved=saved if saved in SECTIONS or saved in ("pictures", "company", "entity") else "",
        changes=_changes(place),
        waiting=_by_feature(_lacking(place)),
        working=working(place, _pictures(place)),
        features=FEATURES,
        sections=SECTIONS,
        kinds_of_house=KINDS,
        steps=STEPS,
        topics=TOPICS,
        longest=LONGEST,
        offerable=[
            (form.name, form.text("form.title", language), form.text("attract.invite", language))
            for form in tablet_forms()
        ],
        tones=TONES,
        reasons=EMAIL_REASONS,
        kinds_of_stay=STAY_KINDS,
        retention=usual_keepings(place.country),
        starts=STARTS,
        spoken=spoken,
        own_languages=[code for code in place.languages if code in spoken],
        unspoken=", ".join(language_name(code) for code in place.languages if code not in spoken),
        country_options=sorted(((code, country_name(code)) for code in COUNTRIES), key=lambda pair: pair[1]),
        pictures=PICTURE_WORDS,
        colours=shown_as(place.accent),
        verdict=verdict(place.accent),
        ratio=contrast(shown_as(place.accent)[0], PAPER),
        entities=g.session.scalars(select(LegalEntity).order_by(LegalEntity.name)).all(),
        partners=_partners(place),
        for_group=g.reach.is_everywhere,
        entity_seen=entity_as_seen(place.legal_entity),
    )


def shown_values(place: Property) -> dict[str, Any]:
    """The settings of a property under the names of the page's fields."""
    values: dict[str, Any] = {
        name: getattr(place, name)
        for name in (
            *("name", "kind", "country", "zone", "street", "postal_code", "city", "reception_phone"),
            *("reply_to", "languages", "accent", "email_reasons", "quiet_from", "quiet_until", "stay_kinds"),
            "flows",
        )
    }
    values |= {name: "\n".join(getattr(place, name)) for name in ("own_domains", "own_emails", "own_phones")}
    values |= {name: place.senders.get(name, "") for name in ("sms", "email_name")}
    values |= {f"tone-{language}": tone for language, tone in place.tones.items()}
    values |= {
        f"{step}-{code}": text for step, texts in place.sentences.items() for code, text in texts.items()
    }
    values |= {
        f"{topic}-{code}": text for topic, lines in place.good_to_know.items() for code, text in lines.items()
    }
    for name, kept in place.retention.items():
        values |= {f"starts-{name}": kept.get("starts", ""), f"months-{name}": kept.get("months", "")}
    return values


@pages.app_template_global()
def words_of(choices: Mapping[str, str]) -> list[tuple[str, str]]:
    """A closed list as the options of a choice, in the page's language."""
    return [(code, translate(words)) for code, words in choices.items()]


def _spoken() -> dict[str, str]:
    """The languages that guests' pages have, each by its own name."""
    form = find_form(FORM) or abort(404)
    return {code: Locale.parse(code).get_display_name(code) or code for code in form.languages}


def _partners(place: Property) -> list[str]:
    """The companies that an arrangement in force names beside the property's own."""
    mine = place.legal_entity_id
    pairs = [(found.one_id, found.other_id) for found in live_arrangements(g.session)]
    others = [other if one == mine else one for one, other in pairs if mine in (one, other)]
    return [g.session.get_one(LegalEntity, other).name for other in others]


def _changes(place: Property) -> dict[str, Change]:
    return {
        section: Change(who(change["by"]), datetime.fromisoformat(change["at"]))
        for section, change in place.changes.items()
    }
