"""People decide, and what they said holds: against every rule, every import, every model."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, select

from server.db import reading, writing
from server.guests.circles import record_arrangement
from server.guests.deciding import MOST_PAIRS, Contradicts, Meanwhile
from server.guests.linking import link_waiting
from server.guests.models import Decision, Deed, GuestEvent
from server.journal.models import JournalEntry
from server.properties.models import LegalEntity, Property
from server.properties.reach import Reach
from server.properties.setup import ensure_properties
from server.records.models import SourceRecord
from server.refusal import Refused
from tests.builders import NOON, PATRICK, take_in
from tests.guests.deciding_house import (
    FATHER,
    STRANGER,
    apart,
    fill,
    ids,
    say_of,
    seen_now,
    state,
    take_back,
    take_out,
    together,
)


@pytest.fixture
def house(engine: Engine) -> Engine:
    fill(engine)
    assert together(engine, "A1", "n1", "t1")
    assert together(engine, "s1", "n2")
    assert not together(engine, "p1", "n3")
    return engine


def test_two_guests_called_the_same_are_one_at_once(house: Engine) -> None:
    deed = say_of(house, "p1", "n3", "same", reason="he said so")

    assert together(house, "p1", "n3")
    with reading(house) as session:
        word = session.scalars(select(Decision)).one()
        assert (word.verdict, word.author, word.reason, word.deed_id) == (
            "same",
            "staff:1",
            "he said so",
            deed.id,
        )
        moved = session.scalars(select(GuestEvent.cause).where(GuestEvent.kind == "moved")).all()
        assert moved == [f"deed:{deed.id}"]
        entry = session.scalars(select(JournalEntry).where(JournalEntry.actor == "staff:1")).one()
        assert (entry.act, entry.subject, entry.reason) == ("guests.decide", f"deed:{deed.id}", "he said so")
    state(house)


def test_two_guests_called_not_the_same_are_put_apart_record_by_record(house: Engine) -> None:
    say_of(house, "A1", "s1", "not_same")

    with reading(house) as session:
        words = session.execute(select(Decision.record_a, Decision.record_b, Decision.verdict)).all()
    martins, ivanovas = ids(house, "A1", "n1", "t1"), ids(house, "s1", "n2")
    assert {(a, b) for a, b, _ in words} == {(min(a, b), max(a, b)) for a in martins for b in ivanovas}
    assert {verdict for _, _, verdict in words} == {"not_same"}


def test_a_third_record_that_fits_both_does_not_draw_them_together_again(house: Engine) -> None:
    take_out(house, "t1")
    both = PATRICK | {"key": "c1", "full_name": "P MARTIN"}

    take_in(house, both, source="spa", kind="spa")
    link_waiting(house)

    assert not together(house, "t1", "A1")
    state(house)


def test_a_record_taken_out_stays_out_when_it_comes_again_changed(house: Engine) -> None:
    take_out(house, "n1")
    assert apart(house, ["n1"], ["A1", "t1"])

    take_in(house, PATRICK | {"key": "n1", "city": "Lyon"}, source="newsletter", kind="newsletter")
    link_waiting(house)
    assert apart(house, ["n1"], ["A1", "t1"])

    link_waiting(house, bulk=True)
    assert apart(house, ["n1"], ["A1", "t1"])
    state(house)


def test_same_holds_when_one_of_them_becomes_another_person_on_paper(house: Engine) -> None:
    say_of(house, "s1", "p1", "same", reason="she married and changed her name")

    take_in(house, STRANGER | {"key": "s1", "birth_date": "1988-08-08", "city": "Kyiv"})
    link_waiting(house)

    assert together(house, "s1", "p1")
    state(house)


def test_a_word_holds_under_a_new_model_made_of_more_records(house: Engine) -> None:
    say_of(house, "p1", "n3", "same")
    take_out(house, "t1")
    crowd = [PATRICK | {"key": f"x{n}", "email": f"p{n}@posteo.example", "mobile": ""} for n in range(20)]

    take_in(house, *crowd, source="spa", kind="spa")
    link_waiting(house, bulk=True)

    assert together(house, "p1", "n3")
    assert apart(house, ["t1"], ["A1", "n1"])
    state(house)


def test_the_second_of_two_colleagues_is_told_what_the_first_did(house: Engine) -> None:
    as_both_see_it = seen_now(house, "p1", "n3")
    say_of(house, "p1", "n3", "not_same", author="staff:1", seen=as_both_see_it)
    before = state(house)

    with pytest.raises(Meanwhile) as refused:
        say_of(house, "p1", "n3", "same", author="staff:2", seen=as_both_see_it)

    assert (refused.value.code, refused.value.params) == ("decision.by_another", {"who": "staff:1"})
    assert state(house) == before


def test_whoever_decides_on_an_old_page_is_asked_to_look_again(house: Engine) -> None:
    old_page = seen_now(house, "p1", "n3")
    take_in(house, STRANGER | {"key": "p1"})
    link_waiting(house)

    with pytest.raises(Meanwhile) as refused:
        say_of(house, "p1", "n3", "same", seen=old_page)

    assert refused.value.code == "decision.meanwhile"


CONTRADICTIONS = [
    ("the very pair", [("p1", "n3", "not_same")], ("p1", "n3", "same")),
    ("a record of the other guest", [("A1", "s1", "not_same")], ("t1", "n2", "same")),
    ("the pair, the other way round", [("p1", "n3", "same")], ("p1", "n3", "not_same")),
    ("a chain of two", [("p1", "n3", "same"), ("n3", "s1", "same")], ("p1", "s1", "not_same")),
    ("over a third guest", [("p1", "s1", "not_same"), ("n3", "s1", "same")], ("p1", "n3", "same")),
    ("undecided after all", [("p1", "n3", "not_same")], ("p1", "n3", "undecided")),
]


@pytest.mark.parametrize(
    ("said", "says"), [case[1:] for case in CONTRADICTIONS], ids=[case[0] for case in CONTRADICTIONS]
)
def test_what_stands_against_an_earlier_word_is_refused_with_who_said_it(
    house: Engine, said: list[tuple[str, str, str]], says: tuple[str, str, str]
) -> None:
    for one, other, verdict in said:
        say_of(house, one, other, verdict, author="staff:7")  # type: ignore[arg-type]  # a table of words
    before = state(house)

    with pytest.raises(Contradicts) as refused:
        say_of(house, *says, author="staff:8")  # type: ignore[arg-type]  # a table of words

    assert refused.value.params == {"who": "staff:7"}
    assert state(house) == before


def test_a_split_against_an_earlier_same_is_refused(house: Engine) -> None:
    say_of(house, "p1", "n3", "same", author="staff:7")

    with pytest.raises(Contradicts):
        take_out(house, "n3")

    assert together(house, "p1", "n3")


def test_a_question_put_off_changes_nothing_but_the_question(house: Engine) -> None:
    before = [line for line in state(house) if '"decision"' not in line]

    say_of(house, "p1", "n3", "undecided")
    say_of(house, "p1", "n3", "undecided", author="staff:2")

    assert [line for line in state(house) if '"decision"' not in line] == before
    say_of(house, "p1", "n3", "same")  # putting off is no word against
    assert together(house, "p1", "n3")


def test_a_split_takes_several_records_out_together(house: Engine) -> None:
    take_out(house, "n1", "t1")

    assert apart(house, ["n1", "t1"], ["A1"])
    assert together(house, "n1", "t1")
    state(house)


def test_a_guest_cannot_be_split_off_itself(house: Engine) -> None:
    with pytest.raises(Refused) as all_of_it:
        take_out(house, "s1", "n2")
    with pytest.raises(Refused) as of_two:
        take_out(house, "s1", "p1")

    assert (all_of_it.value.code, of_two.value.code) == ("split.nothing_left", "split.several_guests")


def test_nobody_decides_about_records_of_a_house_they_do_not_see(house: Engine) -> None:
    take_in(house, STRANGER | {"key": "w1"}, source="pms_b", at="annex")
    link_waiting(house)
    with reading(house) as session:
        main = session.scalars(select(Property.id).where(Property.code == "main")).one()
    only_main = Reach(frozenset({main}))

    with pytest.raises(Refused) as refused:
        say_of(house, "w1", "p1", "same", reach=only_main)
    assert refused.value.code == "decision.no_records"

    say_of(house, "s1", "p1", "not_same", reach=only_main)
    with reading(house) as session:
        put_apart = {
            r for pair in session.execute(select(Decision.record_a, Decision.record_b)) for r in pair
        }
    assert ids(house, "w1")[0] not in put_apart


def test_no_colleague_of_another_house_is_named_in_a_refusal(house: Engine) -> None:
    take_in(house, STRANGER | {"key": "w1"}, FATHER | {"key": "w2"}, source="pms_b", at="annex")
    link_waiting(house)
    say_of(house, "w2", "p1", "same")
    as_main_saw_it = seen_now(house, "s1", "p1")
    with reading(house) as session:
        of_house = dict(session.execute(select(Property.code, Property.id)).all())
    main, annex = (Reach(frozenset({of_house[code]})) for code in ("main", "annex"))
    say_of(house, "w1", "w2", "not_same", author="staff:77", reach=annex)

    with pytest.raises(Contradicts) as contradicted:
        say_of(house, "s1", "p1", "same", reach=main)
    with pytest.raises(Meanwhile) as meanwhile:
        say_of(house, "s1", "p1", "same", reach=main, seen=as_main_saw_it)

    assert (contradicted.value.code, contradicted.value.params) == ("decision.contradicts_unseen", {})
    assert (meanwhile.value.code, meanwhile.value.params) == ("decision.meanwhile", {})
    with pytest.raises(Contradicts) as of_all:
        say_of(house, "s1", "p1", "same")
    assert of_all.value.params == {"who": "staff:77"}


def test_a_same_across_two_companies_waits_until_they_agree(house: Engine) -> None:
    spa = {"code": "spa", "legal_entity": "Spa SARL"}
    with writing(house) as session:
        record = session.get_one(SourceRecord, ids(house, "n3")[0])
        record.property_id = ensure_properties(session, [{"code": "main"}, spa])[1].id
    deed = say_of(house, "p1", "n3", "same")
    assert not together(house, "p1", "n3")
    state(house)

    with writing(house) as session:
        one, other = session.scalars(select(LegalEntity).order_by(LegalEntity.id))
        record_arrangement(session, one, other, actor="staff:1", note="Signed in May", now=NOON)
    link_waiting(house)
    assert together(house, "p1", "n3")

    take_back(house, deed)
    assert not together(house, "p1", "n3")


def test_only_so_many_pairs_are_put_apart_and_those_that_were_asked_about_first(house: Engine) -> None:
    crowd = [PATRICK | {"key": f"x{n}"} for n in range(25)]
    others = [STRANGER | {"key": f"y{n}"} for n in range(25)]
    take_in(house, *crowd, *others, source="spa", kind="spa")
    link_waiting(house)

    deed = say_of(house, "x0", "y0", "not_same")

    x0, y0 = ids(house, "x0", "y0")
    with reading(house) as session:
        pairs = {frozenset(pair) for pair in session.execute(select(Decision.record_a, Decision.record_b))}
    assert len(pairs) == MOST_PAIRS
    assert deed.params["left_out"] == 28 * 27 - MOST_PAIRS
    assert {frozenset((x0, record)) for record in ids(house, *(f"y{n}" for n in range(25)))} <= pairs
    assert {frozenset((record, y0)) for record in ids(house, *(f"x{n}" for n in range(25)))} <= pairs


def test_a_reason_keeps_no_address_and_no_number(house: Engine) -> None:
    say_of(house, "p1", "n3", "same", reason="wrote from paul@posteo.example, call 06 11 22 33 44")

    with reading(house) as session:
        assert session.scalars(select(Deed.reason)).one() == "wrote from … call …"


def test_a_deed_is_undone_once(house: Engine) -> None:
    deed = say_of(house, "p1", "n3", "same")
    take_back(house, deed, author="staff:5")

    with pytest.raises(Refused) as again:
        take_back(house, deed)
    with pytest.raises(Refused) as unknown:
        take_back(house, Deed(id=4711))

    assert (again.value.code, again.value.params) == ("deed.undone", {"who": "staff:5"})
    assert unknown.value.code == "deed.unknown"
    assert not together(house, "p1", "n3")
