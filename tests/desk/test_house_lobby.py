"""What a house's tablets offer and say at the end, as a manager sets it and looks at it before."""

from __future__ import annotations

import pytest

from tests.desk.test_house import Desk, desk_of, house_of, manager

__all__ = ["desk_of", "manager"]

OFFERED = ["pre_check_in", "wishes", "survey"]


def test_a_manager_chooses_what_the_tablets_offer(manager: Desk) -> None:
    page = manager.page()
    assert "How was your stay?" in page
    assert "Wishes for your stay" in page

    answer = manager.save("tablets", offered=OFFERED, flows=["survey", "pre_check_in"])

    assert answer.status_code == 303
    assert house_of(manager.app).flows == ["pre_check_in", "survey"]
    assert "/kiosk/choose/en" in manager.client.get("/kiosk/").get_data(as_text=True)


@pytest.mark.parametrize("flows", [[], ["passport"], ["<script>"]])
def test_a_tablet_offers_one_thing_at_least(manager: Desk, flows: list[str]) -> None:
    answer = manager.save("tablets", offered=OFFERED, flows=flows)

    assert answer.status_code == 422
    assert "at least one thing to offer" in answer.get_data(as_text=True)
    assert house_of(manager.app).flows == ["pre_check_in"]


def test_a_line_is_kept_for_the_language_it_was_written_in(manager: Desk) -> None:
    fields = {"breakfast-en": " 7:00 to 10:30 ", "breakfast-fr": "", "wifi-fr": "Sans mot de passe"}

    assert manager.save("good_to_know", **fields).status_code == 303

    assert house_of(manager.app).good_to_know == {
        "breakfast": {"en": "7:00 to 10:30"},
        "wifi": {"fr": "Sans mot de passe"},
    }
    assert "7:00 to 10:30" in manager.page()
    assert manager.save("good_to_know", **{"breakfast-en": "x" * 161}).status_code == 422


@pytest.mark.parametrize(
    ("view", "section", "given", "seen"),
    [
        ("thanks:en", "good_to_know", {"breakfast-en": "Until noon on Sundays"}, "Until noon on Sundays"),
        ("choose:en", "tablets", {"offered": OFFERED, "flows": OFFERED}, "How was your stay?"),
        ("kiosk:en", "tablets", {"offered": OFFERED, "flows": ["survey"]}, "A few taps, no name"),
    ],
)
def test_it_is_looked_at_before_it_is_saved(
    manager: Desk, view: str, section: str, given: dict[str, object], seen: str
) -> None:
    sent = given | {"view": view, "section": section}

    page = manager.send(f"/desk/house/{manager.id}/preview", **sent).get_data(as_text=True)

    assert seen in page
    assert house_of(manager.app).flows == ["pre_check_in"]
    assert house_of(manager.app).good_to_know == {}
