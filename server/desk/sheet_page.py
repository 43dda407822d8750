"""One police form at the desk: opened for a purpose and journalled, corrected with a reason, witnessed, void.

No answer here may be kept by a browser, and neither title nor address says whose form it is.
"""

from __future__ import annotations

from flask import Blueprint, abort, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from server.access import not_found, staff
from server.clock import clock
from server.db import writing
from server.desk.people import who
from server.desk.sheet_form import shown_form
from server.desk.sheet_showing import as_text, told
from server.desk.sheet_words import SHEET_STATES, SOURCES, VOID_REASONS
from server.desk.toasts import toast
from server.desk.words import use_words
from server.language import page_language, translate
from server.properties.finding import property_within, today_at
from server.properties.models import Property
from server.refusal import Refused
from server.registration.by_hand import answers_of, read_by_hand
from server.registration.finding import sheet_within
from server.registration.keeping import (
    Opened,
    Origin,
    Purpose,
    correct_sheet,
    open_sheet,
    sign_sheet,
    versions_of,
    void_sheet,
)
from server.registration.models import KeptSheet
from server.registration.owing import say_owed
from server.registration.profile import Profile, profile_of
from server.registration.signing import Signature, read_strokes
from server.sentences import say
from server.vault import Vault, open_vault
from server.wording import N_

pages = Blueprint("sheet", __name__, url_prefix="/desk/sheets/form")
use_words(pages)

LONGEST_REASON = 200


def vault() -> Vault:
    """The house's vault, opened once for a request."""
    if "vault" not in g:
        g.vault = open_vault(current_app.config["ONEGUEST"].keys_dir)
    found: Vault = g.vault
    return found


@pages.get("/<sheet_id>")
@staff("sheets.correct")
def show(sheet_id: str) -> str:
    """What it says, in its current version or an earlier one."""
    kept, place = _kept(sheet_id)
    wanted = _version(kept)
    opened = _open_to_read(kept, wanted)
    drawn = opened.signature.strokes if opened.signature else ""
    return render_template(
        "desk/sheets/form.html",
        kept=kept,
        place=place,
        opened=opened,
        told=told(opened.sheet),
        strokes=read_strokes(drawn) if drawn else None,
        versions=versions_of(g.session, kept),
        state=SHEET_STATES[kept.state],
        source=SOURCES.get(kept.source, kept.source),
        void_reasons=VOID_REASONS,
        profile=profile_of(kept.country),
        who=who,
    )


@pages.get("/<sheet_id>/correct")
@staff("sheets.correct")
def ask_correction(sheet_id: str) -> str:
    """The form with what it says."""
    kept, _ = _kept(sheet_id)
    opened = _open_to_read(kept, kept.version)
    typed = read_by_hand(_profile(kept), answers_of(opened.sheet), opened.sheet.stay)
    return shown_form(_profile(kept), typed, answers_of(opened.sheet), kept=kept)


@pages.post("/<sheet_id>/correct")
@staff("sheets.correct")
def correct(sheet_id: str) -> ResponseReturnValue:
    """Another version, with its reason; who signed the former did not sign this."""
    kept, _ = _kept(sheet_id)
    said, now = request.form.to_dict(), clock()
    before = open_sheet(g.session, vault(), kept, purpose=Purpose.CORRECT, actor=g.actor, now=now)
    typed = read_by_hand(_profile(kept), said, before.sheet.stay)
    reason = said.get("reason", "").strip()[:LONGEST_REASON]
    if typed.wrong or not reason or said.get("go") == "more":
        form = shown_form(_profile(kept), typed, said, kept=kept, more=said.get("go") == "more")
        return form, 200 if said.get("go") == "more" else 422
    if typed.sheet == before.sheet:
        toast(translate(N_("Nothing was changed.")))
    else:
        origin = Origin("desk", before.version.form, page_language(), g.actor)
        correct_sheet(g.session, vault(), kept, typed.sheet, origin, reason=reason, now=now)
        toast(translate(N_("Corrected. The former version stays.")))
    return _back(kept)


@pages.post("/<sheet_id>/witness")
@staff("sheets.correct")
def witness(sheet_id: str) -> Response:
    """The guest cannot sign on a screen, or signed on paper: a colleague saw them."""
    kept, place = _kept(sheet_id)
    now = clock()
    if request.form.get("saw") != "yes":
        toast(translate(N_("Tick that you saw the guest.")))
        return _back(kept)
    opened = open_sheet(g.session, vault(), kept, purpose=Purpose.SIGN, actor=g.actor, now=now)
    signature = Signature(
        text=as_text(opened.sheet),
        form=opened.version.form,
        language=page_language(),
        signed_at=now,
        witness=g.actor,
    )
    today = today_at(place, now=now)
    sign_sheet(g.session, vault(), kept, signature, actor=g.actor, today=today, now=now)
    toast(translate(N_("Noted: you saw the guest.")))
    return _back(kept)


@pages.post("/<sheet_id>/void")
@staff("sheets.correct")
def void(sheet_id: str) -> Response:
    """It was made in error; it stays, and counts no more."""
    kept, place = _kept(sheet_id)
    reason, now = request.form.get("reason", ""), clock()
    if reason not in VOID_REASONS:
        abort(422)
    void_sheet(g.session, kept, reason=reason, actor=g.actor, now=now)
    if kept.record_id is not None:
        state = "none" if reason == "not_owed" else "owed"
        say_owed(g.session, kept.record_id, state, property_id=place.id, actor=g.actor, now=now)
    toast(translate(N_("The form is void. It is kept as long as any other.")))
    return _back(kept)


@pages.errorhandler(Refused)
def refused(refusal: Refused) -> Response:
    """What cannot be done is said on the list."""
    g.session.rollback()
    toast(say(refusal.code, refusal.params, page_language()))
    return redirect(url_for("sheets.show"), 303)


def _kept(sheet_id: str) -> tuple[KeptSheet, Property]:
    kept = sheet_within(g.session, sheet_id, g.reach) or not_found()
    return kept, property_within(g.session, kept.property_id, g.reach) or not_found()


def _profile(kept: KeptSheet) -> Profile:
    return profile_of(kept.country) or abort(404)


def _version(kept: KeptSheet) -> int:
    """The version that is asked for; the current one where none is, or there is none such."""
    text = request.args.get("version", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
    return number if 1 <= number <= kept.version else kept.version


def _open_to_read(kept: KeptSheet, version: int) -> Opened:
    """Opened in a transaction of its own: a page that is only read leaves its entry in the journal too."""
    with writing(current_app.config["ENGINE"]) as session:
        return open_sheet(
            session, vault(), kept, purpose=Purpose.CORRECT, actor=g.actor, now=clock(), version=version
        )


def _back(kept: KeptSheet) -> Response:
    return redirect(url_for("sheet.show", sheet_id=kept.id), 303)
