"""The grace of a vault lock in compliance mode, a window like others: once it is over, the lock is for ever.

moto 5.2.5 compares with the clock, so that only days would end it.
"""

from __future__ import annotations

from typing import Any

from mendixctl.emulator.extensions import windows

A_DAY = 24 * 3600.0


def install() -> None:
    """Let the end of all windows end the grace of locks."""
    from moto.backup.models import BackupBackend

    backend: Any = BackupBackend
    put, delete = backend.put_backup_vault_lock_configuration, backend.delete_backup_vault_lock_configuration

    def put_backup_vault_lock_configuration(self: Any, backup_vault_name: str, *given: Any, **named: Any) -> None:
        _look(self, backup_vault_name)
        put(self, backup_vault_name, *given, **named)
        days = self.vaults[backup_vault_name].changeable_for_days
        if days is not None:
            windows.open_window(days * A_DAY, *_name(self, backup_vault_name))

    def delete_backup_vault_lock_configuration(self: Any, backup_vault_name: str) -> None:
        _look(self, backup_vault_name)
        delete(self, backup_vault_name)

    backend.put_backup_vault_lock_configuration = put_backup_vault_lock_configuration
    backend.delete_backup_vault_lock_configuration = delete_backup_vault_lock_configuration


def _look(backend: Any, name: str) -> None:
    vault = backend.vaults.get(name)
    if vault is not None and vault.lock_date is not None and not windows.is_open(*_name(backend, name)):
        vault.lock_date = 0.0


def _name(backend: Any, vault: str) -> tuple[str, ...]:
    return ("vault-lock", backend.region_name, vault)
