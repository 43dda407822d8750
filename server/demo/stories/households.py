"""People who share an address, a phone, even a name, and are not one person."""

from __future__ import annotations

from server.demo.phones import kept_number
from server.demo.telling import GMAIL, Story, Teller


def chang(teller: Teller) -> Story:
    """A family that books everything with the mother's address and mobile."""
    mobile = kept_number("GB", 7)
    address = f"helen_chang{GMAIL}"
    home = {"Address": "12 Orchard Close", "Zip": "BS8 4LT", "Town": "Bristol", "Country": "United Kingdom"}
    story = Story(
        id="changs",
        claim="Two parents, their children and a gift card are one household, not one person.",
        people="Helen and David Chang, with Lily and Max; Helen's address and phone stand everywhere.",
        expect="Four guests in one household, although they share an e-mail and a mobile.",
        name="Helen Chang",
        mobile=mobile.e164,
    )
    people = (
        ("helen", "Mrs", "Chang, Helen", "1984-02-11"),
        ("david", "Mr", "Chang, David", "1981-09-30"),
        ("lily", "", "Chang, Lily", "2015-06-05"),
        ("max", "", "Chang, Max", "2018-01-19"),
    )
    for person, title, name, born in people:
        teller.row(
            story,
            "pms_b",
            person,
            {
                "Title": title,
                "Guest Name": name,
                "Email": address,
                "Telephone": mobile.abroad(),
                "DOB": born,
                "Nationality": "British",
                "Lang": "en",
                **home,
                "Comments": "ch. 220",
            },
            day=-90,
            nights=5,
        )
    teller.row(
        story,
        "shopify_customers",
        "david",
        {
            "First Name": "David",
            "Last Name": "Chang",
            "Email": address,
            "Default Address Address1": "12 Orchard Close",
            "Default Address City": "Bristol",
            "Default Address Country Code": "GB",
            "Default Address Zip": "'BS8 4LT",
            "Total Spent": "150.00",
            "Total Orders": "1",
            "Note": "carte cadeau 150 EUR for Helen",
        },
        day=-95,
    )
    return story


def couple_with_one_address(teller: Teller) -> Story:
    """A couple with one e-mail address."""
    address = f"camille_et_paul{GMAIL}"
    story = Story(
        id="one-address",
        claim="A shared e-mail makes a household, never one person.",
        people="Camille and Paul Tervaux share an address; each has a mobile and a birthday.",
        expect="Two guests of one household; the address is shown as shared.",
        name="Camille Tervaux",
    )
    for person, title, place, born in (
        ("camille", "Mme", 10, "02/07/1979"),
        ("paul", "M.", 11, "19/10/1976"),
    ):
        teller.row(
            story,
            "pms_a",
            person,
            {
                "Civilité": title,
                "NOM": "TERVAUX",
                "Prénom": person.capitalize(),
                "E-mail": address,
                "Portable": kept_number("FR", place).home(),
                "Né(e) le": born,
                "Observations": "ch. 207",
            },
            day=-45 if person == "paul" else -160,
        )
    return story


def companion(teller: Teller) -> Story:
    """Two people in the name of one row."""
    story = Story(
        id="companion",
        claim="Two people in one row stay one source record; the companion is a finding.",
        people="Jean & Marie Tournelle, written into one name.",
        expect="One record for Jean Tournelle; Marie Tournelle is named as companion.",
        name="Jean Tournelle",
    )
    teller.row(
        story,
        "pms_b",
        "jean",
        {
            "Title": "M. et Mme",
            "Guest Name": "Jean & Marie Tournelle",
            "Telephone": kept_number("FR", 12).home(),
            "Comments": "ch. 119",
        },
        day=-28,
    )
    return story


def twins(teller: Teller) -> Story:
    """Twins, alike in all but their first names."""
    mobile = kept_number("PT", 13)
    story = Story(
        id="twins",
        claim="Twins share name, birth date, home and phone, and are two people.",
        people="Lara and Luna Costa, born on one day.",
        expect="Never linked without a person; one household.",
        birth_date="2004-08-16",
        mobile=mobile.e164,
    )
    for person in ("lara", "luna"):
        teller.row(
            story,
            "pms_b",
            person,
            {
                "Guest Name": f"Costa, {person.capitalize()}",
                "Email": f"costa_family{GMAIL}",
                "Telephone": mobile.abroad(),
                "DOB": "2004-08-16",
                "Address": "Rua das Flores 8",
                "Zip": "4050-120",
                "Town": "Porto",
                "Country": "Portugal",
                "Comments": "ch. 411",
            },
            day=-66,
        )
    return story


def father_and_son(teller: Teller) -> Story:
    """A father and his son of the same name, at one address."""
    landline = kept_number("FR", 14)
    story = Story(
        id="father-and-son",
        claim="A father and the son named after him are two people.",
        people="Marc Aubert, 1958, and Marc Aubert, 1989, at one address with one phone.",
        expect="Two guests, told apart by their birth dates.",
        name="Marc Aubert",
    )
    for person, born, address in (("father", "04/04/1958", ""), ("son", "21/09/1989", f"marc_aubert{GMAIL}")):
        teller.row(
            story,
            "pms_a",
            person,
            {
                "Civilité": "M.",
                "NOM": "AUBERT",
                "Prénom": "Marc",
                "E-mail": address,
                "Téléphone": landline.home(),
                "Né(e) le": born,
                "Adresse": "31 chemin des Vignes",
                "CP": "74500",
                "Ville": "Évian-les-Bains",
                "Pays": "FR",
                "Observations": "ch. 103",
            },
            day=-130 if person == "son" else -260,
        )
    return story
