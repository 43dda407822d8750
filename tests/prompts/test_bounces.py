"""What mail servers, machines and guests write to the mailbox that our e-mails come from."""

from __future__ import annotations

import time
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.prompts.bounces import Bounce, ids_in, is_automatic, new_text, read_bounce

OURS = "<og-7.0123456789abcdef@guests.hotel.example>"
GUEST = "guest1@posteo.example"


def read(text: str | bytes) -> EmailMessage:
    raw = text.encode() if isinstance(text, str) else text
    return message_from_bytes(raw.replace(b"\n", b"\r\n"), policy=policy.default)


def report(action: str, status: str, *, returned: str = f"Message-ID: {OURS}") -> EmailMessage:
    """As Postfix sends it."""
    return read(f"""\
Return-Path: <>
From: MAILER-DAEMON@mx.hotel.example (Mail Delivery System)
To: reception@hotel.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.hotel.example.
<{GUEST}>: host mx.posteo.example said: 550 {status} no such user
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.hotel.example
Arrival-Date: Mon,  4 May 2026 12:00:00 +0000 (UTC)

Final-Recipient: rfc822; {GUEST}
Original-Recipient: rfc822;{GUEST}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} no such user

--B
Content-Type: text/rfc822-headers

From: reception@hotel.example
To: {GUEST}
{returned}
Subject: Your stay

--B--
""")


@pytest.mark.parametrize(
    ("action", "status", "expected"),
    [
        ("failed", "5.1.1", Bounce(OURS, GUEST, True, "5.1.1")),
        ("delayed", "4.4.1", Bounce(OURS, GUEST, False, "4.4.1")),
        ("failed", "4.4.7", Bounce(OURS, GUEST, False, "4.4.7")),
        ("delivered", "2.0.0", None),
        ("relayed", "2.1.9", None),
    ],
)
def test_a_report_tells_whether_the_address_is_dead(
    action: str, status: str, expected: Bounce | None
) -> None:
    assert read_bounce(report(action, status)) == expected


def test_a_report_that_returns_nothing_still_names_the_guest() -> None:
    assert read_bounce(report("failed", "5.1.1", returned="X: y")) == Bounce(None, GUEST, True, "5.1.1")


EXIM = f"""\
Return-path: <>
From: Mail Delivery System <Mailer-Daemon@mx.hotel.example>
To: reception@hotel.example
X-Failed-Recipients: {GUEST}
Auto-Submitted: auto-replied
Subject: Mail delivery failed: returning message to sender

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {GUEST}
    Unrouteable address

------ This is a copy of the message, including all the headers. ------

Message-ID: {OURS}
To: {GUEST}
"""
QMAIL = f"""\
Return-Path: <>
From: MAILER-DAEMON@mx.posteo.example
To: reception@hotel.example
Subject: failure notice

Hi. This is the qmail-send program at mx.posteo.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{GUEST}>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Return-Path: <reception@hotel.example>
Message-ID: {OURS}
"""
GMAIL = f"""\
Return-Path: <>
From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>
To: reception@hotel.example
In-Reply-To: {OURS}
References: {OURS}
X-Failed-Recipients: {GUEST}
Subject: Delivery Status Notification (Failure)
Content-Type: text/plain; charset=UTF-8

** Address not found **

Your message wasn't delivered to {GUEST} because the address couldn't be found.
550 5.1.1 The email account that you tried to reach does not exist.
"""
EXCHANGE = f"""\
From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@posteo.example>
To: reception@hotel.example
Subject: Undeliverable: Your stay
In-Reply-To: {OURS}
Content-Type: text/html; charset=utf-8

<p>Delivery has failed to these recipients:</p>
<p><a href="mailto:{GUEST}">{GUEST}</a><br>The email address you entered couldn't be found.</p>
<p>Remote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found'</p>
"""
DELAYED = f"""\
From: Mail Delivery System <Mailer-Daemon@mx.hotel.example>
To: reception@hotel.example
Subject: Warning: message 1abc delayed 24 hours
X-Failed-Recipients: {GUEST}
In-Reply-To: {OURS}

A message that you sent has not yet been delivered to one or more of its recipients after more than 24 hours.
The mail server will continue to try.
"""


@pytest.mark.parametrize(
    ("text", "is_final", "code"),
    [
        (EXIM, True, "5.1.1"),
        (QMAIL, True, "5.1.1"),
        (GMAIL, True, "5.1.1"),
        (EXCHANGE, True, "5.1.10"),
        (DELAYED, False, "4.0.0"),
    ],
)
def test_a_bounce_in_words_is_understood(text: str, is_final: bool, code: str) -> None:
    assert read_bounce(read(text)) == Bounce(OURS, GUEST, is_final, code)


ANSWER = f"""\
From: Patrick Martin <{GUEST}>
To: reception@hotel.example
Message-ID: <1@posteo.example>
In-Reply-To: {OURS}
Subject: Re: Your stay

Bonjour, c'est patrick@orange.fr

Le 4 mai 2026 à 14:00, Hôtel des Bains <reception@hotel.example> a écrit :
> Your e-mail address?
"""


def test_an_answer_is_no_bounce_and_no_machines() -> None:
    answer = read(ANSWER)

    assert read_bounce(answer) is None
    assert not is_automatic(answer)
    assert ids_in(answer) == [OURS]
    assert new_text(answer) == "Bonjour, c'est patrick@orange.fr"


def test_of_an_answer_that_is_a_page_only_the_words_are_read() -> None:
    page = (
        "<head><style>p {}</style></head><div>My address: jean@orange.fr</div><div>Jean</div>"
        '<div class="gmail_quote">On Monday somebody wrote:<div>old@orange.fr</div></div>'
    )
    answer = EmailMessage()
    answer.set_content(page, subtype="html")

    assert new_text(answer) == "My address: jean@orange.fr\n\nJean"


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated; x=y",
        "X-Autoreply: yes",
        "Precedence: bulk",
        "Precedence: auto_reply",
        "Return-Path: <>",
        "Subject: Automatic reply: Your stay",
        "Subject: Réponse automatique : Your stay",
        "Subject: Abwesenheitsnotiz: Your stay",
        "Subject: Out of Office",
        "List-Id: <guests.example>",
    ],
)
def test_what_a_machine_answered_is_known(header: str) -> None:
    assert is_automatic(read(f"From: {GUEST}\n{header}\n\nI am away until Monday.\n"))


def test_a_message_that_no_person_wrote_before_said_so_is_a_persons() -> None:
    assert not is_automatic(read(f"From: {GUEST}\nAuto-Submitted: no\nSubject: Re: out\n\nHello\n"))


DEEP = (
    "Content-Type: multipart/mixed; boundary=b\n\n"
    + "--b\nContent-Type: multipart/mixed; boundary=b\n\n" * 90
)


@pytest.mark.parametrize(
    "text",
    [
        b"From: MAILER-DAEMON@x.example\nContent-Type: text/plain; charset=no-such\n\nfailed \xff\xfe\x00",
        b"From: MAILER-DAEMON@x.example\nContent-Type: text/plain; charset=\xff\n\nfailed",
        b"From: =?utf-8?b?!!!?= <\n\nfailed",
        b"From: mailer-daemon@x.example\nSubject: failed\n\n" + b"a@" * 200_000,
        b"From: mailer-daemon@x.example\nSubject: failed\n\n" + b"a.b" * 200_000,
        b"Content-Type: text/html\n\n" + b"<blockquote>" * 50_000 + b"<![x",
        b"Content-Type: multipart/report; boundary=b\n\n--b\n"
        b"Content-Type: message/delivery-status\n\n\xff\n--b--",
        DEEP.encode(),
        b"In-Reply-To: " + b"<og-" * 50_000 + b"\n\nx",
    ],
)
def test_what_a_hostile_message_holds_breaks_nothing_and_takes_no_time(text: bytes) -> None:
    message = read(text)
    started = time.process_time()

    read_bounce(message), is_automatic(message), new_text(message), ids_in(message)

    assert time.process_time() - started < 2


@given(st.binary(max_size=300))
def test_whatever_comes_is_read_without_a_fault(raw: bytes) -> None:
    message = read(b"From: MAILER-DAEMON@x.example\n" + raw)

    read_bounce(message), is_automatic(message), new_text(message), ids_in(message)
