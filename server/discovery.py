"""Turn a folder into a dict by file name, so that one file adds one thing.

A source, a form, a report, a recurring job: each is a module of its folder that defines the names the
folder's readers need. What is missing is said at the start, by file and name.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable
from types import ModuleType


class IncompletePart(ImportError):
    """A file of a discovered folder lacks a name that every file there must define."""


def discover(package: str, required: Iterable[str]) -> dict[str, ModuleType]:
    """Import every public module of `package`; return them by file name, in alphabetical order."""
    parent = importlib.import_module(package)
    found: dict[str, ModuleType] = {}
    for info in sorted(pkgutil.iter_modules(parent.__path__), key=lambda m: m.name):
        if info.name.startswith("_") or info.ispkg:
            continue
        module = importlib.import_module(f"{package}.{info.name}")
        for name in required:
            if not hasattr(module, name):
                path = f"{package.replace('.', '/')}/{info.name}.py"
                raise IncompletePart(f"{path} must define {name}, like the other files of its folder.")
        found[info.name] = module
    return found
