"""The privacy notice for guests (GDPR, Art. 13 and 14): who, what for, how long, to whom, which rights."""

from __future__ import annotations

from server.papers.activities import activities, entity_lacks
from server.papers.document import Block, Document, Heading, Lack, Points, Table, Text, Values
from server.papers.facts import Authority, Facts, country_name
from server.papers.texts import Texts, together
from server.wording import N_

TITLE = N_("Privacy notice")
ABOUT = N_("For guests, beside the tablet: what the house holds about them, and their rights.")


def lacks(facts: Facts) -> list[Lack]:
    """Without a name, an address, a contact or an authority the notice would hide what it must say."""
    found = entity_lacks(facts, stops=True)
    if not facts.phone:
        found.append(Lack("paper.lacks_phone", stops=False, section="reception"))
    return found


def build(facts: Facts, texts: Texts) -> Document:
    """The notice of a house in the language of its texts; no setting that stops it is missing."""
    say, authority = texts.say, facts.authority or Authority("", "")
    sections: list[Block] = [
        Text(say("intro", entity=facts.entity, law=say(f"law.{authority.law}"))),
        Heading(say("who")),
        Values(_who(facts, texts)),
        Heading(say("what")),
        Table(
            (say("what.purpose"), say("what.data"), say("what.ground"), say("what.kept")),
            [
                (
                    say(f"{activity.code}.purpose"),
                    say(f"{activity.code}.data"),
                    say(f"{activity.code}.ground"),
                    texts.keeping(facts.keepings[activity.keeping]),
                )
                for activity in activities(facts)
            ],
        ),
        Heading(say("from")),
        Text(say("from.text")),
        Heading(say("to")),
        Points(recipients(facts, texts)),
        Heading(say("free")),
        Text(say("free.text")),
        Heading(say("rights")),
        Points([say(f"rights.{right}") for right in ("see", "mend", "object", "news")]),
        Text(say("rights.how", contact=facts.privacy_contact)),
        Text(say("rights.complain", authority=authority.name, site=authority.site)),
    ]
    return Document(
        title=say("title", house=facts.name),
        language=texts.language,
        size="a4",
        blocks=sections,
        foot=say("foot", house=facts.name, day=texts.day(facts.today)),
    )


def _who(facts: Facts, texts: Texts) -> list[tuple[str, str]]:
    say = texts.say
    rows = [
        ("who.entity", together(facts.entity, *written_address(facts.entity_address, texts))),
        ("who.registration", together(facts.registration)),
        ("who.house", together(facts.name, *written_address(facts.address, texts))),
        ("who.contact", together(facts.privacy_contact)),
        ("who.phone", together(facts.phone)),
    ]
    return [(say(name), given) for name, given in rows if given]


def written_address(lines: tuple[str, ...], texts: Texts) -> tuple[str, ...]:
    """An address with its country's name in the language of the paper; nothing where there is none."""
    return (*lines[:2], country_name(lines[2], texts.locale)) if lines else ()


def recipients(facts: Facts, texts: Texts) -> list[str]:
    """Who receives the data: colleagues always, providers and partners as they are set."""
    found = [texts.say("to.colleagues")]
    found += [texts.say(f"to.{channel}") for channel in ("sms", "email") if channel in facts.sends]
    if facts.partners:
        found.append(texts.say("to.partners", partners=together(*facts.partners)))
    return [*found, texts.say("to.authorities")]
