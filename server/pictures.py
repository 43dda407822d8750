"""The pictures of the houses, as guests' pages show them: logo and photo, by the digest of their bytes."""

from __future__ import annotations

from flask import Blueprint, Response, abort, g, url_for
from sqlalchemy import select
from sqlalchemy.orm import undefer

from server.access import anyone
from server.properties.changing import picture_of
from server.properties.models import Property, PropertyPicture

pages = Blueprint("pictures", __name__)


@pages.get("/picture/<digest>")
@anyone
def show(digest: str) -> Response:
    """A picture that a property shows to its guests; its address changes with it, so browsers keep it."""
    if not digest.isalnum():
        abort(404)
    query = select(PropertyPicture).where(PropertyPicture.digest == digest)
    found = g.session.scalar(query.options(undefer(PropertyPicture.content)).limit(1)) or abort(404)
    answer = Response(found.content, mimetype=found.media_type)
    answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return answer


@pages.app_template_global()
def house_picture(house: Property, kind: str) -> dict[str, str | int] | None:
    """Address, width and height of a property's logo or photo; None without one."""
    found = picture_of(g.session, house.id, kind)
    if found is None:
        return None
    address = url_for("pictures.show", digest=found.digest)
    return {"address": address, "width": found.width, "height": found.height}
