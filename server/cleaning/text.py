"""Raw text to readable text: mojibake undone, hidden characters and HTML entities gone, spaces even."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import ftfy
from anyascii import anyascii

MAX_TIDY = 300
MAX_RAW = 20_000
"""Longer cells are cut before anything else looks at them; no field of a record is longer."""

_FIXES = ftfy.TextFixerConfig(
    unescape_html=False, uncurl_quotes=False, fix_line_breaks=False, remove_terminal_escapes=False,
    fix_latin_ligatures=False, fix_character_width=False, explain=False,
)  # fmt: skip
_SUSPECT = re.compile(r"[ÂÃÄÅâãäåÐÑÎÏØÙƒƑŸ]|[aA][\x80-\x9f¡-¿‰€™œž]")
# what UTF-8 leaves when read as latin-1 or cp1252: a lead byte as a letter, its tail as a sign
_TAIL = r"[\x80-\x9f\xa0-¿€‚ƒƑ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"
# ASCII and the accented letters that never are a mojibake's first half
_ACCENTED = re.compile(r"[ -~áàéèêëíìïîóòôöúùûüñçÉÈÊËÍÓÖÚÜÇß]*")
_CASE_DAMAGED = re.compile(rf"[ãa](?={_TAIL})|[Aâ](?={_TAIL})|Ƒ")
_STILL_BROKEN = re.compile(rf"[ÃÂ]{_TAIL}")

# DOS code pages read as cp1252: the vowels of cp850 fall on signs. Only between or after letters.
_DOS = {
    "‚": "é", "…": "à", "ƒ": "â", "„": "ä", "‡": "ç", "ˆ": "ê", "‰": "ë", "Š": "è", "‹": "ï", "Œ": "î",
    "Ž": "Ä", "“": "ô", "”": "ö", "•": "ò", "–": "û", "—": "ù", "™": "Ö", "š": "Ü", "\x81": "ü",
    "¤": "ñ", "¥": "Ñ", "¡": "í", "¢": "ó", "£": "ú", "\x90": "É", "€": "Ç", "á": "ß", "†": "å",
}  # fmt: skip
_DOS_SIGN = r"[‚…ƒ„‡ˆ‰‹“”•–—™†¤¡¢£\x81\x90]"
_DOS_WORD = re.compile(
    rf"(?<=[A-Za-z]){_DOS_SIGN}(?=[a-z])|(?<=[a-z]){_DOS_SIGN}(?=$|[\s,;/-])|\b\x90(?=[a-z])"
)
_MAC_WORD = re.compile(r"(?<=[A-Za-z])[Ž\x8e\x8f\x90\x8d\x9a\x9f\x9c\x97](?=[a-z]|$|[\s,;/-])")
_MAC = {
    "Ž": "é", "\x8e": "é", "\x8f": "è", "\x90": "ê", "\x8d": "ç", "\x9a": "ö", "\x9f": "ü", "\x9c": "ú",
    "\x97": "ó",
}  # fmt: skip
_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u180b-\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff\ud800-\udfff]"
)
# those of them that no wrong reading of a letter leaves behind
_STRAY = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb]"
)
_SPACES = re.compile(r"\s+")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[a-zA-Z]{2,10});")
_LOST = re.compile(r"�|(?<=[^\W\d_])\?(?=[^\W\d_])")
_MARKS = re.compile(r"([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{3})"
                    r"[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+")  # fmt: skip
_WORD = re.compile(r"[a-z0-9]+")
_LONG_FORMS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})


class Text(NamedTuple):
    """A readable text, the codes of what was done to it, and whether letters are lost for good."""

    value: str
    codes: tuple[str, ...] = ()
    lost: bool = False


def tidy(raw: str) -> str | None:
    """A cell that needs no more than its spaces put right; None when it needs `read_text`."""
    if not raw.isascii():
        if _ACCENTED.fullmatch(raw) is None:
            return None
    elif not raw.isprintable():
        return None
    if len(raw) > MAX_TIDY or "&" in raw or "?" in raw:
        return None
    return _SPACES.sub(" ", raw).strip() if "  " in raw else raw.strip()


def all_tidy(cells: Iterable[str]) -> bool:
    """Whether no cell needs more than its outer spaces gone."""
    row = "|".join(cells)
    if len(row) > MAX_TIDY or "&" in row or "?" in row or "[" in row or "  " in row:
        return False
    return row.isprintable() if row.isascii() else _ACCENTED.fullmatch(row) is not None


def read_text(raw: str) -> Text:
    """Make a cell readable; never fails, never longer than MAX_RAW.

    Undoes UTF-8 read as latin-1 or cp1252 (once, twice, three times, also after a change of case), DOS and
    Mac code pages read as cp1252, and HTML entities; drops hidden characters; composes accents (NFC); evens
    spaces. Letters already lost (U+FFFD, `H?l?ne`) stay lost and are shown as U+FFFD.
    """
    plain_already = tidy(raw)
    if plain_already is not None:
        return Text(plain_already)
    shown = _STRAY.sub("", raw)
    if len(shown) < len(raw) and (read := tidy(shown)) is not None:
        return Text(read, ("text_hidden_removed",))  # of a file full of them, a third of the time
    return _read_odd(raw)


@lru_cache(maxsize=20_000)
def _read_short(raw: str) -> Text:
    codes: list[str] = []
    text = raw
    if "&" in text and _ENTITY.search(text):
        text = html.unescape(text)
        if text != raw:
            codes.append("text_entities_read")
    if _SUSPECT.search(text) or not text.isascii():
        mended = _mend(text)
        if mended != text:
            codes.append("text_mojibake_mended")
            text = mended
    text = text.replace("\xa0", " ").replace("\x92", "’")
    shown = _HIDDEN.sub("", text)
    if shown != text:
        codes.append("text_hidden_removed")
        text = shown
    if not unicodedata.is_normalized("NFC", text):
        text = _MARKS.sub(r"\1", unicodedata.normalize("NFC", text))
    text = _SPACES.sub(" ", text).strip()
    lost = bool(_LOST.search(text))
    if lost:
        text = _LOST.sub("�", text)
        codes.append("text_letters_lost")
    return Text(text, tuple(codes), lost)


def _read_odd(raw: str) -> Text:
    if len(raw) > MAX_RAW:
        text = _read_short.__wrapped__(raw[:MAX_RAW])
        return Text(text.value, (*text.codes, "text_cut"), text.lost)
    return _read_short(raw) if len(raw) <= 300 else _read_short.__wrapped__(raw)


def _mend(text: str) -> str:
    """Undo what reading with a wrong code page did."""
    if _SUSPECT.search(text):
        for _ in range(3):
            mended = ftfy.fix_encoding(text, _FIXES)
            if mended == text:
                break
            text = mended
        if _CASE_DAMAGED.search(text):
            text = _mend_cased(text)
        text = text.replace("Å’", "Œ").replace("Å“", "œ")  # ftfy takes the curled quote for a quote
    if not text.isascii() and "“" not in text.partition("”")[0]:
        text = _DOS_WORD.sub(lambda m: _DOS.get(m[0], m[0]), text)
        text = _MAC_WORD.sub(lambda m: _MAC.get(m[0], m[0]), text)
    return text


def _mend_cased(text: str) -> str:
    """Mojibake that a till put in capitals or small letters, or stripped of accents: `FRANA§OISE`."""
    tried = text.replace("Ƒ", "ƒ")
    tried = re.sub(rf"[ãaA](?={_TAIL})", "Ã", tried)
    tried = re.sub(rf"â(?={_TAIL})|(?<=ƒ)A(?={_TAIL})", "Â", tried)
    tried = re.sub(rf"(?<=[ƒÃ])Ã(?={_TAIL})", "Â", tried) if "ƒÃ" in tried else tried
    for _ in range(3):
        mended = ftfy.fix_encoding(tried, _FIXES)
        if mended == tried:
            break
        tried = mended
    if _STILL_BROKEN.search(tried) or len(tried) >= len(text):
        return text
    return tried


def storable(text: str) -> str:
    """A raw text without what no database takes (NUL, half characters) and no page should show."""
    return _HIDDEN.sub("", text)


def plain(text: str) -> str:
    """Lower-case ASCII words of a text in any script, one space between: `Müller-Lüdenscheidt` -> `muller
    ludenscheidt`."""
    lowered = text.lower()
    if not lowered.isascii():
        lowered = anyascii(lowered[:MAX_RAW]).lower()
    return lowered if lowered.isalnum() else " ".join(_WORD.findall(lowered))


def fold(text: str) -> str:
    """`plain`, followed by the long spelling of each word that has one, so that ü is found as u and as ue.

    `Müller` -> `muller mueller`. For an index of words to look up, not for comparing two names.
    """
    short = plain(text)
    if text.isascii():
        return short
    lowered = unicodedata.normalize("NFC", text[:MAX_RAW]).lower()
    long = plain(lowered.translate(_LONG_FORMS))
    if long == short:
        return short
    known = set(short.split())
    more = dict.fromkeys(word for word in long.split() if word not in known)
    return " ".join((short, *more))


def cut(text: str, limit: int) -> str:
    """A text no longer than `limit` characters, cut at a word where one ends near."""
    if len(text) <= limit:
        return text
    head = text[:limit]
    at_word = head.rpartition(" ")[0]
    return at_word if len(at_word) > limit * 0.8 else head
