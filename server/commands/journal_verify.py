"""`journal verify`: is the journal still as it was written?"""

from __future__ import annotations

import argparse
from pathlib import Path

from server.settings import Settings

HELP = "Verify the journal against its chain of seals; name the first bad entry."
EXAMPLE = "journal verify --head /media/usb/journal-head.json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """A head to compare with, and where to write the present one."""
    parser.add_argument(
        "--head",
        type=Path,
        metavar="FILE",
        help="a head kept off this machine: also shows what was cut off at the end, or written anew",
    )
    parser.add_argument(
        "--write-head",
        type=Path,
        metavar="FILE",
        help="when all is well, write the present head there; keep it off this machine, one a day",
    )


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print the counts, or what is wrong first; exit 1 when something is."""
    from server import data_folder
    from server.db import reading
    from server.journal.heads import Head
    from server.journal.sealing import chain_key
    from server.journal.verifying import verify
    from server.keys import ensure_keys, read_all_keys
    from server.opening import open_database
    from server.refusal import Refused
    from server.sentences import say

    known = None
    if args.head is not None:
        try:
            known = Head.from_text(args.head.read_text("utf-8"))
        except (OSError, UnicodeDecodeError):
            raise Refused("journal.no_head") from None
    data_folder.prepare(settings.data_dir)
    ensure_keys(settings.keys_dir)
    secrets = read_all_keys(settings.keys_dir, "sealing")
    keys = {secret.id: chain_key(secret.id, secret.secret) for secret in secrets}
    with reading(open_database(settings)) as session:
        verdict = verify(session, keys, head=known)
    if verdict.wrong is not None:
        print(say(verdict.wrong.code, verdict.wrong.params))
        return 1
    print(
        f"The journal is as it was written: {verdict.sealed} entries sealed, "
        f"{verdict.erased} of them erased, {verdict.waiting} waiting for their seal."
    )
    if verdict.head is not None:
        print(f"Its head is seal {verdict.head.sequence}: {verdict.head.chain.hex()}")
        if args.write_head is not None:
            try:
                args.write_head.write_text(verdict.head.to_text(), "utf-8")
            except OSError:
                raise Refused("journal.head_unwritable") from None
    return 0
