"""`tls renew`: the house's own certificate, made again before it ends."""

from __future__ import annotations

import argparse

from server.settings import Settings

HELP = "Make the house's own certificate again where less than sixty days are left of it."
EXAMPLE = "tls renew"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Nothing to choose: names and authority stay as they are."""


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Renew it, or say until when it lasts."""
    from server.certificates import CertificateProblem, own_certificate, renew_certificate
    from server.clock import clock

    is_renewed = renew_certificate(settings.keys_dir, now=clock())
    present = own_certificate(settings.keys_dir)
    if present is None:
        raise CertificateProblem("There is no certificate of the house's own. ./oneguest tls init makes one.")
    if is_renewed:
        print(f"Renewed until {present.until:%Y-%m-%d}. A web server that runs takes it at its next start.")
    else:
        print(f"Nothing to do: it lasts until {present.until:%Y-%m-%d}.")
    return 0
