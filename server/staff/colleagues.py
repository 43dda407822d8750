"""What is done to colleagues' accounts: inviting, posts, last day, closing, passwords, PINs.

Every change of what an account may do ends all its sessions in the same transaction.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from server.db import take_turn
from server.journal import note
from server.properties.checking import MARKS_IN_A_ROW, UNSEEN
from server.properties.models import Property
from server.properties.reach import EVERYWHERE, Reach
from server.refusal import Refused
from server.staff.models import Colleague, Post
from server.staff.passwords import check_password, check_pin, hash_password, least_length
from server.staff.roles import ADMINISTRATOR, ROLES
from server.staff.second_step import forget_second_step, has_second_step
from server.staff.sessions import end_sessions, has_strong_role, may_sign_in, needs_second_factor
from server.staff.telling import note_about, only_house

LONGEST_NAME = 120
BLANK = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\u034f") | {
    chr(c) for c in range(0xFE00, 0xFE10)
}
"""Letters, signs and marks by their category that show nothing: fillers, joiners, variation selectors."""
TURN = "staff"
"""Whoever changes accounts takes this turn, so that two administrators cannot close each other's at once."""


class WrongFields(Exception):
    """What was given for an account cannot be taken: a refusal for each field that is wrong."""

    def __init__(self, errors: Mapping[str, Refused]) -> None:
        super().__init__(", ".join(f"{field}: {refusal.code}" for field, refusal in errors.items()))
        self.errors = dict(errors)


@dataclass(frozen=True, slots=True, order=True)
class WantedPost:
    """A role at a property, or in the whole group (None)."""

    role: str
    property_id: int | None


@dataclass(frozen=True, slots=True)
class Account:
    """What an administrator fills in for a colleague."""

    name: str
    email: str
    posts: frozenset[WantedPost]
    ends_on: date | None = None


def read_email(text: str) -> str:
    """An e-mail address as accounts are found by it: lower case; Refused when it is none."""
    try:
        found = validate_email(
            text.strip(), check_deliverability=False, test_environment=True, allow_smtputf8=True
        )
    except EmailNotValidError:
        raise Refused("staff.email_wrong") from None
    return found.normalized.lower()


def read_name(text: str) -> str:
    """A name in one line, of letters that colleagues see; Refused when nothing is left of it.

    What has no shape (zero-width, turning the line around, fillers that look empty) is left out, so that no
    two colleagues look alike; of marks heaped on one letter, three stay.
    """
    seen, marks = [], 0
    for letter in unicodedata.normalize("NFC", text[: LONGEST_NAME * 4]):
        kind = unicodedata.category(letter)
        marks = marks + 1 if kind in ("Mn", "Me") else 0
        if letter.isspace() or kind == "Cc":
            seen.append(" ")
        elif kind not in UNSEEN and letter not in BLANK and marks <= MARKS_IN_A_ROW:
            seen.append(letter)
    name = " ".join("".join(seen).split())[:LONGEST_NAME].rstrip()
    if not name:
        raise Refused("staff.name_missing")
    return name


def find_colleague(session: Session, email: str) -> Colleague | None:
    """The colleague who signs in with this address, however it was typed."""
    given = email.strip().lower()
    if "\0" in given:  # PostgreSQL takes no such text, not even to compare with
        return None
    return session.scalar(select(Colleague).where(Colleague.email == given))


def list_colleagues(session: Session, reach: Reach) -> list[Colleague]:
    """The colleagues within an administrator's reach, by name; former colleagues last."""
    found = session.scalars(select(Colleague))
    return sorted(
        (one for one in found if any_within(one, reach)),
        key=lambda one: (one.forgotten_at is not None, one.name.casefold(), one.id),
    )


def any_within(colleague: Colleague, reach: Reach) -> bool:
    """Whether an administrator sees a colleague: one post within reach is enough."""
    return reach.is_everywhere or any(reach.covers(post.property_id) for post in colleague.posts)


def all_within(colleague: Colleague, reach: Reach) -> bool:
    """Whether an administrator may change an account: nothing of it may lie beyond their reach."""
    return reach.is_everywhere or (
        bool(colleague.posts) and all(reach.covers(post.property_id) for post in colleague.posts)
    )


def invite(
    session: Session, account: Account, *, actor: str, now: datetime, reach: Reach = EVERYWHERE
) -> Colleague:
    """Make an account without a password; its colleague chooses one through an entry link.

    Raises WrongFields with a refusal for each field that cannot be taken.
    """
    take_turn(session, TURN)
    name, email = _read(session, account, reach=reach, now=now)
    made = Colleague(name=name, email=email, ends_on=account.ends_on, created_at=now)
    made.posts = [Post(role=post.role, property_id=post.property_id) for post in sorted_posts(account.posts)]
    session.add(made)
    session.flush()
    note_about(session, actor, "colleague.invited", made, now=now, posts=_told(account.posts))
    return made


def change(
    session: Session,
    colleague: Colleague,
    account: Account,
    *,
    actor: str,
    now: datetime,
    reach: Reach = EVERYWHERE,
    seen: str | None = None,
) -> None:
    """Give an account this name, address, posts and last day; a change of any but the name ends its sessions.

    `seen`: what account_as_seen said when the form was opened; None does not ask. Raises Refused when the
    account was changed since, and WrongFields, also when nobody would be left to administer the house, and
    when a colleague gives themselves a post: what an administrator may see of guests, and whether an auditor
    watches them, is not theirs to say.
    """
    _take_turn_on(session, colleague)
    if seen is not None and seen != account_as_seen(colleague):
        raise Refused("setting.meanwhile")
    name, email = _read(session, account, reach=reach, now=now, own=colleague)
    held = {WantedPost(post.role, post.property_id): post for post in colleague.posts}
    if actor == f"staff:{colleague.id}" and account.posts - set(held):
        raise WrongFields({"posts": Refused("staff.own_post")})
    matters = (
        email != colleague.email or account.ends_on != colleague.ends_on or set(account.posts) != set(held)
    )
    stays = WantedPost(ADMINISTRATOR, None) in account.posts and account.ends_on is None
    if not stays:
        try:
            refuse_last_administrator(session, colleague, now=now)
        except Refused as refusal:
            raise WrongFields({"posts": refusal}) from None
    colleague.name, colleague.email, colleague.ends_on = name, email, account.ends_on
    kept = [post for wanted, post in held.items() if wanted in account.posts]
    new = [
        Post(role=wanted.role, property_id=wanted.property_id)
        for wanted in sorted_posts(account.posts - set(held))
    ]
    colleague.posts = kept + new
    if matters:
        end_sessions(session, colleague.id, now=now)
    note(
        session,
        actor,
        "colleague.changed",
        f"colleague:{colleague.id}",
        now=now,
        property_id=only_house(post.property_id for post in account.posts | set(held)),
        posts=_told(account.posts),
    )


def account_as_seen(colleague: Colleague) -> str:
    """A short name of an account as it stands, for a form to send back: whether it was changed meanwhile."""
    posts = _told(WantedPost(post.role, post.property_id) for post in colleague.posts)
    stands = (colleague.name, colleague.email or "", posts, str(colleague.ends_on or ""))
    return hashlib.sha256("\x1f".join(stands).encode("utf-8", "replace")).hexdigest()[:20]


def sorted_posts(posts: Iterable[WantedPost]) -> list[WantedPost]:
    """Posts in the order of the roles, those of the whole group first."""
    order = list(ROLES)
    return sorted(posts, key=lambda post: (order.index(post.role), post.property_id or 0))


def disable(session: Session, colleague: Colleague, *, actor: str, now: datetime) -> None:
    """Close an account until it is opened again; Refused for the last administrator who stays."""
    _take_turn_on(session, colleague)
    refuse_last_administrator(session, colleague, now=now)
    colleague.disabled_at = now
    end_sessions(session, colleague.id, now=now)
    note_about(session, actor, "colleague.disabled", colleague, now=now)


def _take_turn_on(session: Session, colleague: Colleague) -> None:
    """Wait for whoever changes accounts, then see this one as they left it."""
    take_turn(session, TURN)
    session.flush()  # refreshing drops what is not written yet
    session.refresh(colleague)


def enable(session: Session, colleague: Colleague, *, actor: str, now: datetime) -> None:
    """Open a closed account again."""
    colleague.disabled_at = None
    note_about(session, actor, "colleague.enabled", colleague, now=now)


def reset_second_step(session: Session, colleague: Colleague, *, actor: str, now: datetime) -> None:
    """For a lost telephone: the second step is set up anew at the next sign-in."""
    forget_second_step(session, colleague)
    end_sessions(session, colleague.id, now=now)
    note_about(session, actor, "colleague.second_step_reset", colleague, now=now)


def set_password(session: Session, colleague: Colleague, text: str, *, actor: str, now: datetime) -> None:
    """Keep a new password and end all sessions; Refused when it is too short or guessed first."""
    second = has_second_step(colleague) or has_strong_role(colleague)
    check_password(text, least=least_length(second_step=second), own_words=_own_words(session, colleague))
    colleague.password_hash = hash_password(text)
    end_sessions(session, colleague.id, now=now)
    note_about(session, actor, "colleague.password_set", colleague, now=now)


def set_pin(session: Session, colleague: Colleague, pin: str, *, now: datetime) -> None:
    """Keep a new PIN for switching at the desk; Refused when it is guessed first."""
    check_pin(pin)
    colleague.pin_hash = hash_password(pin)
    note_about(session, f"staff:{colleague.id}", "colleague.pin_set", colleague, now=now)


def least_of(colleague: Colleague) -> int:
    """How many characters a colleague's password must have."""
    return least_length(second_step=needs_second_factor(colleague))


def refuse_last_administrator(session: Session, colleague: Colleague, *, now: datetime) -> None:
    """Raise Refused when without this colleague nobody who stays could administer the whole house."""
    if not administers(colleague, now=now):
        return
    others = session.scalars(
        select(Colleague).join(Post).where(Post.role == ADMINISTRATOR).distinct(),
        execution_options={"populate_existing": True},  # whoever asks may have been loaded before the turn
    )
    if not any(other.id != colleague.id and administers(other, now=now) for other in others):
        raise Refused("staff.last_administrator")


def administers(colleague: Colleague, *, now: datetime) -> bool:
    """Whether a colleague administers the whole house, can sign in and has no last day."""
    return (
        any(post.role == ADMINISTRATOR and post.property_id is None for post in colleague.posts)
        and colleague.password_hash is not None
        and colleague.ends_on is None
        and may_sign_in(colleague, now=now)
    )


def _own_words(session: Session, colleague: Colleague) -> list[str]:
    houses = session.scalars(select(Property)).all()
    named = [word for house in houses for word in (house.name, house.code, house.legal_entity.name)]
    mail, _, domain = (colleague.email or "").partition("@")
    return [*named, colleague.name, mail, domain.partition(".")[0], "OneGuest", "hotel"]


def _read(
    session: Session, account: Account, *, reach: Reach, now: datetime, own: Colleague | None = None
) -> tuple[str, str]:
    """Name and e-mail as they are kept; WrongFields when any part of the account cannot be taken."""
    errors: dict[str, Refused] = {}
    name = email = ""
    try:
        name = read_name(account.name)
    except Refused as refusal:
        errors["name"] = refusal
    try:
        email = read_email(account.email)
        found = find_colleague(session, email)
        if found is not None and found is not own:
            errors["email"] = Refused("staff.email_taken")
    except Refused as refusal:
        errors["email"] = refusal
    unknown = [post.role for post in account.posts if post.role not in ROLES]
    if unknown:
        errors["posts"] = Refused("staff.unknown_role", {"role": unknown[0][:40], "known": ", ".join(ROLES)})
    elif not account.posts:
        errors["posts"] = Refused("staff.no_post")
    elif not all(reach.is_everywhere or reach.covers(post.property_id) for post in account.posts):
        errors["posts"] = Refused("staff.out_of_reach")
    unchanged = own is not None and own.ends_on == account.ends_on
    if account.ends_on is not None and not unchanged and _is_over(session, account, now=now):
        errors["ends_on"] = Refused("staff.date_wrong")
    if errors:
        raise WrongFields(errors)
    return name, email


def _is_over(session: Session, account: Account, *, now: datetime) -> bool:
    """Whether the last day of an account is over at each of its properties, as has_left will judge it."""
    ids = {post.property_id for post in account.posts if post.property_id is not None}
    here: ColumnElement[bool] = Property.id.in_(ids)
    if not ids or any(post.property_id is None for post in account.posts):
        here = or_(here, Property.is_default)
    zones = session.scalars(select(Property.zone).where(here)).all() or ["UTC"]
    return account.ends_on is not None and all(
        now.astimezone(ZoneInfo(zone)).date() > account.ends_on for zone in zones
    )


def _told(posts: Iterable[WantedPost]) -> str:
    return ",".join(f"{post.role}:{post.property_id or 'group'}" for post in sorted_posts(posts))
