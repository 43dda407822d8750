"""A dropped file waits encrypted, and is read although the secret was changed meanwhile."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from server.importing.uploads import PIECE, keep_upload, opened_upload

BEFORE, NOW, OTHER = (letter * 32 for letter in (b"b", b"n", b"o"))


@pytest.mark.parametrize("content", [b"", b"Name;Mail\n", b"x" * (PIECE + 7)])
@pytest.mark.parametrize("sealed_with", [BEFORE, NOW])
def test_a_file_opens_with_the_secret_that_closed_it(
    tmp_path: Path, content: bytes, sealed_with: bytes
) -> None:
    name = keep_upload(tmp_path, sealed_with, io.BytesIO(content), limit=PIECE * 2)

    with opened_upload(tmp_path, [NOW, BEFORE], name) as path:
        assert path.read_bytes() == content
    with pytest.raises(InvalidTag), opened_upload(tmp_path, [OTHER], name):
        pass
