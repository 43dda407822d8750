"""A signature stands under one text: whatever is changed after it, it stands under nothing (K-12)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, select

from server.db import reading, writing
from server.forms.definition import find_form
from server.forms.reading_out import text_shown
from server.privacy.check import check
from server.registration.dates import PartialDate
from server.registration.keeping import Opened, Purpose, correct_sheet, open_sheet
from server.registration.models import KeptSheet, SheetVersion
from server.registration.reading import text_digest
from server.registration.sheet import Person, Sheet
from server.registration.signing import Signature, signature_from
from server.vault import CannotOpenVault
from tests.registration.sheets import ANNA, AT_THE_TABLET, LINE, NOON, SHEET, VAULT, keep, signed
from tests.registration.test_forms import ANNA as ANSWERS
from tests.registration.test_forms import LEO


def of_anna(**changed: Any) -> Sheet:
    return replace(SHEET, people=(replace(ANNA, **changed),))


CHANGED = {
    "family-name": of_anna(family_name="Öztürk-Yıldız"),
    "accent": of_anna(family_name="Ozturk"),
    "birth-date": of_anna(birth_date=PartialDate(1980, 5)),
    "birth-place": of_anna(birth_place="İzmir"),
    "nationality": of_anna(nationality="DEU"),
    "home": of_anna(home_line="Atatürk Caddesi 6"),
    "mobile": of_anna(mobile="+905321234567"),
    "email": of_anna(email=None),
    "document": of_anna(document_number="U1"),
    "arrival": replace(SHEET, stay=replace(SHEET.stay, arrives=date(2026, 5, 3))),
    "departure": replace(SHEET, stay=replace(SHEET.stay, departs=date(2026, 5, 9))),
    "child": replace(SHEET, people=(ANNA, Person("child", "Öztürk", given_names="Leo"))),
}


def test_whatever_is_changed_after_signing_the_sheet_is_broken_until_it_is_signed_again(
    engine: Engine,
) -> None:
    for name, sheet in CHANGED.items():
        keep(engine, name, signature=signed())
        with writing(engine) as session:
            kept = session.get_one(KeptSheet, name)
            correct_sheet(session, VAULT, kept, sheet, AT_THE_TABLET, reason="told so", now=NOON)

        now, before = read(engine, name), read(engine, name, version=1)

        assert (now.kept.state, now.signature, now.sheet) == ("broken", None, sheet), name
        assert before.signature is not None
        assert (before.signature.strokes, before.sheet) == (LINE, SHEET)


def read(engine: Engine, id_: str, *, version: int | None = None) -> Opened:
    with writing(engine) as session:
        kept = session.get_one(KeptSheet, id_)
        return open_sheet(
            session, VAULT, kept, purpose=Purpose.PRINT, actor="staff:1", now=NOON, version=version
        )


OTHER = {
    **dict.fromkeys(("nationality", "home_country", "companion_1_nationality"), "SYR"),
    "has_second": "yes",
    "companion_1": "",
}


@pytest.mark.parametrize("answer", sorted((ANSWERS | LEO).keys() - {"signature_way_out"}))
def test_each_answer_stands_in_the_text_that_is_signed(answer: str) -> None:
    form = find_form("police_fr")
    assert form is not None
    given = ANSWERS | LEO | {"birth_date_month": "3", "birth_date_day": "2"}
    others = {
        "nationality": "SYR",
        "home_country": "SYR",
        "companion_1_nationality": "SYR",
        "has_second": "yes",
    }
    other = others.get(answer, {"companion_1": ""}.get(answer, str(given[answer]) + "1"))
    if given[answer].isdigit():
        other = str(int(given[answer]) - 1)

    before, after = (text_shown(form, "en", one) for one in (given, given | {answer: other}))

    assert text_digest(before) != text_digest(after)


def test_a_signature_is_kept_with_its_strokes_its_text_and_which_version_of_the_texts_it_was() -> None:
    one = signed("Family name: Öztürk")

    assert signature_from(one.to_bytes()) == one
    assert (one.strokes, one.text, one.form, one.language) == (
        LINE,
        "Family name: Öztürk",
        "police_fr.v1",
        "de",
    )
    assert isinstance(one, Signature)


def test_a_signature_that_is_put_under_another_version_does_not_open_and_check_tells_it(
    engine: Engine,
) -> None:
    id_ = keep(engine, signature=signed())
    with writing(engine) as session:
        kept = session.get_one(KeptSheet, id_)
        correct_sheet(session, VAULT, kept, SHEET, AT_THE_TABLET, reason="told so", now=NOON)
        first, second = session.scalars(select(SheetVersion).order_by(SheetVersion.number)).all()
        second.signature = first.signature

    with reading(engine) as session:
        said = [one.says for one in check(session)]
    assert said == ["Every signature stands under what was signed."]
    with pytest.raises(CannotOpenVault, match="damaged"):
        read(engine, id_)
