"""Account Management: whether the account has a region. moto 5.2.5 knows alternate contacts alone."""

from __future__ import annotations

from mendixctl.emulator.extensions.operations import Call, OperationError, Record, Service

BY_DEFAULT = "ENABLED_BY_DEFAULT"


def install(account: str) -> Service:
    """Answer the operations on regions; every region is enabled until somebody disables it."""
    changed: dict[str, str] = {}

    def status(call: Call) -> str:
        from mendixgen.regions import regions

        name = str(call["RegionName"])
        if name not in regions():
            raise OperationError("ValidationException", f"{name} is no region", 400)
        return changed.get(name, BY_DEFAULT)

    def change(call: Call, to: str) -> Record:
        status(call)
        changed[str(call["RegionName"])] = to
        return {}

    return Service(
        account,
        "account",
        {
            "GetRegionOptStatus": lambda call: {"RegionName": call["RegionName"], "RegionOptStatus": status(call)},
            "EnableRegion": lambda call: change(call, "ENABLED"),
            "DisableRegion": lambda call: change(call, "DISABLED"),
        },
    )
