"""Texts by Twilio: its Messages resource, over its own client.

What a failure means is decided here: 429 and a connection that never came to be were surely not accepted;
another 4xx is Twilio's final word; a 5xx, a timeout or a broken connection may have been accepted.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from ssl import SSLError
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from requests.adapters import HTTPAdapter
from requests.exceptions import ConnectionError as NoConnection
from requests.exceptions import ConnectTimeout, RequestException
from requests.exceptions import SSLError as NoTrust
from twilio.base.exceptions import TwilioException, TwilioRestException  # type: ignore[import-untyped]  # it ships no types
from twilio.http.http_client import TwilioHttpClient  # type: ignore[import-untyped]  # it ships no types
from twilio.http.response import Response  # type: ignore[import-untyped]  # it ships no types
from twilio.rest import Client  # type: ignore[import-untyped]  # it ships no types
from urllib3.exceptions import NewConnectionError

from server.clock import clock
from server.prompts.carrying import Listed, Outcome, Outgoing

log = logging.getLogger("oneguest.twilio")

PATIENCE = 10.0
"""Seconds; Twilio answers within one as a rule, and the client's own default is for ever."""

MOST_CONNECTIONS = 32
LISTED_AT_MOST = 200
LONGEST_VALIDITY = 14_400  # seconds; ValidityPeriod, by Twilio's description of the create call
MOST_MONEY = Decimal(100_000)  # for one text; what is more, or no number at all, was misread
STATUS_AT = "/hooks/twilio/status"


class _Throttled(Exception):
    """429: nothing was accepted, and Twilio may have said how long to wait."""

    def __init__(self, wait: timedelta | None) -> None:
        super().__init__()
        self.wait = wait


class _Client(TwilioHttpClient):  # type: ignore[misc]  # of a package without types
    """Twilio's own HTTP client, at another address if one is set, without tries of its own."""

    def __init__(self, base: str | None, patience: float) -> None:
        super().__init__(timeout=patience, max_retries=0, logger=logging.getLogger("oneguest.twilio.http"))
        self._base = urlsplit(base) if base else None
        adapter = HTTPAdapter(max_retries=0, pool_maxsize=MOST_CONNECTIONS)
        for scheme in ("https://", "http://"):
            self.session.mount(scheme, adapter)
        self.session.trust_env = False  # no proxy and no password file of whoever started us

    def log_request(self, kwargs: Any) -> None:
        """Nothing: the request holds a number and a text."""

    def log_response(self, status_code: int, response: Any) -> None:
        """Nothing, likewise."""

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        if self._base is not None:
            parts = urlsplit(url)
            path = self._base.path.rstrip("/") + parts.path
            url = urlunsplit((self._base.scheme, self._base.netloc, path, parts.query, ""))
        answer = super().request(method, url, *args, **kwargs)
        if answer.status_code == 429:
            raise _Throttled(_seconds((answer.headers or {}).get("Retry-After")))
        return answer


class Twilio:
    """A carrier of texts."""

    def __init__(
        self,
        account: str,
        token: str,
        *,
        base: str | None = None,
        called_back_at: str | None = None,
        patience: float = PATIENCE,
    ) -> None:
        self._client = Client(account, token, http_client=_Client(base, patience))
        self._called_back_at = called_back_at

    def send(self, message: Outgoing) -> Outcome:
        """Create one message. Its address for callbacks names it, should its answer be lost."""
        more: dict[str, Any] = {}
        if self._called_back_at:
            more["status_callback"] = f"{self._called_back_at}{STATUS_AT}?message={message.id}"
        left = int((message.until_at - clock()).total_seconds())
        more["validity_period"] = max(1, min(left, LONGEST_VALIDITY))
        try:
            made = self._client.messages.create(
                to=message.to, from_=message.sender, body=message.body, **more
            )
        except _Throttled as throttled:
            return Outcome("again", code="429", wait=throttled.wait)
        except TwilioRestException as refusal:
            if 400 <= refusal.status < 500:
                return Outcome("failed", code=str(refusal.code or refusal.status))
            return Outcome("unknown", code=str(refusal.status))
        except RequestException as trouble:
            if _never_connected(trouble):
                return Outcome("again", code="no_connection")
            return Outcome("unknown", code=type(trouble).__name__)
        except (TwilioException, ValueError, KeyError, TypeError) as trouble:  # an answer that is none
            return Outcome("unknown", code=type(trouble).__name__)
        if not made.sid:
            return Outcome("unknown", code="no_sid")
        return Outcome("sent", provider_id=made.sid)

    def greet(self) -> int:
        """Ask for the newest text, read nothing of it, and give the state of HTTP that came back."""
        where = f"https://api.twilio.com/2010-04-01/Accounts/{self._client.account_sid}/Messages.json"
        try:
            return int(self._client.request("GET", where, params={"PageSize": 1}).status_code)
        except _Throttled:
            return 429
        except NoTrust:
            raise SSLError from None  # theirs is no ssl.SSLError, and quotes the whole address

    def find(self, to: str, *, since: datetime) -> Sequence[Listed] | None:
        """The newest texts to a number; None when they cannot be had, or not back to `since`.

        Twilio's own filter by day goes by when a text was sent, which one that waits in its queue was not.
        """
        try:
            page = self._client.messages.list(to=to, limit=LISTED_AT_MOST)
        except (_Throttled, TwilioException, RequestException, ValueError, KeyError, TypeError) as trouble:
            log.warning("list not read error=%s", type(trouble).__name__)
            return None
        made = [one.date_created for one in page if one.date_created is not None]
        if len(page) == LISTED_AT_MOST and (not made or min(made) > since):
            return None
        return [
            Listed(
                provider_id=one.sid,
                to=one.to,
                body=one.body or "",
                made_at=one.date_created or datetime.now(UTC),
                status=str(getattr(one.status, "value", one.status) or ""),
                code=str(one.error_code or ""),
            )
            for one in page
            if one.sid and str(one.direction).startswith("outbound")
        ]

    def price(self, provider_id: str) -> tuple[Decimal, str] | None:
        """What a text cost. Twilio writes it below zero, and nothing before it billed the text."""
        try:
            text = self._client.messages(provider_id).fetch()
            if text.price is None or not text.price_unit:
                return None
            price = abs(Decimal(str(text.price)))
            return (price, str(text.price_unit).upper()[:3]) if price < MOST_MONEY else None
        except (
            _Throttled,
            TwilioException,
            RequestException,
            ArithmeticError,
            ValueError,
            KeyError,
        ) as trouble:
            log.warning("price not read error=%s", type(trouble).__name__)
            return None


def _never_connected(trouble: RequestException) -> bool:
    """Whether not even a connection came to be, so that nothing can have been accepted."""
    if isinstance(trouble, ConnectTimeout):
        return True
    if not isinstance(trouble, NoConnection) or not trouble.args:
        return False
    return isinstance(getattr(trouble.args[0], "reason", None), NewConnectionError)


def _seconds(text: str | None) -> timedelta | None:
    """A Retry-After in seconds; its other form, a date, is not sent by Twilio."""
    return timedelta(seconds=min(int(text), 3600)) if text and text.isdecimal() else None
