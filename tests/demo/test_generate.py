"""The demo as a whole: five exports in their own layouts, the same for a seed, with true shares."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from server.demo.emails import PLACEHOLDERS
from server.demo.generate import LEAST, generate
from server.demo.group import AGENCIES, COMPANIES, HOUSES

TODAY = date(2026, 6, 15)
Rows = list[dict[str, str]]

HEADERS = {
    "lac_cardex.csv": "N° cardex;Civilité;NOM;Prénom;E-mail;Téléphone;Portable;Né(e) le;Nat.;Langue;Adresse;"
    "CP;Ville;Pays;Pièce;Société;Fidélité;Créé le;Arrivée;Départ;CA TTC;Observations\r\n",
    "rives_profiles.txt": "Profile ID\tTitle\tGuest Name\tEmail\tTelephone\tDOB\tNationality\tLang\tAddress\t"
    "Zip\tTown\tCountry\tID Doc\tCompany\tMembership\tInsert Date\tArr\tDep\tTotal Revenue\tComments\n",
    "table_bookings.csv": "Booking ref,First name,Last name,Phone,Email,Birthday,Company,Language,Booked on,"
    "Meal date,Spend,Notes\n",
    "spa_clients.csv": "Id;Titre;Cliente;Prenom;Nom;Tel;Mail;Naissance;Adresse;CP;Ville;Langue;Saisi le;"
    "Soin le;Montant;Remarque\r\n",
    "shop_customers.csv": "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,"
    "Default Address Company,Default Address Address1,Default Address Address2,Default Address City,"
    "Default Address Province Code,Default Address Country Code,Default Address Zip,Default Address Phone,"
    "Phone,Accepts SMS Marketing,"
    "Total Spent,Total Orders,Note,Tax Exempt,Tags\n",
}
READ_AS = {
    "lac_cardex.csv": ("cp1252", ";"),
    "rives_profiles.txt": ("utf-16", "\t"),
    "table_bookings.csv": ("utf-8-sig", ","),
    "spa_clients.csv": ("mac-roman", ";"),
    "shop_customers.csv": ("utf-8", ","),
}
EMAIL = dict.fromkeys(READ_AS, "Email") | {"lac_cardex.csv": "E-mail", "spa_clients.csv": "Mail"}
HOTELS = ("lac_cardex.csv", "rives_profiles.txt")
ALIASES = ("guest.booking.com", "m.expediapartnercentral.com", "agoda-messaging.com", "guest.trip.com")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("demo")
    generate(6_000, 7, made, today=TODAY)
    return made


@pytest.fixture(scope="module")
def files(folder: Path) -> dict[str, Rows]:
    return {name: read(folder, name) for name in READ_AS}


@pytest.fixture(scope="module")
def manifest(folder: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return loaded


def read(folder: Path, name: str) -> Rows:
    encoding, separator = READ_AS[name]
    text = (folder / name).read_bytes().decode(encoding)
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=separator, restval=""))


def truth(folder: Path) -> Rows:
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def all_bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def every_email(files: dict[str, Rows]) -> Iterator[str]:
    for name, rows in files.items():
        yield from (row[EMAIL[name]] for row in rows if row[EMAIL[name]])


def is_alias(address: str) -> bool:
    return address.endswith(tuple(f"@{domain}" for domain in ALIASES))


def is_nobodys(address: str) -> bool:
    houses = tuple(email for house in HOUSES for email in house.own_emails)
    agencies = tuple(email for _, email in AGENCIES)
    return address in (*PLACEHOLDERS, *houses, *agencies) or address.endswith("@yopmail.com")


def is_usable(address: str) -> bool:
    return "@" in address and not is_alias(address) and not is_nobodys(address)


def test_the_same_seed_and_day_make_the_same_bytes(tmp_path: Path) -> None:
    generate(400, 3, tmp_path / "one", today=TODAY)
    generate(400, 3, tmp_path / "two", today=TODAY)

    assert all_bytes(tmp_path / "one") == all_bytes(tmp_path / "two")


def test_another_seed_makes_other_people(tmp_path: Path) -> None:
    generate(400, 3, tmp_path / "one", today=TODAY)
    generate(400, 4, tmp_path / "two", today=TODAY)

    assert (tmp_path / "one/lac_cardex.csv").read_bytes() != (tmp_path / "two/lac_cardex.csv").read_bytes()


def test_the_bytes_do_not_depend_on_the_process_nor_on_the_day_it_runs(tmp_path: Path) -> None:
    generate(300, 5, tmp_path / "here", today=TODAY)
    command = [sys.executable, "-m", "server.cli", "demo", "--records", "300", "--seed", "5"]
    command += ["--today", TODAY.isoformat(), "--out", str(tmp_path / "there")]

    subprocess.run(
        command,
        check=True,
        capture_output=True,
        cwd=Path(__file__).parents[2],
        env=os.environ | {"PYTHONHASHSEED": "41", "ONEGUEST_CLOCK_OFFSET": "8640000", "TZ": "Asia/Tokyo"},
    )

    assert all_bytes(tmp_path / "here") == all_bytes(tmp_path / "there")


@pytest.mark.parametrize("records", [LEAST, 777, 1_500])
def test_exactly_as_many_rows_are_made_as_were_asked_for(tmp_path: Path, records: int) -> None:
    made = generate(records, 1, tmp_path, today=TODAY)

    assert sum(made.rows.values()) == records
    assert {name: len(read(tmp_path, name)) for name in READ_AS} == dict(made.rows)


def test_too_few_records_for_the_stories_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 100"):
        generate(LEAST - 1, 1, tmp_path, today=TODAY)


@pytest.mark.parametrize("name", list(HEADERS))
def test_a_file_begins_as_that_systems_export_does(folder: Path, name: str) -> None:
    data = (folder / name).read_bytes()
    encoding, _ = READ_AS[name]

    assert data.decode(encoding).startswith(HEADERS[name])


def test_the_exports_keep_their_systems_byte_order_marks(folder: Path) -> None:
    assert (folder / "rives_profiles.txt").read_bytes().startswith(b"\xff\xfe")
    assert (folder / "table_bookings.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert (folder / "lac_cardex.csv").read_bytes().startswith(b"N\xb0 cardex")


def test_the_spas_accents_are_those_of_mac_roman(folder: Path, files: dict[str, Rows]) -> None:
    names = " ".join(row["Cliente"] for row in files["spa_clients.csv"])

    assert "é" in names
    assert b"\x8e" in (folder / "spa_clients.csv").read_bytes()


def test_rows_stand_in_the_order_in_which_they_were_made(files: dict[str, Rows]) -> None:
    made = [row["Insert Date"] for row in files["rives_profiles.txt"] if row["Insert Date"]]

    assert made == sorted(made)


def test_a_few_rows_have_lost_or_won_cells_and_the_manifest_counts_them(
    folder: Path, manifest: dict[str, Any]
) -> None:
    for file in manifest["files"]:
        encoding, separator = READ_AS[file["path"]]
        text = (folder / file["path"]).read_bytes().decode(encoding)
        header, *rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)

        broken = sum(len(row) != len(header) for row in rows)

        assert broken == file["broken"]
        assert 1 <= broken <= 1 + len(rows) / 400
        assert len(rows) == file["rows"]


def test_the_truth_names_every_whole_row_once(folder: Path, manifest: dict[str, Any]) -> None:
    known = [(row["source"], row["source_key"]) for row in truth(folder)]

    assert len(set(known)) == len(known)
    assert Counter(source for source, _ in known) == {
        file["source"]: file["rows"] - file["broken"] for file in manifest["files"]
    }


def test_people_have_records_in_several_systems_and_households_several_people(folder: Path) -> None:
    rows = truth(folder)
    sources: dict[str, set[str]] = {}
    people: dict[str, set[str]] = {}
    for row in rows:
        sources.setdefault(row["person_id"], set()).add(row["source"])
        people.setdefault(row["household_id"], set()).add(row["person_id"])

    assert 1.6 < len(rows) / len(sources) < 2.3
    assert sum(len(found) > 1 for found in sources.values()) / len(sources) > 0.12
    assert sum(len(found) > 1 for found in people.values()) / len(people) > 0.08


def test_a_bit_more_than_half_of_the_hotels_rows_come_from_booking_sites(files: dict[str, Rows]) -> None:
    rows = [row for name in HOTELS for row in files[name]]
    online = [
        row
        for row in rows
        if is_alias(row.get("E-mail") or row.get("Email") or "")
        or any(
            mark in (row.get("Observations") or row.get("Comments") or "") for mark in ("BKG", "EXP ", "AGO ")
        )
    ]

    assert 0.48 < len(online) / len(rows) < 0.60


def test_about_28_in_100_hotel_guests_have_a_usable_address_at_first(
    folder: Path, files: dict[str, Rows]
) -> None:
    person = {(row["source"], row["source_key"]): row["person_id"] for row in truth(folder)}
    usable: dict[str, bool] = {}
    for name, source, key in (
        ("lac_cardex.csv", "pms_a", "N° cardex"),
        ("rives_profiles.txt", "pms_b", "Profile ID"),
    ):
        for row in files[name]:
            who = person.get((source, row[key]))
            if who:
                usable[who] = usable.get(who, False) or is_usable(row[EMAIL[name]])

    assert 0.24 < sum(usable.values()) / len(usable) < 0.33


def test_every_kind_of_address_can_be_seen(files: dict[str, Rows]) -> None:
    addresses = list(every_email(files))

    assert any(address.endswith("@privaterelay.appleid.com") for address in addresses)
    assert any(
        address.endswith(("@gmial.com", "@gmai.com", "@gamil.com", "@gmail.con")) for address in addresses
    )
    assert any("@" not in address and " at " in address for address in addresses)
    assert any(address in PLACEHOLDERS for address in addresses)
    assert any(address == "reception@corvane-lac.example" for address in addresses)
    assert Counter(addresses)[AGENCIES[0][1]] > 10


def test_no_address_can_belong_to_anybody(files: dict[str, Rows]) -> None:
    """Gmail issues no `_` or `-`, a Microsoft name begins with no digit; the rest is nobody's."""
    companies = tuple(f"@{domain}" for _, domain in COMPANIES)
    for address in {address.lower() for address in every_email(files)}:
        if is_alias(address) or is_nobodys(address) or "@" not in address:
            continue
        local, _, domain = address.rpartition("@")
        brand = domain.split(".")[0]
        if brand.startswith(("outl", "hotm", "hotn", "live")):
            assert local[0].isdigit(), address
        elif brand.startswith(("gm", "ga")):
            assert "_" in local or "-" in local, address
        else:
            assert address.endswith(("@privaterelay.appleid.com", *companies)) or address.split("@")[1] in {
                name[1:].rpartition(".")[0] for name in companies
            }, address


def test_a_few_names_carry_the_traces_of_a_wrong_encoding(files: dict[str, Rows]) -> None:
    names = [row["NOM"] + row["Prénom"] for row in files["lac_cardex.csv"]]
    marked = [name for name in names if "Ã" in name or "?" in name or "‚" in name]

    assert 0.02 < len(marked) / len(names) < 0.09
    assert any("Ãƒ" in name for name in names)
    assert any("\ufffd" in row["Guest Name"] for row in files["rives_profiles.txt"])


def test_names_come_in_the_shapes_that_hotels_have(files: dict[str, Rows]) -> None:
    in_one = [row["Guest Name"] for row in files["rives_profiles.txt"]]
    surnames = [row["NOM"] for row in files["lac_cardex.csv"]]

    assert any(name.endswith((" MR", " MRS")) and "/" in name for name in in_one)
    assert any(" & " in name for name in in_one)
    assert any(not name.isascii() and any("一" <= sign <= "鿿" for sign in name) for name in in_one)
    assert sum(name.isupper() for name in surnames) / len(surnames) > 0.5


def test_the_door_has_cards_documents_and_health_to_take_out(files: dict[str, Rows]) -> None:
    notes = [row["Observations"] or "" for row in files["lac_cardex.csv"]]

    assert any("4111 1111 1111 1111" in note for note in notes)
    assert any("allergie" in note for note in notes)
    assert 0.02 < sum(bool(row["Pièce"]) for row in files["lac_cardex.csv"]) / len(notes) < 0.09


def test_guests_left_are_in_house_and_arrive_today_tomorrow_and_later(files: dict[str, Rows]) -> None:
    stays = [
        (date.fromisoformat(row["Arr"]), date.fromisoformat(row["Dep"]))
        for row in files["rives_profiles.txt"]
        if row["Arr"] and row["Dep"]
    ]
    arrivals = Counter(arrival for arrival, _ in stays)

    assert arrivals[TODAY] >= 3
    assert arrivals[TODAY + timedelta(days=1)] >= 3
    assert sum(arrival < TODAY <= departure for arrival, departure in stays) >= 5
    assert min(arrivals) >= TODAY - timedelta(days=430)
    assert sum(departure < TODAY for _, departure in stays) / len(stays) > 0.8


def test_twenty_thousand_rows_take_seconds(tmp_path: Path) -> None:
    begun = time.process_time()

    generate(20_000, 1, tmp_path, today=TODAY)

    assert time.process_time() - begun < 10


def test_without_a_day_the_demos_today_is_the_clocks(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "server.cli", "demo", "--records", "100", "--out", str(tmp_path)]

    done = subprocess.run(
        command,
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        env=dict(os.environ),
    )

    today = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))["today"]
    assert abs(date.fromisoformat(today) - date.today()) <= timedelta(days=1)  # noqa: DTZ011
    assert "lac_cardex.csv" in done.stdout


def test_a_folder_that_cannot_be_written_is_said_and_nothing_else_happens(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")
    command = [sys.executable, "-m", "server.cli", "demo", "--out", str(tmp_path / "taken")]

    done = subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        env=dict(os.environ),
    )

    assert done.returncode == 1
    assert done.stderr.startswith("Cannot write the demo to")
