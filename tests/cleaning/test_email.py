"""E-mail cells: whose address it is, and what a slip may have meant."""

from __future__ import annotations

import pytest

from server.cleaning.email import read_email


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("Maria.Rossi@Gmail.com", "real"),
        ("nicolas.marty@novalp.example", "real"),
        ("jd@dupont.fr", "real"),
        ("family.rossi@libero.it", "real"),
        ("jürgen@müller.de", "real"),
        ("200158071-qu9v.4kqw.yjzp.xveh@guest.booking.com", "alias"),
        ("x1@m.expediapartnercentral.com", "alias"),
        ("3366481197@agoda-messaging.com", "alias"),
        ("someone@eu.guest.booking.com", "alias"),
        ("b2f@privaterelay.appleid.com", "relay"),
        ("me.hotel@duck.com", "relay"),
        ("groupes@havasvoyages.example", "shared"),
        ("reception@tilleuls.example", "shared"),
        ("info@hotel.com", "shared"),
        ("anna@travelctm.com", "shared"),
        ("a@a.fr", "placeholder"),
        ("xx@xx.com", "placeholder"),
        ("none@none.com", "placeholder"),
        ("pasdemail@pasdemail.fr", "placeholder"),
        ("noemail@tilleuls-lyon.example", "placeholder"),
        ("keine-email@gmx.de", "placeholder"),
        ("geenemail1@ziggo.nl", "placeholder"),
        ("guest@example.com", "placeholder"),
        ("aaaa@gmail.com", "placeholder"),
        ("zoe@mailinator.com", "disposable"),
        ("not an address", "invalid"),
        ("maria@gmail", "invalid"),
        ("", "missing"),
        ("N/A", "missing"),
    ],
)
def test_each_address_has_its_class(written: str, kind: str) -> None:
    email = read_email(written)

    assert email.kind == kind
    assert (email.address is None) == (kind in ("invalid", "missing"))


def test_a_domain_that_only_ends_like_an_agencys_is_no_alias() -> None:
    assert read_email("anna.keller@myguest-booking.com").kind == "real"
    assert read_email("anna.keller@notduck.com").kind == "real"


def test_the_houses_own_addresses_are_nobodys() -> None:
    own = frozenset({"tilleuls-lyon.fr"})

    assert read_email("camille@tilleuls-lyon.fr", own).kind == "shared"
    assert (
        read_email("lestilleuls@orange.fr", frozenset(), frozenset({"lestilleuls@orange.fr"})).kind
        == "shared"
    )


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("jean@gmial.com", "jean@gmail.com"),
        ("jean.d@gmail.con", "jean.d@gmail.com"),
        ("jean.d@gmail.fr", "jean.d@gmail.com"),
        ("lea@orang.fr", "lea@orange.fr"),
        ("lea@hotmial.fr", "lea@hotmail.fr"),
        ("lea@outlok.com", "lea@outlook.com"),
        ("lea@wanadooo.fr", "lea@wanadoo.fr"),
        ("lea@laposte.fr", "lea@laposte.net"),
    ],
)
def test_a_typing_slip_is_suggested_and_never_applied(written: str, meant: str) -> None:
    email = read_email(written)

    assert email.address == written
    assert email.kind == "real"
    assert email.suggestion == meant


@pytest.mark.parametrize(
    "right",
    [
        "x.y@mfr.fr",
        "x.y@gmx.at",
        "x.y@yahoo.ca",
        "x.y@hotmail.com.br",
        "x.y@live.be",
        "x.y@sky.de",
        "x@free.fr",
    ],
)
def test_a_domain_that_may_be_right_is_left_in_peace(right: str) -> None:
    assert read_email(right).suggestion is None


def test_an_address_whose_ending_cannot_exist_is_invalid_with_a_suggestion() -> None:
    email = read_email("magnus@gmx.d")

    assert (email.address, email.kind, email.suggestion) == (None, "invalid", "magnus@gmx.de")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("mailto:x.young@free.fr", "x.young@free.fr"),
        ("jean (at) gmail.com", "jean@gmail.com"),
        ("jean.dupont @gmail.com", "jean.dupont@gmail.com"),
        ("jean.dupont@gmail.com.", "jean.dupont@gmail.com"),
        ("<jean.dupont@gmail.com>", "jean.dupont@gmail.com"),
        ("Jean Dupont <jean.dupont@gmail.com>", "jean.dupont@gmail.com"),
        ("ｊean.dupont@gmail.com", "jean.dupont@gmail.com"),
        ("jean dupont arobase".replace("dupont arobase", "(arobase) gmail.com"), "jean@gmail.com"),
    ],
)
def test_harmless_slips_are_repaired_and_told(written: str, read: str) -> None:
    email = read_email(written)

    assert email.address == read
    assert "email_repaired" in [code for code, _ in email.found]


def test_the_first_of_two_addresses_is_taken_and_the_second_told() -> None:
    email = read_email("jean.dupont@gmail.com / marie@free.fr")

    assert email.address == "jean.dupont@gmail.com"
    assert ("email_several", {"value": "marie@free.fr"}) in email.found
