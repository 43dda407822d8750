"""`doctor` says what keeps tablets from working, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from server.certificates import make_certificate
from server.clock import clock
from server.commands._house import make_house
from server.commands._tablet_checks import judge_own, judge_public, look_at_tablets
from server.db import make_engine, writing
from server.devices.browsers import browser_of
from server.devices.models import Device
from server.settings import Settings
from tests.captures.tablet import new_tablet

NUMBER = "192.168.1.20"
CHROME = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0 Safari/537.36"
)


@pytest.fixture
def settings(lay_sqlite: Callable[[Path], str], tmp_path: Path) -> Settings:
    data = tmp_path / "data"
    settings = Settings(data_dir=data, database_url=lay_sqlite(data))
    make_house(settings)
    return settings


def tablet_that(settings: Settings, **facts: object) -> None:
    """A tablet that was heard of just now, and of which this holds besides."""
    engine = make_engine(settings.database_url)
    device = new_tablet(engine, now=clock()).device
    with writing(engine) as session:
        row = session.get_one(Device, device)
        row.seen_at = clock()
        for name, value in facts.items():
            setattr(row, name, value)
    engine.dispose()


def advice(settings: Settings, name: str = "tablet") -> str | None:
    (said,) = [check.advice for check in look_at_tablets(settings) if check.name == name]
    return said


def test_a_house_without_tablets_has_nothing_to_do_about_them(settings: Settings) -> None:
    assert [check.advice for check in look_at_tablets(settings)] == [None] * 3


def test_a_tablet_needs_https(settings: Settings) -> None:
    tablet_that(settings)

    assert "docs/https.md" in (advice(settings, "https") or "")
    assert "docs/https.md" in (
        advice(replace(settings, public_url="http://192.168.1.20:8000"), "https") or ""
    )
    make_certificate(settings.keys_dir, [NUMBER], now=clock())
    assert advice(settings, "https") is None


def test_a_public_name_that_nobody_answers_at_is_said(settings: Settings) -> None:
    named = replace(settings, public_url="https://127.0.0.1:9")

    assert "start the proxy" in (advice(named, "certificate") or "")


def test_a_certificate_that_others_can_read_is_said(settings: Settings) -> None:
    make_certificate(settings.keys_dir, [NUMBER], now=clock()).path.chmod(0o640)

    assert "chmod 600" in (advice(settings, "certificate") or "")


@pytest.mark.parametrize(
    ("days", "here", "said"),
    [
        (0, NUMBER, ""),
        (0, None, ""),
        (0, "192.168.1.33", "tls init --name 192.168.1.33"),
        (400, NUMBER, "tls init, then start"),
        (3600, NUMBER, "tls init, then start"),
    ],
)
def test_the_houses_own_certificate_is_judged(tmp_path: Path, days: int, here: str | None, said: str) -> None:
    own = make_certificate(tmp_path, [NUMBER], now=clock())

    check = judge_own(own, now=clock() + timedelta(days=days), here=here)

    assert NUMBER in check.found
    assert said in (check.advice or "")
    assert (check.advice is None) is (said == "")


@pytest.mark.parametrize(
    ("until", "is_well"), [("Feb 10 12:00:00 2027", True), ("Dec 4 12:00:00 2026", False)]
)
def test_a_public_certificate_that_was_not_renewed_is_said(until: str, is_well: bool) -> None:
    issuer = ((("countryName", "US"),), (("commonName", "Let's Encrypt R11"),))
    told = {"notBefore": "Nov 1 12:00:00 2026 GMT", "notAfter": f"{until} GMT", "issuer": issuer}

    check = judge_public(told, "guests.hotel.example", now=datetime(2026, 12, 1, tzinfo=UTC))

    assert "by Let's Encrypt R11" in check.found
    assert (check.advice is None) is is_well


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"told": {"browser": CHROME.format(120)}}, None),
        ({"told": {"browser": CHROME.format(108)}}, "Chrome 109, Firefox 115, Safari 15.4"),
        ({"told": {"trouble": "storage_full"}}, "make room"),
        ({"told": {"persisted": False}}, "home screen"),
        ({"skew_seconds": 3600 * 24 * 3650}, "set its clock"),
        ({"seen_at": clock() - timedelta(minutes=11)}, "Wi-Fi"),
        ({"seen_at": None}, "open its page"),
        ({"is_cloned": True}, "enrol it anew"),
        ({"last_number": 3}, "never arrived"),
    ],
)
def test_each_tablet_is_looked_at(settings: Settings, facts: dict[str, object], said: str | None) -> None:
    tablet_that(settings, **facts)

    found = advice(settings)

    assert found is None if said is None else said in (found or "")


def test_when_every_tablet_reads_another_time_it_is_the_houses_clock_that_is_wrong(
    settings: Settings,
) -> None:
    tablet_that(settings, skew_seconds=-7200)
    tablet_that(settings, skew_seconds=-7100)

    (clock_check,) = [check for check in look_at_tablets(settings) if check.name == "clock"]

    assert "set this machine's clock" in (clock_check.advice or "")


@pytest.mark.parametrize(
    ("user_agent", "named", "is_too_old"),
    [
        (CHROME.format(109), "Chrome 109", False),
        (CHROME.format(108), "Chrome 108", True),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0", "Firefox 115", False),
        ("Mozilla/5.0 (Android 9; Mobile; rv:102.0) Gecko/102.0 Firefox/102.0", "Firefox 102", True),
        ("Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 Version/15.4 Safari/605.1.15", "Safari 15.4", False),
        ("Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 Version/15.3 Safari/605.1.15", "Safari 15.3", True),
        (
            "Mozilla/5.0 (iPad; CPU OS 14_8 like Mac OS X) CriOS/120.0 Mobile Safari/604.1",
            "Safari 14.8",
            True,
        ),
        (
            "Mozilla/5.0 (Linux; Android 13) Chrome/120.0 SamsungBrowser/23.0 Safari/537.36",
            "Chrome 120",
            False,
        ),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/119.0.0.0 Safari/537.36 Edg/119.0", "Chrome 119", False),
    ],
)
def test_a_browser_is_known_by_what_it_is_inside(user_agent: str, named: str, is_too_old: bool) -> None:
    browser = browser_of(user_agent)

    assert browser is not None
    assert (str(browser), browser.is_too_old) == (named, is_too_old)


def test_of_an_unknown_browser_nothing_is_said() -> None:
    assert browser_of("curl/8.0") is None
    assert browser_of("") is None
