"""Hostile and odd pictures: refused with a sentence, or written anew with nothing but their pixels."""

from __future__ import annotations

import io
import struct
import zlib
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from server.properties.pictures import FILE_LIMIT, SIZES, Picture, re_encode
from server.refusal import Refused


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    into = io.BytesIO()
    image.save(into, kind, **options)
    return into.getvalue()


def plain(mode: str = "RGB", size: tuple[int, int] = (60, 40)) -> Image.Image:
    return Image.new(mode, size)


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_that_says(width: int, height: int) -> bytes:
    """A few bytes of PNG whose header claims any size: decoded, it would fill the memory."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


def opened(picture: Picture) -> Image.Image:
    found = Image.open(io.BytesIO(picture.content))
    found.load()
    return found


MOVING = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
WHOLE_JPEG = saved(Image.effect_noise((300, 200), 60).convert("RGB"), "JPEG")


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"", "picture.none"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "picture.kind"),
        (b"<html><script>alert(1)</script>", "picture.kind"),
        (b"%PDF-1.7 and so on", "picture.kind"),
        (saved(plain(), "GIF"), "picture.kind"),
        (saved(plain(), "TIFF"), "picture.kind"),
        (saved(plain(), "BMP"), "picture.kind"),
        (b"GIF89a" + WHOLE_JPEG, "picture.kind"),
        (bytes(FILE_LIMIT + 1), "picture.file_large"),
        (png_that_says(30_000, 30_000), "picture.pixels"),
        # At 4,000 by 4,000 pixels the process grew by 95 MB (PNG), 109 (JPEG), 156 (PNG with transparency),
        # 172 (with a palette) and 288 (WebP with transparency): ru_maxrss before and after, Pillow 13.
        (png_that_says(4_000, 4_001), "picture.pixels"),
        (png_that_says(2**31 - 1, 2**31 - 1), "picture.pixels"),
        (png_that_says(0, 10), "picture.kind"),
        (png_that_says(2_000, 2_000), "picture.unreadable"),
        (WHOLE_JPEG[: len(WHOLE_JPEG) // 2], "picture.unreadable"),
        (saved(plain(), "PNG")[:60], "picture.unreadable"),
        (saved(MOVING[0], "PNG", save_all=True, append_images=MOVING[1:]), "picture.moving"),
        (saved(MOVING[0], "WEBP", save_all=True, append_images=MOVING[1:]), "picture.moving"),
    ],
)
@pytest.mark.parametrize("kind", SIZES)
def test_what_is_no_single_whole_picture_of_a_bearable_size_is_refused(
    sent: bytes, code: str, kind: str
) -> None:
    with pytest.raises(Refused) as refusal:
        re_encode(sent, kind)

    assert refusal.value.code == code


def test_a_bomb_in_a_text_part_is_refused_before_it_unpacks() -> None:
    bomb = chunk(b"zTXt", b"Comment\x00\x00" + zlib.compress(bytes(200_000_000), 9))
    whole = saved(plain(), "PNG")
    with pytest.raises(Refused, match=r"picture\.unreadable"):
        re_encode(whole[:33] + bomb + whole[33:], "logo")


@pytest.mark.parametrize("kind", SIZES)
@pytest.mark.parametrize(
    "sent",
    [
        saved(plain("CMYK"), "JPEG"),
        saved(plain("L"), "JPEG"),
        saved(plain("RGBA"), "PNG"),
        saved(plain("P"), "PNG"),
        saved(plain("1"), "PNG"),
        saved(plain("I;16"), "PNG"),
        saved(plain("LA"), "PNG"),
        saved(plain("RGBA"), "WEBP"),
    ],
)
def test_every_way_to_hold_colours_becomes_the_same_two(sent: bytes, kind: str) -> None:
    found = opened(re_encode(sent, kind))

    assert (found.format, found.mode) == (("PNG", "RGBA") if kind == "logo" else ("JPEG", "RGB"))
    assert found.size == (60, 40)


def test_where_and_by_whom_a_photo_was_taken_stays_outside_and_it_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x010E], exif[0x0112] = "SECRET-PLACE", 6  # a description; turned by a quarter
    sent = saved(
        plain(size=(60, 40)), "JPEG", exif=exif, comment=b"SECRET-PLACE", icc_profile=b"SECRET-PLACE"
    )
    assert b"SECRET-PLACE" in sent

    picture = re_encode(sent, "photo")

    assert b"SECRET-PLACE" not in picture.content
    assert (picture.width, picture.height) == (40, 60)
    assert not opened(picture).getexif()


@pytest.mark.parametrize("extra", [b"<script>alert(1)</script>", b"PK\x03\x04 a whole archive", b"%PDF-1.7"])
def test_what_is_hidden_behind_a_picture_does_not_come_in(extra: bytes) -> None:
    for sent in (saved(plain(), "PNG"), WHOLE_JPEG):
        assert extra not in re_encode(sent + extra, "photo").content


def test_a_large_picture_is_made_smaller_and_a_small_one_stays() -> None:
    large = re_encode(saved(plain(size=(4000, 1000)), "PNG"), "logo")
    small = re_encode(saved(plain(size=(10, 10)), "PNG"), "logo")

    assert (large.width, large.height) == (640, 160)
    assert (small.width, small.height) == (10, 10)
    assert large.digest != small.digest


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=80), st.integers(0, 2000), st.sampled_from(["PNG", "JPEG", "WEBP"]))
def test_a_damaged_picture_is_a_picture_or_refused_and_never_an_error(
    noise: bytes, at: int, kind: str
) -> None:
    whole = saved(Image.effect_noise((80, 60), 60).convert("RGB"), kind)
    at %= len(whole)
    with suppress(Refused):
        assert re_encode(whole[:at] + noise + whole[at + len(noise) :], "photo").content
