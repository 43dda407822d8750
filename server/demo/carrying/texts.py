"""One text as Twilio keeps it: what its API, its callbacks and its webhooks tell of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from email.utils import format_datetime
from typing import Any

import phonenumbers

from server.demo.carrying.refusals import LATER
from server.prompts.segments import count

API = "2010-04-01"
CENTS = {"US": "0.00830", "CA": "0.00830", "GB": "0.05240", "FR": "0.07980", "DE": "0.11200"}
ELSEWHERE = "0.09000"
"""Dollars for one part of a text: made up, in the order of what carriers take."""


def country_of(number: str) -> str:
    """The region of a number, ISO 3166; empty for a name and where nobody knows."""
    if not number.startswith("+"):
        return ""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return ""
    region = phonenumbers.region_code_for_number(parsed)
    return region or phonenumbers.region_code_for_country_code(parsed.country_code or 0)


def price_of(number: str, parts: int) -> str:
    """What the text costs, negative as Twilio writes it."""
    return str(-Decimal(CENTS.get(country_of(number), ELSEWHERE)) * parts)


@dataclass(slots=True)
class Text:
    """A text, out or in. `sender` of one through a service is known once it leaves."""

    sid: str
    account: str
    to: str
    sender: str
    body: str
    direction: str  # outbound-api, inbound
    status: str  # queued, sent, delivered, undelivered, failed; received
    created_at: datetime
    updated_at: datetime
    service: str = ""
    callback: str = ""
    sent_at: datetime | None = None
    error: int | None = None
    price: str | None = None

    @property
    def parts(self) -> int:
        return count(self.body).parts

    def resource(self) -> dict[str, Any]:
        """The message resource of the API (schema api.v2010.account.message)."""
        uri = f"/{API}/Accounts/{self.account}/Messages/{self.sid}"
        return {
            "account_sid": self.account,
            "api_version": API,
            "body": self.body,
            "date_created": format_datetime(self.created_at),
            "date_sent": format_datetime(self.sent_at) if self.sent_at else None,
            "date_updated": format_datetime(self.updated_at),
            "direction": self.direction,
            "error_code": self.error,
            "error_message": LATER.get(self.error) if self.error else None,
            "from": self.sender,
            "messaging_service_sid": self.service or None,
            "num_media": "0",
            "num_segments": str(self.parts),
            "price": self.price,
            "price_unit": "USD",
            "sid": self.sid,
            "status": self.status,
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": self.to,
            "uri": f"{uri}.json",
        }

    def told_of_status(self, status: str) -> dict[str, str]:
        """What a status callback says."""
        told = {
            "AccountSid": self.account,
            "ApiVersion": API,
            "From": self.sender,
            "MessageSid": self.sid,
            "MessageStatus": status,
            "SmsSid": self.sid,
            "SmsStatus": status,
            "To": self.to,
        }
        if self.service:
            told["MessagingServiceSid"] = self.service
        if status in ("undelivered", "failed") and self.error:
            told["ErrorCode"] = str(self.error)
        if status in ("delivered", "undelivered"):
            told["RawDlrDoneDate"] = self.updated_at.strftime("%y%m%d%H%M")
        return told

    def told_of_answer(self) -> dict[str, str]:
        """What the webhook of an incoming text says; where a telephone is, is known for a country only."""
        return {
            "AccountSid": self.account,
            "ApiVersion": API,
            "Body": self.body,
            "From": self.sender,
            "FromCity": "",
            "FromCountry": country_of(self.sender),
            "FromState": "",
            "FromZip": "",
            "MessageSid": self.sid,
            "NumMedia": "0",
            "NumSegments": str(self.parts),
            "SmsMessageSid": self.sid,
            "SmsSid": self.sid,
            "SmsStatus": "received",
            "To": self.to,
            "ToCity": "",
            "ToCountry": country_of(self.to),
            "ToState": "",
            "ToZip": "",
        }
