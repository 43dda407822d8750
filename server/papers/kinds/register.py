"""The record of processing activities (GDPR, Art. 30(1)), written from the house's own settings."""

from __future__ import annotations

from markupsafe import Markup

from server.papers.activities import Activity, activities, entity_lacks
from server.papers.document import Block, Document, Heading, Lack, Points, Text, Values
from server.papers.facts import Authority, Facts, country_name
from server.papers.texts import Texts, together
from server.wording import N_

TITLE = N_("Record of processing activities")
ABOUT = N_("For the privacy officer and the authority: what the house does with data, and for how long.")

SAFETY = ("roles", "journal", "door", "files", "links", "papers")


def lacks(facts: Facts) -> list[Lack]:
    """Nothing stops it: what is not set is written down as not set."""
    return entity_lacks(facts, stops=False)


def build(facts: Facts, texts: Texts) -> Document:
    """The record of one house in the language of its texts."""
    say = texts.say
    law = facts.authority.law if facts.authority else Authority("", "").law
    blocks: list[Block] = [
        Text(say("intro", law=say(f"law.{law}"))),
        Heading(say("who")),
        Values(_who(facts, texts)),
    ]
    for number, activity in enumerate(activities(facts, staff=True), 1):
        name = say(f"{activity.code}.name")
        blocks += [
            Heading(say("activity", number=Markup(number), name=name)),  # noqa: S704  # a number of ours
            Values(_rows(activity, facts, texts)),
        ]
    blocks += [Heading(say("safety")), Points([say(f"safety.{measure}") for measure in SAFETY])]
    return Document(
        title=say("title", house=facts.name),
        language=texts.language,
        size="a4",
        blocks=blocks,
        foot=say("foot", house=facts.name, day=texts.day(facts.today)),
    )


def _rows(activity: Activity, facts: Facts, texts: Texts) -> list[tuple[str, str]]:
    say, code = texts.say, activity.code
    recipients = [say("to.colleagues")]
    if code == "messages":
        recipients += [say(f"to.{channel}") for channel in ("sms", "email") if channel in facts.sends]
    if code == "one_guest" and facts.partners:
        recipients.append(say("to.partners", partners=together(*facts.partners)))
    return [
        (say("row.purpose"), say(f"{code}.purpose")),
        (say("row.people"), say(f"people.{activity.people}")),
        (say("row.data"), say(f"{code}.data")),
        (say("row.ground"), say(f"{code}.ground")),
        (say("row.recipients"), together(*recipients, by="; ")),
        (say("row.kept"), texts.keeping(facts.keepings[activity.keeping])),
    ]


def _who(facts: Facts, texts: Texts) -> list[tuple[str, str]]:
    say = texts.say
    address = facts.entity_address
    written = (*address[:2], country_name(address[2], texts.locale)) if address else ()
    rows = [
        ("who.entity", together(facts.entity, *written)),
        ("who.registration", together(facts.registration)),
        ("who.house", together(facts.name)),
        ("who.contact", together(facts.privacy_contact)),
        ("who.authority", together(facts.authority.name if facts.authority else "")),
    ]
    sources = together(*facts.sources) or say("none")
    return [*((say(name), given or say("not_set")) for name, given in rows), (say("who.sources"), sources)]
