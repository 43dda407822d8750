"""A new house like one there is: its settings are taken over, what makes it itself is asked anew."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.access import staff
from server.clock import clock
from server.desk.house import only_for_the_group
from server.properties import checking
from server.properties.changing import copy_property
from server.properties.checking import Form, Wrong, needed
from server.properties.finding import properties_within, property_within
from server.refusal import Refused

pages = Blueprint("new_house", __name__, url_prefix="/desk/houses")


@pages.get("/new")
@staff("house.set")
def ask() -> str:
    """What is asked of a new house."""
    only_for_the_group()
    return _page({})


@pages.post("/new")
@staff("house.set")
def make() -> ResponseReturnValue:
    """Make it."""
    only_for_the_group()
    form = Form(request.form.to_dict(flat=False))
    like = property_within(g.session, request.form.get("like", 0, type=int), g.reach)
    if like is None:
        form.wrong("like", "setting.choice")
    identity = {
        "code": form.read("code", needed(checking.code)),
        "name": form.read("name", needed(checking.line)),
        "street": form.read("street", checking.line),
        "postal_code": form.read("postal_code", lambda text: checking.line(text, 20)),
        "city": form.read("city", checking.line),
        "reception_phone": form.read("reception_phone", checking.phone),
    }
    if like is None or form.errors:
        return _page(form.errors), 422
    with_pictures = "pictures" in request.form
    made = copy_property(g.session, like, identity, pictures=with_pictures, actor=g.actor, now=clock())
    return redirect(url_for("house.show", property_id=made.id), 303)


@pages.errorhandler(Refused)
def refused(refusal: Refused) -> tuple[str, int]:
    """A code that is taken is said at its field."""
    g.session.rollback()
    return _page({"code": (refusal.code, refusal.params)}), 422


def _page(errors: dict[str, Wrong]) -> str:
    places = properties_within(g.session, g.reach)
    typed = (
        request.form if request.method == "POST" else {"like": request.args.get("like", ""), "pictures": "1"}
    )
    return render_template("desk/house/new.html", places=places, errors=errors, typed=typed)
