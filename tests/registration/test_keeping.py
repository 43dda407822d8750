"""Sheets lie in the vault: read for a purpose, changed with a reason, signed under one text."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import Engine, select, text

from server.db import reading, writing
from server.journal.models import JournalEntry
from server.keys import Key
from server.privacy.check import check
from server.privacy.dump import dump
from server.refusal import Refused
from server.registration.keeping import (
    Opened,
    Origin,
    Purpose,
    correct_sheet,
    open_sheet,
    sign_sheet,
    versions_of,
    void_sheet,
)
from server.registration.models import KeptSheet, SheetVersion
from server.registration.resealing import left_to_reseal, reseal
from server.vault import Vault
from tests.registration.sheets import ANNA, ARRIVES, KEY, LINE, NOON, SHEET, VAULT, keep, signed

AT_THE_DESK = Origin("desk", "police_fr.v1", "fr", "staff:1")


def read(engine: Engine, id_: str, version: int | None = None, vault: Vault = VAULT) -> Opened:
    with writing(engine) as session:
        kept = session.get_one(KeptSheet, id_)
        return open_sheet(
            session, vault, kept, purpose=Purpose.PRINT, actor="staff:1", now=NOON, version=version
        )


def correct(engine: Engine, id_: str, reason: str = "misspelt") -> None:
    with writing(engine) as session:
        other = replace(SHEET, people=(replace(ANNA, family_name="Öztürk-Yıldız"),))
        kept = session.get_one(KeptSheet, id_)
        correct_sheet(session, VAULT, kept, other, AT_THE_DESK, reason=reason, now=NOON)


def sign(engine: Engine, id_: str) -> None:
    with writing(engine) as session:
        kept = session.get_one(KeptSheet, id_)
        sign_sheet(session, VAULT, kept, signed("Öztürk-Yıldız"), actor="device:1", today=ARRIVES, now=NOON)


def test_a_sheet_is_read_as_it_was_written_and_the_journal_tells_who_did(engine: Engine) -> None:
    id_ = keep(engine, signature=signed())

    opened = read(engine, id_)

    assert opened.sheet == SHEET
    assert opened.signature is not None
    assert (opened.kept.state, opened.signature.strokes) == ("signed", LINE)
    with reading(engine) as session:
        told = session.scalars(select(JournalEntry).order_by(JournalEntry.id)).all()
    assert [(one.act, one.subject) for one in told] == [
        ("sheet.kept", f"sheet:{id_}"),
        ("sheet.opened", f"sheet:{id_}"),
    ]


def test_the_same_form_comes_twice_and_is_kept_once(engine: Engine) -> None:
    keep(engine, signature=signed())

    keep(engine)

    assert read(engine, "7f3c").kept.state == "signed"
    with reading(engine) as session:
        assert len(session.scalars(select(SheetVersion)).all()) == 1


def test_nothing_of_a_guest_stands_in_clear(engine: Engine) -> None:
    id_ = keep(engine, signature=signed())
    correct(engine, id_, "she spells it Yıldız")

    with engine.connect() as connection:
        for table in ("registration_sheet", "registration_version", "journal_entry"):
            rows = connection.execute(text(f"SELECT * FROM {table}")).mappings().all()  # ours
            shown = json.dumps([{k: repr(v) for k, v in row.items()} for row in rows], ensure_ascii=False)
            assert rows
            for word in ("ztürk", "Anna", "Ankara", "1980", "Yıldız", "example.com", "300,20"):
                assert word not in shown


def test_a_change_after_signing_breaks_the_signature_and_keeps_what_was_signed(engine: Engine) -> None:
    id_ = keep(engine, signature=signed())

    correct(engine, id_)

    now, before = read(engine, id_), read(engine, id_, 1)
    assert (now.kept.state, now.signature, now.reason) == ("broken", None, "misspelt")
    assert before.signature is not None
    assert before.sheet == SHEET


def test_what_was_corrected_is_signed_again_once(engine: Engine) -> None:
    id_ = keep(engine, signature=signed())
    correct(engine, id_)

    sign(engine, id_)

    assert read(engine, id_).kept.state == "signed"
    with pytest.raises(Refused, match="is_signed"):
        sign(engine, id_)


def test_who_cannot_sign_is_witnessed(engine: Engine) -> None:
    id_ = keep(engine, signature=signed(strokes="", witness="staff:1"))

    assert read(engine, id_).kept.state == "witnessed"


@pytest.mark.parametrize("reason", ["", "  "])
def test_without_a_reason_nothing_is_corrected_or_void(engine: Engine, reason: str) -> None:
    id_ = keep(engine)

    with pytest.raises(Refused, match="no_reason"):
        correct(engine, id_, reason)
    with pytest.raises(Refused, match="no_reason"), writing(engine) as session:
        void_sheet(session, session.get_one(KeptSheet, id_), reason=reason, actor="staff:1", now=NOON)


def test_a_void_sheet_stays_as_it_is(engine: Engine) -> None:
    id_ = keep(engine)
    with writing(engine) as session:
        void_sheet(session, session.get_one(KeptSheet, id_), reason="twice", actor="staff:1", now=NOON)

    with pytest.raises(Refused, match="is_void"):
        correct(engine, id_)


def test_after_a_new_key_everything_is_sealed_anew_and_the_former_key_may_go(engine: Engine) -> None:
    for number in range(3):
        keep(engine, f"sheet-{number}", signature=signed())
    fresh = Key("vault", "vault-two", b"w" * 32, NOON)
    both, alone = Vault([fresh, KEY], b"i" * 32), Vault([fresh], b"i" * 32)
    assert left_to_reseal(engine, both) == 3

    assert reseal(engine, both) == 3

    assert left_to_reseal(engine, both) == 0
    assert read(engine, "sheet-1", vault=alone).sheet == SHEET
    with reading(engine) as session:
        versions = versions_of(session, session.get_one(KeptSheet, "sheet-2"))
        assert [one.key_id for one in versions] == ["vault-two"]


def test_the_house_is_in_order_and_says_when_a_signature_stands_under_another_text(engine: Engine) -> None:
    id_ = keep(engine, signature=signed())
    with writing(engine) as session:
        assert check(session) == []
        before = dump(session)
        session.get_one(KeptSheet, id_).state = "broken"
        session.flush()

        assert [one.says for one in check(session)] == ["Every signature stands under what was signed."]

    assert any('"type":"sheet"' in line for line in before)
    assert not any("ztürk" in line for line in before)


def test_two_receptions_at_once_get_numbers_without_a_gap_and_a_void_form_keeps_its_own(
    engine: Engine,
) -> None:
    keep(engine, "first", country="AT")
    with ThreadPoolExecutor(2) as receptions:
        list(receptions.map(lambda at: keep(engine, f"sheet-{at}", country="AT"), range(8)))
    with writing(engine) as session:
        last = session.scalars(select(KeptSheet).where(KeptSheet.number == 9)).one()
        void_sheet(session, last, reason="error", actor="staff:1", now=NOON)

    keep(engine, "after", country="AT")

    with reading(engine) as session:
        numbers = {kept.number: kept.state for kept in session.scalars(select(KeptSheet))}
    assert sorted(number or 0 for number in numbers) == list(range(1, 11))
    assert (numbers[9], numbers[10]) == ("void", "filled")
