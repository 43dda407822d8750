"""Where a tablet of a house without a public name gets the house's own authority, to trust it once."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, g, make_response, render_template
from werkzeug.wrappers import Response

from server.access import kiosk_public
from server.certificates import OwnCertificate, own_certificate
from server.properties.setup import default_property

pages = Blueprint("trusting", __name__, url_prefix="/kiosk")


@pages.get("/certificate")
@kiosk_public
def show() -> str:
    """How the authority is installed on each kind of tablet, and its fingerprint, to be compared."""
    certificate = _own()
    return render_template(
        "desk/lobby/certificate.html", house=default_property(g.session), certificate=certificate
    )


@pages.get("/authority.crt")
@kiosk_public
def authority() -> Response:
    """The authority's certificate, without its key; tablets offer to install it."""
    answer = make_response(_own().authority.read_bytes())
    answer.mimetype = "application/x-x509-ca-cert"
    answer.headers["Content-Disposition"] = 'attachment; filename="oneguest-authority.crt"'
    return answer


def _own() -> OwnCertificate:
    """A house with a public name has none, and so no such page."""
    return own_certificate(current_app.config["ONEGUEST"].keys_dir) or abort(404)
