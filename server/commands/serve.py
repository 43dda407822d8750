"""`serve`: the web server alone."""

from __future__ import annotations

import argparse
import logging
import os
from dataclasses import replace
from typing import TYPE_CHECKING

from server.settings import Settings

if TYPE_CHECKING:
    from flask import Flask

HELP = "Serve the desk, the kiosk and the guests' links, without the worker."
EXAMPLE = "serve --port 8000"

THREADS = 16
"""Requests at a time. Python computes for one of them; the others wait for the disk, best with one commit for
all (server.together): 500 tablets at once are done in half the time of 4."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to listen; unsaid, ONEGUEST_HOST and ONEGUEST_PORT decide, else 127.0.0.1:8000."""
    parser.add_argument("--host", help="address to listen on (default: this machine only)")
    parser.add_argument("--port", type=int, help="port to listen on (default: 8000)")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Make what is missing, then serve until told to stop."""
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    from server import data_folder
    from server.app import house_address
    from server.commands._entrance import first_entrance
    from server.commands._house import make_house
    from server.commands._https import certificate_for, own_address
    from server.commands._listening import address_of, refuse_busy_port
    from server.commands._supervisor import WITHIN_UP

    host, port = args.host or settings.host, args.port or settings.port
    refuse_busy_port(host, port)
    make_house(settings)
    certificate, address = certificate_for(settings), address_of(host, port)
    if certificate is not None:
        address = own_address(certificate, host, port)
        settings = replace(settings, public_url=settings.public_url or address)
        os.environ["ONEGUEST_PUBLIC_URL"] = settings.public_url or address  # for the server's own child
    if not os.environ.get(WITHIN_UP):
        first = first_entrance(settings, house_address(replace(settings, port=port)))
        if first is not None:
            print(first, flush=True)
    logging.getLogger("_granian").addFilter(_is_news)
    web_server = Server(
        "server.commands.serve:web",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        factory=True,
        log_level=LogLevels.warning,
        log_access=False,  # paths of guests' links are secrets
        workers_kill_timeout=8,
        ssl_cert=None if certificate is None else certificate.path,
        ssl_key=None if certificate is None else certificate.path,
    )
    with data_folder.serving(settings.data_dir, address):
        web_server.serve()
    return 0


def _is_news(record: logging.LogRecord) -> bool:
    """Whether the web server warns of something else than its many threads, which are meant."""
    return "Python threads" not in record.getMessage()


def web() -> Flask:
    """The application, for the server's own child process, which ends when the server does."""
    from server.app import serve_app
    from server.commands._warming import warm_up
    from server.logs import set_up_logs
    from server.settings import read_settings
    from server.tether import end_with

    end_with(os.getppid())
    set_up_logs(read_settings().log_level)
    app = serve_app()
    warm_up(app)
    return app
