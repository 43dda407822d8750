"""Who may open what: every role at every route, at the own house and at another one, with real requests.

The tables here are written by hand from the requirements, not from the code they judge.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import count
from pathlib import Path
from typing import Any, Self

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import TimestampSigner, URLSafeTimedSerializer

from server.access import list_routes, staff
from server.clock import clock
from server.desk import NAVIGATION
from tests.desk.two_houses import House, fill_two
from tests.house import seat, sit

ROLES = ("reception", "reviewer", "manager", "privacy", "auditor", "administrator")
MAY: dict[str, str] = {
    "desk.open": "reception reviewer manager privacy auditor administrator",
    "guests.see": "reception reviewer manager privacy",
    "figures.see": "reception reviewer manager privacy auditor",
    "problems.settle": "reception reviewer manager",
    "arrivals.import": "reception reviewer manager",
    "files.import": "reviewer manager",
    "values.pin": "reception reviewer manager",
    "households.say": "reception reviewer manager",
    "stays.hand_over": "reception reviewer manager",
    "sheets.see": "reception reviewer manager",
    "sheets.correct": "reception reviewer manager",
    "sheets.hand_in": "manager",
    "sheets.authority": "manager",
    "pairs.decide": "reception reviewer manager",
    "pairs.decide_many": "reviewer manager",
    "guests.export": "manager",
    "messages.send_many": "manager",
    "templates.edit": "manager",
    "house.set": "manager administrator",
    "papers.print": "reception manager privacy administrator",
    "journal.read": "privacy auditor",
    "journal.export": "auditor",
    "staff.see": "administrator",
    "staff.manage": "administrator",
    "account.change": "reception reviewer manager privacy auditor administrator",
    "devices.see": "reception reviewer manager administrator",
    "devices.end": "reception manager administrator",
    "devices.manage": "administrator",
    "keys.manage": "administrator",
}
SIGN_IN_WITH_A_SECOND_FACTOR = ("manager", "privacy", "administrator")
ASK_A_SECOND_FACTOR = (
    "guests.export",
    "messages.send_many",
    "templates.edit",
    "house.set",
    "journal.export",
    "sheets.hand_in",
    "sheets.authority",
    "staff.see",
    "staff.manage",
    "devices.manage",
    "keys.manage",
)
ASK_THE_PASSWORD_AGAIN = (
    "guests.export",
    "messages.send_many",
    "keys.manage",
    "account.change",
    "journal.export",
    "sheets.authority",
    "staff.manage",
)

Numbers = Callable[[House], dict[str, Any]]
IDS: dict[str, Numbers] = {
    "guests.show": lambda house: {"guest_id": house.guests[0]},
    **{
        f"households.{name}": lambda house: {"guest_id": house.guests[0]}
        for name in ("show", "find", "together", "apart")
    },
    "values.show": lambda house: {"guest_id": house.guests[0], "field": "email"},
    "values.choose": lambda house: {"guest_id": house.guests[0], "field": "email"},
    "imports.show": lambda house: {"import_id": house.imports["done"]},
    "imports.progress": lambda house: {"import_id": house.imports["looking"]},
    "imports.start": lambda house: {"import_id": house.imports["known"]},
    "imports.put_away": lambda house: {"import_id": house.imports["known"]},
    "imports.ask_undo": lambda house: {"import_id": house.imports["done"]},
    "imports.undo": lambda house: {"import_id": house.imports["known"]},
    "imports.say_layout": lambda house: {"import_id": house.imports["known"]},
    "imports.map_columns": lambda house: {"import_id": house.imports["unknown"]},
    "imports.settle_problem": lambda house: {"problem_id": house.problems[0]},
    "imports.reopen_problem": lambda house: {"problem_id": house.problems[0]},
    **{
        f"asking.{name}": lambda house: {"property_id": house.property_id}
        for name in (
            *("show", "stop_all", "begin", "arrived", "test", "rule", "through_alias", "country", "limits"),
        )
    },
    **{f"feeds.{name}": lambda house: {"feed_id": house.feed} for name in ("show", "change", "switch")},
    **{
        f"colleagues.{name}": lambda house: {"colleague_id": house.colleague}
        for name in ("show", "change", "disable", "enable", "link", "reset_second_step", "end")
    },
    **{
        f"first_hour.{name}": lambda house: {"property_id": house.property_id, "step": "found"}
        for name in ("tick", "put_off", "take_up")
    },
    **{
        f"first_hour.{name}": lambda house: {"property_id": house.property_id}
        for name in ("open_kiosk", "accept", "take_back", "refuse", "rehearse")
    },
    **{f"lobby.{name}": lambda house: {"device_id": house.device} for name in ("show", "end", "export")},
    **{f"handing.{name}": lambda house: {"handover_id": house.handover} for name in ("state", "back")},
    "lobby_forms.one_again": lambda house: {"problem_id": house.problems[0]},
    **{f"wishes.{name}_wish": lambda house: {"wish_id": house.wish} for name in ("settle", "open")},
    **{f"wishes.{name}_survey": lambda house: {"survey_id": house.survey} for name in ("settle", "open")},
    **{
        f"replies.{name}": lambda house: {"reply_id": house.reply}
        for name in ("take_address", "declined", "wrong_number", "done")
    },
    "refusals.say_no": lambda house: {"guest_id": house.guests[0]},
    "told.take": lambda house: {"guest_id": house.guests[0]},
    "refusals.ask_again": lambda house: {"declined_id": house.refusal},
    "refusals.own": lambda house: {"dead_id": house.dead},
    "house.show": lambda house: {"property_id": house.property_id},
    "house.save": lambda house: {"property_id": house.property_id, "section": "look"},
    "house.save_company": lambda house: {"property_id": house.property_id},
    "house.save_entity": lambda house: {"property_id": house.property_id},
    "house.upload_picture": lambda house: {"property_id": house.property_id, "kind": "logo"},
    "house.remove_picture": lambda house: {"property_id": house.property_id, "kind": "logo"},
    "house_preview.preview": lambda house: {"property_id": house.property_id},
    "review.pair": lambda house: {"record_id": house.records[0], "other_id": house.records[1]},
    "review.take_out": lambda house: {"record_id": house.records[0]},
    "review.take_back": lambda house: {"deed_id": house.deed},
    "review.look": lambda house: {"deed_id": house.deed},
    **{f"stays.{name}": lambda house: {"stay_id": house.stay} for name in ("show", "join", "part")},
    **{
        f"to_type.{name}": lambda house: {
            "record_id": house.records[0],
            "value_record_id": house.records[1],
        }
        for name in ("done", "back")
    },
    "sheets.say": lambda house: {"record_id": house.records[0], "said": "none"},
    **{f"sheets.{name}": lambda house: {"record_id": house.records[0]} for name in ("key", "no_key")},
    **{
        f"sheets.{name}": lambda house: {"property_id": house.property_id} for name in ("house", "save_house")
    },
    **{
        f"sheet.{name}": lambda house: {"sheet_id": house.sheet}
        for name in ("show", "ask_correction", "correct", "witness", "void")
    },
    "sheet_prints.one": lambda house: {"sheet_id": house.sheet},
    "sheet_prints.blank": lambda house: {"property_id": house.property_id},
    **{f"sheet_typing.{name}": lambda house: {"record_id": house.records[0]} for name in ("ask", "keep")},
    **{
        f"hand_in.{name}": lambda house: {"hand_in_id": house.hand_in}
        for name in ("show", "fetch", "handed_in", "results")
    },
    **{
        f"hand_in.{name}": lambda house: {"property_id": house.property_id, "output": "none"}
        for name in ("look", "make")
    },
    **{
        f"sheet_typing.{name}": lambda house: {"property_id": house.property_id}
        for name in ("ask_unknown", "keep_unknown")
    },
    "hand_in.load": lambda house: {"property_id": house.property_id},
    "sheet_request.register": lambda house: {"property_id": house.property_id},
    "papers.show": lambda house: {"property_id": house.property_id, "code": "desk_card", "language": "en"},
    "papers.print_": lambda house: {"property_id": house.property_id, "code": "desk_card", "language": "en"},
}
"""What a route's address names, for a house; every route that names something of a house stands here."""


def of_no_house(_: House) -> dict[str, Any]:
    """A route that names nothing."""
    return {}


NOTHING: dict[str, Any] = {
    "guest_id": "f" * 32,
    "stay_id": "f" * 32,
    **dict.fromkeys(("import_id", "problem_id", "feed_id", "colleague_id", "property_id"), 987654),
    **dict.fromkeys(("deed_id", "record_id", "device_id", "wish_id", "survey_id", "handover_id"), 987654),
    **dict.fromkeys(("reply_id", "declined_id", "dead_id", "hand_in_id"), 987654),
    "sheet_id": "f" * 32,
    "other_id": 987655,
    "value_record_id": 987656,
}
"""The same of what does not exist."""

OF_ONESELF = {"own_page.end": "session_id", "own_page.remove_passkey": "passkey_id"}
"""Routes that name something of the asker's own, whatever the house; tests/desk/test_account* has them."""

FOR_THE_GROUP = {
    "arranging.index",
    "arranging.record",
    "colleagues.keep_leavers",
    "house.save_company",
    "house.save_entity",
    "journal.head",
    "new_house.ask",
    "new_house.make",
}
"""What concerns several houses opens to a post in the whole group only."""

BELONGS_TO_OTHERS = {
    f"first_hour.{name}" for name in ("tick", "put_off", "take_up", "accept", "take_back", "refuse")
}
"""A step of the first hour has permissions of its own beside its route's."""

HAVE_NO_SECOND_STEP = {"own_page.new_codes", "own_page.no_second_step"}
"""There is nothing to make anew or to give up for who has set nothing up, or must have it."""

LEADS_TO_A_DOOR = {"own_page.new_app", "own_page.end_all"}
"""The second step is set up where it is asked for; who ends all sessions stands outside."""

_colleagues = count(1)
LET_IN = (200, 204, 302, 303, 422)
DOORS = ("/desk/sign-in", "/desk/second-step", "/desk/again")


def staff_routes(app: Flask) -> list[dict[str, Any]]:
    routes = [route for route in list_routes(app) if route["guard"].startswith("staff")]
    return [route for route in routes if route["endpoint"] not in OF_ONESELF | {"arranging.withdraw": ""}]


@pytest.fixture(autouse=True)
def time_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two answers are compared to the letter: what was 1 second ago must not be 2 in the second."""
    stands = datetime.now(UTC)

    class Standing(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls.fromtimestamp(stands.timestamp(), tz)

    monkeypatch.setattr("server.clock.datetime", Standing)
    # the token of a form tells when it was made
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: int(stands.timestamp()))


@pytest.fixture(autouse=True)
def paper_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether a paper may be printed is asked here; setting its PDF takes two seconds each time."""
    monkeypatch.setattr("server.desk.papers.render_pdf", lambda *_, **__: b"%PDF-")
    monkeypatch.setattr("server.desk.sheet_prints.pdf_of", lambda *_, **__: b"%PDF-")


@pytest.fixture
def houses(app: Flask, tmp_path: Path) -> tuple[House, House]:
    return fill_two(app.config["ENGINE"], tmp_path)


def at_the_desk(app: Flask, role: str, house: House | None, **how: Any) -> FlaskClient:
    how["name"] = f"Nadia {next(_colleagues)}"
    token = seat(app.config["ENGINE"], role, property_id=house.property_id if house else None, **how)
    return sit(app.test_client(), token)


ENDING = ("account", "own_page", "colleagues", "second_step", "entrance")
"""Rooms that may end a session, or change what it may do."""


class Seats:
    """A colleague at the desk who stays there, and another one for each route that may end a session."""

    def __init__(self, app: Flask, role: str, house: House | None) -> None:
        self._app, self._role, self._house = app, role, house
        self._stays = self._new()

    def _new(self) -> FlaskClient:
        return at_the_desk(self._app, self._role, self._house)

    def before(self, route: dict[str, Any]) -> FlaskClient:
        """Whoever is to ask for a route."""
        return self._new() if route["endpoint"].partition(".")[0] in ENDING else self._stays


def ask(
    app: Flask, desk: FlaskClient, route: dict[str, Any], values: dict[str, Any]
) -> tuple[int, bytes, str]:
    """Status, body and direction of the answer to a route's own method, sent from one of our pages."""
    adapter = app.url_map.bind("localhost")
    address = adapter.build(route["endpoint"], values, method=route["methods"][0])
    if "GET" in route["methods"]:
        answer = desk.get(address)
    else:
        answer = desk.post(address, data={"csrf_token": csrf_of(app, desk)})
    return answer.status_code, answer.data, answer.headers.get("Location", "")


def csrf_of(app: Flask, desk: FlaskClient) -> str:
    """The token that a page of this session would carry, without rendering one for each of 2,000 posts; that
    pages carry it, and that none is taken without, is asked elsewhere."""
    with desk.session_transaction() as kept:
        raw = kept.setdefault("csrf_token", "f" * 40)
    signer = URLSafeTimedSerializer(app.config["SECRET_KEY"], salt="wtf-csrf-token")
    return str(signer.dumps(raw))


def test_every_permission_and_every_route_stands_in_these_tables(app: Flask) -> None:
    routes = [route for route in list_routes(app) if route["guard"].startswith("staff")]

    assert {route["permission"] for route in routes} <= set(MAY)
    named = {route["endpoint"] for route in routes if "<" in route["rule"]}
    assert named == set(IDS) | set(OF_ONESELF) | {"arranging.withdraw"}
    for route in routes:
        assert " ".join(route["roles"]) == MAY[route["permission"]], route["endpoint"]
        assert route["second_factor"] is (route["permission"] in ASK_A_SECOND_FACTOR)
        assert route["fresh"] is (route["permission"] in ASK_THE_PASSWORD_AGAIN)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_at_one_house_opens_what_it_may_there_and_nothing_of_the_other(
    app: Flask, houses: tuple[House, House], role: str
) -> None:
    own, other = houses
    seats = Seats(app, role, own)
    for route in staff_routes(app):
        desk = seats.before(route)
        endpoint, values = route["endpoint"], IDS.get(route["endpoint"], of_no_house)
        status, _, leads_to = ask(app, desk, route, values(own))
        if role not in MAY[route["permission"]].split() or endpoint in FOR_THE_GROUP:
            assert status == 403, (role, endpoint)
            assert ask(app, desk, route, values(other))[0] in (403, 404), (role, endpoint)
            continue
        if endpoint in BELONGS_TO_OTHERS | HAVE_NO_SECOND_STEP and status in (403, 404):
            continue
        assert status in LET_IN, (role, endpoint, status)
        assert not leads_to.startswith(DOORS) or endpoint in LEADS_TO_A_DOOR, (role, endpoint)
        if not values(own):
            continue
        desk = at_the_desk(app, role, own)
        theirs = ask(app, desk, route, values(other))
        nobodys = ask(app, desk, route, values(own) | {n: NOTHING[n] for n in values(own) if n in NOTHING})
        assert theirs[0] in (404, 422), (role, endpoint, theirs[0])
        assert theirs == nobodys, (role, endpoint)
        assert b"qxlac" not in theirs[1].lower()


@pytest.mark.parametrize("role", ROLES)
def test_a_role_in_the_whole_group_opens_it_at_both_houses(
    app: Flask, houses: tuple[House, House], role: str
) -> None:
    seats = Seats(app, role, None)
    for route in staff_routes(app):
        for house in houses:
            desk = seats.before(route)
            status, _, leads_to = ask(app, desk, route, IDS.get(route["endpoint"], of_no_house)(house))
            allowed = role in MAY[route["permission"]].split()
            theirs = BELONGS_TO_OTHERS | HAVE_NO_SECOND_STEP
            if allowed and route["endpoint"] in theirs and status in (403, 404):
                continue
            assert status in (LET_IN if allowed else (403,)), (role, route["endpoint"], house.code)
            through = not leads_to.startswith(DOORS) or route["endpoint"] in LEADS_TO_A_DOOR
            assert through, (role, route["endpoint"])


def test_nobody_who_has_not_signed_in_opens_anything(app: Flask, houses: tuple[House, House]) -> None:
    for route in staff_routes(app):
        values = IDS.get(route["endpoint"], of_no_house)(houses[0])
        address = app.url_map.bind("localhost").build(route["endpoint"], values, method=route["methods"][0])
        answer = app.test_client().open(address, method=route["methods"][0])
        assert answer.status_code == 303, route["endpoint"]
        assert answer.headers["Location"].startswith("/desk/sign-in"), route["endpoint"]


@pytest.fixture
def doors(own_app: Flask) -> Flask:
    """A door for each permission, also for those that no page asks for yet."""
    for name in MAY:
        own_app.add_url_rule(f"/desk/door/{name}", f"door.{name}", staff(name)(lambda: "open"))
    return own_app


def answer_to(app: Flask, role: str, permission: str, **how: Any) -> tuple[int, str]:
    answer = at_the_desk(app, role, None, **how).get(f"/desk/door/{permission}")
    return answer.status_code, answer.headers.get("Location", "").partition("?")[0]


@pytest.mark.parametrize("role", ROLES)
def test_each_permission_opens_to_its_roles_only(doors: Flask, role: str) -> None:
    for permission, roles in MAY.items():
        expected = 200 if role in roles.split() else 403
        assert answer_to(doors, role, permission)[0] == expected, permission


@pytest.mark.parametrize("role", ROLES)
def test_without_the_second_step_the_strong_roles_open_nothing(doors: Flask, role: str) -> None:
    for permission, roles in MAY.items():
        answer = answer_to(doors, role, permission, second_factor=False)
        if role in SIGN_IN_WITH_A_SECOND_FACTOR:
            assert answer == (303, "/desk/second-step"), permission
        elif role not in roles.split():
            assert answer[0] == 403, permission
        elif permission in ASK_A_SECOND_FACTOR:
            assert answer == (303, "/desk/second-step"), permission
        else:
            assert answer[0] == 200, permission


@pytest.mark.parametrize("role", ROLES)
def test_some_minutes_after_the_password_the_gravest_things_ask_for_it_again(doors: Flask, role: str) -> None:
    earlier = clock() - timedelta(minutes=6)
    for permission, roles in MAY.items():
        if role in roles.split():
            expected = (303, "/desk/again") if permission in ASK_THE_PASSWORD_AGAIN else (200, "")
            assert answer_to(doors, role, permission, now=earlier) == expected, permission


@pytest.mark.parametrize(
    ("role", "leads_to"),
    [
        ("auditor", "/desk/completeness"),
        ("privacy", None),
        ("reception", None),
        ("administrator", "/desk/first-hour"),
    ],
)
def test_the_desk_begins_where_a_colleague_may_be(app: Flask, role: str, leads_to: str | None) -> None:
    answer = at_the_desk(app, role, None).get("/")

    assert answer.status_code == (303 if leads_to else 200)
    assert answer.headers.get("Location") == leads_to


@pytest.mark.parametrize("role", ROLES)
def test_the_navigation_leads_to_open_doors_only(app: Flask, role: str) -> None:
    desk = at_the_desk(app, role, None)

    page = desk.get("/", follow_redirects=True).get_data(as_text=True)

    listed = page.split("<nav class=")[1].split("</nav>")[0]
    for place in NAVIGATION:
        address = app.url_map.bind("localhost").build(place.endpoint)
        opens = desk.get(address, follow_redirects=True).status_code == 200
        assert (f'href="{address}"' in listed) is (opens and role in MAY[place.permission].split()), address
    assert ('role="search"' in page) is (role in MAY["guests.see"].split())


GUEST_BEARING = {
    "Guest", "GuestValue", "GuestEvent", "Link", "Pin", "ValueChange", "HouseholdMember", "HouseholdWord",
    "Decision", "SourceRecord", "RecordVersion", "CleanRow", "Stay", "StaySource", "ToldStay",
    "ToldReference", "Consent", "Import", "Problem", "Capture", "GuestLink", "Property", "Deed",
    "Question",
}  # fmt: skip


def test_no_page_of_the_desk_asks_the_tables_of_guests_itself() -> None:
    """Each thing is loaded by one function that takes the reach; a route asking itself could forget it."""
    asks = {"get", "get_one", "select", "query", "scalar", "scalars", "delete", "update"}
    found = []
    for path in sorted((Path(__file__).resolve().parents[2] / "server" / "desk").glob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call):
                continue
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            about = {node.id for given in call.args for node in ast.walk(given) if isinstance(node, ast.Name)}
            if name in asks and about & GUEST_BEARING:
                found.append(f"{path.name}:{call.lineno}")

    assert found == []
