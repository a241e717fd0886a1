"""The maintenance switch of an environment: the alarm that silences others while a change is applied, and its metric.

Light on purpose, and apart from what makes the resources: the command line turns the switch.
"""

from __future__ import annotations

METRIC = "Maintenance"
"""1 while a change is applied; the alarm compares the least of a minute, so that a later 0 wins."""


def namespace(environment: str) -> str:
    """Where the environment's own metrics are."""
    return f"Mendix/{environment}"


def switch_name(environment: str) -> str:
    """What the switch is called: behind no priority, so that it begins no incident."""
    return f"{environment}-maintenance"
