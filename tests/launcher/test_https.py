"""https for a house without IT: what docs/https.md tells to type, and what deploy/ holds, works."""

from __future__ import annotations

import hashlib
import http.client
import os
import re
import shlex
import shutil
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path

import pytest

from server.cli import REQUIRED, build_parser
from server.commands._house import make_house
from server.discovery import discover
from server.settings import read_settings
from server.system import FONT_PACKAGE, PDF_LIBRARIES

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
PAGE = (ROOT / "docs" / "https.md").read_text(encoding="utf-8")
TYPED = [
    line.strip()
    for block in re.findall(r"(?ms)^ *```\n(.*?)^ *```", PAGE)
    for line in block.splitlines()
    if "=https" not in line and "PROXIES=" not in line
]
OURS = [line for line in TYPED if line.startswith("./oneguest")]
BACKUP = [line for line in TYPED if line.startswith(("tar", "mkdir"))]
OF_THE_SYSTEM = {"adduser", "apt-get", "systemctl", "podman"}
"""Programs that change a whole machine: their lines are only looked at."""


def environment(home: Path) -> dict[str, str]:
    """As in a shell of somebody whose home is `home`, who set nothing."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("ONEGUEST_", "XDG_"))}
    return kept | {"HOME": str(home), "PYTHONPATH": str(ROOT)}


def typed(line: str, home: Path) -> subprocess.CompletedProcess[str]:
    """What a line of the docs does, typed into a shell."""
    line = line.replace("./oneguest", f"{shlex.quote(sys.executable)} -m server.cli")
    return subprocess.run(
        ["sh", "-c", line], cwd=home, env=environment(home), capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("line", OURS)
def test_a_command_of_ours_in_the_docs_parses(line: str) -> None:
    words = shlex.split(line)[1:]

    assert callable(build_parser(discover("server.commands", REQUIRED)).parse_args(words).run)


def test_every_line_of_the_docs_is_ours_or_runs_here_or_is_looked_at() -> None:
    others = {line.split()[0] for line in TYPED if line not in OURS and line not in BACKUP}

    assert others == OF_THE_SYSTEM
    for line in TYPED:
        for name in re.findall(r"deploy/\S+", line):
            assert (ROOT / name).is_file()
    assert all((ROOT / "docs" / link).is_file() for link in re.findall(r"\]\((\.\./[^)]+)\)", PAGE))


def test_a_backup_of_one_folder_and_one_of_keys_brings_the_house_back(tmp_path: Path) -> None:
    for line in OURS:
        if "tls init" in line:
            assert typed(line, tmp_path).returncode == 0
    home = read_settings({"HOME": str(tmp_path)})
    make_house(home)
    away, back = BACKUP[:2], BACKUP[2:]
    assert [typed(line, tmp_path).stderr for line in away] == ["", ""]
    listed = typed("tar -tzf oneguest-data.tar.gz", tmp_path).stdout
    assert "oneguest.db" in listed
    assert "keys" not in listed
    shutil.rmtree(home.data_dir)

    assert [typed(line, tmp_path).stderr for line in back] == ["", "", ""]

    done = typed("./oneguest check", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (home.keys_dir / "tls" / "house.pem").stat().st_mode & 0o777 == 0o600


def test_the_container_is_made_of_commands_that_there_are() -> None:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    steps = [line.split(maxsplit=1) for line in text.splitlines() if line and line[0] not in "# "]
    told = {step[0]: step[1] for step in steps}
    run = " && ".join(rest for word, rest in steps if word == "RUN")

    assert steps[0][0] == "FROM"
    assert "/" not in steps[0][1], "whoever builds it takes the image from where they like"
    assert "3.11" in steps[0][1]
    assert set(re.findall(r"(?:lib|fonts-)\S+", run)) >= {*PDF_LIBRARIES, FONT_PACKAGE}
    assert "./oneguest --help" in run
    assert told["ENTRYPOINT"] == '["./oneguest"]'
    assert (ROOT / "oneguest").stat().st_mode & 0o111
    (command,) = re.findall(r'"(\w+)"', told["CMD"])
    assert callable(build_parser(discover("server.commands", REQUIRED)).parse_args([command]).run)
    given = dict(pair.split("=") for pair in told["ENV"].split())
    settings = read_settings(given)
    assert (str(settings.data_dir), settings.host, settings.port) == ("/data", "0.0.0.0", 8000)
    assert told["VOLUME"] == given["ONEGUEST_DATA_DIR"]
    assert told["EXPOSE"] == str(settings.port)


def test_the_service_starts_what_there_is() -> None:
    lines = (DEPLOY / "oneguest.service").read_text(encoding="utf-8").splitlines()
    unit = dict(line.split("=", 1) for line in lines if "=" in line and line[0] not in "#[")

    program, *words = unit["ExecStart"].split()
    assert program == f"{unit['WorkingDirectory']}/oneguest"
    assert callable(build_parser(discover("server.commands", REQUIRED)).parse_args(words).run)
    assert unit["Environment"] == f"ONEGUEST_DATA_DIR=/var/lib/{unit['StateDirectory']}"


def test_the_proxy_leads_to_where_the_house_listens(tmp_path: Path) -> None:
    path = DEPLOY / "Caddyfile"
    text = path.read_text(encoding="utf-8")
    told = dict(re.findall(r"(ONEGUEST_\w+)=(\S+)", text))

    settings = read_settings(told | {"HOME": str(tmp_path)})
    assert f"reverse_proxy {settings.host}:{settings.port}" in text
    assert settings.public_url is not None
    assert f"\n{settings.public_url.removeprefix('https://')} {{" in text
    assert settings.trusted_proxies == 1
    program = shutil.which("caddy")
    if program is not None:
        asked = [program, "validate", "--adapter", "caddyfile", "--config", str(path)]
        done = subprocess.run(asked, env=environment(tmp_path), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def ask(port: int, path: str, authority: Path | None) -> tuple[int, bytes]:
    """What the house answers to a tablet that trusts this authority, or asks by http."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    if authority is not None:
        trusting = ssl.create_default_context(cafile=authority)
        line = http.client.HTTPSConnection("127.0.0.1", port, timeout=10, context=trusting)
    try:
        line.request("GET", path, headers={"Host": "tablets.lan"})
        reply = line.getresponse()
        return reply.status, reply.read()
    finally:
        line.close()


def test_a_tablet_reaches_the_house_by_its_own_certificate_and_nobody_by_http(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = tmp_path / ".local" / "share" / "oneguest"
    assert typed("./oneguest tls init --name 192.168.1.20 --name tablets.lan", tmp_path).returncode == 0
    authority = data / "keys" / "tls" / "authority.crt"
    with (tmp_path / "said").open("wb") as said:
        house = subprocess.Popen(
            [sys.executable, "-m", "server.cli", "up", "--host", "0.0.0.0", "--port", str(port)],
            env=environment(tmp_path),
            cwd=tmp_path,
            stdout=said,
            stderr=said,
        )
    try:
        until = time.monotonic() + 60
        while b"is running" not in (tmp_path / "said").read_bytes():
            assert time.monotonic() < until, (tmp_path / "said").read_text()
            assert house.poll() is None, (tmp_path / "said").read_text()
            time.sleep(0.1)

        status, page = ask(port, "/kiosk/certificate", authority)
        assert status == 200
        assert f"https://192.168.1.20:{port}/kiosk/" in (tmp_path / "said").read_text()
        made = ssl.PEM_cert_to_DER_cert(authority.read_text())
        assert hashlib.sha256(made).hexdigest().upper() in page.decode().replace(":", "")
        assert ask(port, "/kiosk/authority.crt", authority) == (200, authority.read_bytes())
        with pytest.raises((http.client.HTTPException, OSError)):
            ask(port, "/kiosk/", None)
    finally:
        house.terminate()
        house.wait(30)
