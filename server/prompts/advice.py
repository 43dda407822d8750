"""What a colleague can do about a message that failed, by its code.

What Twilio's codes mean: https://www.twilio.com/docs/api/errors.
"""

from __future__ import annotations

from server.prompts.models import Message

MORE = "https://www.twilio.com/docs/api/errors"

ADVICE = {
    **dict.fromkeys(("21211", "21614", "30005", "30006", "no_contact"), "advice.number"),
    **dict.fromkeys(("smtp_550", "smtp_551", "smtp_553", "smtp_header"), "advice.address"),
    **dict.fromkeys(("30001", "30003", "30004", "30008", "smtp_552"), "advice.at_check_in"),
    **dict.fromkeys(("unknown", "stale", "too_late", "no_connection"), "advice.at_check_in"),
    **dict.fromkeys(("21610", "opted_out"), "advice.leave"),
    **dict.fromkeys(("20003", "21608", "30002"), "advice.account"),
    "21408": "advice.country",
    **dict.fromkeys(("21212", "21606", "21612", "no_sender"), "advice.sender"),
    **dict.fromkeys(("30007", "30032", "30034"), "advice.register"),
}


ABOUT_A_GUEST = frozenset({"advice.number", "advice.address", "advice.at_check_in", "advice.leave"})


def what_to_do(message: Message) -> tuple[str, dict[str, str]] | None:
    """The code and parameters of the sentence of what to do; None: there is nothing to be done."""
    code = message.code
    advice = ADVICE.get(code, "advice.address" if code.startswith("bounce_") else None)
    if advice is None and message.channel == "sms" and code.isdecimal():
        return "advice.look_up", {"address": f"{MORE}/{code}"}
    if advice is None and message.state == "failed":
        advice = "advice.at_check_in"
    if advice is None or (message.kind == "test" and advice in ABOUT_A_GUEST):
        return None
    return advice, {}
