"""Every number of the ledger, defined once: its code, its name, its formula in words."""

from __future__ import annotations

from server.reporting.numbers import Number
from server.wording import N_

LEDGER_NUMBERS: dict[str, Number] = {
    number.code: number
    for number in (
        Number(
            "chances",
            N_("Chances"),
            N_(
                "Questions whose time came in the period and that were asked or still wait to be; and forms "
                "with the question for an e-mail address that guests finished without having been sent one."
            ),
        ),
        Number(
            "held_back",
            N_("Held back"),
            N_("Questions that were planned and deliberately not asked, to compare with; no chances."),
        ),
        Number(
            "not_asked",
            N_("Not asked"),
            N_(
                "Questions that were closed before they went out: the contact was known by then, the "
                "booking was cancelled, the time was over. They are no chances."
            ),
        ),
        Number(
            "sent",
            N_("Sent"),
            N_("Questions that left the house: their message was handed over to be delivered."),
        ),
        Number(
            "delivered",
            N_("Delivered"),
            N_("Of these, the ones that arrived: a text as its carrier says, an e-mail unless it came back."),
        ),
        Number(
            "answered",
            N_("Answered"),
            N_("Questions that got any answer, also a No; and the forms without a question."),
        ),
        Number(
            "given",
            N_("Contact given"),
            N_(
                "An e-mail address came back: a real one, or one that relays to it. The share is of the "
                "chances that ask for one: of all but surveys."
            ),
        ),
        Number(
            "verified",
            N_("Verified"),
            N_("Of the contacts given, those whose guest proved an address by a click or a code."),
        ),
        Number(
            "declined",
            N_("Declined"),
            N_("The guest said No: declined, has none, or asked not to be asked."),
        ),
        Number(
            "kept",
            N_("Still reachable"),
            N_(
                "Of the contacts given at least 90 days ago, those whose guest can still be reached by "
                "e-mail: the house has a usable address that has not bounced and was not taken back."
            ),
        ),
        Number(
            "cost",
            N_("Cost"),
            N_(
                "What the provider charged for all messages about these questions, by currency; e-mails "
                "cost nothing. Texts whose price is not told yet are counted beside it."
            ),
        ),
    )
}

WINDOW_DAYS = 365
LATER = Number(
    "later",
    N_("Later stays"),
    N_(
        "Revenue of stays that ended within %(days)s days after the contact came back and began after the "
        "stay it was asked for, of those very guests. Each stay counts once however many systems tell of "
        "it; cancelled stays and no-shows count nothing. It says what they spent, not that they came "
        "because of it."
    ),
)

KNOWN_DAYS = 30
ENOUGH = 100
COMPARED = Number(
    "compared",
    N_("Asked and held back"),
    N_(
        "Of guests whose e-mail address was not known when their question was due: the share whose address "
        "is in the house's records %(days)s days later. Those who were asked, beside those who were held "
        "back by chance."
    ),
)
