"""Booking list of a restaurant reservation tool: UTF-8 with a byte order mark, commas, day first. Who books
is who is named. Seen here, no public manual."""

from server.sources.layout import Layout

LAYOUT = Layout(
    name="resto",
    title="Restaurant bookings",
    kind="restaurant",
    confidence="seen here",
    columns={
        "Booking ref": "reference",
        "First name": "first_name",
        "Last name": "last_name",
        "Phone": "phone",
        "Email": "email",
        "Birthday": "birth_date",
        "Company": "company",
        "Language": "language",
        "Booked on": "created_at",
        "Meal date": "stay_from",
        "Spend": "amount",
        "Notes": "notes",
    },
    key=("Booking ref",),
    identifying=("First name", "Last name", "Phone", "Email", "Meal date"),
    stay_kind="visit",
    person="booker",
)
