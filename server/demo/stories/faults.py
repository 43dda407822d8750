"""What must not get in, and what is wrong and must not be guessed."""

from __future__ import annotations

from server.demo.telling import Story, Teller


def kept_out(teller: Teller) -> Story:
    """Card, document and health data, in places where they should not be."""
    story = Story(
        id="kept-out",
        claim="Card numbers, document numbers, health and belief never get in.",
        people="Ines Albrecht: a card number and an allergy in the notes, a document number in its column.",
        expect="The import counts one finding of each; none of the values is stored anywhere.",
        name="Ines Albrecht",
    )
    teller.row(
        story,
        "pms_a",
        "ines",
        {
            "Civilité": "Frau",
            "NOM": "ALBRECHT",
            "Prénom": "Ines",
            "E-mail": "noemail@corvane-lac.example",
            "Nat.": "DE",
            "Pièce": "C22XK4471",
            "Observations": "ch. 216 ; CB 4111 1111 1111 1111 exp 04/29 ; allergie arachides",
        },
        day=-8,
    )
    return story


def typo(teller: Teller) -> Story:
    """An address at a misspelt provider."""
    story = Story(
        id="typo",
        claim="A misspelt provider is suggested, never silently corrected.",
        people="Joris Vandaele gave an address at gmial.com.",
        expect="The address is kept as it came, with “did you mean gmail.com”.",
        name="Joris Vandaele",
    )
    teller.row(
        story,
        "resto",
        "joris",
        {
            "First name": "Joris",
            "Last name": "Vandaele",
            "Email": "joris_vandaele@gmial.com",
            "Language": "nl",
        },
        day=-14,
    )
    return story


def no_such_day(teller: Teller) -> Story:
    """A birthday that no year has."""
    story = Story(
        id="no-such-day",
        claim="A bad value never stops a row, and is never guessed.",
        people="Agnès Roussel, born on 31 February.",
        expect="The row comes in without a birth date; the finding names the date that does not exist.",
        name="Agnès Roussel",
    )
    teller.row(
        story,
        "pms_a",
        "agnes",
        {
            "Civilité": "Mme",
            "NOM": "ROUSSEL",
            "Prénom": "Agnès",
            "Né(e) le": "31/02/1980",
            "Observations": "ch. 122",
        },
        day=-51,
    )
    return story
