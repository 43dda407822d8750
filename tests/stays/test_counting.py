"""Stays counted once: which tellings are one stay, how it stands, who is in it, and what it brought."""

from __future__ import annotations

import time
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from server.stays.counting import count_stays
from server.stays.told import Told
from tests.stays.telling import records, revenue, told, visit

ANNA, ANNAS, BEN = {1: "anna"}, {1: "anna", 2: "anna"}, {1: "anna", 2: "ben"}
BOOKED: dict[str, Any] = {"references": ("BK-20417",)}

ONE_STAY: dict[str, tuple[list[Told], dict[int, str]]] = {
    "the channel's booking stands in the house's notes": (
        [told(1, **BOOKED), told(2, "booking.com", **BOOKED)],
        {},
    ),
    "one guest on the same days, whatever the systems call the booking": (
        [told(1, references=("4410",)), told(2, "booking.com", **BOOKED)],
        ANNAS,
    ),
    "two guests share a room": ([told(1, room="12"), told(2, room="12")], BEN),
    "a card signed at the tablet names a room and no house": (
        [told(1, room="12"), told(2, "cards", room="12", property_id=9, property_sure=False)],
        BEN,
    ),
    "the channel sold it to somebody of that name for that money": (
        [told(1, amount="280", surname="rossi"), told(2, "booking.com", amount="280", surname="rossi")],
        {},
    ),
    "the channel serves two houses and was put down to the other": (
        [told(1, **BOOKED), told(2, "booking.com", property_id=2, property_sure=False, **BOOKED)],
        {},
    ),
    "the guest stayed on under the same booking": (
        [told(1, days=(1, 3), **BOOKED), told(2, days=(3, 5), **BOOKED)],
        ANNAS,
    ),
    "the guest changed room under the same booking": (
        [told(1, days=(1, 3), room="12", **BOOKED), told(2, days=(3, 5), room="14", **BOOKED)],
        ANNAS,
    ),
    "the booking was moved to other days at the house": (
        [told(1, days=(20, 22), **BOOKED), told(2, "booking.com", days=(1, 3), **BOOKED)],
        {},
    ),
    "a family took two rooms under one booking": (
        [told(1, room="12", **BOOKED), told(2, room="14", **BOOKED)],
        BEN,
    ),
}


@pytest.mark.parametrize("case", ONE_STAY)
def test_it_is_one_stay_when(case: str) -> None:
    rows, guests = ONE_STAY[case]

    assert records(count_stays(rows, guests)) == [[1, 2]]


TWO_STAYS: dict[str, tuple[list[Told], dict[int, str]]] = {
    "two guests come on the same days": ([told(1), told(2)], BEN),
    "one guest comes again": ([told(1, days=(1, 3)), told(2, days=(10, 12))], ANNAS),
    "one guest comes back the day she left, by another booking": (
        [told(1, days=(1, 3), references=("BK-1001",)), told(2, days=(3, 5), references=("BK-1002",))],
        ANNAS,
    ),
    "one guest pays for two rooms by two bookings": (
        [told(1, room="12", references=("BK-1001",)), told(2, room="14", references=("BK-1002",))],
        ANNAS,
    ),
    "one guest booked twice at the same channel": (
        [
            told(1, "booking.com", references=("4817985054",)),
            told(2, "booking.com", references=("3130226676",)),
        ],
        ANNAS,
    ),
    "two houses let their rooms 12": ([told(1, room="12"), told(2, room="12", property_id=2)], BEN),
    "a room was cancelled and let to somebody else": (
        [told(1, room="12", status="cancelled"), told(2, room="12")],
        BEN,
    ),
    "a booking was cancelled, and booked anew at another price": (
        [told(1, amount="280"), told(2, "booking.com", amount="300", status="cancelled", **BOOKED)],
        ANNAS,
    ),
    "every row has the word DIRECT where references stand": (
        [told(1, references=("DIRECT",)), told(2, references=("DIRECT",))],
        BEN,
    ),
    "the houses belong to two companies that have no arrangement": (
        [told(1, **BOOKED), told(2, "booking.com", property_sure=False, circle=2, **BOOKED)],
        {},
    ),
}


@pytest.mark.parametrize("case", TWO_STAYS)
def test_they_are_two_stays_when(case: str) -> None:
    rows, guests = TWO_STAYS[case]

    assert records(count_stays(rows, guests)) == [[1], [2]]


def test_a_number_on_every_row_joins_nobody() -> None:
    rows = [told(n, references=("77100",)) for n in range(1, 150)]

    assert len(count_stays(rows, {})) == 149


@pytest.mark.parametrize("number", [7, 30, 300])
def test_those_who_have_no_room_yet_share_none(number: int) -> None:
    """The reservation system keeps them in a room of its own making until it gives them one."""
    rows = [told(n, room="PM", references=(f"BK-{1_000 + n}",), amount="100") for n in range(number)]
    card = told(number, "cards", room="PM", property_sure=False)

    stays = count_stays([*rows, card], {n: f"guest {n}" for n in range(number + 1)})

    assert (len(stays), revenue(stays)) == (number + 1, Decimal(100 * number))


def test_a_card_of_a_room_that_two_houses_let_goes_where_the_name_is() -> None:
    rows = [
        told(1, room="12", surname="rossi"),
        told(2, room="12", property_id=2, surname="weber"),
        told(3, "cards", room="12", property_sure=False, surname="weber"),
    ]

    assert records(count_stays(rows, {})) == [[1], [2, 3]]


@pytest.mark.parametrize(
    ("by_house", "by_channel", "stands"),
    [
        ("booked", "booked", "booked"),
        ("unknown", "booked", "booked"),
        ("booked", "cancelled", "cancelled"),
        ("in_house", "cancelled", "in_house"),
        ("left", "no_show", "left"),
        ("cancelled", "booked", "cancelled"),
        ("no_show", "booked", "no_show"),
        ("unknown", "cancelled", "cancelled"),
        ("unknown", "unknown", "unknown"),
    ],
)
def test_how_a_stay_stands_says_who_knows_best(by_house: str, by_channel: str, stands: str) -> None:
    (stay,) = count_stays(
        [told(1, status=by_house, **BOOKED), told(2, "booking.com", status=by_channel, **BOOKED)], {}
    )

    assert stay.status == stands


def test_a_sharer_who_cancels_does_not_cancel_the_other() -> None:
    (stay,) = count_stays([told(1, status="cancelled", **BOOKED), told(2, status="booked", **BOOKED)], BEN)

    assert stay.status == "booked"


MONEY: dict[str, tuple[str, list[Told]]] = {
    "the house's amount stands before the channel's": (
        "280",
        [told(1, amount="280", **BOOKED), told(2, "booking.com", amount="300", **BOOKED)],
    ),
    "the folio's stands before all": (
        "291.50",
        [told(1, amount="280", **BOOKED), told(2, "folio", amount="291.50", **BOOKED)],
    ),
    "the channel's counts where the house tells none": (
        "300",
        [told(1, **BOOKED), told(2, "booking.com", amount="300", **BOOKED)],
    ),
    "each sharer's row tells the whole bill": (
        "280",
        [told(1, room="12", amount="280"), told(2, room="12", amount="280")],
    ),
    "a bill that was split adds up": (
        "280",
        [told(1, room="12", amount="150"), told(2, room="12", amount="130")],
    ),
    "a bill that was split evenly between two bookings adds up": (
        "280",
        [
            told(1, room="12", amount="140", references=("A-1001",)),
            told(2, room="12", amount="140", references=("A-1002",)),
        ],
    ),
    "sharers of one booking tell the whole bill, whatever each one's channel called it": (
        "280",
        [
            told(1, room="12", amount="280", references=("A-1001", "BK-20417")),
            told(2, room="12", amount="280", references=("A-1001",)),
        ],
    ),
    "two rooms at one price are two prices": (
        "400",
        [told(1, room="12", amount="200", **BOOKED), told(2, room="14", amount="200", **BOOKED)],
    ),
    "nights that were added are paid for": (
        "400",
        [told(1, days=(1, 3), amount="200", **BOOKED), told(2, days=(3, 5), amount="200", **BOOKED)],
    ),
    "what was cancelled brought nothing": (
        "0",
        [
            told(1, amount="280", status="booked", **BOOKED),
            told(2, "booking.com", status="cancelled", **BOOKED),
        ],
    ),
    "dinner on the room is on the room's bill": (
        "280",
        [told(1, room="12", amount="280"), visit(2, room="12", paid_by="room", amount="62")],
    ),
    "dinner on the room counts where nobody tells the room's bill": (
        "62",
        [told(1, room="12"), visit(2, room="12", paid_by="room", amount="62")],
    ),
    "dinner paid by card counts": (
        "342",
        [told(1, room="12", amount="280"), visit(2, room="12", paid_by="card", amount="62")],
    ),
    "dinner on a room of another day counts": (
        "342",
        [told(1, room="12", amount="280"), visit(2, day=9, room="12", paid_by="room", amount="62")],
    ),
    "a gift card counts when it is sold, not when it pays": (
        "100",
        [
            told(1, "gift", None, kind="purchase", amount="100", references=("GC132793",)),
            visit(2, amount="100", references=("R-20417", "GC132793")),
        ],
    ),
    "a word that stands on the card and on the meal pays for nothing": (
        "112",
        [
            told(1, "gift", None, kind="purchase", amount="50", references=("WEB",)),
            visit(2, "till", amount="62", references=("WEB",)),
        ],
    ),
    "a table's booking has by chance the number of a card": (
        "112",
        [
            told(1, "gift", None, kind="purchase", amount="50", references=("100123",)),
            visit(2, amount="62", references=("100123",)),
        ],
    ),
    "another company has by chance a payment of that number": (
        "112",
        [
            told(1, "gift", None, kind="purchase", amount="50", references=("100123",), circle=1),
            visit(2, "till", amount="62", references=("100123",), circle=2),
        ],
    ),
    "a card that is sold later did not pay": (
        "112",
        [
            told(1, "gift", (5, 5), kind="purchase", amount="50", references=("GC132793",)),
            visit(2, "till", amount="62", references=("GC132793",)),
        ],
    ),
    "whoever books a room under the number of a card has not paid with it": (
        "162",
        [
            told(1, "gift", None, kind="purchase", amount="50", references=("100123",)),
            told(2, amount="112", references=("100123",)),
        ],
    ),
    "a meal paid with some gift card counted before": ("0", [visit(1, amount="62", paid_by="gift")]),
}


@pytest.mark.parametrize("case", MONEY)
def test_money_counts_once(case: str) -> None:
    amount, rows = MONEY[case]

    assert revenue(count_stays(rows, BEN)) == Decimal(amount)


def test_a_meal_that_the_booking_list_and_the_till_tell_of_is_one() -> None:
    rows = [visit(1, amount="62"), visit(2, "till", amount="62", kind="purchase")]

    assert records(count_stays(rows, ANNAS)) == [[1, 2]]
    assert revenue(count_stays(rows, ANNAS)) == Decimal(62)
    assert revenue(count_stays(rows, BEN)) == Decimal(124)


def test_two_payments_in_one_till_are_two() -> None:
    rows = [visit(1, "till", amount="12"), visit(2, "till", amount="12")]

    assert revenue(count_stays(rows, ANNAS)) == Decimal(24)


def test_currencies_are_never_added_up() -> None:
    rows = [told(1, room="12", amount="150"), told(2, room="12", amount="90", currency="CHF")]

    (stay,) = count_stays(rows, BEN)

    assert stay.money == {"EUR": Decimal(150), "CHF": Decimal(90)}


def test_who_shares_a_room_is_a_companion_and_the_bill_is_of_who_has_it() -> None:
    (stay,) = count_stays([told(1, room="12"), told(2, room="12", amount="280")], BEN)

    assert (stay.guest_id, [(s.record_id, s.role) for s in stay.sources]) == (
        "ben",
        [(1, "companion"), (2, "guest")],
    )


def test_a_groups_leader_speaks_for_its_room() -> None:
    (stay,) = count_stays([told(1, room="12", is_leader=True), told(2, room="12", amount="280")], BEN)

    assert stay.guest_id == "anna"


def test_who_booked_is_not_the_guest() -> None:
    (stay,) = count_stays([told(1, "booking.com", person="booker", **BOOKED), told(2, **BOOKED)], BEN)

    assert (stay.guest_id, stay.booker_guest_id) == ("ben", "anna")


def test_a_profile_keeps_every_stay_it_told_of() -> None:
    rows = [told(1, days=(1, 3), amount="200"), told(1, days=(10, 12), version=2, amount="300")]

    assert [stay.arrives for stay in count_stays(rows, ANNA)] == [date(2026, 5, 1), date(2026, 5, 10)]
    assert revenue(count_stays(rows, ANNA)) == Decimal(500)


def test_a_profile_that_corrects_a_stay_tells_of_one() -> None:
    rows = [told(1, days=(1, 3), amount="200"), told(1, days=(1, 4), version=2, amount="300")]

    (stay,) = count_stays(rows, ANNA)

    assert (stay.departs, stay.money) == (date(2026, 5, 4), {"EUR": Decimal(300)})
    assert [(s.version, s.counts) for s in stay.sources] == [(1, False), (2, True)]


def test_a_stay_stays_in_the_house_that_was_surely_told_though_the_next_version_does_not_say() -> None:
    rows = [
        told(1),
        told(1, version=2, property_sure=False, **BOOKED),
        told(2, property_id=2, **BOOKED),
    ]

    assert records(count_stays(rows, {})) == [[1], [2]]


def test_days_and_room_are_told_by_who_knows_best() -> None:
    rows = [
        told(1, days=(1, 4), room="14", **BOOKED),
        told(2, "booking.com", days=(1, 3), room="double", channel="Booking.com", **BOOKED),
    ]

    (stay,) = count_stays(rows, {})

    assert (stay.departs, stay.room, stay.channel) == (date(2026, 5, 4), "14", "Booking.com")


@pytest.mark.parametrize(("by_channel", "departs"), [((1, 3), 3), ((1, 1), 1), ((4, 6), 1)])
def test_a_departure_that_the_house_leaves_out_is_the_channels(
    by_channel: tuple[int, int], departs: int
) -> None:
    """Unless the house moved the booking to other days."""
    rows = [told(1, days=(1, 1), **BOOKED), told(2, "booking.com", days=by_channel, **BOOKED)]

    (stay,) = count_stays(rows, {})

    assert (stay.arrives, stay.departs) == (date(2026, 5, 1), date(2026, 5, departs))


def test_stays_of_one_guest_without_a_night_between_are_one_presence() -> None:
    rows = [
        told(1, days=(1, 3), references=("BK-1001",)),
        told(2, days=(3, 5), references=("BK-1002",)),
        told(3, days=(9, 10), references=("BK-1003",)),
    ]

    first, second, third = count_stays(rows, {1: "anna", 2: "anna", 3: "anna"})

    assert first.presence == second.presence != third.presence


EQUAL: dict[str, list[Told]] = {
    "an agency's, each with its booking and its room": [
        told(n, references=(f"BK-{10_000 + n}",), room=str(n)) for n in range(1_000)
    ],
    "one guest's, one like the other": [
        told(n, "booking.com", amount="100", surname="smith") for n in range(1_000)
    ],
    "of a name, sold by the channel and told by the house": [
        told(n, source, amount="100", surname="smith", references=(f"{source}-{1_000 + n}",))
        for n, source in enumerate(["pms", "booking.com"] * 500)
    ],
    "of one day and one amount, in the till and in the booking list": [
        visit(n, source, amount="12") for n, source in enumerate(["till", "table"] * 500)
    ],
}


@pytest.mark.parametrize("case", EQUAL)
def test_rows_by_the_thousand_on_the_same_days_are_counted_in_a_moment(case: str) -> None:
    """As many pairs as there are of them are looked at, and not the square of it: 1,000 took 6 s."""
    rows = EQUAL[case]
    started = time.process_time()

    count_stays(rows, dict.fromkeys(range(1_000), "one guest"))

    assert time.process_time() - started < 1
