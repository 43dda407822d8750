"""The head of the chain as a file that is kept off the machine."""

from __future__ import annotations

import pytest

from server.journal.heads import Head
from server.refusal import Refused
from tests.journal.sealed import MORNING


@pytest.mark.parametrize("file", ["", "[]", "{}", '{"sequence": 1}', '{"sequence":1,"entry":1,"chain":"zz"}'])
def test_a_file_that_is_no_head_is_refused(file: str) -> None:
    with pytest.raises(Refused, match=r"journal\.no_head"):
        Head.from_text(file)


def test_a_head_survives_its_file() -> None:
    head = Head(3, 5, bytes(range(32)), MORNING)

    assert Head.from_text(head.to_text()) == head
