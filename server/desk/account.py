"""Signing in at the desk and out again."""

from __future__ import annotations

from flask import Blueprint, render_template

from server.access import anyone, entering
from server.wording import N_

pages = Blueprint("account", __name__, url_prefix="/desk")


@pages.get("/sign-in")
@anyone
def sign_in() -> str:
    """Who are you?"""
    return render_template("error.html", title=N_("Sign in"), text=N_("Please sign in."), code=200)


@pages.get("/second-step")
@entering
def second_step() -> str:
    """The second factor."""
    return render_template("error.html", title=N_("Sign in"), text=N_("Please sign in."), code=200)


@pages.get("/again")
@entering
def again() -> str:
    """The password once more."""
    return render_template("error.html", title=N_("Sign in"), text=N_("Please sign in."), code=200)
