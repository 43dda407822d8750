"""A property's logo and photo: whatever is sent is decoded and written anew, so only pixels come in.

The file's first bytes decide what it is, never its name or its sender's word; its header tells its size
before anything is decoded. Positions, cameras, thumbnails, profiles and whatever was hidden behind the
picture stay outside, because nothing but the pixels is copied.
"""

from __future__ import annotations

import hashlib
import io
import warnings
from collections.abc import Mapping
from dataclasses import dataclass

from PIL import ExifTags, Image, ImageFile, ImageOps, UnidentifiedImageError

from server.refusal import Refused

FILE_LIMIT = 10_000_000
PIXEL_LIMIT = 16_000_000
"""More than a telephone's photo has by default; decoded, it is 64 MB, and with transparency twice that."""
SIDEWAYS = frozenset({5, 6, 7, 8})
"""Orientations of EXIF in which width and height change places."""
FORMATS = ("PNG", "JPEG", "WEBP")

SIZES: Mapping[str, tuple[int, int]] = {"logo": (640, 256), "photo": (2048, 1536)}
"""The largest width and height of each kind; larger ones are made smaller, never the reverse."""

_UNREADABLE = (OSError, SyntaxError, ValueError, TypeError, EOFError, OverflowError, IndexError, KeyError)
"""What Pillow raises on damaged files, by its own documentation and by what its decoders let through."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that we wrote: a logo as PNG, a photo as JPEG."""

    media_type: str
    width: int
    height: int
    content: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the content, in hex: its address, which changes with the picture."""
        return hashlib.sha256(self.content).hexdigest()


def re_encode(sent: bytes, kind: str) -> Picture:
    """Read a PNG, JPEG or WebP file and write its pixels anew; Refused when it cannot be."""
    if not sent:
        raise Refused("picture.none")
    if len(sent) > FILE_LIMIT:
        raise Refused("picture.file_large", {"limit": str(FILE_LIMIT // 1_000_000)})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of metadata that we drop, and of sizes that we check ourselves
        try:
            with _open(sent) as found:
                return _write(found, kind)
        except Image.DecompressionBombError:
            raise _too_large() from None
        except _UNREADABLE:
            raise Refused("picture.unreadable") from None


def _open(sent: bytes) -> Image.Image:
    """The file's header, nothing decoded yet."""
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # WeasyPrint sets it for the whole process it is imported in
    try:
        found = Image.open(io.BytesIO(sent), formats=FORMATS)
    except UnidentifiedImageError:
        raise Refused("picture.kind") from None
    if found.width * found.height > PIXEL_LIMIT:
        raise _too_large()
    if found.format in ("PNG", "WEBP") and getattr(found, "n_frames", 1) > 1:
        raise Refused("picture.moving")
    return found


def _too_large() -> Refused:
    return Refused("picture.pixels", {"limit": str(PIXEL_LIMIT // 1_000_000)})


def _write(found: Image.Image, kind: str) -> Picture:
    size = SIZES[kind]
    found.draft("RGB", size)  # a large JPEG is decoded at a fraction of its size
    if found.mode.startswith("I"):  # 16 bits of grey
        found = found.convert("I").point(lambda level: level / 256).convert("L")
    if found.mode not in ("RGB", "RGBA", "L", "LA") or "transparency" in found.info:
        found = found.convert("RGBA")  # a colour that stands for nothing must be known before colours mix
    sideways = found.getexif().get(ExifTags.Base.Orientation) in SIDEWAYS
    # made smaller first: turning and converting then take little
    found.thumbnail(size[::-1] if sideways else size, Image.Resampling.LANCZOS)
    pixels = ImageOps.exif_transpose(found).convert("RGBA")
    fresh = Image.new("RGBA", pixels.size, (255, 255, 255, 0))
    fresh.paste(pixels)
    into = io.BytesIO()
    if kind == "logo":
        fresh.save(into, "PNG", optimize=True)
        return Picture("image/png", *fresh.size, into.getvalue())
    ground = Image.new("RGB", fresh.size, (255, 255, 255))
    ground.paste(fresh, mask=fresh.getchannel("A"))
    ground.save(into, "JPEG", quality=82, optimize=True, progressive=True)
    return Picture("image/jpeg", *ground.size, into.getvalue())
