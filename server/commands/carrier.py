"""`carrier`: the demo's invented telephone network, on a port of its own."""

from __future__ import annotations

import argparse
import signal
import threading

from server.commands._listening import CannotStart, refuse_busy_port
from server.settings import Settings

HELP = "Run the invented telephone network of the demo and of tests: an API like Twilio's."
EXAMPLE = "carrier --port 8010"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where it listens; whose account it keeps is in ONEGUEST_TWILIO_ACCOUNT_SID and its token."""
    parser.add_argument("--port", type=int, required=True, help="port to listen on")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Take texts and tell of them until told to stop."""
    from server.carrier.app import carrier_app
    from server.carrier.serving import running
    from server.clock import clock
    from server.demo.carrier import Carrier
    from server.demo.carrying.odds import KIND, Odds

    if settings.twilio_account is None or settings.twilio_token is None:
        raise CannotStart("ONEGUEST_TWILIO_ACCOUNT_SID and ONEGUEST_TWILIO_AUTH_TOKEN name the account.")
    refuse_busy_port(settings.host, args.port)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    odds = KIND if settings.demo else Odds()
    carrier = Carrier(settings.twilio_account, settings.twilio_token, now=clock, odds=odds)
    with running(carrier_app(carrier), carrier, host=settings.host, port=args.port):
        stop.wait()
    return 0
