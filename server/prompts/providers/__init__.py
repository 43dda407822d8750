"""Those who carry our messages: Twilio texts, a mail server e-mails."""

from __future__ import annotations

from server.prompts.carrying import Carrier
from server.prompts.providers.smtp import Smtp
from server.settings import Settings, house_address


def carriers_of(settings: Settings) -> dict[str, Carrier]:
    """A carrier for each channel that the settings name one for; what waits for any other goes on waiting."""
    found: dict[str, Carrier] = {}
    if settings.twilio_account and settings.twilio_token:
        from server.prompts.providers.twilio import Twilio  # it takes half a second

        found["sms"] = Twilio(
            settings.twilio_account,
            settings.twilio_token,
            base=settings.twilio_base,
            called_back_at=house_address(settings)
            if settings.public_url or settings.twilio_base
            else None,  # Twilio refuses an address that nobody can reach
        )
    if settings.smtp_url:
        found["email"] = Smtp(settings.smtp_url)
    return found
