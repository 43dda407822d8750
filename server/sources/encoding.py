"""Which encoding a text file is written in, told from the whole file.

Statistical guessers read French cp1252 as Central European (`Hélène` -> `Hélčne`) without a word. Names of
guests need less and better: a byte order mark decides; valid UTF-8 is UTF-8; else each old code page reads
the words that hold non-ASCII bytes, and the one that makes them look like words of Europe wins.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

CHUNK = 1 << 20
MAX_WORDS = 20_000
"""Different damaged-looking words that are weighed; more tell nothing new."""

CODE_PAGES = ("cp1252", "iso8859-15", "mac-roman", "cp850", "cp1250")
"""Tried in this order, which decides ties. latin-1 is absent on purpose: whatever it prints, cp1252 prints
the same way. cp1250 is there for Polish and Hungarian houses."""

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

_USE: dict[str, float] = {
    **dict.fromkeys("é", 4.0),
    **dict.fromkeys("èüóíá", 1.5),
    **dict.fromkeys("öäçñë", 1.2),
    **dict.fromkeys("ãêôúïß", 0.9),
    **dict.fromkeys("àâîõøåœ", 0.6),
    **dict.fromkeys("òûùìæÿšžş", 0.4),
    **dict.fromkeys("łńęąśćźżőűčřěůďťňýğı", 0.35),
}
"""How often a letter stands in names and towns of our guests, roughly; what is absent is improbable. The
Central European letters weigh less, so that they win only where the Western reading gives signs."""
_SIGNS = frozenset("’‘“”«»–—€°º²£§·\u00a0")
_WORD = re.compile(rb"[A-Za-z\x80-\xff'-]*[\x80-\xff][A-Za-z\x80-\xff'-]*")
_MULTI_BYTE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}", re.DOTALL
)


@dataclass(frozen=True)
class Encoding:
    """A codec name for open(), the error handler to open with, and whether the file left no real doubt."""

    codec: str
    errors: str = "strict"
    sure: bool = True


def _keep_byte(error: UnicodeError) -> tuple[str, int]:
    """Read a byte that the encoding has no place for as Windows would: nothing is lost, nothing raises."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    stray = error.object[error.start : error.end]
    return "".join(_WINDOWS[b] for b in stray), error.end


_WINDOWS = [bytes([b]).decode("cp1252", "ignore") or chr(b) for b in range(256)]
codecs.register_error("keep-byte", _keep_byte)


def find_encoding(path: Path) -> Encoding:
    """The encoding of a file, from all of it, in one or two passes of flat memory."""
    with path.open("rb") as file:
        start = file.read(4096)
    for bom, codec in BOMS:
        if start.startswith(bom):
            return Encoding(codec, errors="replace" if codec != "utf-8-sig" else "keep-byte")
    wide = _wide_without_bom(start)
    if wide:
        return Encoding(wide, errors="replace")
    if _is_utf8(path):
        return Encoding("utf-8")
    words = _telling_words(path)
    valid, stray = _utf8_share(words)
    if valid > 4 * stray:
        return Encoding("utf-8", errors="keep-byte", sure=False)
    scores = {page: score(words, page) for page in CODE_PAGES}
    best = max(CODE_PAGES, key=lambda page: scores[page])
    return Encoding(best, errors="keep-byte", sure=scores[best] > 0)


def _wide_without_bom(start: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of separators and digits is zero."""
    even, odd = start[0::2].count(0), start[1::2].count(0)
    half = max(1, len(start) // 2)
    if odd > 0.3 * half and even < 0.02 * half:
        return "utf-16-le"
    if even > 0.3 * half and odd < 0.02 * half:
        return "utf-16-be"
    return None


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for chunk in _chunks(path):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _telling_words(path: Path) -> Counter[bytes]:
    words: Counter[bytes] = Counter()
    for chunk in _chunks(path):
        for word in _WORD.findall(chunk):
            if word in words or len(words) < MAX_WORDS:
                words[word[:60]] += 1
    return words


def _utf8_share(words: Counter[bytes]) -> tuple[int, int]:
    """How many non-ASCII characters are valid UTF-8, and how many bytes are not."""
    valid = stray = 0
    for word, times in words.items():
        rest, count = _MULTI_BYTE.subn(b"", word)
        valid += count * times
        stray += sum(b > 127 for b in rest) * times
    return valid, stray


def score(words: Counter[bytes], page: str) -> float:
    """How much the words look like Europe's when read in a code page; above 0 is plausible.

    Letters in use score, more so where their case fits their neighbours'; signs and controls inside words
    cost. Sequences that are valid UTF-8 (mojibake inside an old file) say nothing and are left out.
    """
    total = 0.0
    for word, times in words.items():
        plain = _MULTI_BYTE.sub(b"", word)
        total += _score_word(plain, page) * min(times, 20)
    return total


@cache
def _letters(page: str) -> tuple[str, ...]:
    return tuple(bytes([b]).decode(page, "replace") for b in range(256))


def _score_word(word: bytes, page: str) -> float:
    text = "".join(_letters(page)[b] for b in word)
    total = 0.0
    for i, letter in enumerate(text):
        if letter.isascii():
            continue
        before, after = text[i - 1 : i] if i else "", text[i + 1 : i + 2]
        if letter.isalpha():
            total += _score_letter(letter, before, after)
        elif letter in _SIGNS:
            total += 0.2 if not (before.isalpha() and after.isalpha()) or letter == "’" else -2
        else:
            total -= 3
    return total


def _score_letter(letter: str, before: str, after: str) -> float:
    value = _USE.get(letter.lower(), -1.5)
    if letter.isupper():
        value = min(value, 1.0)
        if before.islower():
            value -= 3  # a capital inside a word
    elif before.isupper() and after.isupper():
        value -= 3
    if letter == "ç" and after in ("e", "i", "é"):
        value -= 1.5  # the cedilla stands before a, o and u only
    if letter in "áâãåäö" and after in ("a", "o"):
        value -= 1  # what a misread cedilla turns into
    return value
