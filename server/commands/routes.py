"""List every page and who may open it."""

from __future__ import annotations

import argparse
import json

from server.settings import Settings

HELP = "List every page: its address, methods and who may open it."
EXAMPLE = "routes --json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Lines for reading, or JSON for scripts."""
    parser.add_argument("--json", action="store_true", help="one JSON array instead of lines")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print the map of the house; 1 when a page has no guard (it is closed then)."""
    from server.access import list_routes
    from server.app import create_app

    routes = list_routes(create_app(settings))
    if args.json:
        print(json.dumps(routes, indent=1, sort_keys=True))
    else:
        for route in routes:
            print(f"{','.join(route['methods']):10} {route['rule']:40} {route['guard']}")
    return 1 if any(route["guard"] == "closed" for route in routes) else 0
