"""The columns of all records, made once from their clean readings."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import islice
from operator import eq
from typing import Any, TypeVar

import numpy as np

from server.matching.alphabets import ARABIC, HAN, HEBREW, UNALIKE
from server.matching.columns import (
    ONE_BY_ONE,
    Column,
    Flags,
    Ints,
    Longs,
    Texts,
    coded,
    digests,
    gather,
    places_of,
    texts_of,
)
from server.matching.names import fold, folds
from server.matching.naming import OWN_ALPHABET, Named, named
from server.matching.one_name import Membership, reading_groups
from server.matching.sounds import skeletons
from server.matching.spellings import spellings_of
from server.matching.words import Words
from server.record import CleanRecord, Proof

_OWN, _LENT = 1, 2
_EMAIL = {
    **dict.fromkeys(("real", "bounced", "disposable", "shared"), _OWN),
    **dict.fromkeys(("alias", "relay", "lapsed"), _LENT),
}
_GENDER: dict[str | None, int] = {"f": 1, "m": 2}
_PHONE = frozenset({"mobile", "landline", "unverifiable"})
_DIGIT = re.compile(r"\d")
_UNKNOWN_DAY = -1
_NONE = np.array([-1], dtype=np.int32)

T = TypeVar("T")


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
    core_texts: Texts  # the cores, for `pick`
    lengths: Ints  # letters of the core
    heads: Ints  # two parts with one code begin with the same two letters
    tails: Ints  # ... end with the same four
    words: Words
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
        told = spellings_of(written)
        values, cores, texts, alphabets = told.values, told.cores, told.texts, told.alphabets
        return cls(
            values=tuple(values),
            cores=tuple(cores),
            texts=tuple(texts),
            alphabets=coded(alphabets)[0] + 1,
            unalike=np.array([name in UNALIKE for name in alphabets], dtype=np.bool_),
            vowelless=np.array([name in (ARABIC, HEBREW) for name in alphabets], dtype=np.bool_),
            characters=np.array([name == HAN for name in alphabets], dtype=np.bool_),
            core_texts=texts_of(cores),
            lengths=np.fromiter(map(len, cores), dtype=np.int32, count=len(cores)),
            heads=coded(part[:2] for part in cores)[0],
            tails=coded(part[-4:] for part in cores)[0],
            words=Words.of(values),
            core_codes=coded(
                f"{name}{OWN_ALPHABET}{text}" if name else one
                for name, text, one in zip(alphabets, texts, told.latin, strict=True)
            )[0],
            latin_codes=coded(told.latin)[0],
            sounds=digests(told.sounds),
            spoken=coded(told.spoken)[0],
            skeletons=_skeletons(texts, cores, alphabets),
            spelled=np.array(told.spelled, dtype=np.bool_),
            families=coded(told.families)[0],
            czech=coded(told.czech)[0],
            adds_ova=np.array([part.endswith("ova") for part in told.latin], dtype=np.bool_),
            bases=coded(part.removesuffix("a") if len(part) > 3 else part for part in told.latin)[0],
            adds_a=np.array([part.endswith("a") for part in told.latin], dtype=np.bool_),
            initials=digests(told.initials),
            initial_only=np.array(told.initial_only, dtype=np.bool_),
            damaged=np.array(["?" in value for value in values], dtype=np.bool_),
            several=np.array([" " in value for value in values], dtype=np.bool_),
            nicks=Membership.of(told.nicks),
            established=np.array(told.established, dtype=np.bool_),
            surnames=Membership.of(told.surnames),
            readings=reading_groups(texts, cores, alphabets),
            digests=digests(told.latin),
        )


def _skeletons(texts: Sequence[str], cores: Sequence[str], alphabets: Sequence[str]) -> Ints:
    """The consonants of each part; none where no part is in an alphabet without vowels."""
    vowelless = (ARABIC, HEBREW)
    if not any(name in alphabets for name in vowelless):
        return np.zeros(len(texts), dtype=np.int32)
    # letter by letter, since in Latin ones zayn and ha would read as one
    letters = [
        "a".join(map(fold, text)) if name in vowelless else own
        for text, own, name in zip(texts, cores, alphabets, strict=True)
    ]
    return coded(skeletons(letters))[0]


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
    pairs: dict[int, tuple[object, dict[Any, Any]]] = field(default_factory=dict, repr=False, compare=False)

    def once(self, what: str, make: Callable[[], T], model: object = None) -> T:
        """What `make` derives from all values of a column, made once and kept for every later pair.

        `model` names the statistics it was made with, where it depends on any.
        """
        key = (what, id(model))
        if key not in self.derived:
            self.derived[key] = (model, make())  # the model is held, so that its id stays its own
        found: T = self.derived[key][1]
        return found

    def pairs_under(self, model: object) -> dict[Any, Any]:
        """What is remembered of pairs that were compared under a model (see `remembering`)."""
        found: dict[Any, Any] = self.pairs.setdefault(id(model), (model, {}))[1]
        return found

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, rows: Ints) -> Records:
        """Some of the records, by the caller's rows, as columns of their own: what `of` makes of them alone.

        The caller's rows are numbered anew, in the order in which they stood. Vocabularies stay as they are,
        values of others included, so nothing is derived again that was derived from a value.
        """
        at = np.sort(self.position[rows])
        position = np.full(len(self), -1, dtype=np.int32)
        position[at] = np.arange(len(at), dtype=np.int32)
        kept = places_of(position[self.reference_rows] >= 0).astype(np.int32)
        phone = self.phone.take(np.stack([2 * at, 2 * at + 1], axis=1).ravel().astype(np.int32))
        order = np.argsort(np.argsort(self.order[at], kind="stable"), kind="stable").astype(np.int32)
        own: dict[str, Any] = {
            "ids": tuple(map(self.ids.__getitem__, at.tolist())),
            "order": order,
            "position": np.argsort(order, kind="stable").astype(np.int32),
            "phone": phone,
            "phones": phone.codes.reshape(-1, 2),
            "reference": self.reference.take(kept),
            "reference_rows": position[self.reference_rows[kept]],
            "derived": {key: self.derived[key] for key in self.derived if key[0] in _OF_VALUES},
        }
        if (said := self.derived.get(_CONTENTS)) is not None:
            own["derived"][_CONTENTS] = (None, said[1][at])
        own |= {name: getattr(self, name).take(at) for name in _FIELDS}
        own |= {name: getattr(self, name)[at] for name in _BY_POSITION}
        own["parts"], own["pairs"] = self.parts, self.pairs  # of pairs by what they say: true of any batch
        return Records(**own)

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
        order = np.array(sorted(range(len(ids)), key=ids.__getitem__), dtype=np.int32)
        kept_ids = tuple(map(ids.__getitem__, order.tolist()))
        if any(map(eq, kept_ids, islice(kept_ids, 1, None))):
            raise ValueError("every record needs an id of its own")
        position = np.empty(len(order), dtype=np.int32)
        position[order] = np.arange(len(order), dtype=np.int32)
        # fields are read in the order of the rows, as they lie in memory, and their codes put in order
        names = named(clean, order)
        parts = Parts.of(names.values)
        of_class = np.array([_EMAIL.get(row.email_class, 0) for row in clean], dtype=np.int8)
        addresses, address_values = coded([row.email for row in clean])
        email = Column.ordered(np.where(of_class == _OWN, addresses, -1)[order], address_values)
        mailbox = _of_values(email, _mailboxes(email.values))
        phone, phones = _phones(clean, order)
        reference, reference_rows = _references(clean, position)
        stay_from = _days([row.stay_from for row in clean])
        stay_to = _days([row.stay_to for row in clean])
        return cls(
            ids=kept_ids,
            order=order,
            position=position,
            id_digests=digests(kept_ids),
            typed=np.fromiter(map("typed".__eq__, proofs), dtype=np.bool_, count=len(proofs))[order],
            parts=parts,
            first=names.first,
            last=names.last,
            named_by_mailbox=names.by_mailbox,
            order_sure=names.order_sure,
            gender=np.array([_GENDER.get(row.gender, 0) for row in clean], dtype=np.int32)[order],
            email=email,
            mailbox=mailbox,
            mailbox_plain=_plain(mailbox, names, parts),
            domain=_of_values(email, [value.partition("@")[2] for value in email.values]),
            desk=np.array([row.email_class == "shared" for row in clean], dtype=np.bool_)[order],
            alias=Column.ordered(np.where(of_class == _LENT, addresses, -1)[order], address_values),
            phone=phone,
            phones=phones,
            birth=_days([row.birth_date for row in clean])[order],
            street=_column([row.street for row in clean], order, folds),
            postal=_column([row.postal_code for row in clean], order, _folded_as_one),
            city=_column([row.city for row in clean], order, _folded_as_one),
            nationality=_column([row.nationality for row in clean], order),
            document=_column([row.document_number for row in clean], order),
            loyalty=_column([row.loyalty_id for row in clean], order),
            company=_column([row.company for row in clean], order, folds),
            card=_column([row.card_digits for row in clean], order),
            room=_column([row.room for row in clean], order),
            place=_column([row.place for row in clean], order),
            reference=reference,
            reference_rows=reference_rows,
            stay_from=stay_from[order],
            stay_to=np.where(stay_to >= 0, stay_to, stay_from)[order],
            amount=np.array(
                [-1 if row.amount is None else _cents(row.amount) for row in clean], dtype=np.int64
            )[order],
        )

    def part_keys(self, codes: Ints, table: Longs) -> Longs:
        """A digest of each record's name part from a table of Parts; no key where the part is absent."""
        return gather(table, codes, 0)


_FIELDS = (
    *("email", "mailbox", "domain", "alias", "street", "postal", "city", "nationality", "document"),
    *("loyalty", "company", "card", "room", "place"),
)
_BY_POSITION = (
    *("id_digests", "typed", "first", "last", "named_by_mailbox", "order_sure", "gender", "mailbox_plain"),
    *("desk", "birth", "stay_from", "stay_to", "amount"),
)
_CONTENTS = ("contents", id(None))
_OF_VALUES = frozenset(
    (
        *("name, seen", "first name, rarity", "last name, rarity"),
        *("email, bare", "domain, name", "domain, seen", "phone, end"),
    )
)
"""What is derived of values, whoever bears them."""


def _column(
    texts: list[str | None],
    order: Ints,
    read: Callable[[Sequence[str]], Sequence[str | None]] | None = None,
) -> Column:
    """A field of the rows as a column in the given order, each distinct text read once."""
    are_few = len(texts) <= ONE_BY_ONE
    codes, values = coded([texts[row] for row in order.tolist()] if are_few else texts)
    if read is not None and values:
        read_codes, values = coded(read(values))
        codes = _with_none(read_codes)[codes]
    return Column(codes, values, digests(values)) if are_few else Column.ordered(codes[order], values)


def _of_values(column: Column, texts: Sequence[str | None]) -> Column:
    """A column of what each value of another one says."""
    codes, values = coded(texts)
    return Column(_with_none(codes)[column.codes], values, digests(values))


def _with_none(codes: Ints) -> Ints:
    """The codes, and at the place -1 that of none."""
    return np.concatenate([codes, _NONE])


def _mailboxes(addresses: Sequence[str]) -> list[str | None]:
    """What stands before the @, without +tags and signs; None where it is too short to be anybody's own."""
    local = [address.partition("@")[0].partition("+")[0] for address in addresses]
    return [box if len(box) >= 5 else None for box in _folded_as_one(local)]


def _plain(mailbox: Column, names: Named, parts: Parts) -> Flags:
    """Whether the mailbox is made of the name and nothing else: anyone of that name may have the like."""
    found = np.zeros(len(mailbox.codes), dtype=np.bool_)
    only_letters = np.array([not _DIGIT.search(box) for box in mailbox.values] + [False], dtype=np.bool_)
    rows = places_of(only_letters[mailbox.codes])
    boxes, cores = mailbox.values, (*parts.cores, "")
    told = zip(
        mailbox.codes[rows].tolist(), names.first[rows].tolist(), names.last[rows].tolist(), strict=True
    )
    found[rows] = [
        (first < 0 and last < 0)
        or (len(one := cores[first]) >= 3 and one in boxes[box])
        or (len(two := cores[last]) >= 3 and two in boxes[box])
        for box, first, last in told
    ]
    return found


def _phones(clean: Sequence[CleanRecord], order: Ints) -> tuple[Column, Ints]:
    """The column of all numbers, and the two of each record: the mobile one first, each number once."""
    size = len(clean)
    mobile = [row.mobile if row.mobile_class in _PHONE else None for row in clean]
    phone = [row.phone if row.phone_class in _PHONE else None for row in clean]
    codes, values = coded(mobile + phone)
    one, two = codes[:size], codes[size:]
    both = np.stack([np.where(one >= 0, one, two), np.where((one >= 0) & (one != two), two, -1)], axis=1)
    column = Column.ordered(both[order].ravel(), values)
    return column, column.codes.reshape(-1, 2)


def _references(clean: Sequence[CleanRecord], position: Ints) -> tuple[Column, Ints]:
    """The booking references of all records, and the position of the record that each is of."""
    told = [
        (row, reference)
        for row, record in enumerate(clean)
        if record.references
        for reference in dict.fromkeys(record.references)
        if reference
    ]
    rows = position[np.fromiter((row for row, _ in told), dtype=np.int32, count=len(told))]
    order = np.argsort(rows, kind="stable")
    return Column.of([told[at][1] for at in order.tolist()]), rows[order]


def _folded_as_one(texts: Sequence[str]) -> list[str]:
    return [text.replace(" ", "") for text in folds(texts)]


def _days(dates: Sequence[date | None]) -> Ints:
    return np.array([_UNKNOWN_DAY if day is None else day.toordinal() for day in dates], dtype=np.int32)


def _cents(amount: Decimal) -> int:
    if not amount.is_finite() or not 0 < amount < 10**12:
        return -1
    return int(amount * 100)
