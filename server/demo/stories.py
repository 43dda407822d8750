"""The told guests: one small story for each thing that OneGuest claims, told in the systems' own rows.

They make the same rows in every demo, at dates that follow its today. The manifest carries each with its rows
and with what a person at the kiosk or the desk should type and then see.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from server.demo.damage import dos_page, lost, misread
from server.demo.exports import Export
from server.demo.phones import kept_number

GMAIL = "@gmail.com"
SHAPES = {"pms_a": "%d/%m/%Y", "pms_b": "%Y-%m-%d", "resto": "%d/%m/%Y", "spa": "%d.%m.%Y"}
STAY_COLUMNS = {"pms_a": ("Arrivée", "Départ"), "pms_b": ("Arr", "Dep")}
DAY_COLUMN = {"resto": "Meal date", "spa": "Soin le"}
CREATED_COLUMN = {"pms_a": "Créé le", "pms_b": "Insert Date", "resto": "Booked on", "spa": "Saisi le"}

ADDRESSES = tuple(
    f"{local}{GMAIL}"
    for local in (
        "elodie_vasseur",
        "tomas_lindqvist",
        "patrick_m_1956",
        "maria_rossi",
        "helen_chang",
        "john_smith",
        "leonard_frechet",
        "costa_family",
        "camille_et_paul",
        "marc_aubert",
    )
)
"""Addresses of the told guests; no drawn person gets one of them."""


@dataclass(slots=True)
class Story:
    """One told guest (or household), the rows that hold them, and what to do to see the claim."""

    id: str
    claim: str
    people: str
    expect: str
    name: str = ""
    birth_date: str = ""
    mobile: str = ""
    property: str = ""
    reference: str = ""
    arrival: str = ""
    to_type: dict[str, str] = field(default_factory=dict)
    rows: list[dict[str, str]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The story for the manifest; what it does not need is left out."""
        told = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in told.items() if value}


class Teller:
    """Adds the rows of one demo's stories."""

    def __init__(self, exports: Mapping[str, Export], today: date) -> None:
        self._exports = exports
        self._today = today
        self._told = 0

    def row(
        self,
        story: Story,
        source: str,
        person: str,
        values: Mapping[str, str],
        *,
        day: int,
        nights: int = 2,
        household: str = "",
    ) -> None:
        """One row of a story: `day` is the arrival or visit, in days from today."""
        self._told += 1
        on = self._today + timedelta(days=day)
        created = datetime.combine(min(on, self._today) - timedelta(days=12), time(9, self._told % 60, 11))
        cells = dict(values)
        if source in STAY_COLUMNS:
            shape = SHAPES[source]
            first, last = STAY_COLUMNS[source]
            cells |= {first: on.strftime(shape), last: (on + timedelta(days=nights)).strftime(shape)}
        if source in DAY_COLUMN:
            cells[DAY_COLUMN[source]] = on.strftime(SHAPES[source])
        if source in CREATED_COLUMN:
            cells[CREATED_COLUMN[source]] = created.strftime(f"{SHAPES[source]} %H:%M:%S")
        export = self._exports[source]
        key_column = export.layout.columns[0]
        key = f"{KEY_PREFIX[source]}{900 + self._told}"
        story.rows.append({"source": source, "key": key.lstrip("'")})
        household = household or f"SH-{story.id}"
        export.add_values({key_column: key, **cells}, created, f"S-{story.id}-{person}", household)


KEY_PREFIX = {
    "pms_a": "A000",
    "pms_b": "GST-000",
    "resto": "tf_story",
    "spa": "S000",
    "shopify_customers": "'6000000000",
}


def tell(exports: Mapping[str, Export], today: date) -> list[Story]:
    """Add every story's rows to the exports; return the stories, the one to begin with first."""
    teller = Teller(exports, today)
    return [
        _recapture(teller, today),
        _known_elsewhere(teller, today),
        _patrick(teller),
        _maria(teller),
        _smith(teller),
        _chang(teller),
        _damaged_letters(teller),
        _couple_with_one_address(teller),
        _companion(teller),
        _twins(teller),
        _father_and_son(teller),
        _kept_out(teller),
        _typo(teller),
        _no_such_day(teller),
    ]


def _recapture(teller: Teller, today: date) -> Story:
    mobile = kept_number("FR", 1)
    story = Story(
        id="recapture",
        claim="A guest who arrives with an alias leaves a real address at the kiosk, and completeness rises.",
        people="Élodie Vasseur arrives today; all that the hotel has is Booking.com's alias and a mobile.",
        expect="The form becomes a record of the same guest; her e-mail turns from alias to real.",
        name="Élodie Vasseur",
        birth_date="1987-05-14",
        mobile=mobile.e164,
        property="lac",
        reference="4870112233",
        arrival=today.isoformat(),
        to_type={
            "first_name": "Élodie",
            "last_name": "Vasseur",
            "birth_date": "1987-05-14",
            "mobile": mobile.home(),
            "email": f"elodie_vasseur{GMAIL}",
        },
    )
    teller.row(
        story,
        "pms_a",
        "elodie",
        {
            "Civilité": "Mme",
            "NOM": "VASSEUR",
            "Prénom": "Élodie",
            "E-mail": "evqxle.448120@guest.booking.com",
            "Portable": mobile.home(),
            "Né(e) le": "14/05/1987",
            "Nat.": "FR",
            "Langue": "FR",
            "Observations": "ch. 214 ; BKG 4870112233 ; vue lac",
        },
        day=0,
    )
    teller.row(
        story,
        "resto",
        "elodie",
        {
            "First name": "E.",
            "Last name": "Vasseur",
            "Phone": mobile.e164,
            "Notes": "2 couverts ; terrasse svp",
        },
        day=-210,
    )
    return story


def _known_elsewhere(teller: Teller, today: date) -> Story:
    mobile = kept_number("SE", 2)
    story = Story(
        id="known-elsewhere",
        claim="The address that the hotel lacks is known to the shop: unification alone fills it.",
        people="Tomas Lindqvist arrives tomorrow with an Expedia alias; he bought soap last summer.",
        expect="One guest whose e-mail is real before anybody asked; each value shows its source.",
        name="Tomas Lindqvist",
        mobile=mobile.e164,
        property="rives",
        arrival=(today + timedelta(days=1)).isoformat(),
    )
    teller.row(
        story,
        "pms_b",
        "tomas",
        {
            "Title": "Mr",
            "Guest Name": "Lindqvist, Tomas",
            "Email": "tlqa77120394@m.expediapartnercentral.com",
            "Telephone": mobile.abroad(),
            "Nationality": "SE",
            "Comments": "ch. 308 ; EXP 220118734",
        },
        day=1,
    )
    teller.row(
        story,
        "shopify_customers",
        "tomas",
        {
            "First Name": "Tomas",
            "Last Name": "Lindqvist",
            "Email": f"tomas_lindqvist{GMAIL}",
            "Accepts Email Marketing": "yes",
            "Default Address City": "Göteborg",
            "Default Address Country Code": "SE",
            "Phone": f"'{mobile.e164}",
            "Accepts SMS Marketing": "no",
            "Total Spent": "84.00",
            "Total Orders": "2",
            "Tax Exempt": "no",
        },
        day=-120,
    )
    return story


def _patrick(teller: Teller) -> Story:
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


def _maria(teller: Teller) -> Story:
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


def _smith(teller: Teller) -> Story:
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


def _chang(teller: Teller) -> Story:
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


def _damaged_letters(teller: Teller) -> Story:
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


def _couple_with_one_address(teller: Teller) -> Story:
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


def _companion(teller: Teller) -> Story:
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


def _twins(teller: Teller) -> Story:
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


def _father_and_son(teller: Teller) -> Story:
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


def _kept_out(teller: Teller) -> Story:
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


def _typo(teller: Teller) -> Story:
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


def _no_such_day(teller: Teller) -> Story:
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
