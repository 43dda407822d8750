"""Addresses, lightly."""

from __future__ import annotations

import pytest

from server.cleaning.address import read_address


@pytest.mark.parametrize(
    ("written", "country", "code"),
    [
        ("6400", "FR", "06400"),
        ("1067", "DE", "01067"),
        ("187", "IT", "00187"),
        ("8001", "ES", "08001"),
        ("2119", "US", "02119"),
        ("6400.0", "FR", "06400"),
        ("1205", "CH", "1205"),
        ("6400", None, "6400"),
        ("F-75002", None, "75002"),
        ("sw8 9dg", "GB", "SW8 9DG"),
        ("SW89DG", "GB", "SW8 9DG"),
        ("1069dn", "NL", "1069 DN"),
        ("00000", "FR", None),
    ],
)
def test_a_postal_code_gets_its_lost_zero_back_where_the_country_is_known(
    written: str, country: str | None, code: str | None
) -> None:
    assert read_address("", written, "", country).postal_code == code


@pytest.mark.parametrize(
    ("written", "country"),
    [
        ("SW8 9DG", "GB"),
        ("1069 DN", "NL"),
        ("4743-357", "PT"),
        ("K1A 0B1", "CA"),
        ("F-75002", "FR"),
        ("75002", None),
    ],
)
def test_a_country_is_told_from_a_postal_code_only_where_no_other_has_its_shape(
    written: str, country: str | None
) -> None:
    assert read_address("", written, "", None).country == country
    assert read_address("", written, "", "DE").country is None


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("75 IMPASSE DU CHÂTEAU", "75 Impasse du Château"),
        ("16 rue de l'église", "16 Rue de l'Église"),
        ("16 rue de l'Église", "16 rue de l'Église"),
        ("132 BIS AVENUE MOLIÈRE", "132 bis Avenue Molière"),
    ],
)
def test_a_street_that_shouts_or_whispers_is_written_properly(written: str, read: str) -> None:
    assert read_address(written, "", "", "FR").street == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("LA ROCHELLE", "La Rochelle"),
        ("SAINT-ÉTIENNE", "Saint-Étienne"),
        ("aix-en-provence", "Aix-en-Provence"),
        ("LYON CEDEX 03", "Lyon"),
        ("'s-Gravenhage", "'s-Gravenhage"),
        ("東京", "東京"),
    ],
)
def test_a_city_is_written_properly(written: str, read: str) -> None:
    assert read_address("", "", written, None).city == read


def test_an_endless_street_is_cut_to_what_a_record_holds() -> None:
    address = read_address("a street " * 1_000, "9" * 400, "city " * 400, None)

    assert len(address.street or "") <= 300
    assert len(address.postal_code or "") <= 20
    assert len(address.city or "") <= 120
    assert {field for _, field, _ in address.found} == {"street", "postal_code", "city"}
