"""One person whom each system spells in its own way."""

from __future__ import annotations

from server.demo.damage import dos_page, lost, misread
from server.demo.phones import kept_number
from server.demo.telling import GMAIL, Story, Teller


def patrick(teller: Teller) -> Story:
    """An initial here, an initial there, one mobile."""
    mobile = kept_number("FR", 3)
    story = Story(
        id="patrick",
        claim="P / Martin / +33 6 … and Patrick / M. / 06 … / birth date are one person.",
        people="Patrick Martin: an initial here, an initial there, one mobile written in two ways.",
        expect="Linked; the reason says that the initials fit and the mobile is the same.",
        name="Patrick Martin",
        birth_date="1956-12-28",
        mobile=mobile.e164,
    )
    teller.row(
        story,
        "resto",
        "patrick",
        {"First name": "P", "Last name": "Martin", "Phone": mobile.abroad(), "Notes": "table fenêtre"},
        day=-75,
    )
    teller.row(
        story,
        "pms_a",
        "patrick",
        {
            "NOM": "M.",
            "Prénom": "Patrick",
            "Portable": mobile.home(),
            "Né(e) le": "28/12/1956",
            "CA TTC": "412,00",
            "Observations": "ch. 118",
        },
        day=-140,
    )
    return story


def maria(teller: Teller) -> Story:
    """A first name at the restaurant, an initial at the spa, whole at the shop."""
    mobile = kept_number("IT", 4)
    address = f"maria_rossi{GMAIL}"
    story = Story(
        id="maria",
        claim="“Maria” at the restaurant, “M. Rossi” at the spa and Maria Rossi at the shop are one person.",
        people="Maria Rossi; and another Maria, with nothing but her first name.",
        expect="Three records are linked by e-mail and phone; the other Maria stays alone.",
        name="Maria Rossi",
        mobile=mobile.e164,
    )
    teller.row(
        story,
        "resto",
        "maria",
        {"First name": "Maria", "Email": address, "Language": "it", "Spend": "64.00", "Notes": "2 couverts"},
        day=-33,
    )
    teller.row(
        story, "spa", "maria", {"Cliente": "M. Rossi", "Tel": mobile.abroad(), "Montant": "120,00"}, day=-32
    )
    teller.row(
        story,
        "shopify_customers",
        "maria",
        {
            "First Name": "Maria",
            "Last Name": "Rossi",
            "Email": address,
            "Accepts Email Marketing": "yes",
            "Phone": f"'{mobile.e164}",
            "Total Spent": "58.00",
            "Total Orders": "1",
        },
        day=-20,
    )
    teller.row(
        story,
        "resto",
        "another-maria",
        {"First name": "Maria", "Spend": "31.00", "Notes": "4 couverts"},
        day=-60,
        household="SH-another-maria",
    )
    return story


def smith(teller: Teller) -> Story:
    """Three spellings of one name spend in three places; a namesake does too."""
    mobile = kept_number("GB", 5)
    address = f"john_smith{GMAIL}"
    story = Story(
        id="john-smith",
        claim="John Smith 200, J. Smith 1,800 and Jonathan Smith 2,500 are one person worth 4,500.",
        people="Jonathan Smith; and a John Smith of another birth date who shares nothing but the name.",
        expect="Three records linked by address and mobile; the namesake is another guest.",
        name="Jonathan Smith",
        birth_date="1971-03-09",
        mobile=mobile.e164,
    )
    teller.row(
        story,
        "resto",
        "jonathan",
        {
            "First name": "John",
            "Last name": "Smith",
            "Email": address,
            "Spend": "200.00",
            "Notes": "8 couverts",
        },
        day=-18,
    )
    teller.row(
        story,
        "pms_a",
        "jonathan",
        {
            "Civilité": "Mr",
            "NOM": "SMITH",
            "Prénom": "J.",
            "E-mail": address,
            "Portable": mobile.abroad(),
            "CA TTC": "1800,00",
            "Observations": "ch. 501",
        },
        day=-19,
        nights=6,
    )
    teller.row(
        story,
        "pms_b",
        "jonathan",
        {
            "Guest Name": "Smith, Jonathan",
            "Telephone": mobile.e164,
            "DOB": "1971-03-09",
            "Nationality": "British",
            "Total Revenue": "2500.00",
            "Comments": "ch. 402",
        },
        day=-200,
        nights=7,
    )
    teller.row(
        story,
        "pms_b",
        "namesake",
        {
            "Guest Name": "Smith, John",
            "Telephone": kept_number("GB", 6).e164,
            "DOB": "1994-11-23",
            "Nationality": "British",
            "Total Revenue": "180.00",
            "Comments": "ch. 105",
        },
        day=-210,
        nights=1,
        household="SH-namesake",
    )
    return story


def damaged_letters(teller: Teller) -> Story:
    """One name whose letters were misread or lost on their way."""
    address = f"leonard_frechet{GMAIL}"
    mobile = kept_number("FR", 8)
    first, last = "Léonard", "Fréchet"
    story = Story(
        id="leonard",
        claim="Letters misread once, twice, by an old code page, or lost, do not hide a guest.",
        people="Léonard Fréchet in five spellings of damage.",
        expect="The first three are repaired and say so; lost letters stay lost but fit his name.",
        name="Léonard Fréchet",
        mobile=mobile.e164,
    )
    for day, name_first, name_last in (
        (-300, misread(first), misread(last)),
        (-250, misread(first, 2), misread(last, 2)),
        (-201, dos_page(first), dos_page(last)),
        (-150, lost(first, "?"), lost(last, "?")),
    ):
        teller.row(
            story,
            "pms_a",
            "leonard",
            {
                "NOM": name_last,
                "Prénom": name_first,
                "E-mail": address,
                "Portable": mobile.home("."),
                "Nat.": "FR",
                "CA TTC": "190,00",
                "Observations": "ch. 312",
            },
            day=day,
            nights=1,
        )
    teller.row(
        story,
        "pms_b",
        "leonard",
        {"Guest Name": f"{lost(last, chr(0xFFFD))}, {lost(first, chr(0xFFFD))}", "Telephone": mobile.e164},
        day=-100,
    )
    return story
