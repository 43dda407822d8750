"""Countries, nationalities and languages as registers write them."""

from __future__ import annotations

import pytest

from server.cleaning.country import read_country
from server.cleaning.language import read_language


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("FR", "FR"),
        ("fr", "FR"),
        ("FRA", "FR"),
        ("France", "FR"),
        ("Frankreich", "FR"),
        ("法国", "FR"),
        ("F", "FR"),
        ("GB", "GB"),
        ("GBR", "GB"),
        ("UK", "GB"),
        ("U.K.", "GB"),
        ("England", "GB"),
        ("Angleterre", "GB"),
        ("Royaume-Uni", "GB"),
        ("Великобритания", "GB"),
        ("Holland", "NL"),
        ("Pays-Bas", "NL"),
        ("Niederlande", "NL"),
        ("USA", "US"),
        ("Etats-Unis", "US"),
        ("United States of America", "US"),
        ("EE.UU.", "US"),
        ("Viet Nam", "VN"),
        ("Emirats Arabes Unis", "AE"),
        ("UAE", "AE"),
        ("Arabie Saoudite", "SA"),
        ("Südkorea", "KR"),
        ("日本", "JP"),
        ("المغرب", "MA"),
        ("Côte d'Ivoire", "CI"),
        ("France (FR)", "FR"),
        ("Suisse / Schweiz", "CH"),
        ("EL", "GR"),
        # nationalities
        ("Française", "FR"),
        ("FRANCAIS", "FR"),
        ("Deutsch", "DE"),
        ("deutsche", "DE"),
        ("British", "GB"),
        ("Italiana", "IT"),
        ("Española", "ES"),
        ("Nederlandse", "NL"),
        ("Portuguesa", "PT"),
        ("Belge", "BE"),
        ("Marocaine", "MA"),
        ("Japanese", "JP"),
        ("Greek", "GR"),
        ("русский", "RU"),
        ("Polska", "PL"),
        ("中国人", "CN"),
        ("مغربي", "MA"),
        ("Schweizerin", "CH"),
        ("brasileiro", "BR"),
        ("Atlantis", None),
        ("XX", None),
        ("ZZ", None),
        ("-", None),
        ("X" * 500, None),
    ],
)
def test_a_country_or_nationality_is_known_in_twelve_languages(written: str, code: str | None) -> None:
    assert read_country(written) == code


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("fr", "fr"),
        ("FR", "fr"),
        ("fr_CH", "fr"),
        ("en-US", "en"),
        ("fre", "fr"),
        ("deu", "de"),
        ("Deutsch", "de"),
        ("allemand", "de"),
        ("French", "fr"),
        ("français", "fr"),
        ("русский", "ru"),
        ("العربية", "ar"),
        ("日本語", "ja"),
        ("中文", "zh"),
        ("GB", "en"),
        ("JP", "ja"),
        ("Nederlands", "nl"),
        ("Klingonisch", None),
        ("??", None),
    ],
)
def test_a_language_is_known_by_code_and_name(written: str, code: str | None) -> None:
    assert read_language(written) == code
