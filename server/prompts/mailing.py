"""An e-mail as it leaves: the same words as plain text and as plain HTML, and headers that machines read.

No pictures, nothing from elsewhere, no counting of who opened it.
"""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, select_autoescape

from server.prompts.carrying import Outgoing
from server.prompts.composing import one_line
from server.wording import direction

TEMPLATES = Path(__file__).parents[2] / "templates" / "mail"


def make_mail(message: Outgoing) -> EmailMessage:
    """The whole e-mail of one message; raises ValueError for an address that is none."""
    mail = EmailMessage(policy=SMTP)
    local, _, domain = one_line(message.reply_to).rpartition("@")
    sender = Address(one_line(message.house), username=local, domain=domain)
    if not (local and domain) or one_line(message.to) != message.to or message.to.count("@") != 1:
        raise ValueError("an address is none")
    mail["From"] = sender
    mail["To"] = _address(message.to)
    mail["Reply-To"] = sender
    mail["Subject"] = one_line(message.subject)
    mail["Date"] = format_datetime(message.leased_at)
    mail["Message-ID"] = message.message_id
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no machine answers it
    mail["Content-Language"] = message.language
    if message.stop_address:
        mail["List-Unsubscribe"] = f"<{message.stop_address}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058, section 3.1
    mail.set_content(message.body + "\n", cte="quoted-printable")
    mail.add_alternative(_html(message), subtype="html", cte="quoted-printable")
    return mail


def _address(text: str) -> Address:
    local, _, domain = text.rpartition("@")
    return Address(username=local, domain=domain)


def _html(message: Outgoing) -> str:
    page = _pages().get_template("message.html")
    return page.render(
        house=message.house,
        subject=message.subject,
        paragraphs=message.body.split("\n\n"),
        language=message.language,
        direction=direction(message.language),
    )


@cache
def _pages() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        trim_blocks=True,
        lstrip_blocks=True,
    )
