"""The columns of all records, made once from their clean readings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

import numpy as np

from server.matching.alphabets import ARABIC, HAN, HEBREW, LATIN, UNALIKE, alphabet_of, native
from server.matching.columns import Column, Flags, Ints, Longs, digests, gather
from server.matching.names import core, fold, mailbox_words, skeleton, sound, spoken
from server.matching.one_name import (
    Membership,
    czech_stem,
    full_given_names,
    is_listed,
    man_s_surname,
    nickname_groups,
    one_spelling,
    reading_groups,
    surname_groups,
)
from server.record import CleanRecord, Proof

_REAL = ("real", "disposable", "shared")
_ALIAS = ("alias", "relay")
_PHONE = ("mobile", "landline", "unverifiable")
_UNKNOWN_DAY = -1

T = TypeVar("T")


_OWN_ALPHABET = "\x1f"
"""Between the Latin letters of a name and its own; no reading of a record holds it."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Every distinct first or last name, folded, with what comparing and looking up need."""

    values: tuple[str, ...]
    cores: tuple[str, ...]
    texts: tuple[str, ...]  # the core in its own alphabet
    alphabets: Ints  # 0: Latin
    unalike: Flags  # of an alphabet in which one sign apart is another name
    vowelless: Flags  # of an alphabet that leaves out vowels
    characters: Flags  # Chinese or Japanese
    core_codes: Ints  # two parts with one code are one name in one alphabet
    latin_codes: Ints  # ... in Latin letters
    sounds: Longs  # digest of the consonants by sound
    spoken: Ints  # two parts with one code sound alike, vowels included
    skeletons: Ints  # two parts with one code have the same full consonants
    spelled: Flags  # whose spellings are listed
    families: Ints  # surnames with one code are a man's and a woman's of one family
    czech: Ints  # the same for -ová
    adds_ova: Flags
    bases: Ints  # first names with one code differ by a last a only: Daniel, Daniela
    adds_a: Flags
    initials: Longs  # digest of the first letter
    initial_only: Flags  # one or two letters that stand for a name
    damaged: Flags  # holds a letter that was lost
    several: Flags  # holds more than one word
    nicks: Membership  # the groups of names that a first name can stand for
    established: Flags  # first names in full, well known as such
    surnames: Membership  # East Asian surnames by the characters they may be
    readings: Membership  # Japanese names by how they may be read
    digests: Longs  # of the one spelling

    @classmethod
    def of(cls, written: Sequence[str]) -> Parts:
        """Derive everything from the spellings that `Records` hands over."""
        groups, families, established = nickname_groups(), surname_groups(), full_given_names()
        split = [text.split(_OWN_ALPHABET) for text in written]
        values = tuple(parts[0] for parts in split)
        alphabets = [parts[1] if len(parts) > 1 else LATIN for parts in split]
        cores = tuple(core(value) for value in values)
        texts = tuple(parts[2] if len(parts) > 2 else own for parts, own in zip(split, cores, strict=True))
        latin = [one_spelling(part) for part in cores]
        bare = [value.replace(" ", "") for value in values]
        whole = [one_spelling(text) for text in bare]
        return cls(
            values=values,
            cores=cores,
            texts=texts,
            alphabets=Column.of(alphabets).codes + 1,
            unalike=np.array([name in UNALIKE for name in alphabets], dtype=np.bool_),
            vowelless=np.array([name in (ARABIC, HEBREW) for name in alphabets], dtype=np.bool_),
            characters=np.array([name == HAN for name in alphabets], dtype=np.bool_),
            core_codes=Column.of(
                f"{name}{_OWN_ALPHABET}{text}" if name else one
                for name, text, one in zip(alphabets, texts, latin, strict=True)
            ).codes,
            latin_codes=Column.of(latin).codes,
            sounds=digests(sound(part.replace("?", "")) for part in cores),
            spoken=Column.of([spoken(part) or part for part in cores]).codes,
            skeletons=_skeletons(texts, cores, alphabets),
            spelled=np.array([is_listed(own) for own in cores], dtype=np.bool_),
            families=Column.of(map(man_s_surname, latin)).codes,
            czech=Column.of(map(czech_stem, latin)).codes,
            adds_ova=np.array([part.endswith("ova") for part in latin], dtype=np.bool_),
            bases=Column.of(part.removesuffix("a") if len(part) > 3 else part for part in latin).codes,
            adds_a=np.array([part.endswith("a") for part in latin], dtype=np.bool_),
            initials=digests(text[:1] for text in bare),
            initial_only=np.array(
                [
                    name not in UNALIKE and (_is_initials(text) or all(len(w) == 1 for w in value.split()))
                    for text, value, name in zip(bare, values, alphabets, strict=True)
                ],
                dtype=np.bool_,
            ),
            damaged=np.array(["?" in value for value in values], dtype=np.bool_),
            several=np.array([" " in value for value in values], dtype=np.bool_),
            nicks=Membership.of([groups.get(text, frozenset()) for text in whole]),
            established=np.array([text in established for text in whole], dtype=np.bool_),
            surnames=Membership.of(
                [
                    families.get(text if name in UNALIKE else one, frozenset())
                    for text, one, name in zip(texts, cores, alphabets, strict=True)
                ]
            ),
            readings=reading_groups(texts, cores, alphabets),
            digests=digests(latin),
        )


def _skeletons(texts: Sequence[str], cores: Sequence[str], alphabets: Sequence[str]) -> Ints:
    """The consonants of each part; none where no part is in an alphabet without vowels."""
    vowelless = (ARABIC, HEBREW)
    if not any(name in alphabets for name in vowelless):
        return np.zeros(len(texts), dtype=np.int32)
    # letter by letter, since in Latin ones zayn and ha would read as one
    return Column.of(
        skeleton("a".join(map(fold, text)) if name in vowelless else own)
        for text, own, name in zip(texts, cores, alphabets, strict=True)
    ).codes


def _is_initials(text: str) -> bool:
    """One letter, or two consonants (JP for Jean-Pierre) that are no name themselves (Ng)."""
    return len(text) == 1 or (len(text) == 2 and text not in ("ng", "md") and not set(text) & set("aeiouy?"))


@dataclass(frozen=True, slots=True)
class Records:
    """All records as columns, in the stable order of their ids.

    `order[k]` is the caller's row of the record at position k; `position` is the inverse. Everything else is
    by position. `mailbox_plain`: the mailbox is the name again, so it says nothing beside it. Days are
    proleptic ordinals, -1 unknown; `phones` is n x 2 codes into `phone`; `amount` is in cents, -1 unknown.
    """

    ids: tuple[str, ...]
    order: Ints
    position: Ints
    id_digests: Longs
    typed: Flags
    parts: Parts
    first: Ints
    last: Ints
    named_by_mailbox: Flags
    order_sure: Flags
    gender: Ints
    email: Column
    mailbox: Column
    mailbox_plain: Flags
    domain: Column
    desk: Flags  # the address is a desk's (info@, an agency's), not a person's
    alias: Column
    phone: Column
    phones: Ints
    birth: Ints
    street: Column
    postal: Column
    city: Column
    nationality: Column
    document: Column
    loyalty: Column
    company: Column
    card: Column
    room: Column
    place: Column
    reference: Column
    reference_rows: Ints
    stay_from: Ints
    stay_to: Ints
    amount: Longs
    derived: dict[tuple[str, int], tuple[object, Any]] = field(
        default_factory=dict, repr=False, compare=False
    )

    def once(self, what: str, make: Callable[[], T], model: object = None) -> T:
        """What `make` derives from all values of a column, made once and kept for every later pair.

        `model` names the statistics it was made with, where it depends on any.
        """
        key = (what, id(model))
        if key not in self.derived:
            self.derived[key] = (model, make())  # the model is held, so that its id stays its own
        found: T = self.derived[key][1]
        return found

    def __len__(self) -> int:
        return len(self.ids)

    @classmethod
    def of(
        cls,
        clean: Sequence[CleanRecord],
        ids: Sequence[str],
        sources: Sequence[str],
        proofs: Sequence[Proof],
    ) -> Records:
        """Columns of clean records. `ids` are unique and stable; they alone decide the order.

        `sources` names each record's system (for reports only). Raises ValueError when the four differ in
        length or an id stands twice.
        """
        if not len(clean) == len(ids) == len(sources) == len(proofs):
            raise ValueError("clean records, ids, sources and proofs must be equally many")
        if len(set(ids)) != len(ids):
            raise ValueError("every record needs an id of its own")
        order = sorted(range(len(ids)), key=ids.__getitem__)
        rows = [clean[k] for k in order]
        position = np.empty(len(order), dtype=np.int32)
        position[order] = np.arange(len(order), dtype=np.int32)
        names = [_name(row) for row in rows]
        firsts = Column.of(text for name in names for text in (name[0], name[1]))
        parts = Parts.of(firsts.values)
        numbers = [_phones(row) for row in rows]
        phone = Column.of(number for pair in numbers for number in pair)
        references = [(k, ref) for k, row in enumerate(rows) for ref in dict.fromkeys(row.references) if ref]
        kept_ids = tuple(ids[k] for k in order)
        return cls(
            ids=kept_ids,
            order=np.array(order, dtype=np.int32),
            position=position,
            id_digests=digests(kept_ids),
            typed=np.array([proofs[k] == "typed" for k in order], dtype=np.bool_),
            parts=parts,
            first=firsts.codes[0::2].copy(),
            last=firsts.codes[1::2].copy(),
            named_by_mailbox=np.array([name[2] for name in names], dtype=np.bool_),
            order_sure=np.array([name[3] for name in names], dtype=np.bool_),
            gender=np.array([{"f": 1, "m": 2}.get(row.gender or "", 0) for row in rows], dtype=np.int32),
            email=Column.of(_email(row) for row in rows),
            mailbox=Column.of(_mailbox(_email(row)) for row in rows),
            mailbox_plain=np.array(
                [_is_plain(_mailbox(_email(row)), name) for row, name in zip(rows, names, strict=True)],
                dtype=np.bool_,
            ),
            domain=Column.of((_email(row) or "").partition("@")[2] for row in rows),
            desk=np.array([row.email_class == "shared" for row in rows], dtype=np.bool_),
            alias=Column.of(row.email if row.email_class in _ALIAS else None for row in rows),
            phone=phone,
            phones=phone.codes.reshape(-1, 2),
            birth=_days(row.birth_date for row in rows),
            street=Column.of(_folded(row.street) for row in rows),
            postal=Column.of(_folded(row.postal_code, "") for row in rows),
            city=Column.of(_folded(row.city, "") for row in rows),
            nationality=Column.of(row.nationality for row in rows),
            document=Column.of(row.document_number for row in rows),
            loyalty=Column.of(row.loyalty_id for row in rows),
            company=Column.of(_folded(row.company) for row in rows),
            card=Column.of(row.card_digits for row in rows),
            room=Column.of(row.room for row in rows),
            place=Column.of(row.place for row in rows),
            reference=Column.of(ref for _, ref in references),
            reference_rows=np.array([k for k, _ in references], dtype=np.int32),
            stay_from=_days(row.stay_from for row in rows),
            stay_to=_days(row.stay_to or row.stay_from for row in rows),
            amount=np.array([-1 if row.amount is None else _cents(row) for row in rows], dtype=np.int64),
        )

    def part_keys(self, codes: Ints, table: Longs) -> Longs:
        """A digest of each record's name part from a table of Parts; no key where the part is absent."""
        return gather(table, codes, 0)


def _name(row: CleanRecord) -> tuple[str | None, str | None, bool, bool]:
    """First and last as Parts takes them, whether the mailbox gave one, whether their order is sure."""
    if not row.is_person:
        return None, None, False, True
    first, last = (fold(text) if text else "" for text in (row.first_name, row.last_name))
    given, family, by_mailbox, sure = _placed(first, last, row)
    if (row.first_name or "").isascii() and (row.last_name or "").isascii():
        return given, family, by_mailbox, sure
    own = {first: _with_own_alphabet(first, row.first_name), last: _with_own_alphabet(last, row.last_name)}
    return own.get(given or "", given) or None, own.get(family or "", family) or None, by_mailbox, sure


def _with_own_alphabet(folded: str, text: str | None) -> str:
    alphabet = alphabet_of(text) if text else LATIN
    if alphabet == LATIN or not text or not folded:
        return folded
    return _OWN_ALPHABET.join((folded, alphabet, native(text) or folded))


def _placed(first: str, last: str, row: CleanRecord) -> tuple[str | None, str | None, bool, bool]:
    """Both names put in their places, a missing one taken from a mailbox that fits the other."""
    sure = row.name_order_sure
    if first and last:
        known = one_spelling(first.replace(" ", "")) in nickname_groups()
        if not sure and len(last) == 1 and len(first) > 1 and not known:
            return last, first, False, False
        return first, last, False, sure
    words = mailbox_words(row.email) if row.email and row.email_class == "real" else []
    if len(words) != 2:
        return first or None, last or None, False, sure
    full = full_given_names()
    given = (first or last).replace(" ", "")
    spellings = dict(zip(words, map(one_spelling, words), strict=True))
    for word, other in (words, words[::-1]):
        if len(other) < 3:
            continue
        if given and (word == given or (len(word) == 1 and given.startswith(word))):
            return (first or other), (last or other), True, sure
        if not given and (len(word) == 1 or (spellings[word] in full and spellings[other] not in full)):
            return word, other, True, sure
    if not given and all(spellings[word] in full for word in words):
        return words[0], words[1], True, False
    return first or None, last or None, False, sure


def _email(row: CleanRecord) -> str | None:
    return row.email if row.email_class in _REAL else None


def _mailbox(email: str | None) -> str | None:
    if not email:
        return None
    local = fold(email.partition("@")[0].partition("+")[0]).replace(" ", "")
    return local if len(local) >= 5 else None


def _is_plain(mailbox: str | None, name: tuple[str | None, str | None, bool, bool]) -> bool:
    """Whether the mailbox is made of the name and nothing else: anyone of that name may have the like."""
    if not mailbox or any(letter.isdigit() for letter in mailbox):
        return False
    cores = [core(part.split(_OWN_ALPHABET)[0]) for part in name[:2] if part]
    return not cores or any(len(part) >= 3 and part in mailbox for part in cores)


def _phones(row: CleanRecord) -> tuple[str | None, str | None]:
    phone = row.phone if row.phone_class in _PHONE else None
    mobile = row.mobile if row.mobile_class in _PHONE else None
    return (mobile or phone, phone if mobile and phone != mobile else None)


def _folded(text: str | None, between: str = " ") -> str | None:
    return fold(text).replace(" ", between) or None if text else None


def _days(dates: Iterable[date | None]) -> Ints:
    return np.fromiter((_UNKNOWN_DAY if day is None else day.toordinal() for day in dates), dtype=np.int32)


def _cents(row: CleanRecord) -> int:
    amount = row.amount
    if amount is None or not amount.is_finite() or not 0 < amount < 10**12:
        return -1
    return int(amount * 100)
