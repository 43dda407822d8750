"""Phone cells, by the row's country, the guest's nationality and the property."""

from __future__ import annotations

import random

import phonenumbers
import pytest
from phonenumbers import PhoneMetadata, PhoneNumberType

from server.cleaning.numbering import international, national
from server.cleaning.phone import read_phone


@pytest.mark.parametrize(
    ("written", "countries", "e164", "kind"),
    [
        ("06 52 52 72 72", ("FR",), "+33652527272", "mobile"),
        ("+33 6 52 52 72 72", (), "+33652527272", "mobile"),
        ("0033 (0)6 52 52 72 72", (), "+33652527272", "mobile"),
        ("+330652527272", (), "+33652527272", "mobile"),
        ("06.52.52.72.72", ("FR",), "+33652527272", "mobile"),
        ("06/52/52/72/72", ("FR",), "+33652527272", "mobile"),
        ("(+44) 7428 958933", ("FR",), "+447428958933", "mobile"),
        ("447987252789", ("GB",), "+447987252789", "mobile"),
        ("447987252789", ("FR",), "+447987252789", "mobile"),
        ("632087105", ("NL",), "+31632087105", "mobile"),  # the leading zero is lost
        ("652527272", ("FR",), "+33652527272", "mobile"),
        ("001 305 231 1557", (), "+13052311557", "mobile"),
        ("(312) 678-8212", ("US",), "+13126788212", "mobile"),
        ("02 710 28 33", ("BE",), "+3227102833", "landline"),
        ("0690 12 23 45", ("GP",), "+590690122345", "mobile"),
        ("07700 900123", ("GB",), "+447700900123", "unverifiable"),  # kept for fiction
        ("06 39 98 12 34", ("FR",), "+33639981234", "unverifiable"),
        ("33639981234", ("FR",), "+33639981234", "unverifiable"),
        ("447700900123", ("GB",), "+447700900123", "unverifiable"),
        ("01218 6012", ("GB",), None, "invalid"),  # a digit is missing: the zero is no part of the number
        ("0800 940 943", ("FR",), "+33800940943", "shared"),  # free of charge: a company's line
        # spreadsheets
        ("33652527272.0", ("FR",), "+33652527272", "mobile"),
        ("3.3652527272E+10", ("FR",), "+33652527272", "mobile"),
        ("3,36525E+10", ("FR",), None, "invalid"),
        ("'0652527272", ("FR",), "+33652527272", "mobile"),
        # hands
        ("06 52 52 72 7O", ("FR",), "+33652527270", "mobile"),
        ("O6 52 52 72 72", ("FR",), "+33652527272", "mobile"),
        ("٠٦٥٢٥٢٧٢٧٢", ("FR",), "+33652527272", "mobile"),
        ("＋33 652527272", (), "+33652527272", "mobile"),
        ("+33 4 44 06 48 25 x664", (), "+33444064825", "shared"),
        ("04 79 95 53 64 poste 151", ("FR",), "+33479955364", "shared"),
        # nobody's
        ("0600000000", ("FR",), None, "placeholder"),
        ("+33 6 00 00 00 00", (), None, "placeholder"),
        ("0102030405", ("FR",), None, "placeholder"),
        ("9999999999", ("FR",), None, "placeholder"),
        ("1234567890", ("US",), None, "placeholder"),
        ("12", ("FR",), None, "invalid"),
        ("n/a", ("FR",), None, "missing"),
        ("", ("FR",), None, "missing"),
        ("5" * 5_000, ("FR",), None, "placeholder"),
        (str(7**5_000), ("FR",), None, "invalid"),
    ],
)
def test_a_number_is_read_as_its_country_writes_it(
    written: str, countries: tuple[str, ...], e164: str | None, kind: str
) -> None:
    phone = read_phone(written, countries)

    assert (phone.e164, phone.kind) == (e164, kind)


def test_the_rows_country_comes_before_the_property() -> None:
    assert read_phone("07912 345678", ("GB",), "FR").e164 == "+447912345678"
    assert read_phone("07 91 23 45 67", (), "FR").e164 == "+33791234567"


def test_a_number_without_the_propertys_zero_is_tried_with_the_guests_language_first() -> None:
    assert read_phone("661 827 766", (), "FR", ("ES",)).e164 == "+34661827766"
    assert read_phone("06 61 82 77 66", (), "FR", ("ES",)).e164 == "+33661827766"


@pytest.mark.parametrize(
    ("written", "countries", "home", "weak", "e164", "kind"),
    [
        # 00 with a known country and a possible length is what it says, also for a German speaker
        ("0041 745 12 34 56", (), "DE", ("DE",), "+41745123456", "unverifiable"),
        ("0043 640 123456", ("DE",), "FR", ("DE",), "+43640123456", "unverifiable"),
        # what the house's country writes with its zero is the house's, whatever the guest speaks
        ("074 512 34 56", (), "CH", ("FR",), "+41745123456", "unverifiable"),
        ("079 412 34 56", (), "CH", ("FR",), "+41794123456", "mobile"),
        # unless the house's country has no numbers of that shape
        ("06 02 82 41 67", (), "BE", ("FR",), "+33602824167", "mobile"),
        # the guest's own country or nationality may overrule the house
        ("0726 465 273", ("FR", "MA"), "FR", (), "+212726465273", "mobile"),
        ("347 130 8802", (), "GB", ("IT",), "+393471308802", "mobile"),
    ],
)
def test_whose_country_wins_for_a_number_that_several_could_have(
    written: str, countries: tuple[str, ...], home: str, weak: tuple[str, ...], e164: str, kind: str
) -> None:
    phone = read_phone(written, countries, home, weak)

    assert (phone.e164, phone.kind) == (e164, kind)


@pytest.mark.parametrize(
    ("written", "e164"),
    [
        ("0151 6987 9543", "+4915169879543"),
        ("07998 939939", "+447998939939"),
        ("7465276345", "+447465276345"),
        ("415-462-8390", "+14154628390"),
        ("06 52 52 72", None),  # a French mobile that lacks two digits is nobody's
        ("06 52 52 72 72 7", None),
        ("+99 151 69879543", None),
    ],
)
def test_a_number_that_fits_no_hint_is_kept_as_a_guess_where_it_is_a_travellers_mobile(
    written: str, e164: str | None
) -> None:
    phone = read_phone(written, (), "FR")

    assert phone.e164 == e164
    assert phone.kind == ("unverifiable" if e164 else "invalid")
    assert [code for code, _ in phone.found] == ["phone_country_guessed" if e164 else "phone_invalid"]
    assert phone.guessed is (e164 is not None)


@pytest.mark.parametrize(
    ("written", "e164", "kind", "code"),
    [
        ("0612345678", None, "placeholder", "phone_placeholder"),
        ("06 12 34 56 78", None, "placeholder", "phone_placeholder"),
        ("33612345678", "+33612345678", "unverifiable", "phone_run_of_digits"),
        ("+33 6 12 34 56 78", "+33612345678", "unverifiable", "phone_run_of_digits"),
        ("+33 6 66 66 66 66", None, "placeholder", "phone_placeholder"),
    ],
)
def test_digits_that_count_up_are_nobodys_unless_the_country_was_written_too(
    written: str, e164: str | None, kind: str, code: str
) -> None:
    phone = read_phone(written, (), "FR")

    assert (phone.e164, phone.kind, [found for found, _ in phone.found]) == (e164, kind, [code])


def test_the_first_of_two_numbers_is_read_and_the_second_kept() -> None:
    phone = read_phone("06 52 52 72 72 / +34 937 255 573", ("FR",))

    assert phone.e164 == "+33652527272"
    assert phone.second == "+34 937 255 573"
    assert ("phone_several", {"value": "+34 937 255 573"}) in phone.found


def test_the_houses_own_number_is_nobodys() -> None:
    assert read_phone("04 78 22 10 90", (), "FR", (), frozenset({"+33478221090"})).kind == "shared"


def test_digits_cut_off_by_a_spreadsheet_are_told_and_not_invented() -> None:
    assert [code for code, _ in read_phone("4,47823E+11", ("GB",)).found] == ["phone_digits_lost"]


def test_the_compiled_plans_say_what_the_library_says() -> None:
    kinds = {
        PhoneNumberType.MOBILE: "mobile",
        PhoneNumberType.FIXED_LINE_OR_MOBILE: "mobile",
        PhoneNumberType.PERSONAL_NUMBER: "mobile",
        PhoneNumberType.TOLL_FREE: "shared",
        PhoneNumberType.PREMIUM_RATE: "shared",
        PhoneNumberType.SHARED_COST: "shared",
        PhoneNumberType.UAN: "shared",
    }
    rng = random.Random(7)
    for region in (
        "FR",
        "GB",
        "GG",
        "DE",
        "US",
        "IT",
        "ES",
        "CH",
        "BE",
        "NL",
        "PT",
        "MA",
        "JP",
        "BR",
        "MX",
        "KZ",
    ):
        for _ in range(12):
            example = phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE)
            assert example is not None
            start = phonenumbers.national_significant_number(example)[: rng.randint(2, 4)]
            digits = f"{example.country_code}{start}{rng.randint(10**5, 10**7)}"
            parsed = phonenumbers.parse("+" + digits)
            said = phonenumbers.number_type(parsed)
            number = international(digits)
            if said != PhoneNumberType.UNKNOWN:
                assert number is not None
                assert number.e164 == phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
                assert number.kind == kinds.get(said, "landline")
            elif not phonenumbers.is_possible_number(parsed):
                assert number is None


@pytest.mark.parametrize(
    "region", ["FR", "DE", "GB", "IT", "ES", "CH", "AT", "BE", "NL", "PT", "US", "RU", "HU"]
)
def test_a_number_written_at_home_is_what_the_library_says(region: str) -> None:
    rng = random.Random(region)
    plan = PhoneMetadata.metadata_for_region(region)
    assert plan is not None
    prefix = plan.national_prefix or ""
    for kind in (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE):
        example = phonenumbers.example_number_for_type(region, kind)
        assert example is not None
        significant = phonenumbers.national_significant_number(example)
        for _ in range(15):
            kept = rng.randint(2, len(significant))
            digits = significant[:kept] + "".join(rng.choices("0123456789", k=len(significant) - kept))
            parsed = phonenumbers.parse(prefix + digits, region)
            if phonenumbers.is_valid_number(parsed):
                number = national(prefix + digits, region)
                assert number is not None
                assert number.e164 == phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
                assert number.kind != "unverifiable"
