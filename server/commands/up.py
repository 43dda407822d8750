"""`up`: everything that a house needs, started together and ended together."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path

from server import data_folder
from server.commands._house import make_house, refuse_unlike_folder
from server.commands._https import certificate_for, own_address
from server.commands._listening import LOOPBACK, address_of, refuse_busy_port
from server.commands._supervisor import WITHIN_UP, Child, Supervisor
from server.settings import Settings
from server.system import ensure_pdf

HELP = "Start OneGuest: makes what is missing, then runs web and worker until Ctrl-C."
EXAMPLE = "up --demo"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to listen and where the data lies."""
    parser.add_argument("--port", type=int, help="port to listen on (default: 8000)")
    parser.add_argument("--host", help="address to listen on (default: 127.0.0.1, this machine only)")
    parser.add_argument("--data", type=Path, help="data folder (default: ~/.local/share/oneguest)")
    parser.add_argument(
        "--demo", action="store_true", help="a small group of invented guests, in a data folder of its own"
    )
    parser.add_argument(
        "--install-system",
        action="store_true",
        help="install what the system lacks (asks sudo when not root)",
    )


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Start everything and stay until told to stop."""
    settings = settings_for(args, settings)
    refuse_unlike_folder(settings)
    certificate, address = certificate_for(settings), address_of(settings.host, settings.port)
    if certificate is not None:
        address = own_address(certificate, settings.host, settings.port)
        settings = replace(settings, public_url=settings.public_url or address)
    with data_folder.alone(settings.data_dir, address):
        refuse_busy_port(settings.host, settings.port)
        carrier: Child | None = None
        phones: str | None = None
        if settings.demo:
            from server.commands._carrier import with_carrier

            settings, carrier, port = with_carrier(settings)
            phones = f"{address_of(settings.host, port)}/"
        lacking = ensure_pdf(install=args.install_system)
        if lacking:
            print(lacking, file=sys.stderr)
        os.environ.update(environment(settings))
        make_house(settings)
        supervisor = Supervisor(settings.host, settings.port)
        supervisor.others = () if carrier is None else (carrier,)
        if certificate is not None:
            supervisor.authority, supervisor.renew = certificate.authority, lambda: _is_renewed(settings)
        supervisor.listen_to_signals()
        from server.commands._entrance import demo_entrance, first_entrance

        link = entrance = None
        if settings.demo:
            from server.commands._demo import fill, guests_link, seat

            fill(settings, supervisor.run_to_end)
            seat(settings)
            link = guests_link(settings, address)
            entrance = demo_entrance(settings, address)
        first = first_entrance(settings, settings.public_url or address)
        said = announcement(settings, address, link, entrance=entrance, first=first, phones=phones)
        return supervisor.run(said)


def _is_renewed(settings: Settings) -> bool:
    from server.certificates import renew_certificate
    from server.clock import clock

    return renew_certificate(settings.keys_dir, now=clock())


def settings_for(args: argparse.Namespace, settings: Settings) -> Settings:
    """The settings after the command line: the demo in `<data>/demo`, with a database of its own there."""
    data_dir = Path(args.data).expanduser().absolute() if args.data else settings.data_dir
    database_url = settings.database_url
    if args.data and not os.environ.get("ONEGUEST_DATABASE_URL"):
        database_url = f"sqlite:///{data_dir / 'oneguest.db'}"
    if args.demo or settings.demo:
        if not data_folder.is_demo(data_dir):
            data_dir = data_dir / "demo"
        database_url = f"sqlite:///{data_dir / 'oneguest.db'}"
    return replace(
        settings,
        data_dir=data_dir,
        database_url=database_url,
        demo=args.demo or settings.demo,
        host=args.host or settings.host,
        port=args.port or settings.port,
    )


def environment(settings: Settings) -> dict[str, str]:
    """The settings as the variables from which a child reads them again."""
    return {
        WITHIN_UP: "1",
        "ONEGUEST_DATA_DIR": str(settings.data_dir),
        "ONEGUEST_DATABASE_URL": settings.database_url,
        "ONEGUEST_HOST": settings.host,
        "ONEGUEST_PORT": str(settings.port),
        "ONEGUEST_DEMO": "1" if settings.demo else "",
        "ONEGUEST_PUBLIC_URL": settings.public_url or "",
        "ONEGUEST_TWILIO_ACCOUNT_SID": settings.twilio_account or "",
        "ONEGUEST_TWILIO_AUTH_TOKEN": settings.twilio_token or "",
        "ONEGUEST_TWILIO_API_BASE": settings.twilio_base or "",
        "ONEGUEST_SMTP_URL": settings.smtp_url or "",
    }


def announcement(
    settings: Settings,
    address: str,
    link: str | None = None,
    *,
    entrance: str | None = None,
    first: str | None = None,
    phones: str | None = None,
) -> str:
    """What is said when everything runs: what to open, and who can.

    `link` is a guest's, `entrance` the demo's desk, `first` the first administrator's, `phones` where the
    demo's messages arrive; each may be missing.
    """
    if settings.host in LOOPBACK:
        reach = "The desk listens on this machine only."
    elif address.startswith("https:"):
        reach = (
            f"It listens on {settings.host} with a certificate of its own: each tablet and each other "
            f"machine installs its authority once, from {address}/kiosk/certificate."
        )
    else:
        reach = (
            f"The desk listens on {settings.host}: whoever reaches that address may try to sign in, "
            "and without https what they type can be read on the way. "
            "Leave --host away to keep it on this machine."
        )
    name = "OneGuest's demo" if settings.demo else "OneGuest"
    return "\n".join(
        (
            "",
            f"{name} is running. Open:",
            f"  desk          {entrance or f'{address}/'}",
            f"  kiosk         {address}/kiosk/",
            f"  guest's link  {link or './oneguest link issue --reference BOOKING'}",
            *((f"Phone and inbox of invented guests: {phones}",) if phones else ()),
            f"Data: {settings.data_dir}. {reach}",
            *((first,) if first else ()),
            "Ctrl-C stops all of it.",
        )
    )
