"""Sessions of a Wi-Fi portal: UTF-8, commas, day first; what was typed to get online, so nobody checked it.
Seen here, no public manual."""

from server.sources.layout import Layout

LAYOUT = Layout(
    name="wifi",
    title="Wi-Fi portal sessions",
    kind="wifi",
    confidence="seen here",
    columns={
        "session": None,
        "email": "email",
        "first": "first_name",
        "last": "last_name",
        "name": "full_name",
        "phone": "phone",
        "birthdate": "birth_date",
        "lang": "language",
        "connected": "created_at",
        "date": "stay_from",
        "room": "room",
    },
    key=("session",),
    identifying=("email", "first", "last", "name", "phone", "connected"),
    stay_kind="visit",
)
