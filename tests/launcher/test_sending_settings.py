"""What messages go out by is said from outside; what cannot work stops the start, and quotes no secret."""

from __future__ import annotations

import pytest

from server.settings import WrongSetting, read_settings

HOME = {"HOME": "/home/somebody"}
ACCOUNT = "AC" + "0" * 32


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ONEGUEST_TWILIO_ACCOUNT_SID", "SK123"),
        ("ONEGUEST_TWILIO_ACCOUNT_SID", ACCOUNT),  # without its token
        ("ONEGUEST_TWILIO_API_BASE", "127.0.0.1:8010"),
        ("ONEGUEST_SMTP_URL", "smtps://name@mail.hotel.example"),
        ("ONEGUEST_SMTP_URL", "smtps://name:secret@mail.hotel.example:mail"),
        ("ONEGUEST_SMTP_URL", "https://name:secret@mail.hotel.example"),
    ],
)
def test_what_cannot_send_stops_the_start_by_its_name(name: str, value: str) -> None:
    with pytest.raises(WrongSetting, match=name) as wrong:
        read_settings({name: value, **HOME})

    assert "secret" not in str(wrong.value)


def test_what_can_send_is_taken_and_never_printed() -> None:
    settings = read_settings(
        {
            "ONEGUEST_TWILIO_ACCOUNT_SID": ACCOUNT,
            "ONEGUEST_TWILIO_AUTH_TOKEN": "twilio-secret",
            "ONEGUEST_TWILIO_API_BASE": "http://127.0.0.1:8010/",
            "ONEGUEST_SMTP_URL": "smtps://name:mail-secret@mail.hotel.example",
            **HOME,
        }
    )

    assert (settings.twilio_account, settings.twilio_base) == (ACCOUNT, "http://127.0.0.1:8010")
    assert "secret" not in repr(settings)
