"""Arrangements between the legal entities of a group: record one, withdraw it."""

from __future__ import annotations

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from server.access import staff
from server.clock import clock
from server.db import row_of
from server.desk.house import only_for_the_group
from server.guests.circles import record_arrangement, withdraw_arrangement
from server.properties.arrangements import entity_circles
from server.properties.checking import Form, Wrong, line
from server.properties.models import Arrangement, LegalEntity
from server.refusal import Refused

pages = Blueprint("arranging", __name__, url_prefix="/desk/arrangements")


@pages.get("/")
@staff("house.set")
def index() -> str:
    """Who may be linked with whom, what was agreed, what has ended."""
    only_for_the_group()
    return _page({})


@pages.post("/")
@staff("house.set")
def record() -> ResponseReturnValue:
    """Write down that two legal entities agreed."""
    only_for_the_group()
    one, other = (
        row_of(g.session, LegalEntity, request.form.get(name, 0, type=int)) for name in ("one", "other")
    )
    form = Form(request.form.to_dict(flat=False))
    note = form.read("note", lambda text: line(text, 500))
    for name, found in (("one", one), ("other", other)):
        if found is None:
            form.wrong(name, "setting.choice")
    if one is None or other is None or form.errors:
        return _page(form.errors), 422
    record_arrangement(g.session, one, other, actor=g.actor, note=note, now=clock())
    return redirect(url_for("arranging.index"), 303)


@pages.post("/<int:arrangement_id>/withdraw")
@staff("house.set")
def withdraw(arrangement_id: int) -> ResponseReturnValue:
    """End an arrangement."""
    only_for_the_group()
    found = row_of(g.session, Arrangement, arrangement_id) or abort(404)
    withdraw_arrangement(g.session, found, actor=g.actor, now=clock())
    return redirect(url_for("arranging.index"), 303)


@pages.errorhandler(Refused)
def refused(refusal: Refused) -> tuple[str, int]:
    """What cannot be recorded is said on the same page."""
    g.session.rollback()
    return _page({"other": (refusal.code, refusal.params)}), 422


def _page(errors: dict[str, Wrong]) -> str:
    entities = g.session.scalars(select(LegalEntity).order_by(LegalEntity.name)).all()
    circle = entity_circles(g.session)
    return render_template(
        "desk/house/arrangements.html",
        entities=entities,
        names={entity.id: entity.name for entity in entities},
        circles=[[e for e in entities if circle[e.id] == name] for name in sorted(set(circle.values()))],
        arrangements=g.session.scalars(select(Arrangement).order_by(Arrangement.id.desc())).all(),
        errors=errors,
        typed=request.form,
    )
