"""Numbering plans: what kind of number a country gives out under some digits.

The plans are phonenumbers' metadata, compiled once each and asked in the library's own order; its general
parser tries every pattern of every kind on text of any shape, which costs five times as much per number.
"""

from __future__ import annotations

import re
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
    kinds: tuple[tuple[re.Pattern[str], Kind], ...]
    prefix: str | None  # None: what stands before a national number is more than a fixed digit


_SIMPLE_PREFIX = re.compile(r"\d?")


@cache
def _plan(region: str, country_code: int) -> _Plan | None:
    data = (
        PhoneMetadata.metadata_for_nongeo_region(country_code)
        if region == "001"
        else PhoneMetadata.metadata_for_region(region)
    )
    if data is None or data.general_desc is None or not data.general_desc.national_number_pattern:
        return None
    kinds: list[tuple[re.Pattern[str], Kind]] = []
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
        kinds.append((re.compile(f"(?=(?:{mobile})$)(?:{fixed})"), "mobile"))
        _add(kinds, data.fixed_line, "landline")
        _add(kinds, data.mobile, "mobile")
    else:
        _add(kinds, data.fixed_line, "landline")
        _add(kinds, data.mobile, "mobile")
    for desc, kind in described:
        _add(kinds, desc, kind)
    parsing = data.national_prefix_for_parsing
    simple = not parsing or (_SIMPLE_PREFIX.fullmatch(parsing) and not data.national_prefix_transform_rule)
    return _Plan(
        data.country_code or country_code,
        re.compile(data.general_desc.national_number_pattern),
        frozenset(data.general_desc.possible_length),
        re.compile(data.leading_digits) if data.leading_digits else None,
        tuple(kinds),
        (parsing or "") if simple else None,
    )


def _pattern(desc: PhoneNumberDesc | None) -> str | None:
    return desc.national_number_pattern if desc is not None else None


def _add(kinds: list[tuple[re.Pattern[str], Kind]], desc: PhoneNumberDesc | None, kind: Kind) -> None:
    pattern = _pattern(desc)
    if pattern and pattern != "NA":
        kinds.append((re.compile(pattern), kind))


def kind_of(country_code: int, national: str) -> Kind | None:
    """The kind of a national significant number; None when no plan of that country code has its length."""
    regions = COUNTRY_CODE_TO_REGION_CODE.get(country_code)
    if not regions:
        return None
    first: _Plan | None = None
    for region in regions:
        plan = _plan(region, country_code)
        if plan is None:
            continue
        first = first or plan
        if plan.leading is not None:
            if plan.leading.match(national):
                return _kind_in(plan, national) or _by_length(first, national)
        elif (kind := _kind_in(plan, national)) is not None:
            return kind
    return _by_length(first, national) if first else None


def _kind_in(plan: _Plan, national: str) -> Kind | None:
    if not plan.general.fullmatch(national):
        return None
    return next((kind for pattern, kind in plan.kinds if pattern.fullmatch(national)), None)


def _by_length(plan: _Plan, national: str) -> Kind | None:
    return "unverifiable" if len(national) in plan.lengths else None


@lru_cache(maxsize=50_000)
def international(digits: str) -> Number | None:
    """The number of digits that begin with a country code; a trunk zero kept after the code is dropped."""
    for size in (1, 2, 3):
        code = int(digits[:size] or 0)
        if code in COUNTRY_CODE_TO_REGION_CODE:
            break
    else:
        return None
    rest = digits[size:]
    regions = COUNTRY_CODE_TO_REGION_CODE[code]
    plan = _plan(regions[0], code)
    if plan is None or not rest:
        return None
    if plan.prefix is None:
        return _by_library("+" + digits, None)
    return _national(plan, rest)


def national(digits: str, region: str) -> Number | None:
    """The number of digits written as inside `region` (ISO 3166), with or without the trunk prefix."""
    code = phonenumbers.country_code_for_region(region)
    plan = _plan(region, code) if code else None
    if plan is None or not digits:
        return None
    if plan.prefix is None:
        return _by_library(digits, region)
    read = _national(plan, digits)
    if (read is None or read.kind == "unverifiable") and digits.startswith(str(code)):
        whole = _national(plan, digits[len(str(code)) :])  # "33652527272" written in France
        if whole is not None and whole.kind != "unverifiable":
            return whole
    return read


def _national(plan: _Plan, digits: str) -> Number | None:
    significant = digits
    if plan.prefix and digits.startswith(plan.prefix):
        without = digits[len(plan.prefix) :]
        if plan.general.fullmatch(without) or not plan.general.fullmatch(digits):
            significant = without
    kind = kind_of(plan.country_code, significant)
    return Number(plan.country_code, significant, kind) if kind else None


def _by_library(text: str, region: str | None) -> Number | None:
    """For plans whose numbers are rewritten while they are read (Mexico, Argentina, Brazil)."""
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


@cache
def has_trunk_prefix(region: str) -> bool:
    """Whether numbers are written with a zero before them inside `region`, as in France or Germany."""
    code = phonenumbers.country_code_for_region(region)
    plan = _plan(region, code) if code else None
    return plan is not None and plan.prefix == "0"
