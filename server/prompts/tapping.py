"""What a colleague typed for a guest is the guest's once they tapped that it is right, on a tablet that the
reception handed them with their stay: they saw the address at the last look, and sent it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from server.captures.models import Capture, Handover
from server.guests.models import Link
from server.prompts.contacts import contact_key
from server.prompts.models import AddressProof
from server.prompts.proving import confirm


def confirm_tapped(session: Session, *, secret: bytes, now: datetime) -> int:
    """Prove the addresses that stood in forms of handed stays, in the caller's transaction; how many were.

    Only a form that was put to the guest counts: another name in it means that somebody else had the tablet.
    """
    of_proof, of_form = aliased(Link), aliased(Link)
    query = (
        select(AddressProof, Capture.answers)
        .join(of_proof, of_proof.record_id == AddressProof.record_id)
        .join(of_form, of_form.guest_id == of_proof.guest_id)
        .join(Capture, Capture.record_id == of_form.record_id)
        .join(Handover, Handover.capture_id == Capture.id)
        .where(
            AddressProof.state == "by_staff",
            Handover.attached_at.is_not(None),
            Capture.received_at >= AddressProof.made_at,
        )
        .order_by(AddressProof.id)
    )
    proven = 0
    for proof, answers in session.execute(query).all():
        address = answers.get("email", "").strip()
        if address and proof.state == "by_staff" and _is_of(proof, address, secret):
            proven += confirm(session, proof, how="tablet", secret=secret, now=now)
    return proven


def _is_of(proof: AddressProof, address: str, secret: bytes) -> bool:
    return contact_key(secret, "email", address) == proof.contact_key
