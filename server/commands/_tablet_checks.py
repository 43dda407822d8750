"""What keeps tablets from working, one look at a time: for `doctor`."""

from __future__ import annotations

import http.client
import json
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from server import data_folder
from server.commands._checking import Check, guarded
from server.commands._https import certificate_of
from server.refusal import Refused
from server.settings import Settings

if TYPE_CHECKING:
    from server.captures.tablets import TabletStanding
    from server.certificates import OwnCertificate

PATIENCE = 4.0  # seconds for an answer of the house, by its public name too
ENDING = (
    5  # a certificate that renews itself never has less than that part of its life left: a third is usual
)
LARGE_SKEW = timedelta(minutes=2)
HOW = "docs/https.md tells the ways to https"

WHAT_TO_DO = {
    "cloned": "two forms came under one number, so a copy of it is about: end it at the desk, enrol it anew",
    "missing": "forms that it counted never arrived: the desk's page of the tablet names them",
    "parked": "forms of it could not be taken: see the desk, and ./oneguest keys list",
    "clock": "set its clock, or let it set itself from the network",
    "storage": "make room on it: its storage is nearly full",
    "may_be_erased": "add its page to the home screen, so that its browser keeps what waits there",
    "battery": "put it on its charger",
    "storage_full": "it takes no guest: make room on it, then open its page again",
    "storage_closed": "it takes no guest: let the page store data, no private window; open it again",
    "no_crypto": "it takes no guest: its page is not on https, or its browser is too old",
    "outdated": "it takes no guest: its pages are too old; open them anew while it is on the network",
    "revoked": "it was ended; a new code from the desk makes it a tablet again",
}


def look_at_tablets(settings: Settings) -> Iterator[Check]:
    """All that tablets need of this machine, then each tablet."""
    tablets, own = _tablets(settings), None
    try:
        own = certificate_of(settings)
    except Refused as problem:
        yield Check("certificate", "the house's own cannot be used", str(problem))
    else:
        yield guarded("https", lambda: _way(settings, own, tablets))
        yield guarded("certificate", lambda: _certificate(settings, own))
    yield guarded("clock", lambda: _clock(settings, tablets))
    version = _version(settings, own) if tablets else None
    for one in tablets:
        yield _tablet(one, version)


def _way(settings: Settings, own: OwnCertificate | None, tablets: Sequence[TabletStanding]) -> Check:
    """Whether a tablet's browser gets a secure context: https, or this machine itself."""
    address = settings.public_url or (None if own is None else own.address(settings.port))
    if address is None:
        found = "this machine only, by http; a tablet elsewhere in the house needs https"
        return Check("https", found, HOW if tablets else None)
    if not address.startswith("https:"):
        found = f"tablets open {address}, where browsers neither seal nor keep anything"
        return Check("https", found, HOW)
    if own is not None and (data_folder.served_at(settings.data_dir) or "").startswith("https://localhost"):
        return Check("https", f"{address}, but open to this machine only", "./oneguest up --host 0.0.0.0")
    return Check("https", f"tablets open {address}")


def _certificate(settings: Settings, own: OwnCertificate | None) -> Check:
    if own is not None:
        return judge_own(own, now=_now(settings), here=_own_number())
    public = urlsplit(settings.public_url or "")
    if public.scheme != "https" or not public.hostname:
        return Check("certificate", "none, as there is no https")
    return _public_certificate(public.hostname, public.port or 443, now=_now(settings))


def judge_own(own: OwnCertificate, *, now: datetime, here: str | None) -> Check:
    """The house's own certificate: for whom, until when. `here`: this machine's number on its network."""
    found = (
        f"the house's own, for {own.names[0]}, until {own.until:%Y-%m-%d}; "
        f"its authority until {own.authority_until:%Y-%m-%d}"
    )
    if now >= own.until:
        return Check("certificate", f"{found}: over", "./oneguest tls init, then start OneGuest again")
    if own.authority_until - now < timedelta(days=90):
        return Check(
            "certificate", found, "./oneguest tls init --new-authority; each tablet installs it anew"
        )
    if here is not None and here not in own.names and _are_numbers_only(own.names):
        advice = f"this machine is {here} now: ./oneguest tls init --name {here}, and keep that number (DHCP)"
        return Check("certificate", found, advice)
    return Check("certificate", found)


def _are_numbers_only(names: Sequence[str]) -> bool:
    """Whether tablets find the house by number: the name shown first is one."""
    return names[0].replace(".", "").isdecimal() or ":" in names[0]


def _public_certificate(host: str, port: int, *, now: datetime) -> Check:
    try:
        with (
            socket.create_connection((host, port), PATIENCE) as line,
            ssl.create_default_context().wrap_socket(line, server_hostname=host) as secured,
        ):
            told: Any = secured.getpeercert()
    except ssl.SSLCertVerificationError as refusal:
        advice = "tablets refuse it too: serve the whole chain, for this very name, renewed by itself"
        return Check("certificate", f"of {host} is refused: {refusal.verify_message}", advice)
    except OSError as problem:
        found = f"{host}:{port} does not answer ({problem.strerror or type(problem).__name__})"
        return Check(
            "certificate", found, "start the proxy that has the certificate; is the name's address right?"
        )
    return judge_public(told, host, now=now)


def judge_public(told: dict[str, Any], host: str, *, now: datetime) -> Check:
    """A certificate that this machine accepted: by whom, until when."""
    since, until = (
        datetime.fromtimestamp(ssl.cert_time_to_seconds(told[name]), UTC)
        for name in ("notBefore", "notAfter")
    )
    by = next((text for part in reversed(told["issuer"]) for _, text in part), "?")
    found = f"of {host}, by {by}, until {until:%Y-%m-%d}, chain whole"
    if until - now < (until - since) / ENDING:
        return Check("certificate", found, "it should have been renewed by now: look at the proxy's log")
    return Check("certificate", found)


def _clock(settings: Settings, tablets: Sequence[TabletStanding]) -> Check:
    now = _now(settings)
    found = f"{now:%Y-%m-%d %H:%M} UTC"
    if settings.clock_offset:
        return Check("clock", f"{found}, {settings.clock_offset:+.0f} s by ONEGUEST_CLOCK_OFFSET", "unset it")
    heard = [one.device.seen_at for one in tablets if one.device.seen_at is not None]
    if heard and max(heard) > now + LARGE_SKEW:
        return Check("clock", f"{found}; a tablet was heard of later than that", "set this machine's clock")
    skews = [one.slow_by for one in tablets if one.state == "here"]
    if len(skews) > 1 and (min(skews) > LARGE_SKEW or max(skews) < -LARGE_SKEW):
        return Check(
            "clock", f"{found}; every tablet says otherwise", "set this machine's clock: timedatectl"
        )
    program = shutil.which("timedatectl")
    if program is not None:
        asked = [program, "show", "--property=NTPSynchronized", "--value"]
        told = subprocess.run(asked, capture_output=True, text=True, timeout=PATIENCE, check=False).stdout
        if told.strip() == "no":
            return Check("clock", f"{found}, set by nobody", "timedatectl set-ntp true")
    return Check("clock", found)


def _tablet(standing: TabletStanding, version: str | None) -> Check:
    """One tablet: silent, with other pages than the house's, in too old a browser, or troubled itself."""
    from server.devices.browsers import FLOOR, browser_of

    device, said = standing.device, standing.device.told
    browser = browser_of(said.get("browser", ""))
    name = f"{device.name} ({standing.house.name})"
    if standing.state == "never":
        return Check("tablet", f"{name}: never heard of", "open its page on it while it is on the network")
    if standing.state == "silent":
        found = f"{name}: silent since {device.seen_at:%Y-%m-%d %H:%M} UTC, {device.waiting} forms wait on it"
        return Check("tablet", found, "is it switched on, charged and in the Wi-Fi, its page open in front?")
    found = f"{name}: here, {browser or 'a browser we do not know'}, {device.waiting} forms wait on it"
    advice = [WHAT_TO_DO.get(trouble, f"it says: {trouble}") for trouble in standing.troubles]
    if browser is not None and browser.is_too_old:
        floor = ", ".join(
            f"{kind} {'.'.join(map(str, least)).removesuffix('.0')}" for kind, least in FLOOR.items()
        )
        advice.append(f"its browser is too old: it needs {floor}, or newer")
    if version and said.get("build") and said["build"] != version:
        advice.append(
            f"its pages are {said['build']}, the house's {version}: they change by themselves within ten "
            "minutes of rest; if not, open its page again"
        )
    return Check("tablet", found, "; ".join(advice) or None)


def _tablets(settings: Settings) -> list[TabletStanding]:
    """The tablets in use; none where there is no database that could tell."""
    from sqlalchemy import inspect

    from server import tables  # noqa: F401 (their readers need every table)
    from server.captures.tablets import standings
    from server.db import make_engine, reading
    from server.properties.reach import EVERYWHERE

    if settings.is_sqlite and not settings.data_dir.joinpath("oneguest.db").exists():
        return []
    engine = make_engine(settings.database_url)
    try:
        if not inspect(engine).has_table("device"):
            return []
        with reading(engine) as session:
            found = standings(session, EVERYWHERE, now=_now(settings))
            session.expunge_all()
    except Exception:  # the database's own check has said what is wrong with it
        return []
    finally:
        engine.dispose()
    return [one for one in found if one.state != "ended"]


def _version(settings: Settings, own: OwnCertificate | None) -> str | None:
    """The version of the pages that the house gives to tablets now; None when it does not run."""
    address = urlsplit(data_folder.served_at(settings.data_dir) or "")
    if not address.hostname:
        return None
    line = http.client.HTTPConnection(address.hostname, address.port, timeout=PATIENCE)
    if address.scheme == "https":
        trusting = ssl.create_default_context(cafile=own.authority if own else None)
        line = http.client.HTTPSConnection(address.hostname, address.port, timeout=PATIENCE, context=trusting)
    try:
        line.request("GET", "/kiosk/precache.json")
        version = json.loads(line.getresponse().read())["version"]
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
        return None
    finally:
        line.close()
    return str(version)


def _own_number() -> str | None:
    from server.desk.phone_address import own_network_address

    return own_network_address()


def _now(settings: Settings) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=settings.clock_offset)
