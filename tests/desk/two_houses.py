"""Two houses of one group, every field of each marked, so that whatever comes out says whose it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server.captures.handing import hand_over
from server.captures.models import Capture, SurveyAnswer, Wish
from server.clock import clock
from server.db import reading, writing
from server.devices.enrolling import enrol, issue_code
from server.feeds.models import Feed, FeedFile
from server.feeds.setting import Wanted, make_feed
from server.guests.finding import see_guest
from server.guests.linking import link_waiting
from server.guests.living import say_word
from server.guests.models import Decision, Deed, Guest, Link
from server.guests.pinning import pin_value
from server.importing.preparing import look_at
from server.prompts.models import DeadContact, Declined, Prompt, Reply
from server.properties.finding import properties_within, today_at
from server.properties.models import Property
from server.properties.reach import EVERYWHERE, Reach
from server.properties.setup import ensure_properties
from server.records.models import Import, Problem, SourceRecord
from server.registration.keeping import Origin, keep_sheet
from server.registration.models import HandIn, HouseRegistration
from server.registration.sheet import Person, Sheet
from server.registration.sheet import Stay as StayOnSheet
from server.staff.models import Colleague, Post
from server.stays.models import Stay
from server.vault import open_vault
from tests.builders import take_in
from tests.desk.filled import count

TELLTALE = {
    "arc": ("qxarc", "1933", "87,654", "06 11 22 33", "6 11 22 33"),
    "lac": ("qxlac", "1911", "98,765", "6 99 88 77"),
}
"""What stands in the fields of each house and nowhere else; text in any case."""

SHARED = {
    "first_name": "Patrick",
    "last_name": "Martin",
    "mobile": "06 52 52 72 72",
    "birth_date": "1956-12-28",
}
"""The guest whom both houses know."""

MARKS = {
    "arc": {"phone": "+33 6 11 22 33 44", "birth_date": "1933-03-03", "amount": "87654.32"},
    "lac": {"phone": "+33 6 99 88 77 66", "birth_date": "1911-11-11", "amount": "98765.43"},
}
HEADER = "Profile ID\tGuest Name\tEmail\tTelephone\tDOB\tNationality\tLang\tID Doc\tInsert Date\tArr\tDep\n"


@dataclass(frozen=True)
class House:
    """One of the two, with the numbers of what is in it."""

    code: str
    property_id: int
    source: str
    guests: tuple[str, ...]
    shared_guest: str
    gone_guest: str
    imports: dict[str, int]
    problems: tuple[int, ...]
    colleague: int
    records: tuple[int, ...]
    deed: int
    stay: str
    feed: int
    device: int
    wish: int
    survey: int
    handover: int
    reply: int
    refusal: int
    dead: int
    sheet: str
    hand_in: int


def _marked(code: str, key: str) -> dict[str, str]:
    today = clock().astimezone(ZoneInfo("Europe/Paris")).date()  # a house's own, late in the evening too
    mark = f"qx{code}"
    return MARKS[code] | {
        "key": f"{mark}-{key}",
        "first_name": f"{mark}first".title(),
        "last_name": f"{mark}last{key}".title(),
        "email": f"{mark}.{key}@posteo.de",
        "street": f"1 rue {mark}",
        "postal_code": "75001",
        "city": f"{mark}ville",
        "company": f"{mark} SA",
        "loyalty_id": f"{mark}77",
        "reference": f"{mark}-{key}",
        "channel": f"{mark}.com",
        "room": f"{mark}9",
        "notes": f"likes {mark}",
        "status": "booked",
        "stay_from": str(today),
        "stay_to": str(today + timedelta(days=2)),
    }


def _fill_one(engine: Engine, code: str, folder: Path) -> None:
    mark = f"qx{code}"
    kept = {name: text for name, text in _marked(code, "s").items() if name not in ("phone", "birth_date")}
    past = {"stay_from": "2026-03-01", "stay_to": "2026-03-04", "status": "left"}
    take_in(
        engine,
        _marked(code, "a"),
        _marked(code, "b") | past,
        kept | SHARED,
        source=f"pms {mark}",
        stay_kind="stay",
        at=code,
    )
    take_in(
        engine,
        {"key": f"{mark}-n", "first_name": f"{mark}news".title(), "email": f"{mark}.news@posteo.de"},
        source=f"news {mark}",
        kind="newsletter",
        at=code,
    )
    link_waiting(engine)
    rows = f"{mark}1\t{mark}last, {mark}first\t{mark}@posteo.de\t\t1980-02-03\tIT\tit\t\t2025-03-01\t\t\n"
    known, unknown = folder / f"{mark}.txt", folder / f"{mark}.csv"
    known.write_bytes((HEADER + rows).encode("utf-16"))
    unknown.write_text(f"Nom du {mark};Courriel\n{mark}last;{mark}@posteo.de\n", "utf-8")
    with writing(engine) as session:
        place = ensure_properties(session, [{"code": code}])[0]
        for path, state in ((known, "preview"), (unknown, "preview"), (known, "looking"), (known, "done")):
            looked = look_at(path, name=f"{mark} {path.name}", kept={})
            made = Import(
                property_id=place.id,
                file_name=looked.name,
                file_digest=looked.digest,
                file_size=looked.size,
                reading=looked.reading.to_json(),
                state=state,
                rows_total=1,
                rows_waiting=2 if state == "done" else 0,
                created_at=clock(),
            )
            session.add(made)
            session.flush()
        capture = Capture(
            id=f"{code}{'0' * 33}",
            form="pre_check_in",
            form_version=1,
            language="fr",
            surface="kiosk",
            proof="typed",
            property_id=place.id,
            answers={"given_name": mark},
            digest=b"1" * 32,
            state="problem",
            received_at=clock(),
        )
        session.add(capture)
        session.flush()
        waiting = {"code": "row-cells", "params": {"cells": "3", "columns": mark}, "created_at": clock()}
        for line in (2, 3):
            session.add(Problem(import_id=made.id, line=line, content=f"{mark};row", **waiting))
        session.add(Problem(capture_id=capture.id, content=f"{mark} form", **waiting))
        records = sorted(session.scalars(select(SourceRecord.id).where(SourceRecord.property_id == place.id)))
        _say_what_guests_want(session, place, mark, records[0])
        asked = {"verdict": "undecided", "asked": records[:2]}
        facts = {"author": "command", "reason": mark, "at": clock()}
        deed = Deed(kind="decide", property_id=place.id, params=asked, **facts)
        session.add(deed)
        session.flush()
        pair = {"record_a": records[0], "record_b": records[1], "verdict": "undecided"}
        session.add(Decision(deed_id=deed.id, **pair, **facts))
        feed = Wanted("mailbox", f"{mark} report", place=mark, senders=f"{mark}@pms.example")
        made_feed = make_feed(session, place, feed, who="staff:1", now=clock())
        brought = {"feed_id": made_feed.id, "at": clock(), "received_at": clock()}
        session.add(FeedFile(mark="1", file_name=f"{mark}.txt", import_id=made.id, state="taken", **brought))
        left = {"state": "left", "reason": {"code": "feed.stranger", "params": {}}}
        session.add(
            FeedFile(mark="2", file_name="file", sender=f"{mark}@elsewhere.example", **left, **brought)
        )
        gone = Guest(id=f"{'0' * 29}{code}", created_at=clock())
        session.add(gone)


def _say_what_guests_want(session: Session, place: Property, mark: str, record_id: int) -> None:
    """A wish of somebody who arrives today, and a survey that calls for somebody."""
    today = today_at(place, now=clock())
    form = {"property_id": place.id, "form_version": 1, "language": "en", "day": today}
    told = {"kinds": ["cot", "occasion:birthday"], "arrival_time": "22:30", "note": f"a wish of {mark}"}
    session.add(Wish(form="wishes", record_id=record_id, received_at=clock(), **told, **form))
    scored = {"score": 0, "lowest": 0, "answers": {"overall": "1", "team": "5"}, "comment": f"cold {mark}"}
    asks = {"id": 2**40 + place.id, "reply_to": f"{mark}@posteo.de"}
    session.add(SurveyAnswer(form="survey", **asks, **scored, **form))


def _lay_out_a_tablet(engine: Engine, code: str) -> int:
    """A tablet of a house."""
    with writing(engine) as session:
        place = ensure_properties(session, [{"code": code}])[0]
        made = issue_code(session, place, f"Qx{code} tablet", secret=b"s" * 32, actor="staff:1", now=clock())
        return enrol(session, made.text, secret=b"s" * 32, now=clock()).device.id


def _hear_of_a_guest(engine: Engine, code: str) -> int:
    """A reply to a question of a house, which waits for a person."""
    with writing(engine) as session:
        of_key = SourceRecord.key == _marked(code, "a")["key"]
        record = session.scalars(select(SourceRecord).where(of_key)).one()
        guest_id = session.scalars(select(Link.guest_id).where(Link.record_id == record.id)).one()
        now, key = clock(), f"qx{code}".encode().ljust(32)
        times = {"due_at": now, "until_at": now, "planned_at": now, "asked_at": now}
        how = {"rule": "email_by_text", "purpose": "email", "channel": "sms", "mode": "reply"}
        asked = Prompt(
            property_id=record.property_id,
            stay_id=f"qx{code}",
            guest_id=guest_id,
            record_id=record.id,
            language="en",
            state="answered",
            contact_key=key,
            **how,
            **times,
        )
        session.add(asked)
        session.flush()
        reply = Reply(
            channel="sms",
            provider_id=f"SMqx{code}",
            property_id=record.property_id,
            prompt_id=asked.id,
            from_key=key,
            text=f"qx{code}@posteo.de perhaps",
            state="at_desk",
            outcome="ask_back/again",
            received_at=now,
        )
        session.add(reply)
        session.flush()
        return reply.id


def _say_by_mistake(engine: Engine, code: str) -> tuple[int, int]:
    """A No and a "wrong number" of a guest, each to be taken back."""
    with writing(engine) as session:
        of_key = SourceRecord.key == _marked(code, "a")["key"]
        record = session.scalars(select(SourceRecord).where(of_key)).one()
        no = Declined(
            record_id=record.id,
            property_id=record.property_id,
            purpose="survey",
            answer="declined",
            by="guest",
            at=clock(),
        )
        dead = DeadContact(record_id=record.id, contact_key=b"d" * 32, at=clock(), how="not_me")
        session.add_all([no, dead])
        session.flush()
        return no.id, dead.id


def _hand_a_stay_over(engine: Engine, code: str) -> int:
    """A stay of a house that waits for a tablet there."""
    with writing(engine) as session:
        of_key = SourceRecord.key == _marked(code, "a")["key"]
        record = session.scalars(select(SourceRecord).where(of_key)).one()
        return hand_over(session, record, None, secret=b"s" * 32, actor="staff:1", now=clock()).row.id


def _somebody_of(engine: Engine, code: str) -> int:
    """A colleague whose only post is at one house."""
    with writing(engine) as session:
        place = ensure_properties(session, [{"code": code}])[0]
        colleague = Colleague(name=f"Qx{code} Colleague", email=f"qx{code}@hotel.example", created_at=clock())
        colleague.posts = [Post(role="reception", property_id=place.id)]
        session.add(colleague)
        session.flush()
        return int(colleague.id)


def _pin_an_address(engine: Engine, code: str) -> None:
    """A colleague's choice at the first guest of a house, among records of that house."""
    with writing(engine) as session:
        record_id, guest_id, n = session.execute(
            select(SourceRecord.id, Link.guest_id, SourceRecord.current_version)
            .join(Link, Link.record_id == SourceRecord.id)
            .where(SourceRecord.key == f"qx{code}-a")
        ).one()
        seen = see_guest(session, guest_id, reach=EVERYWHERE)
        assert seen is not None
        why = f"said so to qx{code}"
        pin_value(session, seen, "email", record_id, n, author="staff:999", reason=why, now=clock())


def _put_two_together(engine: Engine, code: str) -> None:
    """A colleague's word on the first two guests of a house."""
    with writing(engine) as session:
        place = ensure_properties(session, [{"code": code}])[0]
        keys = [f"qx{code}-a", f"qx{code}-n"]
        query = select(Link.guest_id).join(SourceRecord, SourceRecord.id == Link.record_id)
        one, other = session.scalars(query.where(SourceRecord.key.in_(keys)).order_by(SourceRecord.key)).all()
        reach, why = Reach(frozenset((place.id,))), f"told qx{code}"
        say_word(session, one, [other], "together", reach=reach, author="staff:999", reason=why, now=clock())


def _keep_police_forms(engine: Engine, code: str, folder: Path) -> str:
    """A house keeps its police forms here: one, where the house has keys."""
    with writing(engine) as session:
        place = ensure_properties(session, [{"code": code}])[0]
        session.add(HouseRegistration(property_id=place.id, is_on=True, ids={}))
        keys, now = folder / "house" / "keys", clock()
        facts = {"output": "none", "name": f"qx{code}.txt", "digest": b"1" * 32, "made_by": "staff:1"}
        session.add(HandIn(property_id=place.id, made_at=now, **facts))
        if not keys.is_dir():
            return ""
        today = today_at(place, now=now)
        guest = Person(family_name=f"Qx{code}", given_names="Anna", nationality="TUR")
        return keep_sheet(
            session,
            open_vault(keys),
            Sheet(StayOnSheet(today, today + timedelta(days=2)), (guest,)),
            Origin("desk", "desk.v1", "en", "staff:1"),
            id=f"sheet-of-{code}",
            property_id=place.id,
            country="FR",
            record_id=None,
            today=today,
            now=now,
        ).id


def fill_two(engine: Engine, folder: Path) -> tuple[House, House]:
    """Both houses filled and counted, each with what the other has; one guest is known to both."""
    with writing(engine) as session:
        ensure_properties(
            session,
            [
                {"code": "main", "legal_entity": "The group"},
                *(
                    {"code": code, "name": f"Hôtel Qx{code}", "legal_entity": "The group"}
                    for code in ("arc", "lac")
                ),
            ],
        )
    for code in ("arc", "lac"):
        _fill_one(engine, code, folder)
    for code in ("arc", "lac"):
        _pin_an_address(engine, code)
        _put_two_together(engine, code)
    sheets = {code: _keep_police_forms(engine, code, folder) for code in ("arc", "lac")}
    count(engine, clock().date())
    tablets = {code: _lay_out_a_tablet(engine, code) for code in ("arc", "lac")}
    handovers = {code: _hand_a_stay_over(engine, code) for code in ("arc", "lac")}
    replies = {code: _hear_of_a_guest(engine, code) for code in ("arc", "lac")}
    mistakes = {code: _say_by_mistake(engine, code) for code in ("arc", "lac")}
    colleagues = {code: _somebody_of(engine, code) for code in ("arc", "lac")}
    with reading(engine) as session:
        made = []
        for place in properties_within(session, EVERYWHERE):
            if place.code not in TELLTALE:
                continue
            mark = f"qx{place.code}"
            linked = dict(
                session.execute(
                    select(SourceRecord.key, Link.guest_id)
                    .join(Link, Link.record_id == SourceRecord.id)
                    .where(SourceRecord.property_id == place.id)
                ).all()
            )
            imports = session.scalars(
                select(Import.id).where(Import.property_id == place.id).order_by(Import.id)
            )
            problems = session.scalars(select(Problem.id).where(Problem.content.startswith(mark)))
            made.append(
                House(
                    place.code,
                    place.id,
                    f"pms {mark}",
                    tuple(guest for key, guest in linked.items() if key != f"{mark}-s"),
                    linked[f"{mark}-s"],
                    f"{'0' * 29}{place.code}",
                    dict(zip(("known", "unknown", "looking", "done"), imports, strict=True)),
                    tuple(problems),
                    colleagues[place.code],
                    tuple(
                        session.scalars(
                            select(SourceRecord.id)
                            .where(SourceRecord.property_id == place.id)
                            .order_by(SourceRecord.id)
                        )
                    ),
                    session.scalars(
                        select(Deed.id).where(Deed.property_id == place.id, Deed.kind == "decide")
                    ).one(),
                    session.scalars(select(Stay.id).where(Stay.property_id == place.id).limit(1)).one(),
                    session.scalars(select(Feed.id).where(Feed.property_id == place.id)).one(),
                    tablets[place.code],
                    session.scalars(select(Wish.id).where(Wish.property_id == place.id)).one(),
                    2**40 + place.id,
                    handovers[place.code],
                    replies[place.code],
                    *mistakes[place.code],
                    sheets[place.code],
                    session.scalars(select(HandIn.id).where(HandIn.property_id == place.id)).one(),
                )
            )
        first, second = made
        return first, second
