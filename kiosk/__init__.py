"""The lobby tablet: a calm hotel object.

The whole form is rendered once, without anything about a guest, and a small module steps through it: the
answers stay in the page's memory. An enrolled tablet holds these pages itself (`?shell`: without token or id
of one visit), seals each form and delivers it when it can; any other browser sends it as one request. Without
JavaScript the same page is one long plain form.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import NamedTuple

from flask import (
    Blueprint,
    abort,
    current_app,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from kiosk.closed import CLOSED
from kiosk.precaching import STATIC, Precache, precache_of
from server.access import kiosk_public
from server.captures.identifiers import is_capture_id, new_capture_id
from server.captures.receiving import Receipt, receive
from server.clock import clock
from server.drafting import forget_draft, keep_draft, kept_draft
from server.forms.definition import Form, find_form
from server.forms.offering import forms_in, held_forms, offered_forms, offered_languages
from server.forms.rules import answered, check_form, with_blanks_skipped
from server.forms.showing import ShownForm
from server.language import pseudo_allowed, speak
from server.properties.finding import property_named, today_at
from server.properties.models import Property
from server.properties.setup import default_property
from server.vault import open_vault
from server.wording import PSEUDO, SOURCE_LANGUAGE

pages = Blueprint("kiosk", __name__, url_prefix="/kiosk")

PROTOCOL = "oneguest-1"
HERE = "/kiosk"  # the path of our cookie
DRAFT_LIFE = timedelta(minutes=5)


def _shown(form: Form, language: str, house: Property | None = None, *, is_held: bool = False) -> ShownForm:
    shown = ShownForm(form, language, house or default_property(g.session), is_held)
    known = [code for code, _ in shown.languages]
    if language not in known and not (language == PSEUDO and pseudo_allowed()):
        abort(404)
    speak(language, shown.house.tones.get(language, ""))
    return shown


@pages.get("/")
@kiosk_public
def attract() -> Response:
    """The resting screen: the hotel's name, and each language in its own words."""
    if "shell" in request.args:
        return _shell(request.path)
    house = default_property(g.session)
    pseudo = request.args.get("lang") == PSEUDO and pseudo_allowed()
    return _without_draft(_attract_page(house, PSEUDO if pseudo else offered_languages(house)[0]))


class Way(NamedTuple):
    """A language on the resting screen: its own name, its welcome, and where it leads."""

    language: str
    name: str
    welcome: str
    address: str


@pages.app_template_global()
def ways_of(house: Property) -> list[Way]:
    """Each language that a property's tablets offer: straight to the form where there is but one in it."""
    return [_way(forms_in(house, code), code) for code in offered_languages(house)]


def _way(forms: list[Form], code: str) -> Way:
    alone = len(forms) == 1
    address = url_for("kiosk.show_form", name=forms[0].name, language=code) if alone else _choice(code)
    return Way(code, forms[0].text("language.name", code), forms[0].text("attract.welcome", code), address)


def _choice(language: str) -> str:
    return url_for("kiosk.choose", language=language)


@pages.app_template_global()
def choices_of(house: Property, language: str) -> list[ShownForm]:
    """What a guest of a language may choose from."""
    return [ShownForm(form, language, house) for form in forms_in(house, language) or offered_forms(house)]


@pages.app_template_global()
def closed_words(language: str) -> str:
    """What a closed tablet says, for its resting screen and the preview of that; "" where it lacks it."""
    return CLOSED.get(language, "")


def _attract_page(house: Property, language: str) -> str:
    speak(language)
    return render_template(
        "kiosk/attract.html", shown=ShownForm(offered_forms(house)[0], language, house), house=house
    )


@pages.get("/choose/<language>")
@kiosk_public
def choose(language: str) -> Response:
    """What the tablet offers, for a guest to choose; only where it is more than one thing."""
    if "shell" in request.args:
        return _shell(request.path)
    house = default_property(g.session)
    if language not in offered_languages(house) and not (language == PSEUDO and pseudo_allowed()):
        abort(404)
    return _without_draft(_choose_page(house, language))


def _choose_page(house: Property, language: str) -> str:
    speak(language, house.tones.get(language, ""))
    shown = choices_of(house, language)[0]
    return render_template("kiosk/choose.html", shown=shown, house=house)


@pages.get("/<name>/<language>")
@kiosk_public
def show_form(name: str, language: str) -> ResponseReturnValue:
    """The whole form in one language, free of any guest; or a plain form again, with what is wrong in it."""
    if "shell" in request.args:
        return _shell(request.path)
    form = find_form(name) or abort(404)
    shown = _shown(form, language)
    if "checked" in request.args:
        given = kept_draft(bound_to=form.name, now=clock(), life=DRAFT_LIFE)
        if given:
            errors = check_form(form, given, today=today_at(shown.house, now=clock()))
            return _page(shown, given["capture"], given, errors), 422
    return _without_draft(_page(shown, new_capture_id(clock()), {}, {}))


@pages.get("/enrol")
@kiosk_public
def enrol() -> str:
    """Where a colleague makes a browser one of the house's tablets. What is behind the # stays with it."""
    return render_template("desk/lobby/enrol.html", house=default_property(g.session))


@pages.get("/export")
@kiosk_public
def export() -> Response:
    """Where a colleague has a tablet that is cut off write its sealed forms to a file."""
    if "shell" in request.args:
        return _shell(request.path)
    return make_response(_export_page(default_property(g.session)))


def _export_page(house: Property) -> str:
    return render_template("desk/lobby/export.html", house=house)


@pages.get("/worker.js")
@kiosk_public
def worker() -> Response:
    """The tablet's service worker. It stands under /kiosk/ because a worker rules what is below it; with each
    change of what tablets hold it has other bytes, which is how browsers learn of it."""
    house = _house()
    known = {"VERSION": _precache(house).version, "HOUSE": house.code}
    lines = [f"const {name} = {json.dumps(value)};" for name, value in known.items()]
    script = (STATIC / "kiosk" / "worker.js").read_text("utf-8")
    answer = make_response("\n".join([*lines, script]))
    answer.mimetype = "text/javascript"
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@pages.get("/precache.json")
@kiosk_public
def precache() -> Response:
    """What an enrolled tablet holds: every file with its digest, and which versions of the forms."""
    house = _house()
    held = _precache(house)
    return jsonify(
        version=held.version,
        forms=[form.key for form in held_forms(house)],
        files=[{"path": file.path, "from": file.address, "sha256": file.digest} for file in held.files],
    )


@pages.get("/app.webmanifest")
@kiosk_public
def web_app() -> Response:
    """What makes the tablet's page an app that is put on the home screen."""
    house = _house()
    icon = {"type": "image/png", "purpose": "any maskable"}
    answer = jsonify(
        id=HERE + "/",
        name=house.name,
        short_name=house.name[:12],
        start_url=HERE + "/",
        scope=HERE + "/",
        display="fullscreen",
        background_color=house.accent,
        theme_color=house.accent,
        icons=[
            {"src": url_for("static", filename=f"icons/{size}.png"), "sizes": f"{size}x{size}"} | icon
            for size in (192, 512)
        ],
    )
    answer.mimetype = "application/manifest+json"
    return answer


def _house() -> Property:
    """The property whose pages are asked for: an enrolled tablet names its own, any other browser the main
    one's. A property's code is no secret, and its pages are of no guest: whoever guesses one sees what
    everybody sees in its lobby."""
    code = request.args.get("house")
    found = default_property(g.session) if code is None else property_named(g.session, code)
    return found or abort(404)


def _shell(path: str) -> Response:
    """A page as tablets hold it: of no visit, so without cookie, token and id."""
    return make_response(_precache(_house()).shells.get(path) or abort(404))


def _precache(house: Property) -> Precache:
    return precache_of(g.session, house, lambda: _shells(house), demo=current_app.config["ONEGUEST"].demo)


def _shells(house: Property) -> dict[str, str]:
    """Every page that a tablet of a property holds, by its path."""
    found = {url_for("kiosk.attract"): _attract_page(house, offered_languages(house)[0])}
    found[url_for("kiosk.export")] = _export_page(house)
    for code in offered_languages(house):
        if len(forms_in(house, code)) > 1:
            found[_choice(code)] = _choose_page(house, code)
    for form in held_forms(house):
        for code, _ in ShownForm(form, SOURCE_LANGUAGE, house).languages:
            address = url_for("kiosk.show_form", name=form.name, language=code)
            found[address] = _page(_shown(form, code, house, is_held=True), "", {}, {})
    return found


@pages.post("/<name>/<language>")
@kiosk_public
def send_form(name: str, language: str) -> ResponseReturnValue:
    """Take in a finished form. To the tablet's module the answer is a receipt, else a page.

    The module's forms are stored whatever they hold, since the guest may have left; a plain form is checked
    first, while the guest is still there.
    """
    version = request.form.get("version", type=int)
    form = find_form(name, version) if version else None
    capture_id = request.form.get("capture", "")
    if form is None or not is_capture_id(capture_id):
        abort(422)
    shown = _shown(form, language)
    by_module = request.accept_mimetypes.best == "application/json"
    given = request.form.to_dict()
    if not by_module:
        given = with_blanks_skipped(form, given)
        errors = check_form(form, given, today=today_at(shown.house, now=clock()))
        if errors:
            return _ask_again(shown, capture_id, given, errors)
    receipt = _receive(shown, capture_id, answered(form, given))
    if by_module:
        return jsonify(protocol=PROTOCOL, id=receipt.id, digest=receipt.digest, status=receipt.status)
    return redirect(url_for("kiosk.thanks", name=name, language=language), 303)


@pages.get("/<name>/<language>/thanks")
@kiosk_public
def thanks(name: str, language: str) -> Response:
    """The last screen of a plain form; the module shows its own."""
    form = find_form(name) or abort(404)
    shown = _shown(form, language)
    return _without_draft(render_template("kiosk/thanks.html", shown=shown, house=shown.house))


def _ask_again(
    shown: ShownForm, capture_id: str, given: dict[str, str], errors: dict[str, str]
) -> ResponseReturnValue:
    """A faulty plain form again, by a redirect: a page that answered a POST could be sent again with Back,
    by the next guest."""
    form, language = shown.form, shown.language
    answer = redirect(url_for("kiosk.show_form", name=form.name, language=language, checked=1), 303)
    carried = {name: given[name] for name in form.names if given.get(name)} | {"capture": capture_id}
    if keep_draft(answer, carried, bound_to=form.name, path=HERE, now=clock()):
        return answer
    return _page(shown, capture_id, given, errors), 422


def _without_draft(page: str) -> Response:
    """A page before which whatever an earlier guest left half done is gone."""
    answer = make_response(page)
    forget_draft(answer, path=HERE)
    return answer


def _receive(shown: ShownForm, capture_id: str, answers: dict[str, str]) -> Receipt:
    return receive(
        g.session,
        id=capture_id,
        form=shown.form.name,
        version=shown.form.version,
        language=shown.language,
        surface="kiosk",
        proof="typed",
        property_id=shown.house.id,
        answers=answers,
        now=clock(),
        vault=open_vault(current_app.config["ONEGUEST"].keys_dir)
        if shown.form.purpose == "registration"
        else None,
    )


def _page(
    shown: ShownForm,
    capture_id: str,
    answers: dict[str, str],
    errors: dict[str, str],
) -> str:
    return render_template(
        "kiosk/form.html",
        shown=shown,
        house=shown.house,
        capture_id=capture_id,
        answers=answers,
        errors=errors,
    )
