"""Pages compiled once for all processes: what Python does with its modules, done with our templates.

Compiling all of them takes 1.5 seconds of computing, and every web server that starts has to.
"""

from __future__ import annotations

import hashlib
import sys
from contextlib import suppress
from pathlib import Path
from pickle import UnpicklingError

import jinja2
from jinja2 import BytecodeCache, FileSystemBytecodeCache
from jinja2.bccache import Bucket


class CompiledPages(FileSystemBytecodeCache):
    """Keeps each template's code in a file of the given folder, as long as its text is the same.

    Jinja asks for the text's digest and the Python; how we let it compile is in the files' names. A folder
    that cannot be written (another owner's release, a full disk) is no fault: the page is compiled again.
    """

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code, if that can be."""
        with suppress(OSError):
            super().dump_bytecode(bucket)

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take the code that is kept, if it can be read."""
        with suppress(OSError, EOFError, ValueError, TypeError, UnpicklingError):  # but the first: torn
            super().load_bytecode(bucket)


def compiled_pages(environment: jinja2.Environment, folder: Path) -> BytecodeCache | None:
    """The code of an environment's templates as it is kept in `folder`; None where Python was told to keep
    none, or there is no place for it."""
    if sys.dont_write_bytecode:
        return None
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    how = (
        jinja2.__version__,
        environment.trim_blocks,
        environment.lstrip_blocks,
        sorted(environment.extensions),
        environment.policies["ext.i18n.trimmed"],
    )
    return CompiledPages(str(folder), f"%s.{hashlib.sha256(repr(how).encode()).hexdigest()[:12]}.jinja")
