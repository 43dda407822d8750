"""Who lives, calls or travels with whom, without being the same person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from server.matching import Decisions, Model, make_model, match
from server.matching.sentences import SENTENCES
from server.matching.shared_values import HANDFUL
from server.record import CleanRecord
from tests.matching.builders import columns, person, resolve

HOME: dict[str, Any] = {"street": "12 rue des Lilas", "postal_code": "69003", "city": "Lyon"}


def links(
    *records: CleanRecord, decisions: Decisions | None = None, model: Model | None = None
) -> set[tuple[int, int, str]]:
    """Who is linked with whom, by the first row of each in the test, and why."""
    desk = resolve(*records, decisions=decisions, model=model)
    told = desk.partition.households.told(desk.partition.records)
    return {(min(one, other), max(one, other), code) for one, other, code, _ in told}


def test_a_couple_on_one_e_mail_is_two_persons_and_one_household() -> None:
    couple = [
        person("Marie", "Durand", email="durand.famille@free.fr"),
        person("Paul", "Durand", email="durand.famille@free.fr"),
    ]

    assert not resolve(*couple).together(0, 1)
    assert links(*couple) == {(0, 1, "household_email")}


def test_parents_and_two_children_at_one_address_are_one_household() -> None:
    family = [
        person("Anne", "Roux", born="1980-03-04", **HOME),
        person("Luc", "Roux", born="1979-08-21", **HOME),
        person("Zoe", "Roux", born="2011-01-30", **HOME),
        person("Hugo", "Roux", born="2014-06-02", **HOME),
    ]

    assert links(*family) == {(i, j, "household_home") for i in range(4) for j in range(i + 1, 4)}


def test_a_father_and_his_namesake_of_a_son_are_a_household() -> None:
    two = [
        person("Jean", "Morel", mobile="+33612345678", born="1950-02-03", **HOME),
        person("Jean", "Morel", mobile="+33612345678", born="1981-11-17", **HOME),
    ]

    assert not resolve(*two).together(0, 1)
    assert links(*two) == {(0, 1, "household_home"), (0, 1, "household_phone")}


def test_a_home_is_found_though_one_record_lacks_the_code_and_the_other_the_order_of_words() -> None:
    pair = [
        person("Ida", "Lund", street="Storgatan 4", postal_code="11122", city="Stockholm"),
        person("Nils", "Lund", street="4 Storgatan", city="Stockholm"),
    ]

    assert links(*pair) == {(0, 1, "household_home")}


def test_one_street_in_two_towns_is_no_home() -> None:
    assert not links(
        person("Ida", "Lund", street="Storgatan 4", postal_code="11122", city="Stockholm"),
        person("Nils", "Berg", street="Storgatan 4", postal_code="41138", city="Stockholm"),
        person("Olof", "Holm", street="Storgatan 4", city="Malmo"),
    )


def test_a_village_address_without_a_number_links_one_surname_only() -> None:
    hamlet: dict[str, Any] = {"street": "Le Bourg", "postal_code": "15300", "city": "Murat"}

    assert links(
        person("Anne", "Roux", **hamlet), person("Luc", "Roux", **hamlet), person("Eva", "Blanc", **hamlet)
    ) == {(0, 1, "household_home")}


def test_two_colleagues_on_the_company_s_telephone_are_no_household() -> None:
    assert not links(
        person("Eva", "Kern", mobile="+4930123456", company="Siemtec GmbH"),
        person("Jonas", "Vogel", mobile="+4930123456", company="Siemtec GmbH"),
        person("Ute", "Brandt", mobile="+4930123456"),
    )


def test_a_couple_that_owns_the_company_is_a_household_on_its_telephone() -> None:
    assert links(
        person("Eva", "Kern", mobile="+4930123456", company="Weingut Kern"),
        person("Jonas", "Kern", mobile="+4930123456"),
    ) == {(0, 1, "household_phone")}


GUESTS = [
    ("Owen", "Muijs"), ("Eva", "Kern"), ("Paul", "Durand"), ("Ida", "Lund"), ("Marco", "Rossi"),
    ("Ines", "Carvalho"), ("Tomas", "Novak"), ("Aylin", "Demir"), ("Kofi", "Mensah"), ("Bruna", "Zanetti"),
]  # fmt: skip


def test_an_agency_s_address_on_ten_guests_is_no_household() -> None:
    assert not links(*(person(f, s, email="booking@tours.example") for f, s in GUESTS))


def test_a_block_of_flats_is_no_home() -> None:
    assert not links(*(person(f, s, **HOME) for f, s in GUESTS[: HANDFUL + 1]))


def test_a_number_that_the_model_knows_on_many_guests_links_none_of_the_few_at_hand() -> None:
    everyone = [person(f, s, mobile="+33612345678") for f, s in GUESTS]
    model = make_model(columns(everyone))

    assert not links(*everyone[:2], model=model)
    assert links(*everyone[:2])


def test_a_booking_site_s_alias_makes_no_household() -> None:
    alias: dict[str, Any] = {"email_class": "alias", "stay": ("2026-05-01", "2026-05-03")}

    assert not links(
        person("Eva", "Kern", email="x.123@guest.booking.com", **alias),
        person("Paul", "Durand", email="x.123@guest.booking.com", **alias),
    )


def test_a_flat_mate_who_moved_knows_both_flats_but_his_flat_mates_do_not_know_each_other() -> None:
    new: dict[str, Any] = {"street": "3 quai Perrache", "postal_code": "69002", "city": "Lyon"}
    found = links(
        person("Owen", "Muijs", mobile="+31624929708", born="1999-05-06", **HOME),
        person("Owen", "Muijs", mobile="+31624929708", born="1999-05-06", **new),
        person("Tomas", "Novak", **HOME),
        person("Kofi", "Mensah", **new),
    )

    assert found == {(0, 2, "household_home"), (0, 3, "household_home")}


def test_two_of_one_booking_are_booked_together_unless_the_number_is_another_year_s() -> None:
    may, june = ("2026-05-01", "2026-05-03"), ("2026-06-01", "2026-06-03")

    assert links(
        person("Eva", "Kern", references=("4711",), stay=may),
        person("Paul", "Durand", references=("4711",), stay=may),
        person("Ida", "Lund", references=("4711",), stay=june),
    ) == {(0, 1, "household_booking")}


def test_two_in_one_room_for_the_same_nights_travel_together_and_the_next_guests_do_not() -> None:
    assert links(
        person("Eva", "Kern", room="212", stay=("2026-05-01", "2026-05-03")),
        person("Paul", "Durand", room="212", stay=("2026-05-01", "2026-05-03")),
        person("Ida", "Lund", room="212", stay=("2026-05-03", "2026-05-04")),
    ) == {(0, 1, "household_room")}


def test_who_may_yet_be_one_person_is_no_household() -> None:
    assert not links(
        person("M", "Durand", email="durand.famille@free.fr"),
        person("Marie", "Durand", email="durand.famille@free.fr"),
        person(None, "Durand", email="durand.famille@free.fr"),
    )


def test_two_that_staff_hold_apart_are_a_household_where_they_share_a_contact() -> None:
    two = [person("Marie", "Durand", mobile="+33612345678") for _ in range(2)]
    apart = Decisions(apart=[("pms\x1f00000", "pms\x1f00001")])

    assert links(*two, decisions=apart) == {(0, 1, "household_phone")}


def test_two_houses_that_share_nothing_are_not_linked_across() -> None:
    couple = [person(first, "Durand", email="durand@free.fr") for first in ("Marie", "Paul")]
    made = columns(couple)
    partition = match(made, make_model(made), circles=np.array([1, 2], dtype=np.int32))

    assert len(partition.households) == 0


def test_the_order_of_records_changes_no_link() -> None:
    family: Sequence[CleanRecord] = [
        *(person(f, "Roux", mobile="+33612345678", **HOME) for f in ("Anne", "Luc", "Zoe")),
        *(person(f, s, email="flat@share.example") for f, s in GUESTS[:3]),
    ]
    turned = links(*reversed(family))
    last = len(family) - 1

    assert {(last - j, last - i, code) for i, j, code in turned} == links(*family)


def test_every_link_says_what_is_shared_and_is_counted_in_the_report() -> None:
    stay: dict[str, Any] = {"references": ("4711",), "room": "212", "stay": ("2026-05-01", "2026-05-03")}
    desk = resolve(
        person("Marie", "Durand", email="d@free.fr", mobile="+33612345678", **HOME, **stay),
        person("Paul", "Durand", email="d@free.fr", mobile="+33612345678", **HOME, **stay),
    )
    told = list(desk.partition.households.told(desk.partition.records))

    assert [SENTENCES[code].format(**params) for *_, code, params in told] == [
        "two of one home, 12 rue des lilas 69003 lyon",
        "two on one e-mail address, d@free.fr",
        "two on one telephone number, +33612345678",
        "booked together, 4711",
        "together in room 212 from arrival to departure",
    ]
    assert desk.partition.report["households"] == {code: 1 for *_, code, _ in told}
