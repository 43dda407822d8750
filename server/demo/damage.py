"""What systems and hurried hands do to a name: bytes read wrongly, once or twice, letters lost or swapped."""

from __future__ import annotations

from server.demo.draw import Draw


def misread(text: str, times: int = 1) -> str:
    """UTF-8 read as cp1252: `Léonard` -> `LÃ©onard`; twice: `LÃƒÂ©onard`."""
    for _ in range(times):
        data = text.encode()
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError:
            text = data.decode("latin-1")
    return text


def dos_page(text: str) -> str:
    """cp850 read as cp1252: `René` -> `Ren‚`; the text itself where a letter is in neither page."""
    try:
        return text.encode("cp850").decode("cp1252")
    except UnicodeError:
        return text


def lost(text: str, mark: str) -> str:
    """Every letter beyond ASCII replaced by `mark`: `Hélène` -> `H?l?ne`."""
    return "".join(sign if sign.isascii() else mark for sign in text)


def damaged(texts: tuple[str, ...], draw: Draw, mark: str = "\ufffd") -> tuple[str, ...]:
    """The texts of one row as one accident of one system left them; plain ASCII comes through whole."""
    how = draw.unit()
    if how < 0.55:
        return tuple(misread(text) for text in texts)
    if how < 0.75:
        return tuple(misread(text, 2) for text in texts)
    if how < 0.85:
        return tuple(dos_page(text) for text in texts)
    return tuple(lost(text, mark) for text in texts)


def slipped(name: str, draw: Draw) -> str:
    """The name with two letters swapped, one doubled or one left out; short names stay as they are."""
    if len(name) < 4:
        return name
    at = draw.between(1, len(name) - 3)
    how = draw.unit()
    if how < 0.5:
        return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    if how < 0.75:
        return name[:at] + name[at] + name[at:]
    return name[:at] + name[at + 1 :]
