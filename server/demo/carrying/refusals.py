"""What Twilio says where it does not take a request: code, state and words of its REST API.

Codes and meanings: https://www.twilio.com/docs/api/errors. The words are close to Twilio's; nobody should
read them, the code is what counts.
"""

from __future__ import annotations

from typing import Any

MORE = "https://www.twilio.com/docs/errors"

WORDS: dict[int, tuple[int, str]] = {
    20003: (401, "Authenticate"),
    20004: (405, "Method not allowed"),
    20404: (404, "The requested resource {path} was not found"),
    20429: (429, "Too Many Requests"),
    20500: (500, "An internal server error has occurred"),
    21211: (400, "Invalid 'To' Phone Number: {to}"),
    21212: (400, "Invalid From Number (caller ID): {sender}"),
    21408: (
        400,
        "Permission to send an SMS has not been enabled for the region indicated by the 'To' number: {to}",
    ),
    21602: (400, "Message body is required."),
    21603: (400, "A 'From' phone number is required."),
    21604: (400, "A 'To' phone number is required."),
    21606: (
        400,
        "The 'From' phone number provided ({sender}) is not a valid message-capable Twilio phone number "
        "for this destination/account",
    ),
    21609: (400, "The 'StatusCallback' URL {callback} is not a valid URL."),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21611: (429, "This 'From' number has exceeded the maximum number of queued messages"),
    21612: (
        400,
        "The 'To' phone number: {to}, is not currently reachable using the 'From' phone number: {sender} "
        "via SMS.",
    ),
    21614: (400, "'To' number: {to}, is not a valid mobile number"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit"),
    21701: (404, "The Messaging Service does not exist"),
    21703: (400, "The Messaging Service does not have a phone number available to send a message"),
}
"""Code -> state of HTTP, words."""

LATER: dict[int, str] = {
    30001: "Queue overflow",
    30002: "Account suspended",
    30003: "Unreachable destination handset",
    30004: "Message blocked",
    30005: "Unknown destination handset",
    30006: "Landline or unreachable carrier",
    30007: "Message filtered",
    30008: "Unknown error",
}
"""Why a text that was taken did not arrive. The API tells the words of these since 2010; callbacks do not."""


class NotTaken(Exception):
    """A request is refused; what the answer says of it."""

    def __init__(self, code: int, **parts: str) -> None:
        self.code = code
        self.status, words = WORDS[code]
        self.words = words.format_map(parts) if parts else words
        super().__init__(self.words)

    def body(self) -> dict[str, Any]:
        """The answer's JSON."""
        return {
            "code": self.code,
            "message": self.words,
            "more_info": f"{MORE}/{self.code}",
            "status": self.status,
        }

    def headers(self) -> dict[str, str]:
        """What goes beside it."""
        if self.status == 401:
            return {"WWW-Authenticate": 'Basic realm="Twilio API"'}
        return {"Retry-After": "1"} if self.status == 429 else {}
