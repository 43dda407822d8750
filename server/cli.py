"""The command line: finds the commands of server/commands, reads the settings, runs one.

Exit 0: done. 1: done with something to look at, or refused with a sentence on stderr. 2: wrong usage.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import cast

from server.discovery import discover
from server.logs import set_up_logs
from server.refusal import Refused
from server.sentences import say
from server.settings import WrongSetting, read_settings

REQUIRED = ("HELP", "EXAMPLE", "add_arguments", "run")


def command_words(file_name: str) -> list[str]:
    """The words of a command by its file's name: import_ -> import; journal_verify -> journal verify."""
    words = file_name.strip("_").split("_")
    return words if words[0] in GROUPS else ["-".join(words)]


GROUPS = ("device", "link", "staff", "tls", "keys", "journal", "token")
"""Commands that are a pair of words; `import undo ID` is told apart by its own arguments."""


def build_parser(commands: dict[str, ModuleType]) -> argparse.ArgumentParser:
    """One parser for all commands, each with its help and an example."""
    parser = argparse.ArgumentParser(
        prog="oneguest", description="Guests' real contacts back, each guest one person."
    )
    top = parser.add_subparsers(metavar="COMMAND", required=True)
    groups: dict[str, argparse._SubParsersAction[argparse.ArgumentParser]] = {}
    for name, module in commands.items():
        words = command_words(name)
        place = top
        if len(words) == 2:
            if words[0] not in groups:
                groups[words[0]] = top.add_parser(words[0]).add_subparsers(metavar="COMMAND", required=True)
            place = groups[words[0]]
        sub = place.add_parser(
            words[-1],
            help=module.HELP,
            description=module.HELP,
            epilog=f"Example: ./oneguest {module.EXAMPLE}",
        )
        module.add_arguments(sub)
        sub.set_defaults(run=module.run)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    parser = build_parser(discover("server.commands", REQUIRED))
    args = parser.parse_args(argv)
    try:
        settings = read_settings()
        set_up_logs(settings.log_level)
        return int(args.run(args, settings))
    except Refused as refusal:
        print(say(refusal.code, refusal.params), file=sys.stderr)
        return 1
    except WrongSetting as wrong:
        print(wrong, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 1
    except Exception as error:
        trouble = _trouble_of_the_database(error)
        if trouble is None:
            raise
        print(say(trouble), file=sys.stderr)
        return 1


def _trouble_of_the_database(error: Exception) -> str | None:
    """The code of what is wrong with the database, when that is what stopped a command that opened one."""
    db = sys.modules.get("server.db")
    return None if db is None else cast("str | None", db.trouble(error))


if __name__ == "__main__":
    sys.exit(main())
