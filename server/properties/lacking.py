"""What waits for a setting, and what works: what is not set stops its own feature and nothing else."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from server.properties.models import Property
from server.wording import N_


@dataclass(frozen=True, slots=True)
class Feature:
    """Something a house can do: its name, and the section of the settings page it depends on."""

    label: str
    section: str


FEATURES: Mapping[str, Feature] = {
    "kiosk": Feature(N_("Tablet and guests' phones"), "identity"),
    "good_to_know": Feature(N_("What guests want to know, at the end of a form"), "good_to_know"),
    "email_question": Feature(N_("Reasons at the question for an e-mail"), "reasons"),
    "replies": Feature(N_("Reading what guests reply by e-mail"), "reception"),
    "call": Feature(N_("A number for guests to call"), "reception"),
    "texts": Feature(N_("Text messages to guests"), "sending"),
    "emails": Feature(N_("E-mails to guests"), "sending"),
    "quiet": Feature(N_("Sending by itself"), "sending"),
    "own_addresses": Feature(N_("Telling our own addresses from guests'"), "own"),
    "notice": Feature(N_("The privacy notice"), "company"),
    "logo": Feature(N_("Your logo on what guests see"), "pictures"),
    "photo": Feature(N_("Your photo on what guests see"), "pictures"),
}
"""Every feature that a setting can hold up, in the order of the page."""


def lacking(place: Property, pictures: Collection[str] = ()) -> list[tuple[str, str]]:
    """Each feature that waits for a setting, with the code of the sentence that says for which.

    `pictures`: the kinds there are (logo, photo). A feature may stand more than once.
    """
    entity = place.legal_entity
    checks = (
        ("good_to_know", place.good_to_know, "lacking.good_to_know"),
        ("email_question", place.email_reasons, "lacking.email_reasons"),
        ("replies", place.reply_to, "lacking.reply_to"),
        ("call", place.reception_phone, "lacking.reception_phone"),
        ("texts", place.senders.get("sms"), "lacking.sms_sender"),
        ("emails", place.senders.get("email_name"), "lacking.email_sender"),
        ("emails", place.reply_to, "lacking.reply_to_for_sending"),
        ("quiet", place.quiet_from and place.quiet_until, "lacking.quiet_hours"),
        ("own_addresses", place.own_domains or place.own_emails, "lacking.own_addresses"),
        ("notice", place.street and place.city, "lacking.address"),
        ("notice", entity.street and entity.city and entity.country, "lacking.entity_address"),
        ("notice", entity.privacy_contact, "lacking.privacy_contact"),
        ("logo", "logo" in pictures, "lacking.logo"),
        ("photo", "photo" in pictures, "lacking.photo"),
    )
    return [(feature, code) for feature, is_set, code in checks if not is_set]


def working(place: Property, pictures: Collection[str] = ()) -> list[str]:
    """The features that wait for nothing."""
    waiting = {feature for feature, _ in lacking(place, pictures)}
    return [feature for feature in FEATURES if feature not in waiting]
