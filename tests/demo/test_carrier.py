"""The invented carrier behaves like Twilio: neither its client nor its API's description can tell."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from jsonschema import Draft4Validator
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped]  # it ships no types
from twilio.http.http_client import TwilioHttpClient  # type: ignore[import-untyped]  # it ships no types
from twilio.http.response import Response  # type: ignore[import-untyped]  # it ships no types
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]  # it ships no types
from twilio.rest import Client  # type: ignore[import-untyped]  # it ships no types

from server.carrier.app import carrier_app
from server.demo.carrier import AnswerLost, Call, CannotBeAnswered, Carrier
from server.demo.carrying.checking import MAGIC_FROM, MAGIC_TO
from server.demo.carrying.odds import Odds

DESCRIPTION = Path(__file__).parents[3] / "shared/data/twilio/messages_openapi.json"
ACCOUNT, TOKEN = "AC" + "0" * 32, "a token of the tests"
HOUSE, GUEST, ELSE = "+33644631234", "+33639980001", "+33639980002"
STATUS, ANSWERS = "https://hotel.example/hooks/twilio/status", "https://hotel.example/hooks/twilio/message"


class Time:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **much: float) -> None:
        self.now += timedelta(**much)


class Description:
    """Twilio's own description, of /Messages: every request and answer is held against it."""

    def __init__(self) -> None:
        self.whole = json.loads(DESCRIPTION.read_text(encoding="utf-8"))
        self.paths = self.whole["paths"]
        self.checked = 0

    def check(
        self, method: str, path: str, query: str, form: dict[str, Any], answer: Any, status: int
    ) -> None:
        is_one = "/Messages/" in path
        told = next(
            p for p in self.paths if p.endswith("/Messages/{Sid}.json" if is_one else "/Messages.json")
        )
        operation = self.paths[told][method.lower()]
        given = {name: values[0] for name, values in parse_qs(query).items()}
        known = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"}
        assert set(given) <= known
        if form:
            schema = operation["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
            assert set(form) <= set(schema["properties"])
            self._validate(form, schema)
        if status < 400:
            schema = operation["responses"][str(status)]["content"]["application/json"]["schema"]
            self._validate(answer, schema)
            self._is_whole(answer, schema)
        self.checked += 1

    def _validate(self, thing: Any, schema: Any) -> None:
        Draft4Validator({**nullable(schema), "components": nullable(self.whole["components"])}).validate(
            thing
        )

    def _is_whole(self, answer: Any, schema: Any) -> None:
        if "$ref" in schema:
            schema = self.whole["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        assert set(answer) == set(schema["properties"])


def nullable(schema: Any) -> Any:
    """OpenAPI 3.0 says `nullable` where JSON Schema says null beside the type."""
    if isinstance(schema, list):
        return [nullable(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: nullable(value) for name, value in schema.items() if name not in ("examples", "example")}
    if made.get("nullable") is True and isinstance(made.get("type"), str):
        made["type"] = [made["type"], "null"]
    return made


class ToCarrier(TwilioHttpClient):  # type: ignore[misc]  # twilio has no types
    """Twilio's client, whose requests end at ours; each goes past the description."""

    def __init__(self, carrier: Carrier, description: Description) -> None:
        super().__init__(max_retries=0)
        self.app = carrier_app(carrier).test_client()
        self.description = description

    def request(
        self,
        method: str,
        url: str,
        params: Any = None,
        data: Any = None,
        headers: Any = None,
        auth: Any = None,
        timeout: Any = None,
        allow_redirects: bool = False,
    ) -> Response:
        place = urlsplit(url)
        answer = self.app.open(
            place.path,
            method=method,
            query_string=params or place.query,
            data=data,
            headers={name: value for name, value in (headers or {}).items() if name != "Content-Type"},
            auth=auth,
        )
        self.description.check(
            method,
            place.path,
            answer.request.query_string.decode(),
            data or {},
            answer.json,
            answer.status_code,
        )
        return Response(answer.status_code, answer.text, answer.headers)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def carrier(time: Time) -> Carrier:
    carrier = Carrier(ACCOUNT, TOKEN, now=time)
    carrier.senders[HOUSE] = ANSWERS
    return carrier


@pytest.fixture
def client(carrier: Carrier) -> Iterator[Client]:
    if not DESCRIPTION.exists():
        pytest.skip(f"Twilio's description is not at {DESCRIPTION}")
    description = Description()
    yield Client(ACCOUNT, TOKEN, http_client=ToCarrier(carrier, description))
    assert description.checked


def send(
    client: Client, to: str = GUEST, sender: str = HOUSE, body: str = "Good evening", **more: Any
) -> Any:
    return client.messages.create(to=to, from_=sender, body=body, **more)


def give(
    carrier: Carrier, to: str = GUEST, sender: str = HOUSE, body: str = "Good evening"
) -> dict[str, Any]:
    return carrier.take({"To": to, "From": sender, "Body": body, "StatusCallback": STATUS})


def told(calls: list[Call]) -> list[str]:
    return [call.fields["MessageStatus"] for call in calls]


def test_a_text_goes_from_queued_to_delivered(client: Client, carrier: Carrier, time: Time) -> None:
    text = send(client, status_callback=STATUS)
    assert (text.status, text.date_sent, text.price, text.num_segments) == ("queued", None, None, "1")

    time.pass_by(seconds=5)
    calls = carrier.due_calls()

    text = client.messages(text.sid).fetch()
    assert (text.status, text.price, text.price_unit) == ("delivered", "-0.07980", "USD")
    assert time.now - timedelta(seconds=5) <= text.date_sent <= time.now
    assert told(calls) == ["queued", "sent", "delivered"]
    assert carrier.is_quiet()


@pytest.mark.parametrize(
    ("code", "given"),
    [
        (21604, {"to": ""}),
        (21211, {"to": "+331"}),
        (21211, {"to": "06 39 98 00 01"}),
        (21212, {"sender": "Hotel of the Three Kings"}),
        (21606, {"sender": "+33644639999"}),
        (21606, {"sender": "36111"}),
        (21612, {"to": "+12025550143", "sender": "HOTEL"}),
        (21614, {"to": "+33142685300"}),
        (21602, {"body": ""}),
        (21617, {"body": "x" * 1601}),
        *((code, {"to": number}) for number, code in MAGIC_TO.items()),
        *((code, {"sender": number}) for number, code in MAGIC_FROM.items()),
    ],
)
def test_what_cannot_be_sent_is_refused_by_twilios_code(
    client: Client, code: int, given: dict[str, str]
) -> None:
    with pytest.raises(TwilioRestException) as refused:
        send(client, **given)

    assert refused.value.code == code
    assert refused.value.status == (429 if code == 21611 else 400)


def test_a_region_that_is_not_open_is_refused(client: Client, carrier: Carrier) -> None:
    carrier.regions = frozenset({"DE"})

    with pytest.raises(TwilioRestException) as refused:
        send(client)

    assert refused.value.code == 21408


def test_strangers_are_not_heard(carrier: Carrier) -> None:
    app = carrier_app(carrier).test_client()

    answer = app.post(f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json", auth=(ACCOUNT, "guessed"))

    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (401, 20003)
    assert app.get("/fake/messages").status_code == 401
    assert not carrier.texts()


def test_what_is_not_there_is_said_as_twilio_says_it(client: Client, carrier: Carrier) -> None:
    with pytest.raises(TwilioRestException) as refused:
        client.messages("SM" + "0" * 32).fetch()

    assert (refused.value.status, refused.value.code) == (404, 20404)
    other = carrier_app(carrier).test_client().get("/2010-04-01/Calls.json")
    assert other.json is not None
    assert other.json["code"] == 20404


@pytest.mark.parametrize(
    ("odds", "status", "code", "kept"),
    [("busy", 429, 20429, 0), ("broken", 500, 20500, 0), ("broken_after", 500, 20500, 1)],
)
def test_a_carrier_in_trouble(
    client: Client, carrier: Carrier, odds: str, status: int, code: int, kept: int
) -> None:
    carrier.set_odds({odds: 1})

    with pytest.raises(TwilioRestException) as refused:
        send(client)

    assert (refused.value.status, refused.value.code) == (status, code)
    assert len(carrier.texts()) == kept


def test_an_answer_that_is_lost_leaves_one_text_that_the_list_finds(
    client: Client, carrier: Carrier, time: Time
) -> None:
    before = time.now
    carrier.set_odds({"lost": 1})
    with pytest.raises(AnswerLost):
        send(client, body="once")

    time.pass_by(minutes=1)
    carrier.due_calls()

    (found,) = client.messages.list(to=GUEST, from_=HOUSE, date_sent_after=before)
    assert (found.body, found.status) == ("once", "delivered")
    assert carrier.asked == {0: 1}


def test_the_list_goes_page_by_page_from_the_newest(client: Client, carrier: Carrier, time: Time) -> None:
    for number in range(7):
        give(carrier, body=str(number))
        time.pass_by(minutes=1)
        carrier.due_calls()
    give(carrier, to=ELSE)

    found = client.messages.list(to=GUEST, page_size=3)
    page = client.messages.page(to=GUEST, page_size=3)
    second = page.next_page()

    assert [text.body for text in found] == list("6543210")
    assert second is not None
    assert [text.body for text in second] == list("321")
    assert second.previous_page() is not None


def test_the_list_is_asked_by_day_and_moment_of_sending(client: Client, carrier: Carrier, time: Time) -> None:
    day = time.now
    for number in range(3):
        give(carrier, body=str(number))
        time.pass_by(seconds=5)
        carrier.due_calls()
        time.pass_by(days=1, seconds=-5)

    def bodies(**asked: Any) -> list[str | None]:
        return [text.body for text in client.messages.list(**asked)]

    assert bodies(date_sent=(day + timedelta(days=1)).date()) == ["1"]
    assert bodies(date_sent_after=(day + timedelta(days=1)).date()) == ["2", "1"]
    assert bodies(date_sent_before=(day + timedelta(days=1)).date()) == ["0"]
    assert bodies(date_sent_before=day + timedelta(days=1, minutes=1)) == ["1", "0"]
    assert bodies(date_sent_after=day + timedelta(days=1, minutes=1)) == ["2"]


def test_a_text_that_has_not_left_yet_has_no_day_of_sending(
    client: Client, carrier: Carrier, time: Time
) -> None:
    give(carrier)

    assert client.messages.list(date_sent_after=time.now.date()) == []
    assert len(client.messages.list()) == 1


def test_every_post_is_signed_as_twilio_signs(carrier: Carrier, time: Time) -> None:
    give(carrier, body="Ça va ?")
    carrier.answer(GUEST, HOUSE, "jean point dupont arobase exemple point fr ✓")
    time.pass_by(minutes=1)
    check = RequestValidator(TOKEN).validate

    calls = carrier.due_calls()

    assert len(calls) == 4
    for call in calls:
        assert check(call.address, call.fields, call.headers["X-Twilio-Signature"])
        assert not check(call.address + "?a=b", call.fields, call.headers["X-Twilio-Signature"])
        assert not check(call.address, {**call.fields, "To": "x"}, call.headers["X-Twilio-Signature"])


@pytest.mark.parametrize("code", [30003, 30004, 30005, 30006, 30007, 30008])
def test_a_number_that_cannot_be_reached_is_told_later(
    client: Client, carrier: Carrier, time: Time, code: int
) -> None:
    carrier.codes[GUEST] = code
    text = send(client, status_callback=STATUS)

    time.pass_by(minutes=1)
    calls = carrier.due_calls()

    assert told(calls) == ["queued", "sent", "undelivered"]
    assert calls[-1].fields["ErrorCode"] == str(code)
    text = client.messages(text.sid).fetch()
    assert (text.status, text.error_code) == ("undelivered", code)


def test_a_text_that_never_left_has_failed(carrier: Carrier, time: Time) -> None:
    carrier.codes[GUEST] = 30001
    give(carrier)

    time.pass_by(minutes=1)

    assert told(carrier.due_calls()) == ["queued", "failed"]


def test_callbacks_can_be_doubled_late_out_of_order_and_missing(carrier: Carrier, time: Time) -> None:
    carrier.set_odds({"doubled": 1, "swapped": 1})
    give(carrier)
    time.pass_by(minutes=1)
    assert told(carrier.due_calls()) == ["queued"] * 2 + ["delivered"] * 2 + ["sent"] * 2

    carrier.set_odds({"doubled": 0, "swapped": 0, "late": 1, "late_by": 3600})
    give(carrier)
    time.pass_by(seconds=5)
    assert len(carrier.due_calls()) < 3
    assert carrier.texts()[0].status == "delivered"
    time.pass_by(hours=1)
    carrier.due_calls()
    assert carrier.is_quiet()

    carrier.set_odds({"unheard": 1})
    give(carrier)
    time.pass_by(hours=2)
    assert carrier.due_calls() == []


def test_odds_are_met_and_the_same_seed_draws_the_same(time: Time) -> None:
    def lost_of(seed: int) -> list[int]:
        carrier = Carrier(ACCOUNT, TOKEN, now=time, seed=seed, odds=Odds(lost=0.1))
        carrier.senders[HOUSE] = ANSWERS
        found = []
        for number in range(1000):
            try:
                give(carrier)
            except AnswerLost:
                found.append(number)
        assert len(carrier.texts()) == 1000
        return found

    first = lost_of(1)

    assert 70 <= len(first) <= 130
    assert lost_of(1) == first != lost_of(2)


def test_a_guests_answer_comes_with_all_that_twilio_says(carrier: Carrier) -> None:
    carrier.answer(GUEST, HOUSE, "My mail is anna@example.org")

    (call,) = carrier.due_calls()

    assert call.address == ANSWERS
    assert {"From", "To", "Body", "MessageSid", "SmsSid", "AccountSid", "NumMedia", "ApiVersion"} <= set(
        call.fields
    )
    assert (call.fields["FromCountry"], call.fields["SmsStatus"]) == ("FR", "received")
    assert carrier.texts()[0].direction == "inbound"


def test_a_guests_answer_can_come_twice_as_one(carrier: Carrier) -> None:
    carrier.set_odds({"doubled": 1})

    carrier.answer(GUEST, HOUSE, "Yes")

    first, second = carrier.due_calls()
    assert first.fields == second.fields
    assert len(carrier.texts()) == 1


def test_a_name_cannot_be_answered(carrier: Carrier) -> None:
    give(carrier, sender="THREE KINGS")

    with pytest.raises(CannotBeAnswered):
        carrier.answer(GUEST, "THREE KINGS", "Yes")


@pytest.mark.parametrize(("stop", "start"), [("STOP", "START"), (" stop ", "unstop"), ("Unsubscribe", "yes")])
def test_who_said_stop_gets_no_more_of_this_sender_until_start(
    client: Client, carrier: Carrier, stop: str, start: str
) -> None:
    carrier.senders["+33644635678"] = ANSWERS
    carrier.answer(GUEST, HOUSE, stop)

    with pytest.raises(TwilioRestException) as refused:
        send(client)
    assert refused.value.code == 21610
    send(client, to=ELSE)
    send(client, sender="+33644635678")

    carrier.answer(GUEST, HOUSE, start)
    send(client)


def test_a_word_around_stop_is_for_the_house_to_read(client: Client, carrier: Carrier) -> None:
    carrier.answer(GUEST, HOUSE, "please stop this")

    assert send(client).status == "queued"


def test_a_service_sends_from_its_number_in_the_country(client: Client, carrier: Carrier) -> None:
    service = "MG" + "1" * 32
    carrier.senders["+4915735999999"] = ANSWERS
    carrier.services[service] = (HOUSE, "+4915735999999")

    text = client.messages.create(to="+4915735990001", messaging_service_sid=service, body="Guten Abend")

    assert (text.status, text.from_, text.messaging_service_sid) == ("accepted", "+4915735999999", service)
    with pytest.raises(TwilioRestException) as refused:
        client.messages.create(to=GUEST, messaging_service_sid="MG" + "2" * 32, body="x")
    assert refused.value.code == 21701


@pytest.mark.parametrize(
    ("body", "parts"),
    [
        ("x" * 160, 1),
        ("x" * 161, 2),
        ("x" * 306, 2),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("я" * 70, 1),
        ("я" * 71, 2),
    ],
)
def test_long_texts_are_counted_in_parts(carrier: Carrier, body: str, parts: int) -> None:
    assert give(carrier, body=body)["num_segments"] == str(parts)
