"""Whatever page is asked for, one that there is is shown."""

from __future__ import annotations

import pytest

from server.paging import page_within, pages_of


@pytest.mark.parametrize(
    ("wanted", "total", "shown", "pages"),
    [
        (1, 0, 1, 1),
        (7, 0, 1, 1),
        (1, 50, 1, 1),
        (2, 50, 1, 1),
        (2, 51, 2, 2),
        (0, 51, 1, 2),
        (-3, 51, 1, 2),
        (9, 101, 3, 3),
    ],
)
def test_a_page_is_one_that_there_is(wanted: int, total: int, shown: int, pages: int) -> None:
    assert (page_within(wanted, total, 50), pages_of(total, 50)) == (shown, pages)
