"""After the vault's key was changed: all that a former one sealed is sealed anew, a batch a transaction.

What is left to do is in the rows themselves, so a run that is killed at any moment is gone on with by the
next. Once nothing is left, the former key's file may be removed. A row that does not open stays as it is, is
told by its place alone, and keeps nothing else waiting.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence

from sqlalchemy import Engine, func, select, tuple_
from sqlalchemy.orm import Session

from server.captures.models import VaultedAnswers
from server.db import reading, writing
from server.registration.keeping import reseal_version
from server.registration.models import SheetVersion
from server.vault import CannotOpenVault, Vault

log = logging.getLogger("oneguest.registration")

BATCH = 500
"""Rows a transaction: a desk's write waits for one such."""

_Row = SheetVersion | VaultedAnswers


def reseal(engine: Engine, vault: Vault, *, stopping: Callable[[], bool] = lambda: False) -> int:
    """Seal by the present key what former ones sealed; how many rows. Asked to stop, it leaves the rest."""
    former = [key_id for key_id in sorted(rows_by_key(engine)) if vault.knows(key_id)]
    done = 0
    for key_id in former:
        if key_id == vault.present:
            continue
        for batch in (_versions, _answers):
            after: _Row | None = None
            while not stopping():
                with writing(engine) as session:
                    rows = batch(session, key_id, after)
                    done += sum(_reseal(vault, row) for row in rows)
                if not rows:
                    break
                after = rows[-1]
    return done


def rows_by_key(engine: Engine) -> Counter[str]:
    """How many rows each key sealed, by its id; of keys with none nothing. It reads two indexes."""
    found: Counter[str] = Counter()
    with reading(engine) as session:
        for table in (SheetVersion, VaultedAnswers):
            counted = select(table.key_id, func.count()).group_by(table.key_id)
            for key_id, number in session.execute(counted):
                found[key_id] += number
    return found


def left_to_reseal(engine: Engine, vault: Vault) -> int:
    """How many rows another key than the present one opens."""
    return sum(number for key_id, number in rows_by_key(engine).items() if key_id != vault.present)


def _versions(session: Session, key_id: str, after: _Row | None) -> Sequence[_Row]:
    query = select(SheetVersion).where(SheetVersion.key_id == key_id).order_by(SheetVersion.id)
    if isinstance(after, SheetVersion):
        query = query.where(SheetVersion.id > after.id)
    # held, or a signature that comes meanwhile would lie beside the id of another key
    return session.scalars(query.limit(BATCH).with_for_update(skip_locked=True)).all()


def _answers(session: Session, key_id: str, after: _Row | None) -> Sequence[_Row]:
    place = tuple_(VaultedAnswers.capture_id, VaultedAnswers.copy)
    query = select(VaultedAnswers).where(VaultedAnswers.key_id == key_id)
    query = query.order_by(VaultedAnswers.capture_id, VaultedAnswers.copy)
    if isinstance(after, VaultedAnswers):
        query = query.where(place > (after.capture_id, after.copy))
    return session.scalars(query.limit(BATCH).with_for_update(skip_locked=True)).all()


def _reseal(vault: Vault, row: _Row) -> bool:
    try:
        if isinstance(row, SheetVersion):
            reseal_version(vault, row)
        else:
            row.sealed = vault.seal(vault.open(row.sealed, row.where), row.where)
            row.key_id = vault.present
    except CannotOpenVault as why:
        place = row.where("content") if isinstance(row, SheetVersion) else row.where
        log.error("a sealed row does not open table=%s row=%s code=%s", place.table, place.row, why.code)
        return False
    return True
