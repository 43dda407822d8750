"""Names by sound, many at a time: the same few letters are exchanged in one text of all names."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Letters = npt.NDArray[np.uint8]

_SOUNDS: tuple[tuple[str, str], ...] = (
    ("tsch", "c"), ("tch", "c"), ("sch", "s"), ("cz", "c"), ("ch", "c"), ("sh", "s"), ("ph", "f"),
    ("kh", "k"), ("gh", "g"), ("dh", "d"), ("th", "t"), ("dj", "j"), ("zh", "j"), ("ck", "k"), ("qu", "k"),
    ("gn", "n"),
    ("mp", "b"), ("nt", "d"), ("ou", "u"), ("oo", "u"), ("ee", "i"), ("ie", "i"), ("ei", "i"), ("ai", "e"),
    ("ae", "e"), ("oe", "o"), ("ue", "u"),
)  # fmt: skip
_LETTERS = str.maketrans({"q": "k", "w": "v", "z": "s", "y": "i", "x": "s", "j": "j", "h": None})
_THREE_KINDS = str.maketrans({"e": "i", "o": "u"})
_CONSONANTS = str.maketrans({"g": "j", "f": "b", "v": None, "i": None})
_VOWELS = np.frombuffer(b"aeiou", dtype=np.uint8)

_END = ord("\n")
"""Ends every name of a text; no folded name holds it."""


def sounds(names: Sequence[str]) -> list[str]:
    """Of each folded name the consonants by sound after the first letter, doubles once: muhammad -> mmd."""
    if not names:
        return []
    heard = _heard(names)
    letters = _letters(heard.translate(_LETTERS))
    begins = np.concatenate([[True], letters[:-1] == _END])
    vowel = np.isin(letters, _VOWELS)
    letters = letters[(letters == _END) | begins | ~(vowel | _repeats(letters))]
    found = _names(np.where(letters == ord("c"), np.uint8(ord("k")), letters))
    # of an h alone nothing is heard
    return [name or whole[:1] for name, whole in zip(found, heard.split("\n"), strict=True)]


def spokens(names: Sequence[str]) -> list[str]:
    """Each whole folded name by sound, vowels in three kinds: sameera -> samira; eman, imane -> iman."""
    if not names:
        return []
    letters = _letters(_heard(names).translate(_LETTERS).translate(_THREE_KINDS))
    last = np.concatenate([letters[1:] == _END, [False]])
    letters = letters[(letters != ord("i")) | ~last]
    return _names(letters[(letters == _END) | ~_repeats(letters)])


def skeletons(names: Sequence[str]) -> list[str]:
    """Of each folded name the consonants by sound without half vowels: what Arabic and Hebrew surely tell."""
    if not names:
        return []
    heard = sounds(["a" + (name[2:] if _has_article(name) else name) for name in names])
    letters = _letters("\n".join(name[1:] for name in heard).translate(_CONSONANTS))
    return _names(letters[(letters == _END) | ~_repeats(letters)])


def _has_article(name: str) -> bool:
    return len(name) > 5 and name[:2] in ("al", "el") and name[2] not in "aeiouy"


def _heard(names: Sequence[str]) -> str:
    text = "\n".join(names)
    for written, heard in _SOUNDS:
        text = text.replace(written, heard)
    return text


def _letters(text: str) -> Letters:
    return np.frombuffer(f"{text}\n".encode("ascii"), dtype=np.uint8)


def _names(letters: Letters) -> list[str]:
    return letters.tobytes().decode("ascii").split("\n")[:-1]


def _repeats(letters: Letters) -> npt.NDArray[np.bool_]:
    """Which letters are the same as the one before."""
    return np.concatenate([[False], letters[1:] == letters[:-1]])
