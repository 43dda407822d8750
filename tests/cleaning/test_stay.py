"""What rows and their notes say of a stay, a visit or a purchase."""

from __future__ import annotations

from decimal import Decimal

import pytest

from server.cleaning.stay import (
    Noted,
    currency_of,
    read_amount,
    read_consent,
    read_notes,
    read_party,
    read_payment,
    read_references,
    read_room,
    read_status,
)
from server.record import StayStatus


@pytest.mark.parametrize(
    ("notes", "room"),
    [
        ("ch. 317", "317"),
        ("room 310", "310"),
        ("chambre 107", "107"),
        ("RM323", "323"),
        ("Zi. 12", "12"),
        ("Zimmer 12a", "12A"),
        ("habitación 204 vista mar", "204"),
        ("camera 7", "7"),
        ("ch. 119 ; BKG 3130226676", "119"),
        ("номер 15", "15"),
        ("2 couverts", None),
        ("mach 3", None),
        ("room with a view", None),
    ],
)
def test_a_room_is_found_in_the_notes(notes: str, room: str | None) -> None:
    assert read_notes(notes).room == room


@pytest.mark.parametrize(
    ("notes", "references"),
    [
        ("ch. 317 ; BKG 4817985054", ("4817985054",)),
        ("Booking.com ref: 2839471102", ("2839471102",)),
        ("Expedia conf no. 72123A991", ("72123A991",)),
        ("Réservation n° AB-12345", ("AB-12345",)),
        ("Buchungsnummer: 998877", ("998877",)),
        ("prenotazione 55443322 e prenotazione 66554433", ("55443322", "66554433")),
        ("booked by her sister", ()),
        ("reference room", ()),
    ],
)
def test_booking_references_are_found_in_the_notes(notes: str, references: tuple[str, ...]) -> None:
    assert read_notes(notes).references == references


def test_the_rows_own_reference_stands_first_and_once() -> None:
    assert read_references("abc123", Noted(("998877", "ABC123"))) == ("ABC123", "998877")


@pytest.mark.parametrize(
    ("notes", "digits"),
    [
        ("VISA *2139", "2139"),
        ("room 323 ; MC *7447", "7447"),
        ("CB ****1234", "1234"),
        ("AMEX xxxx 0005", "0005"),
        ("visa 2139", None),
        ("12 *** stars", None),
    ],
)
def test_a_cards_last_digits_are_found_as_tills_print_them(notes: str, digits: str | None) -> None:
    assert read_notes(notes).card_digits == digits


@pytest.mark.parametrize(
    ("cell", "notes", "party"),
    [
        ("", "1 couverts", 1),
        ("", "table fenêtre ; 2 couverts", 2),
        ("4", "", 4),
        ("4 pax", "2 couverts", 4),
        ("", "6 Personen", 6),
        ("", "3名様", 3),
        ("0", "", None),
        ("", "no egg", None),
    ],
)
def test_a_party_is_counted(cell: str, notes: str, party: int | None) -> None:
    assert read_party(cell, read_notes(notes)) == party


@pytest.mark.parametrize(
    ("cell", "room"), [("317", "317"), ("ch. 317", "317"), ("317.0", "317"), ("suite royale", "SUITE ROYALE")]
)
def test_a_room_column_is_read(cell: str, room: str) -> None:
    assert read_room(cell, Noted()) == room


@pytest.mark.parametrize(
    ("written", "amount", "currency"),
    [
        ("332.84", "332.84", None),
        ("1731,58", "1731.58", None),
        ("1.731,58", "1731.58", None),
        ("1,731.58", "1731.58", None),
        ("1 731,58 €", "1731.58", "EUR"),
        ("1\u202f731,58 EUR", "1731.58", "EUR"),
        ("CHF 1’200.-", "1200", "CHF"),
        ("$1,200", "1200", "USD"),
        ("1.200", "1200", None),
        ("0.500", "0.500", None),
        ("(12.50)", "-12.50", None),
        ("-12,5", "-12.5", None),
        ("12 GBP", "12", "GBP"),
        ("free", None, None),
        ("9" * 5_000, None, None),
    ],
)
def test_an_amount_is_read_with_either_decimal_sign(
    written: str, amount: str | None, currency: str | None
) -> None:
    assert read_amount(written) == (None if amount is None else Decimal(amount), currency)


@pytest.mark.parametrize(
    ("written", "code"), [("eur", "EUR"), ("€", "EUR"), ("US$", "USD"), ("Euro", "EUR"), ("x", None)]
)
def test_a_currency_is_known_by_code_sign_and_word(written: str, code: str | None) -> None:
    assert currency_of(written) == code


@pytest.mark.parametrize(
    ("written", "status"),
    [
        ("Confirmed", "booked"),
        ("Réservé", "booked"),
        ("gebucht", "booked"),
        ("Checked in", "in_house"),
        ("Seated", "in_house"),
        ("CHECKED_OUT", "left"),
        ("Completed", "left"),
        ("abgereist", "left"),
        ("Annulée", "cancelled"),
        ("Cancelled by guest", "cancelled"),
        ("storniert", "cancelled"),
        ("отменено", "cancelled"),
        ("No Show", "no_show"),
        ("no-show", "no_show"),
        ("nicht erschienen", "no_show"),
        ("blue", "unknown"),
    ],
)
def test_a_status_is_known_in_several_languages(written: str, status: StayStatus) -> None:
    assert read_status(written) == status


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("SUBSCRIBED", True),
        ("yes", True),
        ("oui", True),
        ("1", True),
        ("true", True),
        ("VRAI", True),
        ("да", True),
        ("UNSUBSCRIBED", False),
        ("NEVER_SUBSCRIBED", False),
        ("non", False),
        ("0", False),
        ("Cleaned", False),
        ("Unknown", None),
        ("maybe", None),
    ],
)
def test_a_consent_is_yes_no_or_unsaid(written: str, said: bool | None) -> None:
    assert read_consent(written) is said


@pytest.mark.parametrize(
    ("notes", "paid"),
    [
        ("room charge 317", "room"),
        ("charged to the room", "room"),
        ("report sur chambre 12", "room"),
        ("auf Zimmer 12", "room"),
        ("addebito in camera", "room"),
        ("gift card GC132793", "gift"),
        ("payé par carte cadeau", "gift"),
        ("Gutschein 4410", "gift"),
        ("VISA *2139", None),
        ("chambre calme svp", None),
        ("", None),
    ],
)
def test_a_note_tells_how_a_bill_was_paid(notes: str, paid: str | None) -> None:
    assert read_payment(notes) == paid
