"""Rooming list of a group: one line for each guest with the room, and one leader for all. As tour operators
and companies send it to hotels on the hotel's own sheet; seen here, no public manual.

The leader's address and number stand on every line, or on the leader's alone. They are how the group is
reached: the leader's own, and of everybody else the contact of who booked, which says nothing of the guest.
"""

from collections.abc import Mapping

from server.sources.layout import Layout, fold

_TICKED = frozenset(("yes", "y", "x", "1", "true", "oui", "o", "ja", "si", "sim", "leader"))


def read(row: Mapping[str, str]) -> dict[str, str]:
    """Who leads, and whose the contacts are. A contact like the leader's is the leader's, whoever's line it
    stands on."""
    leads = _leads(row)
    contact = {"email": row.get("Leader e-mail", ""), "phone": row.get("Leader phone", "")}
    own = {"email": row.get("Guest e-mail", ""), "phone": row.get("Guest phone", "")}
    if leads:
        chosen = {name: own[name].strip() or contact[name] for name in own}
        return {"group_leader": "yes", "booker_name": "", "booker_email": "", "booker_phone": ""} | chosen
    named = row.get("Leader", "")
    return {
        **{name: "" if fold(own[name]) == fold(contact[name]) else own[name] for name in own},
        "group_leader": "",
        "booker_name": "" if fold(named) in ("no", "non", "n", "0", "") else named,
        "booker_email": contact["email"],
        "booker_phone": contact["phone"],
    }


def _leads(row: Mapping[str, str]) -> bool:
    """The line is ticked as the leader's, or the leader's name is that of its guest, in either order."""
    said = fold(row.get("Leader", ""))
    first, last = fold(row.get("Guest first name", "")), fold(row.get("Guest last name", ""))
    return said in _TICKED or (bool(last) and said in (first + last, last + first))


LAYOUT = Layout(
    name="rooming_list",
    title="Rooming list of a group",
    kind="pms",
    confidence="seen here",
    columns={
        "Group no.": "group_reference",
        "Group name": None,
        "Room": "room",
        "Room type": None,
        "Guest last name": "last_name",
        "Guest first name": "first_name",
        "Date of birth": "birth_date",
        "Guest nationality": "nationality",
        "Guest e-mail": "email",
        "Guest phone": "phone",
        "Arrival date": "stay_from",
        "Departure date": "stay_to",
        "Leader": "booker_name",
        "Leader e-mail": "booker_email",
        "Leader phone": "booker_phone",
        "Remarks": "notes",
    },
    key=("Group no.", "Guest last name", "Guest first name"),
    identifying=("Group no.", "Room", "Guest last name", "Guest first name", "Arrival date"),
    stay_kind="stay",
    read=read,
)
