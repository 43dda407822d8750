"""After the vault's key was changed: all that the former one sealed is sealed anew, a batch a transaction.

What is left to do is in the rows themselves, so a run that is killed at any moment is gone on with by the
next. Once nothing is left, the former key's file may be removed.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from server.captures.models import VaultedAnswers
from server.db import reading, writing
from server.registration.keeping import reseal_version
from server.registration.models import SheetVersion
from server.vault import Vault

BATCH = 500
"""Rows a transaction: a desk's write waits for one such."""


def reseal(engine: Engine, vault: Vault, *, stopping: Callable[[], bool] = lambda: False) -> int:
    """Seal by the present key what a former one sealed; how many rows. Asked to stop, it leaves the rest."""
    done = 0
    while not stopping():
        with writing(engine) as session:
            some = _some(session, vault)
        if not some:
            break
        done += some
    return done


def left_to_reseal(engine: Engine, vault: Vault) -> int:
    """How many rows a former key still opens."""
    with reading(engine) as session:
        return sum(
            session.scalar(select(func.count()).select_from(table).where(table.key_id != vault.present)) or 0
            for table in (SheetVersion, VaultedAnswers)
        )


def _some(session: Session, vault: Vault) -> int:
    of_old = select(SheetVersion).where(SheetVersion.key_id != vault.present).limit(BATCH)
    versions = session.scalars(of_old).all()
    for version in versions:
        reseal_version(vault, version)
    answers = session.scalars(
        select(VaultedAnswers).where(VaultedAnswers.key_id != vault.present).limit(BATCH - len(versions))
    ).all()
    for one in answers:
        one.sealed = vault.seal(vault.open(one.sealed, one.where), one.where)
        one.key_id = vault.present
    return len(versions) + len(answers)
