"""Days and times as each language writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask import Flask

from server.language import day, moment, speak, weekday

BIRTHDAY = date(2027, 2, 3)


@pytest.mark.parametrize(
    ("language", "short", "long"),
    [
        ("en", "3 Feb 2027", "Wednesday, 3 February"),
        ("fr", "3 févr. 2027", "mercredi 3 février"),
        ("de", "3. Feb. 2027", "Mittwoch, 3. Februar"),
        ("es", "3 feb 2027", "miércoles, 3 de febrero"),
        ("it", "3 feb 2027", "mercoledì 3 febbraio"),
        ("nl", "3 feb 2027", "woensdag 3 februari"),
        ("pt", "3 de fev. de 2027", "quarta-feira, 3 de fevereiro"),
        ("pl", "3 lut 2027", "środa, 3 lutego"),
        ("ru", "3 февр. 2027\N{NARROW NO-BREAK SPACE}г.", "среда, 3 февраля"),
        ("ar", "3 فبراير 2027", "الأربعاء، 3 فبراير"),
        ("zh", "2027年2月3日", "2月3日星期三"),
        ("ja", "2027年2月3日", "2月3日水曜日"),
    ],
)
def test_a_day_is_written_as_its_language_does(app: Flask, language: str, short: str, long: str) -> None:
    with app.test_request_context():
        speak(language)

        assert day(BIRTHDAY) == short
        assert weekday(BIRTHDAY) == long
        assert moment(datetime(2027, 2, 3, 13, 5, tzinfo=UTC), "Europe/Paris") == f"{short}, 14:05"
