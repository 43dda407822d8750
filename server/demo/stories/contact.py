"""Guests whose real contact comes back: at the kiosk, or because another system knows it."""

from __future__ import annotations

from datetime import date, timedelta

from server.demo.phones import kept_number
from server.demo.telling import GMAIL, Story, Teller


def recapture(teller: Teller, today: date) -> Story:
    """Arrives today with an alias; the kiosk gets her own address."""
    mobile = kept_number("FR", 1)
    story = Story(
        id="recapture",
        claim="A guest who arrives with an alias leaves a real address at the kiosk, and completeness rises.",
        people="Élodie Vasseur arrives today; all that the hotel has is Booking.com's alias and a mobile.",
        expect="The form becomes a record of the same guest; her e-mail turns from alias to real.",
        name="Élodie Vasseur",
        birth_date="1987-05-14",
        mobile=mobile.e164,
        property="lac",
        reference="4870112233",
        arrival=today.isoformat(),
        to_type={
            "first_name": "Élodie",
            "last_name": "Vasseur",
            "birth_date": "1987-05-14",
            "mobile": mobile.home(),
            "email": f"elodie_vasseur{GMAIL}",
        },
    )
    teller.row(
        story,
        "pms_a",
        "elodie",
        {
            "Civilité": "Mme",
            "NOM": "VASSEUR",
            "Prénom": "Élodie",
            "E-mail": "evqxle.448120@guest.booking.com",
            "Portable": mobile.home(),
            "Né(e) le": "14/05/1987",
            "Nat.": "FR",
            "Langue": "FR",
            "Observations": "ch. 214 ; BKG 4870112233 ; vue lac",
        },
        day=0,
    )
    teller.row(
        story,
        "resto",
        "elodie",
        {
            "First name": "E.",
            "Last name": "Vasseur",
            "Phone": mobile.e164,
            "Notes": "2 couverts ; terrasse svp",
        },
        day=-210,
    )
    return story


def known_elsewhere(teller: Teller, today: date) -> Story:
    """Has an alias at the hotel, and told the shop his own address."""
    mobile = kept_number("SE", 2)
    story = Story(
        id="known-elsewhere",
        claim="The address that the hotel lacks is known to the shop: unification alone fills it.",
        people="Tomas Lindqvist arrives tomorrow with an Expedia alias; he bought soap last summer.",
        expect="One guest whose e-mail is real before anybody asked; each value shows its source.",
        name="Tomas Lindqvist",
        mobile=mobile.e164,
        property="rives",
        arrival=(today + timedelta(days=1)).isoformat(),
    )
    teller.row(
        story,
        "pms_b",
        "tomas",
        {
            "Title": "Mr",
            "Guest Name": "Lindqvist, Tomas",
            "Email": "tlqa77120394@m.expediapartnercentral.com",
            "Telephone": mobile.abroad(),
            "Nationality": "SE",
            "Comments": "ch. 308 ; EXP 220118734",
        },
        day=1,
    )
    teller.row(
        story,
        "shopify_customers",
        "tomas",
        {
            "First Name": "Tomas",
            "Last Name": "Lindqvist",
            "Email": f"tomas_lindqvist{GMAIL}",
            "Accepts Email Marketing": "yes",
            "Default Address City": "Göteborg",
            "Default Address Country Code": "SE",
            "Phone": f"'{mobile.e164}",
            "Accepts SMS Marketing": "no",
            "Total Spent": "84.00",
            "Total Orders": "2",
            "Tax Exempt": "no",
        },
        day=-120,
    )
    return story
