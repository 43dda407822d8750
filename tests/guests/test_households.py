"""Households in the tables: the same however the guests came, told by what they share, parted by a word."""

from __future__ import annotations

from itertools import permutations

import pytest
from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from server.db import reading, writing
from server.guests.consents import strictest, strictest_of
from server.guests.erasing import erase_records
from server.guests.households import Words, household_id, households_from, recount_households, regroup
from server.guests.linker import newest_model, touch
from server.guests.linking import link_waiting
from server.guests.living import say_word, words_seen
from server.guests.models import HouseholdKey, HouseholdLink, HouseholdMember, HouseholdWord, Link
from server.privacy.check import check
from server.properties.reach import EVERYWHERE, Reach
from server.records.models import SourceRecord
from server.refusal import Refused
from tests.builders import NOON, PATRICK, guests_by_key, take_in
from tests.guests.deciding_house import state, take_back

HOME = {"street": "12 rue des Lilas", "postal_code": "69003", "city": "Lyon"}
ANNE = {"key": "anne", "first_name": "Anne", "last_name": "Roux", "birth_date": "1980-03-04", **HOME}
LUC = {"key": "luc", "first_name": "Luc", "last_name": "Roux", "birth_date": "1979-08-21", **HOME}
ZOE = {"key": "zoe", "first_name": "Zoé", "last_name": "Roux", "birth_date": "2011-01-30", **HOME}
TOM = {"key": "tom", "first_name": "Tom", "last_name": "Brandt", "birth_date": "1990-05-06"}
STREET = {"street": HOME["street"], "city": HOME["city"]}


def households(engine: Engine) -> set[tuple[frozenset[str], str]]:
    """Who lives together, by the keys of their records, and why."""
    with reading(engine) as session:
        keys: dict[str, set[str]] = {}
        for key, guest in guests_by_key(engine).items():
            keys.setdefault(guest, set()).add(key)
        found: dict[tuple[str, str], set[str]] = {}
        for member in session.scalars(select(HouseholdMember)):
            name = "+".join(sorted(keys[member.guest_id]))
            found.setdefault((member.household_id, member.reasons), set()).add(name)
    return {(frozenset(members), reasons) for (_, reasons), members in found.items()}


def come(engine: Engine, *rows: dict[str, str]) -> None:
    take_in(engine, *rows)
    link_waiting(engine)


def test_a_family_at_one_address_is_one_household_of_three_guests(engine: Engine) -> None:
    come(engine, ANNE, LUC, ZOE, TOM)

    assert households(engine) == {(frozenset({"anne", "luc", "zoe"}), "household_home")}
    with reading(engine) as session:
        assert check(session) == []


def test_whoever_comes_first_the_household_is_the_same(engine: Engine) -> None:
    strangers = [{"key": f"x{n}", "first_name": "Olga", "last_name": f"Nobody{n}"} for n in range(3)]
    come(engine, *strangers)
    for row in (ZOE, LUC | {"email": "roux.famille@free.fr"}, ANNE | {"email": "roux.famille@free.fr"}):
        come(engine, row)
    one_by_one = households(engine)
    members = stored(engine)

    with writing(engine) as session:
        everyone = session.scalars(select(Link.guest_id).distinct()).all()
        for table in (HouseholdKey, HouseholdLink, HouseholdMember):
            session.execute(delete(table))
        model = newest_model(session)
        assert model is not None
        recount_households(session, everyone, model)

    assert stored(engine) == members
    assert (
        households(engine)
        == one_by_one
        == {
            (frozenset({"anne", "luc", "zoe"}), "household_home"),
            (frozenset({"anne", "luc"}), "household_email"),
        }
    )


def stored(engine: Engine) -> list[tuple[object, ...]]:
    with reading(engine) as session:
        keys = select(HouseholdKey.key, HouseholdKey.guest_id, HouseholdKey.reason)
        links = select(HouseholdLink.key, HouseholdLink.guest_a, HouseholdLink.guest_b)
        members = select(HouseholdMember.household_id, HouseholdMember.guest_id, HouseholdMember.reasons)
        rows = [tuple(row) for query in (keys, links, members) for row in session.execute(query)]
        return sorted(rows, key=str)


def test_two_values_of_the_same_guests_are_one_household(engine: Engine) -> None:
    mail = {"email": "roux.famille@free.fr"}
    come(engine, ANNE | mail, LUC | mail)

    assert households(engine) == {(frozenset({"anne", "luc"}), "household_home household_email")}


def test_who_shares_a_home_with_one_and_a_telephone_with_another_chains_nobody(engine: Engine) -> None:
    phone = {"mobile": "+33 6 52 52 72 72"}
    come(engine, ANNE, LUC | phone, TOM | phone)

    assert households(engine) == {
        (frozenset({"anne", "luc"}), "household_home"),
        (frozenset({"luc", "tom"}), "household_phone"),
    }


def test_more_than_a_handful_on_one_address_are_a_block_of_flats(engine: Engine) -> None:
    names = ("Anna", "Boris", "Chiara", "Dieter", "Elena", "Farid", "Greta")
    flats = [
        {"key": n, "first_name": n, "last_name": f"{n}owski", "birth_date": f"19{60 + i}-01-0{i + 1}", **HOME}
        for i, n in enumerate(names)
    ]
    come(engine, *flats[:6])
    assert len(households(engine)) == 1

    come(engine, flats[6])
    assert households(engine) == set()


def test_whoever_moves_away_leaves_the_household(engine: Engine) -> None:
    come(engine, ANNE, LUC, ZOE)
    come(engine, LUC | {"street": "3 quai Perrache", "postal_code": "69002"})

    assert households(engine) == {(frozenset({"anne", "zoe"}), "household_home")}


def test_whoever_is_erased_leaves_the_household(engine: Engine) -> None:
    come(engine, ANNE, LUC, ZOE)
    with writing(engine) as session:
        number = session.scalars(select(SourceRecord.id).where(SourceRecord.key == "luc")).one()
        touch(session, [], cause="erase:1", now=NOON, gone=[number])
        session.execute(delete(SourceRecord).where(SourceRecord.id == number))

    assert households(engine) == {(frozenset({"anne", "zoe"}), "household_home")}


def say(engine: Engine, one: str, other: str, verdict: str) -> int:
    with writing(engine) as session:
        records = dict(session.execute(select(SourceRecord.key, SourceRecord.id)).all())
        word = HouseholdWord(
            record_a=records[one],
            record_b=records[other],
            verdict=verdict,
            author="staff:1",
            reason="they said so",
            at=NOON,
        )
        session.add(word)
        session.flush()
        regroup(session, [guests_by_key(engine)[key] for key in (one, other)])
        return word.id


def test_a_colleagues_word_parts_two_and_adds_one_and_outlives_what_comes_later(engine: Engine) -> None:
    come(engine, ANNE, LUC, ZOE, TOM)

    say(engine, "anne", "luc", "apart")
    parted = {
        (frozenset({"anne", "zoe"}), "household_home"),
        (frozenset({"luc", "zoe"}), "household_home"),
    }
    assert households(engine) == parted
    come(engine, ANNE | {"language": "fr"})
    assert households(engine) == parted

    say(engine, "tom", "luc", "together")
    assert households(engine) == parted | {(frozenset({"luc", "tom"}), "household_word")}


A, B, C, D = "abcd"
HOMES = (1, "household_home")


def test_who_sees_one_house_takes_no_word_back_that_was_said_of_two(engine: Engine) -> None:
    take_in(engine, ANNE, TOM)
    take_in(engine, ZOE, source="pms_b", at="lyon")
    link_waiting(engine)
    before = state(engine)
    guests = guests_by_key(engine)
    others = {guests["anne"], guests["zoe"]}
    with writing(engine) as session:
        deed = say_word(
            session,
            guests["tom"],
            others,
            "together",
            reach=EVERYWHERE,
            author="staff:1",
            reason="a patchwork family",
            now=NOON,
        )
        house = session.scalars(select(SourceRecord.property_id).where(SourceRecord.key == "tom")).one()
        one_house = Reach(frozenset({house}))
        assert [word.deed_id for word in words_seen(session, guests["tom"], one_house)] == [None]

    with pytest.raises(Refused):
        take_back(engine, deed, reach=one_house)
    take_back(engine, deed)
    assert state(engine) == before


@pytest.mark.parametrize(
    ("links", "together", "apart", "expected"),
    [
        ([(A, B)], [], [], {"ab": ["household_home"]}),
        ([(A, B), (A, C), (B, C)], [], [], {"abc": ["household_home"]}),
        ([(A, B), (B, C)], [], [], {"ab": ["household_home"], "bc": ["household_home"]}),
        ([(A, B)], [], [(A, B)], {}),
        ([(A, B)], [(A, C), (B, C)], [], {"abc": ["household_home", "household_word"]}),
        ([(A, B)], [(A, C)], [], {"ab": ["household_home"], "ac": ["household_word"]}),
        ([], [(A, B)], [], {"ab": ["household_word"]}),
        ([], [], [(A, B)], {}),
    ],
)
def test_households_of_links_and_words(
    links: list[tuple[str, str]],
    together: list[tuple[str, str]],
    apart: list[tuple[str, str]],
    expected: dict[str, list[str]],
) -> None:
    words = Words({frozenset(pair) for pair in together}, {frozenset(pair) for pair in apart})

    for order in permutations(links):
        found = households_from([(one, other, HOMES) for one, other in order], words)
        assert {"".join(sorted(members)): reasons for members, reasons in found.items()} == expected


def test_a_household_is_named_by_its_members() -> None:
    assert household_id([A, B]) == household_id([B, A]) != household_id([A, C])


def consents(session: Session, engine: Engine, key: str) -> dict[str, str]:
    guest = guests_by_key(engine)[key]
    return dict(strictest(session, [guest])[guest])


def test_one_no_outweighs_every_yes_and_a_split_gives_each_its_own_back(engine: Engine) -> None:
    take_in(engine, PATRICK | {"key": "A1", "email_consent": "yes", "sms_consent": "yes"})
    take_in(engine, PATRICK | {"key": "n1", "email_consent": "no"}, source="news", kind="newsletter")
    link_waiting(engine)
    with reading(engine) as session:
        assert consents(session, engine, "A1") == {"email": "no", "sms": "yes"}

    other = {
        "first_name": "Olga",
        "last_name": "Ivanova",
        "birth_date": "1980-02-03",
        "email": "olga@mail.ru",
    }
    take_in(engine, other | {"key": "n1", "email_consent": "no"}, source="news", kind="newsletter")
    link_waiting(engine)

    with reading(engine) as session:
        assert consents(session, engine, "A1") == {"email": "yes", "sms": "yes"}
        assert consents(session, engine, "n1") == {"email": "no", "sms": "unknown"}


def test_a_yes_counts_for_the_company_it_was_given_to_and_a_no_for_all(engine: Engine) -> None:
    take_in(engine, PATRICK | {"key": "A1", "email_consent": "yes", "sms_consent": "no"})
    link_waiting(engine)

    with reading(engine) as session:
        guest = guests_by_key(engine)["A1"]
        assert strictest(session, [guest], 987)[guest] == {"email": "unknown", "sms": "no"}


@pytest.mark.parametrize(
    ("said", "answer"),
    [(["yes", "yes"], "yes"), (["yes", "unknown"], "unknown"), (["yes", "no"], "no"), ([], "unknown")],
)
def test_a_household_says_yes_when_all_of_it_does(said: list[str], answer: str) -> None:
    assert strictest_of(said) == answer  # type: ignore[arg-type]  # words of a table of examples


def test_two_of_one_home_erased_at_once_leave_the_others_a_household(engine: Engine) -> None:
    again = ANNE | {"key": "anne again", "email": "anne.roux@free.fr"}
    come(engine, ANNE, again, LUC)
    come(engine, ZOE)  # the newest guest of the home
    assert households(engine) == {(frozenset({"anne+anne again", "luc", "zoe"}), "household_home")}

    with writing(engine) as session:
        query = select(SourceRecord.id).where(SourceRecord.key.in_(("anne again", "zoe")))
        erase_records(session, session.scalars(query).all(), cause="erasure", now=NOON)

    assert households(engine) == {(frozenset({"anne", "luc"}), "household_home")}
