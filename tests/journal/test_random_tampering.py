"""Tampering drawn at random, with every column and row of the journal: none goes unseen."""

from __future__ import annotations

import random
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from tests.journal.sealed import found, open_the_tables, seal_all, tamper, verdict_of, write

# The time is none of those written: the same moment spelled another way would be no change.
TEXTS = ("''", "'x'", "'{'", "'[]'", "'staff:1'", "'2026-05-04 06:00:00'", "5", "NULL", "'1'", "x'ff00'")
COLUMNS = {
    "journal_entry": ("id", "at", "actor", "act", "subject", "detail", "property_id", "reason"),
    "journal_seal": (
        "sequence",
        "entry_id",
        "salt",
        "commitment",
        "chain",
        "key_id",
        "sealed_at",
        "erased_by",
    ),
}


def rows_of(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    with engine.connect() as connection:
        return {
            table: [
                tuple(bytes(v) if isinstance(v, memoryview) else v for v in row)
                for row in connection.execute(text(f"SELECT {', '.join(columns)} FROM {table} ORDER BY 1"))
            ]
            for table, columns in COLUMNS.items()
        }


def mutate(chance: random.Random, count: int) -> list[str]:
    """What somebody might do to a journal of `count` sealed entries, as statements."""
    one, other = chance.sample(range(1, count + 1), 2)
    match chance.randrange(9):
        case 0 | 1:
            column = chance.choice(COLUMNS["journal_entry"])
            return [f"UPDATE journal_entry SET {column} = {chance.choice(TEXTS)} WHERE id = {one}"]
        case 2 | 3:
            column = chance.choice(COLUMNS["journal_seal"])
            return [f"UPDATE journal_seal SET {column} = {chance.choice(TEXTS)} WHERE sequence = {one}"]
        case 4:  # one column taken over from another row
            table = chance.choice(list(COLUMNS))
            key, *columns = COLUMNS[table]
            column = chance.choice(columns)
            donor = f"(SELECT {column} FROM {table} WHERE {key} = {other})"
            return [f"UPDATE {table} SET {column} = {donor} WHERE {key} = {one}"]
        case 5:  # an entry is gone, perhaps with its seal, perhaps with the numbers closed up
            gone = [
                f"DELETE FROM journal_entry WHERE id = {one}",
                f"DELETE FROM journal_seal WHERE entry_id = {one}",
                *(
                    f"UPDATE journal_seal SET sequence = {at - 1} WHERE sequence = {at}"
                    for at in range(one + 1, count + 1)
                ),
            ]
            return gone[: chance.choice((1, 2, len(gone)))]
        case 6:  # two change places
            table = chance.choice(list(COLUMNS))
            key = COLUMNS[table][0]
            return [
                f"UPDATE {table} SET {key} = -1 WHERE {key} = {one}",
                f"UPDATE {table} SET {key} = {one} WHERE {key} = {other}",
                f"UPDATE {table} SET {key} = {other} WHERE {key} = -1",
            ]
        case 7:  # the end is cut off
            cut = [
                f"DELETE FROM journal_seal WHERE entry_id >= {one}",
                f"DELETE FROM journal_entry WHERE id >= {one}",
            ]
            return cut if chance.random() < 0.5 else cut[1:]
        case _:  # an entry is put in, with or without a seal made up for it
            told = "at, actor, act, subject, detail, property_id, reason"
            put_in = (
                f"INSERT INTO journal_entry (id, {told}) SELECT {count + 50}, {told} "
                f"FROM journal_entry WHERE id = {min(one, other)}"
            )
            made_up = (
                "INSERT INTO journal_seal (sequence, entry_id, salt, commitment, chain, key_id, sealed_at) "
                f"SELECT {chance.choice((count + 1, 0, -3))}, {count + 50}, salt, commitment, chain, key_id, "
                f"sealed_at FROM journal_seal WHERE sequence = {one}"
            )
            return [put_in, made_up] if chance.random() < 0.5 else [put_in]


def find_all(engine: Engine, url: str, times: int, seed: int) -> list[list[str]]:
    """Try random mutations, each on the same sealed journal; return those that changed it and went unseen."""
    chance = random.Random(seed)
    count = 12
    write(engine, count)
    head = seal_all(engine)
    clean = rows_of(engine)
    unseen, done = [], 0
    while done < times:
        statements = mutate(chance, count)
        try:
            tamper(engine, *statements)
        except DBAPIError:
            continue  # the store's own types refuse it
        if rows_of(engine) == clean:
            continue
        done += 1
        if verdict_of(engine, head).wrong is None:
            unseen.append(statements)
        put_back(engine, clean)
    assert found(engine, head) is None, url
    return unseen


def put_back(engine: Engine, clean: dict[str, list[tuple[Any, ...]]]) -> None:
    connection = engine.connect()
    if engine.dialect.name == "sqlite":
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA foreign_keys=OFF")
    open_the_tables(connection)
    for table, columns in COLUMNS.items():
        connection.execute(text(f"DELETE FROM {table}"))
        names = ", ".join(f":{name}" for name in columns)
        for row in clean[table]:
            given = dict(zip(columns, row, strict=True))
            if isinstance(given.get("detail"), dict):
                given["detail"] = f'{{"rows":{given["detail"]["rows"]}}}'
            connection.execute(text(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({names})"), given)
    connection.commit()
    connection.invalidate()
    connection.close()


def test_random_tampering_never_goes_unseen(engine: Engine, database_url: str) -> None:
    assert find_all(engine, database_url, times=40, seed=7) == []


@pytest.mark.soak
@pytest.mark.timeout(1200)
def test_none_of_a_thousand_tamperings_goes_unseen(engine: Engine, database_url: str) -> None:
    assert find_all(engine, database_url, times=1000, seed=11) == []
