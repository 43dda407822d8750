"""Questions at the desk: two records, why they may be one guest, and an answer, which can be undone."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.access import not_found, own_address, staff
from server.captures.following import follow_links
from server.clock import clock
from server.desk.looking import looking
from server.desk.people import who
from server.desk.stays import ONE_STAY, TWO_STAYS
from server.desk.toasts import toast
from server.desk.waits import tell
from server.desk.words import use_words
from server.guests.accepting import begin_accepting, find_obvious
from server.guests.asking import count_open, open_questions
from server.guests.deciding import decide, split
from server.guests.deeds import deed_within, deeds_within
from server.guests.reviewing import PairSeen, guest_of_record, see_pair, see_some
from server.guests.seeing_stays import DEEDS, stay_told_at
from server.guests.undoing import undo
from server.language import page_language, translate
from server.noting import guests_were_shown
from server.refusal import Refused
from server.sentences import say
from server.staff.sessions import reach_of
from server.wording import N_

pages = Blueprint("review", __name__, url_prefix="/desk/review")
use_words(pages)
pages.add_app_template_global(who)

VERDICTS = {
    "same": N_("They are one guest now."),
    "not_same": N_("They stay two guests, whatever comes."),
    "undecided": N_("Put off. The question comes again when something changes."),
}
"""What is said after each answer."""

REASONS = {
    "family": N_("Two of one family or household"),
    "namesakes": N_("Two people of one name"),
    "shared": N_("An address or a number that several use"),
    "mixed": N_("Data of two guests was mixed up"),
}
"""Why two are not the same, each one key; anything else is typed."""

MAY_UNDO = {"accept": "pairs.decide_many", "pin": "values.pin", "household": "households.say"}
"""Who may undo a kind of deed, where that is not whoever decides about two records."""

LINES, LIMITS = ("0.75", "0.7", "0.6"), ("50", "100", "200", "500")
"""How probable, and how many at once; what is more probable than all of these is linked without asking."""

EXAMPLES = 10


@pages.app_template_global()
def reason_in_words(reason: str) -> str:
    """A decision's reason: one of ours in the page's language, or what a colleague typed."""
    known = REASONS | ONE_STAY | TWO_STAYS
    return translate(known[reason]) if reason in known else reason


@pages.app_context_processor
def _reasons() -> dict[str, object]:
    return {"split_reasons": REASONS, "may_undo": MAY_UNDO}


@pages.get("")
@staff("pairs.decide")
def index() -> str:
    """The question that would settle most, of those that wait."""
    for question in open_questions(g.session, g.reach, most=3):
        pair = see_pair(g.session, question.one, question.other, reach=g.reach)
        if pair is not None and not pair.is_decided and not pair.is_one_guest:
            waiting = count_open(g.session, g.reach)
            tell("review.index", g.reach, waiting)
            return _page(pair, waiting=waiting)
    tell("review.index", g.reach, 0)
    return render_template("desk/review/nothing.html")


@pages.get("/<int:record_id>/<int:other_id>")
@staff("pairs.decide")
def pair(record_id: int, other_id: int) -> str:
    """Any two records side by side, with what was decided about them."""
    found = see_pair(g.session, record_id, other_id, reach=g.reach) or not_found()
    return _page(found, waiting=None)


@pages.get("/decided")
@staff("pairs.decide")
def decided() -> str:
    """What people decided, newest first, each with its undo."""
    page = max(1, request.args.get("page", 1, type=int))
    return render_template("desk/review/decided.html", found=deeds_within(g.session, g.reach, page=page))


@pages.get("/many")
@staff("pairs.decide_many")
def many() -> str:
    """The obvious at once: first how many there are, and some of them."""
    at_least, limit = _line(request.args)
    found = find_obvious(g.session, at_least=at_least, limit=limit, reach=g.reach) if request.args else None
    examples = see_some(g.session, found.pairs[:EXAMPLES], reach=g.reach) if found else ()
    return render_template(
        "desk/review/many.html",
        found=found,
        examples=examples,
        at_least=at_least,
        limit=limit,
        lines=LINES,
        limits=LIMITS,
    )


@pages.post("/many")
@staff("pairs.decide_many")
def accept_many() -> Response:
    """Accept them; the worker carries it out."""
    at_least, limit = _line(request.form)
    with looking() as session:
        chosen = find_obvious(session, at_least=at_least, limit=limit, reach=g.reach)
    if not chosen.pairs:
        raise Refused("accept.nothing")
    deed = begin_accepting(g.session, chosen.pairs, at_least=at_least, author=g.actor, now=clock())
    toast(
        translate(N_("They are being accepted. One undo takes all of it back.")),
        undo=url_for("review.take_back", deed_id=deed.id),
    )
    return redirect(url_for("review.decided"), 303)


@pages.post("/answer")
@staff("pairs.decide")
def answer() -> Response:
    """Write down an answer, and go on to the next question."""
    verdict = request.form.get("verdict", "")
    if verdict not in VERDICTS:
        raise Refused("decision.no_answer")
    deed = decide(
        g.session,
        request.form.get("one", 0, type=int),
        request.form.get("other", 0, type=int),
        verdict,  # type: ignore[arg-type]  # one of VERDICTS
        seen=request.form.get("seen", ""),
        author=g.actor,
        reason=request.form.get("why") or request.form.get("reason", ""),
        now=clock(),
        reach=g.reach,
    )
    toast(translate(VERDICTS[verdict]), undo=url_for("review.take_back", deed_id=deed.id))
    return redirect(own_address(request.form.get("back", "")) or url_for("review.index"), 303)


@pages.post("/records/<int:record_id>/out")
@staff("pairs.decide")
def take_out(record_id: int) -> Response:
    """Take one record out of its guest, for good; then the guest's page again."""
    guest_id = guest_of_record(g.session, record_id, reach=g.reach) or not_found()
    deed = split(
        g.session,
        [record_id],
        seen=request.form.get("seen", ""),
        author=g.actor,
        reason=request.form.get("why") or request.form.get("reason", ""),
        now=clock(),
        reach=g.reach,
    )
    toast(
        translate(N_("Taken out. It stays out, also when it comes again.")),
        undo=url_for("review.take_back", deed_id=deed.id),
    )
    return redirect(url_for("guests.show", guest_id=guest_id), 303)


@pages.get("/deeds/<int:deed_id>")
@staff("pairs.decide")
def look(deed_id: int) -> Response:
    """Where it is seen what a deed is about."""
    deed = deed_within(g.session, deed_id, g.reach) or not_found()
    return redirect(_about(deed.kind, deed.params), 303)


@pages.post("/deeds/<int:deed_id>/undo")
@staff("pairs.decide")
def take_back(deed_id: int) -> Response:
    """Undo what somebody decided, and show what it was about. It is undone by whoever may do such a thing."""
    deed = deed_within(g.session, deed_id, g.reach) or not_found()
    if deed.kind in MAY_UNDO:
        deed = deed_within(g.session, deed_id, reach_of(g.colleague, MAY_UNDO[deed.kind])) or abort(403)
    undo(g.session, deed.id, author=g.actor, now=clock(), reach=g.reach)
    if deed.kind in DEEDS:
        follow_links(g.session, {record for record, _ in deed.params["told"]}, now=clock())
    toast(translate(N_("Undone. Everything is as it was before.")))
    return redirect(own_address(request.form.get("back", "")) or _about(deed.kind, deed.params), 303)


def _line(given: Mapping[str, str]) -> tuple[float, int]:
    at_least, limit = given.get("at_least", ""), given.get("limit", "")
    return (
        float(at_least) if at_least in LINES else float(LINES[0]),
        int(limit) if limit in LIMITS else int(LIMITS[1]),
    )


@pages.errorhandler(Refused)
def refused(refusal: Refused) -> Response:
    """Somebody was first, or said otherwise: say who, and show these two as they are now."""
    g.session.rollback()
    params = {name: who(text) if name == "who" else text for name, text in refusal.params.items()}
    toast(say(refusal.code, params, page_language()))
    return redirect(_where_it_stands(), 303)


def _where_it_stands() -> str:
    """Where somebody whose answer was refused sees why."""
    record_id = (request.view_args or {}).get("record_id")
    if isinstance(record_id, int):
        guest_id = guest_of_record(g.session, record_id, reach=g.reach)
        if guest_id is not None:
            return url_for("guests.show", guest_id=guest_id)
    one, other = (request.form.get(name, 0, type=int) for name in ("one", "other"))
    if one and other and see_pair(g.session, one, other, reach=g.reach) is not None:
        return url_for("review.pair", record_id=one, other_id=other)
    back = own_address(request.form.get("back", ""))
    return back or url_for("review.index")


def _about(kind: str, params: dict[str, object]) -> str:
    asked, taken = params.get("asked"), params.get("taken")
    if kind == "decide" and isinstance(asked, list) and len(asked) == 2:
        return url_for("review.pair", record_id=asked[0], other_id=asked[1])
    if kind == "split" and isinstance(taken, list) and taken:
        guest_id = guest_of_record(g.session, int(taken[0]), reach=g.reach)
        if guest_id is not None:
            return url_for("guests.show", guest_id=guest_id)
    told, record = params.get("told"), params.get("record")
    if kind in ("pin", "household") and isinstance(record, int):
        guest_id = guest_of_record(g.session, record, reach=g.reach)
        if guest_id is not None:
            return url_for("guests.show", guest_id=guest_id)
    if kind in DEEDS and isinstance(told, list) and told:
        stay_id = stay_told_at(g.session, tuple(told[0]), reach=g.reach)
        if stay_id is not None:
            return url_for("stays.show", stay_id=stay_id)
    return url_for("review.decided")


def _page(pair: PairSeen, *, waiting: int | None) -> str:
    guests_were_shown(*{guest.id for guest in pair.guests})
    return render_template("desk/review/show.html", pair=pair, waiting=waiting)
