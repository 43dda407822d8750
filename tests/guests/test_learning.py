"""Learning from answers: proposed, shown, used, carried over, taken back; and never left half done."""

from __future__ import annotations

from itertools import product

import pytest
from sqlalchemy import Engine, select

from server.db import reading, writing
from server.guests import rematching
from server.guests.deeds import write_deed
from server.guests.learning import answers_of, back, propose, use
from server.guests.linker import newest_known, take_linker, touch
from server.guests.linking import link_waiting
from server.guests.loading import load_all
from server.guests.models import Deed, Model
from server.guests.undoing import undo
from server.journal.models import JournalEntry
from server.matching import Model as EngineModel
from server.refusal import Refused
from tests.builders import NOON, take_in
from tests.guests.deciding_house import ids, say_of, state, take_out

FIRSTS = ("Orsolya", "Bence", "Tivadar", "Ilka", "Gergely", "Piroska")
LASTS = ("Vadkerti", "Halmosi", "Borsodi", "Csorba")
GUESTS = list(product(FIRSTS, LASTS))
ANSWERED = range(20)


def told(number: int, turn: int) -> dict[str, str]:
    """A guest's name and dates, told twice with two addresses; of each second guest two telephones, too."""
    first, last = GUESTS[number]
    row = {
        "key": f"{'ab'[turn]}{number:02d}",
        "first_name": first,
        "last_name": last,
        "stay_from": "2026-05-01",
        "stay_to": "2026-05-04",
        "email": f"g{7_919_317 * (2 * number + turn + 1) % 1_000_003}@{('posta', 'level')[turn]}.example",
    }
    if number % 2:
        row["mobile"] = f"+3620{7_919_317 * (2 * number + turn + 1) % 10_000_000:07d}"
    return row


@pytest.fixture
def house(engine: Engine) -> Engine:
    """A house that asks of each of its guests whether the two records are one person; most were answered."""
    take_in(engine, *(told(number, turn) for number in range(len(GUESTS)) for turn in (0, 1)))
    link_waiting(engine)
    answer(engine, {number: number % 2 == 0 for number in ANSWERED})
    return engine


def answer(engine: Engine, verdicts: dict[int, bool]) -> None:
    """Answer the questions about some guests, all at one sitting."""
    keys = [f"{side}{number:02d}" for number in verdicts for side in "ab"]
    records = dict(zip(keys, ids(engine, *keys), strict=True))
    with writing(engine) as session:
        take_linker(session)
        for number, is_same in verdicts.items():
            pair = records[f"a{number:02d}"], records[f"b{number:02d}"]
            write_deed(
                session,
                "decide",
                [pair],
                "same" if is_same else "not_same",
                author="staff:1",
                reason="",
                property_id=None,
                now=NOON,
                asked=list(pair),
            )
        touch(session, records.values(), cause="answers", now=NOON)


def model_of(engine: Engine) -> EngineModel:
    with reading(engine) as session:
        known = newest_known(session)
    assert known is not None
    return known.model


def acts(engine: Engine) -> list[tuple[str, str]]:
    with reading(engine) as session:
        entries = session.scalars(select(JournalEntry).order_by(JournalEntry.id))
        return [(entry.act, entry.subject) for entry in entries if entry.act.startswith("learning")]


def test_a_proposal_shows_its_worth_on_answers_held_out_and_changes_nothing(house: Engine) -> None:
    before, model = state(house), model_of(house)

    proposal = propose(house)

    assert proposal.answers == len(ANSWERED)
    assert 0 < proposal.after.answers < proposal.answers / 2
    assert proposal.is_better
    assert proposal.parent == model.version
    assert state(house) == before
    assert model_of(house).version == model.version
    with reading(house) as session:
        kept = session.get_one(Model, proposal.version)
        assert (kept.parent, kept.number) == (model.version, 0)
        assert kept.report is not None
        assert kept.report["answers"] == proposal.answers
    assert propose(house) == proposal


def test_what_was_learnt_is_used_and_taken_back_by_one_word_each(house: Engine) -> None:
    before, model = state(house), model_of(house)
    version = propose(house).version

    use(house, version, author="command")
    assert model_of(house).version == version

    back(house, author="command")
    assert model_of(house).version == model.version
    assert state(house) == before
    assert acts(house) == [
        ("learning.use", f"model:{version}"),
        ("learning.back", f"model:{model.version}"),
    ]
    with pytest.raises(Refused, match="nothing_learnt"):
        back(house, author="command")


def test_a_fresh_model_carries_over_what_is_in_use_until_it_is_taken_back(house: Engine) -> None:
    old = propose(house).version
    use(house, old, author="command")
    learnt = model_of(house).learnt
    take_in(house, {"key": "n1", "first_name": "Olga", "last_name": "Ivanova"}, source="newsletter")

    link_waiting(house, bulk=True)
    fresh = model_of(house)
    assert fresh.records == 49
    assert fresh.learnt == learnt

    back(house, author="command")
    plain = model_of(house)
    assert (plain.records, plain.learnt) == (49, None)

    use(house, old, author="command")
    assert (model_of(house).records, model_of(house).learnt) == (49, learnt), "what is counted now is kept"
    back(house, author="command")
    assert model_of(house).version == plain.version


def test_learning_twice_is_taken_back_twice(house: Engine) -> None:
    first = propose(house).version
    use(house, first, author="command")
    answer(house, dict.fromkeys(range(20, 24), False))
    second = propose(house)
    assert second.parent == first
    use(house, second.version, author="command")

    back(house, author="command")
    assert model_of(house).version == first
    back(house, author="command")
    assert model_of(house).learnt is None


def test_only_answers_to_the_engines_questions_that_hold_teach(engine: Engine) -> None:
    """What was taken back, put off, taken out of a guest, or nobody was asked about teaches nothing."""
    take_in(engine, *(told(number, turn) for number in range(4) for turn in (0, 1)))
    take_in(engine, told(4, 0), told(4, 0) | {"key": "b04"})
    link_waiting(engine)
    with pytest.raises(Refused, match="no_answers"):
        propose(engine)

    withdrawn = say_of(engine, "a00", "b00", "same")
    with writing(engine) as session:
        undo(session, withdrawn.id, author="staff:2", now=NOON)
    say_of(engine, "a02", "b02", "undecided")
    take_out(engine, "b04")
    with reading(engine) as session:
        assert len(answers_of(session, load_all(session))) == 0

    say_of(engine, "a01", "a03", "not_same")  # two whom the engine never took for one
    with reading(engine) as session:
        assert len(answers_of(session, load_all(session))) == 1
    with pytest.raises(Refused, match="no_answers"):
        propose(engine)


def test_what_was_accepted_in_bulk_teaches_nothing_and_only_a_proposal_is_used(house: Engine) -> None:
    for version in ("3-nothing", model_of(house).version):
        with pytest.raises(Refused, match="unknown"):
            use(house, version, author="command")
    with writing(house) as session:
        for deed in session.scalars(select(Deed)):
            deed.kind = "accept"
    with pytest.raises(Refused, match="no_answers"):
        propose(house)


class Killed(Exception):
    """Stands for a process that ends here."""


def test_killed_before_its_end_the_model_before_is_gone_by(
    house: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise Killed

    before, model = state(house), model_of(house)
    version = propose(house).version
    with monkeypatch.context() as patch:
        patch.setattr(rematching, "_go_by", killed)
        with pytest.raises(Killed):
            use(house, version, author="command")

    assert model_of(house).version == model.version
    link_waiting(house)
    assert model_of(house).version == model.version
    assert state(house) == before
    use(house, version, author="command")
    assert model_of(house).version == version
    assert state(house)
