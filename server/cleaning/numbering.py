"""Numbering plans: what kind of number a country gives out under some digits.

The plans are phonenumbers' metadata, compiled once each and asked in the library's own order; its general
parser tries every pattern of every kind on text of any shape, which costs five times as much per number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Literal, NamedTuple

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, NumberParseException, PhoneMetadata
from phonenumbers.phonemetadata import PhoneNumberDesc

Kind = Literal["mobile", "landline", "shared", "unverifiable"]
"""`unverifiable`: a length that the plan has, under digits that it gives to nobody."""


class Number(NamedTuple):
    """A country code, the national significant number, and its kind."""

    country_code: int
    national: str
    kind: Kind

    @property
    def e164(self) -> str:
        """`+33652527272`."""
        return f"+{self.country_code}{self.national}"


class _Plan(NamedTuple):
    country_code: int
    general: re.Pattern[str]
    lengths: frozenset[int]
    leading: re.Pattern[str] | None
    kinds: re.Pattern[str]  # every kind's numbers as a group of its own, in the order to try
    names: Mapping[str, Kind]  # the kind of each group
    prefix: re.Pattern[str] | None  # None: a number is rewritten, not only shortened, when it is read
    trunk_zero: bool


@cache
def _plan(region: str, country_code: int) -> _Plan | None:
    data = (
        PhoneMetadata.metadata_for_nongeo_region(country_code)
        if region == "001"
        else PhoneMetadata.metadata_for_region(region)
    )
    if data is None or data.general_desc is None or not data.general_desc.national_number_pattern:
        return None
    kinds: list[tuple[str, Kind]] = []
    # the common kinds first, since the patterns of one plan hardly overlap; the library asks for them last
    described: tuple[tuple[PhoneNumberDesc | None, Kind], ...] = (
        (data.premium_rate, "shared"),
        (data.toll_free, "shared"),
        (data.shared_cost, "shared"),
        (data.voip, "landline"),
        (data.personal_number, "mobile"),
        (data.pager, "landline"),
        (data.uan, "shared"),
        (data.voicemail, "landline"),
    )
    fixed, mobile = _pattern(data.fixed_line), _pattern(data.mobile)
    if fixed and mobile and fixed == mobile:
        _add(kinds, data.fixed_line, "mobile")  # North America: either, and a text may be tried
    elif fixed and mobile:
        kinds.append((f"(?=(?:{mobile})$)(?:{fixed})", "mobile"))
        _add(kinds, data.fixed_line, "landline")
        _add(kinds, data.mobile, "mobile")
    else:
        _add(kinds, data.fixed_line, "landline")
        _add(kinds, data.mobile, "mobile")
    for desc, kind in described:
        _add(kinds, desc, kind)
    general = data.general_desc.national_number_pattern
    groups = "|".join(f"(?P<k{at}>{pattern})" for at, (pattern, _) in enumerate(kinds))
    parsing = re.compile(data.national_prefix_for_parsing or "")
    rewritten = parsing.groups > 0 or data.national_prefix_transform_rule
    return _Plan(
        data.country_code or country_code,
        re.compile(general),
        frozenset(data.general_desc.possible_length),
        re.compile(data.leading_digits) if data.leading_digits else None,
        re.compile(f"(?=(?:{general})$)(?:{groups or '(?!)'})"),
        {f"k{at}": kind for at, (_, kind) in enumerate(kinds)},
        None if rewritten else parsing,
        data.national_prefix == "0",
    )


def _pattern(desc: PhoneNumberDesc | None) -> str | None:
    return desc.national_number_pattern if desc is not None else None


def _add(kinds: list[tuple[str, Kind]], desc: PhoneNumberDesc | None, kind: Kind) -> None:
    pattern = _pattern(desc)
    if pattern and pattern != "NA":
        kinds.append((pattern, kind))


@cache
def _plans(country_code: int) -> tuple[_Plan, ...]:
    """The plans that share a country code, the main country's first; none for a code nobody has."""
    regions = COUNTRY_CODE_TO_REGION_CODE.get(country_code, ())
    return tuple(plan for region in regions if (plan := _plan(region, country_code)) is not None)


@cache
def _plan_of(region: str) -> _Plan | None:
    code = phonenumbers.country_code_for_region(region)
    return _plan(region, code) if code else None


def kind_of(country_code: int, national: str) -> Kind | None:
    """The kind of a national significant number; None when no plan of that country code has its length."""
    plans = _plans(country_code)
    for plan in plans:
        if plan.leading is not None:
            if plan.leading.match(national):
                return _kind_in(plan, national) or _by_length(plans[0], national)
        elif (kind := _kind_in(plan, national)) is not None:
            return kind
    return _by_length(plans[0], national) if plans else None


def _kind_in(plan: _Plan, national: str) -> Kind | None:
    match = plan.kinds.fullmatch(national)
    return plan.names[match.lastgroup] if match is not None and match.lastgroup else None


def _by_length(plan: _Plan, national: str) -> Kind | None:
    return "unverifiable" if len(national) in plan.lengths else None


def international(digits: str) -> Number | None:
    """The number of digits that begin with a country code; a trunk zero kept after the code is dropped."""
    for size in (2, 1, 3):  # no code begins with another one; two digits are the most common
        code = int(digits[:size] or 0)
        if code in COUNTRY_CODE_TO_REGION_CODE:
            break
    else:
        return None
    rest = digits[size:]
    plan = _plan(COUNTRY_CODE_TO_REGION_CODE[code][0], code)
    if plan is None or not rest:
        return None
    if plan.prefix is None:
        return _by_library("+" + digits, None)
    return _national(plan, rest)


def national(digits: str, region: str) -> Number | None:
    """The number of digits written as inside `region` (ISO 3166), with or without the trunk prefix."""
    plan = _plan_of(region)
    if plan is None or not digits:
        return None
    if plan.prefix is None:
        return _by_library(digits, region)
    read = _national(plan, digits)
    code = str(plan.country_code)
    if (read is None or read.kind == "unverifiable") and digits.startswith(code):
        whole = _national(plan, digits[len(code) :])  # "33652527272" written in France
        if whole is not None and (read is None or whole.kind != "unverifiable"):
            return whole
    return read


def _national(plan: _Plan, digits: str) -> Number | None:
    significant = digits
    before = plan.prefix.match(digits) if plan.prefix is not None else None
    if before is not None and before.end() > 0:
        without = digits[before.end() :]
        if plan.general.fullmatch(without) or not plan.general.fullmatch(digits):
            significant = without
    kind = kind_of(plan.country_code, significant)
    return Number(plan.country_code, significant, kind) if kind else None


def _by_library(text: str, region: str | None) -> Number | None:
    """For plans whose numbers are rewritten while they are read (Argentina, Brazil, Japan)."""
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException:
        return None
    significant = phonenumbers.national_significant_number(number)
    code = number.country_code
    if code is None:
        return None
    kind = kind_of(code, significant)
    return Number(code, significant, kind) if kind else None


def has_shape_of(digits: str, region: str) -> bool:
    """Whether `region` gives out numbers of this length that begin with this digit, if not this one.

    074 512 34 56 has a Swiss mobile's shape though nobody has 074; 06 02 82 41 67 has that of no Belgian
    number though nine digits are possible there.
    """
    number = national(digits, region)
    return number is not None and _gives_out(region, number.national[0], len(number.national))


@lru_cache(maxsize=2_000)
def _gives_out(region: str, first: str, length: int) -> bool:
    plan = _plan_of(region)
    rest = "2" * (length - 4)
    return plan is not None and any(_kind_in(plan, f"{first}{at:03}{rest}") for at in range(1_000))


@cache
def has_trunk_prefix(region: str) -> bool:
    """Whether numbers are written with a zero before them inside `region`, as in France or Germany."""
    plan = _plan_of(region)
    return plan is not None and plan.trunk_zero
