"""One sheet as it is printed, and forms to fill in by hand: two languages side by side, the law's fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from server.papers.sheets.rows import Line, asked_of, asked_of_stay, person_lines, stay_lines
from server.papers.sheets.said import Pair, Words, address_of, words_in
from server.papers.sheets.setting import page
from server.registration.keeping import Opened
from server.registration.output import House
from server.registration.profile import Profile
from server.registration.sheet import Person, Sheet, Stay
from server.registration.signing import Signature, Strokes, read_strokes

AT_ONCE = 16
"""Forms in one file; more are drawn as several files, so that each is ready within the typesetter's time."""
COLUMNS = 6
"""Lines of a companion that fit beside each other; with more of them each companion has a block."""
EMPTY_ROWS = 3
"""Lines for children on a form that is filled in by hand."""


STRANGER = Sheet(Stay(date(2000, 1, 1)), (Person(nationality="XXX"),))
"""Of whom nothing is known: what is asked of them stands on an empty form."""


@dataclass(frozen=True, slots=True)
class Signed:
    """What stands in the field of the signature."""

    strokes: Strokes | None
    sentences: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """A sheet as the template draws it."""

    number: str
    guest: Sequence[Line]
    stay: Sequence[Line]
    others: Sequence[Sequence[Line]]
    notice: Pair
    state: str = ""  # filled, signed, witnessed, broken, void; empty: a form for the pen
    signed: Signed | None = None
    notes: Sequence[Pair] = ()
    by_hand: bool = False  # there is room to sign on the paper
    has_staff: bool = False  # the reception notes what it compared (Germany)

    @property
    def is_table(self) -> bool:
        """Whether those who travel along stand in one table."""
        return all(len(lines) <= COLUMNS for lines in self.others)


def draw_sheet(
    opened: Opened,
    house: House,
    profile: Profile,
    *,
    languages: tuple[str, str],
    zone: str,
    names: Mapping[str, str] | None = None,
) -> str:
    """A kept sheet as a page. `names` gives the names of actors, for a colleague who witnessed; the first of
    `languages` is the authority's."""
    words = words_in(languages)
    kept, sheet = opened.kept, opened.sheet
    form = replace(
        _form(words, house, profile, sheet),
        number=str(kept.number) if kept.number is not None else "",
        # where nobody signs, a sheet is whole as it was filled in
        state="" if profile.signing == "none" and kept.state == "filled" else kept.state,
        signed=_signed(words, opened, zone, names or {}),
        notes=_notes(words, opened, zone),
        by_hand=opened.signature is None and profile.signing != "none" and kept.state != "void",
    )
    return page("sheet.html", words=words, house=house.name, address=address_of(words, house), form=form)


def draw_blank(
    house: House, profile: Profile, prefilled: Sequence[Sheet | None], *, languages: tuple[str, str]
) -> str:
    """Forms to be completed and signed by hand, two to a page; `None` is an empty one. A form that is longer
    than half a page has one of its own. At most AT_ONCE at a time: `in_files` parts more of them."""
    if len(prefilled) > AT_ONCE:
        raise ValueError(f"{len(prefilled)} forms in one file; at most {AT_ONCE}")
    words = words_in(languages)
    forms = [
        replace(_form(words, house, profile, sheet), by_hand=profile.signing != "none") for sheet in prefilled
    ]
    return page("blank.html", words=words, house=house.name, address=address_of(words, house), forms=forms)


def in_files(prefilled: Sequence[Sheet | None]) -> list[Sequence[Sheet | None]]:
    """Forms parted so that each part is one file."""
    return [prefilled[at : at + AT_ONCE] for at in range(0, len(prefilled), AT_ONCE)]


def _form(words: Words, house: House, profile: Profile, sheet: Sheet | None) -> Form:
    """The lines of a sheet, or the empty ones."""
    known = sheet or STRANGER
    asked = asked_of(profile, known.main, known.stay)
    return Form(
        number="",
        guest=person_lines(words, sheet.main if sheet else Person(), asked),
        stay=stay_lines(words, sheet, asked_of_stay(profile, known)),
        others=_others(words, profile, sheet),
        notice=_notice(words, profile, house),
        has_staff=profile.signing == "hand",
    )


def _others(words: Words, profile: Profile, sheet: Sheet | None) -> list[list[Line]]:
    """Who stands on the sheet with who signs it."""
    if sheet is None:
        child = Person(role="child")
        lines = person_lines(words, child, asked_of(profile, child, STRANGER.stay))
        return [lines] * EMPTY_ROWS if profile.child_below and lines else []
    found = [
        person_lines(words, person, asked_of(profile, person, sheet.stay)) for person in sheet.people[1:]
    ]
    return [lines for lines in found if lines]


def _notice(words: Words, profile: Profile, house: House) -> Pair:
    """What the law is, who sees the sheet, and how it is put right (France: CESEDA R. 814-3 and the CNIL)."""
    own = f"notice.{profile.country.lower()}"
    law = profile.law[0] if profile.law else profile.country
    return words.fill(own if words.has(own) else "notice", law=law, house=house.name)


def _signed(words: Words, opened: Opened, zone: str, names: Mapping[str, str]) -> Signed | None:
    signature = opened.signature
    if signature is None:
        return None
    when = words.moment(signature.signed_at, zone)
    if signature.witness:
        witness = names.get(signature.witness, signature.witness)
        sentences = [words.fill("witnessed.at", witness=witness, when=when)]
    else:
        how = words.say(f"how.{opened.kept.source}")
        sentences = [words.fill("signed.at", when=when, how=how), words.say(f"signer.{signature.signer}")]
    return Signed(_strokes(signature), tuple(sentences))


def _strokes(signature: Signature) -> Strokes | None:
    """The lines to draw; None where there are none, or what is kept is no drawing."""
    try:
        return read_strokes(signature.strokes) if signature.strokes else None
    except ValueError:
        return None


def _notes(words: Words, opened: Opened, zone: str) -> list[Pair]:
    """Which text was signed, which version this is, and why it was corrected."""
    version, signature = opened.version, opened.signature
    notes = [words.fill("version", version=str(version.number), id=opened.kept.id)]
    if signature:
        notes.insert(0, words.fill("shown", form=signature.form, language=signature.language))
    if opened.reason:
        when = words.moment(version.made_at, zone)
        notes.append(words.fill("corrected", when=when, reason=opened.reason))
    return notes
