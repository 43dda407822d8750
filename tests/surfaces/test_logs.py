"""The log says what happened and where, one line an event, and nothing that a guest said."""

from __future__ import annotations

import ast
import io
import logging
import re
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, request
from sqlalchemy.exc import IntegrityError

from server.access import anyone
from server.jobs.worker import run_due
from server.logs import Line, place_of, set_up_logs
from server.settings import WrongSetting, read_settings

ROOT = Path(__file__).resolve().parents[2]
GUEST = ("Rossi", "anna.rossi@posteo.de", "+33 6 52 52 72 72", "1956-12-28")
WORDS = f"{' '.join(GUEST)} cannot be\nread"
LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ (DEBUG|INFO|WARNING|ERROR|CRITICAL) [\w.]+ \S.*")


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """A process whose log is set up, from INFO on; as it was, afterwards."""
    names = ("", "oneguest", "_granian", "granian.access")
    kept = [(one, list(one.handlers), one.level) for one in map(logging.getLogger, names)]
    hooks = (warnings.showwarning, sys.excepthook, sys.unraisablehook, threading.excepthook)
    stream = io.StringIO()
    set_up_logs("info", stream=stream)
    yield stream
    warnings.showwarning, sys.excepthook, sys.unraisablehook, threading.excepthook = hooks
    for one, handlers, level in kept:
        one.handlers[:] = handlers
        one.setLevel(level)


def told(lines: io.StringIO) -> list[str]:
    """The lines, each of the right form and none of a guest."""
    text = lines.getvalue()
    assert not [word for word in GUEST if word in text]
    found = text.splitlines()
    assert [line for line in found if not LINE.fullmatch(line)] == []
    return found


def ends_with(found: list[str]) -> list[str]:
    """What the lines say, without when."""
    return [line.partition("Z ")[2] for line in found]


@pytest.mark.parametrize("kind", [ValueError, KeyError, UnicodeError, RuntimeError])
def test_a_page_that_fails_over_a_guest_tells_the_log_nothing_of_them(
    own_app: Flask, lines: io.StringIO, kind: type[Exception]
) -> None:
    @own_app.get("/breaks")
    @anyone
    def breaks() -> str:
        raise kind(request.args["of"])

    answer = own_app.test_client().get("/breaks", query_string={"of": WORDS})

    assert answer.status_code == 500
    found = told(lines)
    assert len(found) == 1
    assert f"ERROR oneguest.web page failed endpoint=breaks error={kind.__name__} at" in found[0]


def test_a_value_the_database_refused_is_not_quoted(own_app: Flask, lines: io.StringIO) -> None:
    @own_app.get("/breaks")
    @anyone
    def breaks() -> str:
        raise IntegrityError(WORDS, {"email": WORDS}, Exception(WORDS))

    assert own_app.test_client().get("/breaks").status_code == 503
    assert "store failed endpoint=breaks error=IntegrityError" in told(lines)[0]


def test_what_a_library_says_is_told_by_its_place_only(lines: io.StringIO) -> None:
    logging.getLogger("some.library").warning("cannot read %s", WORDS)
    logging.getLogger("some.library").info("reading %s", WORDS)

    [line] = ends_with(told(lines))
    assert re.fullmatch(r"WARNING some\.library spoke at=test_logs\.py:\d+", line)


def test_the_web_server_says_that_something_failed_and_not_over_whom(lines: io.StringIO) -> None:
    trace = f"Application callable raised an exception\nTraceback ...\nValueError: {WORDS}"
    logging.getLogger("_granian").error(trace)

    assert ends_with(told(lines)) == ["ERROR _granian Application callable raised an exception"]


def test_an_exception_that_somebody_logs_whole_is_told_by_kind_and_place(lines: io.StringIO) -> None:
    try:
        raise ValueError(WORDS)
    except ValueError:
        logging.getLogger("oneguest.web").exception("page failed")

    [line] = ends_with(told(lines))
    assert re.fullmatch(r"ERROR oneguest\.web page failed error=ValueError at \S*test_logs\.py:\d+", line)


def test_addresses_and_numbers_that_slip_into_a_line_are_left_out(lines: io.StringIO) -> None:
    log = logging.getLogger("oneguest.web")
    log.info("wrote to %s", "anna.rossi@posteo.de")
    log.info("called %s twice", "+33 6 52 52 72 72")
    log.info("work done job=%s at=%s", 1234567, "running.py:4711")

    assert ends_with(told(lines)) == [
        "INFO oneguest.web wrote to …",
        "INFO oneguest.web called …twice",
        "INFO oneguest.web work done job=1234567 at=running.py:4711",
    ]


def test_what_ends_a_command_or_a_thread_is_told_without_its_words(lines: io.StringIO) -> None:
    def fall() -> None:
        raise ValueError(WORDS)

    thread = threading.Thread(target=fall)
    thread.start()
    thread.join()
    try:
        fall()
    except ValueError as error:
        sys.excepthook(ValueError, error, error.__traceback__)
    warnings.warn(WORDS, stacklevel=1)

    lost, ended, warned = ends_with(told(lines))
    assert lost.startswith("ERROR oneguest.process lost error=ValueError at ")
    assert ended.startswith("CRITICAL oneguest.process ended error=ValueError at ")
    assert warned.startswith("WARNING oneguest.process warned kind=UserWarning at=test_logs.py:")


def test_a_line_whose_words_do_not_fit_its_values_stops_nothing() -> None:
    record = logging.LogRecord("oneguest.web", logging.INFO, "/x/here.py", 7, "one: %s", GUEST, None)

    assert Line().format(record).endswith("INFO oneguest.web could not be written at=here.py:7")


def test_a_line_is_never_two(lines: io.StringIO) -> None:
    logging.getLogger("oneguest.web").warning("kind=%s", "a\u2028b\r\x1b[31mc\x00d")

    assert ends_with(told(lines)) == ["WARNING oneguest.web kind=a b [31mc d"]


def test_the_end_of_the_journals_chain_is_seen_at_the_usual_level(lines: io.StringIO) -> None:
    logging.getLogger("oneguest.journal").info("journal sealed sequence=%s", 7)
    logging.getLogger("oneguest.journal").debug("journal sealed sequence=%s", 8)

    assert ends_with(told(lines)) == ["INFO oneguest.journal journal sealed sequence=7"]


def test_setting_up_twice_says_everything_once(lines: io.StringIO) -> None:
    set_up_logs("info", stream=lines)
    logging.getLogger("oneguest.web").warning("once")

    assert ends_with(told(lines)) == ["WARNING oneguest.web once"]


def test_a_quiet_house_hears_errors_only(lines: io.StringIO) -> None:
    set_up_logs("error", stream=lines)
    logging.getLogger("oneguest.web").warning("a warning")
    logging.getLogger("some.library").warning("a warning")
    logging.getLogger("oneguest.web").error("an error")

    assert ends_with(told(lines)) == ["ERROR oneguest.web an error"]


def test_the_log_tells_the_time_that_the_house_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONEGUEST_CLOCK_OFFSET", str(-30 * 365 * 86_400))
    record = logging.LogRecord("oneguest.web", logging.INFO, "here.py", 1, "said", (), None)

    assert Line().format(record).startswith("199")


def test_the_level_is_a_setting_and_a_wrong_one_stops_the_start_by_its_name() -> None:
    assert read_settings({}).log_level == "info"
    assert read_settings({"ONEGUEST_LOG_LEVEL": "WARNING"}).log_level == "warning"
    with pytest.raises(WrongSetting, match="ONEGUEST_LOG_LEVEL"):
        read_settings({"ONEGUEST_LOG_LEVEL": "loud"})


def test_no_line_of_our_code_can_quote_an_exception_or_words_it_did_not_bring() -> None:
    """Each call's words stand in the code, and each of its values is called by a name."""
    found = []
    for path in sorted([*ROOT.glob("server/**/*.py"), *ROOT.glob("kiosk/**/*.py")]):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
                continue
            if not (isinstance(call.func.value, ast.Name) and call.func.value.id == "log"):
                continue
            words = call.args[1 if call.func.attr == "log" else 0]
            values = call.args[call.args.index(words) + 1 :]
            plain = isinstance(words, ast.Constant) and str(words.value).count("=%s") == len(values)
            caught = [value for value in values if isinstance(value, ast.Name) and value.id in EXCEPTIONS]
            if not plain or caught or call.keywords or call.func.attr == "exception":
                found.append(f"{path.name}:{call.lineno}")

    assert found == []


EXCEPTIONS = {"error", "failure", "fault", "exc", "e", "problem", "refusal", "wrong"}
"""What our code calls what it caught; a string of that name in a log call is renamed, not let through."""


def test_of_an_error_its_kind_and_place_are_told() -> None:
    with pytest.raises(AttributeError) as met:
        run_due(None, None, None, once="", stop=None)  # type: ignore[arg-type]  # nothing it could run with

    assert re.fullmatch(r"AttributeError at jobs/worker\.py:\d+", place_of(met.value))
