"""`carrier`: the demo's invented telephone network and mailbox, on ports of their own."""

from __future__ import annotations

import argparse
import signal
import ssl
import threading
from contextlib import ExitStack
from functools import partial

from server.commands._https import certificate_of
from server.commands._listening import CannotStart, refuse_busy_port
from server.settings import Settings, house_address

HELP = "Run the invented telephone network and mailbox of the demo and of tests."
EXAMPLE = "carrier --port 8010 --smtp-port 8011"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where it listens; whose account it keeps stands in the settings, as for the house."""
    parser.add_argument("--port", type=int, required=True, help="port of the API and of the guests' page")
    parser.add_argument("--smtp-port", type=int, help="port that takes e-mails (default: none are taken)")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Take texts and e-mails, and tell of them, until told to stop."""
    from server.carrier.app import carrier_app
    from server.carrier.mailing import taking_mail
    from server.carrier.serving import post, running
    from server.clock import clock
    from server.demo.carrier import Carrier
    from server.demo.carrying.mailbox import Mailbox
    from server.demo.carrying.odds import KIND, Odds

    if settings.twilio_account is None or settings.twilio_token is None:
        raise CannotStart("ONEGUEST_TWILIO_ACCOUNT_SID and ONEGUEST_TWILIO_AUTH_TOKEN name the account.")
    refuse_busy_port(settings.host, args.port)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    carrier = Carrier(settings.twilio_account, settings.twilio_token, now=clock)
    carrier.odds = KIND if settings.demo else Odds()
    if settings.demo:
        carrier.adopts = f"{house_address(settings)}/hooks/twilio/message"
    certificate = certificate_of(settings)
    trusting = None if certificate is None else ssl.create_default_context(cafile=certificate.authority)
    mailbox = Mailbox(now=clock)
    app = carrier_app(carrier, mailbox=mailbox, settings=settings, posts=partial(post, trusting=trusting))
    with ExitStack() as open_doors:
        if args.smtp_port:
            open_doors.enter_context(taking_mail(mailbox, port=args.smtp_port))
        open_doors.enter_context(running(app, carrier, host=settings.host, port=args.port))
        stop.wait()
    return 0
