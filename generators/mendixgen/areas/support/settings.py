"""What may be said of support: who is told, how, when work is done, and how soon an incident is answered and solved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, create_model

from mendixgen.areas.contract import Strict, setting
from mendixgen.areas.fields import MailAddress, TimeOfDay

PRIORITIES = ("p1", "p2", "p3", "p4")

Hours = Literal["24x7", "5x8"]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Date = Annotated[str, Field(pattern="^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]
TimeZone = Annotated[str, Field(pattern=r"^[A-Za-z]+([/_+-][A-Za-z0-9]+)*$", max_length=64)]
Span = Annotated[str, Field(pattern="^[1-9][0-9]{0,3}[mhd]$")]
"""A number of minutes, hours or days. A day is one of the calendar's: with 5x8 as long as the office is open."""
PhoneNumber = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{6,14}$")]
"""As E.164 has it, which is what SNS takes."""
HttpsAddress = Annotated[str, Field(pattern=r"^https://[A-Za-z0-9.-]+(:[0-9]+)?(/[^\s]*)?$", max_length=2048)]


class HoursByPriority(Strict):
    """When the clock of an incident runs, by priority."""

    p1: Hours = setting("24x7", description="Down, or data are lost.")
    p2: Hours = setting("24x7", description="Severely degraded.")
    p3: Hours = setting("5x8", description="Limited impact.")
    p4: Hours = setting("5x8", description="A question.")


_OPENS = setting("09:00", description="When it opens, in the time zone.")

if TYPE_CHECKING:

    class _Opens(Strict):
        pass

else:  # "from" is the word that people know, and no name in Python's syntax
    _Opens = create_model("_Opens", __base__=Strict, **{"from": (TimeOfDay, _OPENS)})


class Office(_Opens):
    """When somebody is there: what 5x8 means."""

    to: TimeOfDay = setting("17:00", description="When it closes, in the time zone.")
    days: list[Day] = setting(
        ["mon", "tue", "wed", "thu", "fri"],
        description="The days on which it is open, holidays excepted.",
        min_length=1,
        max_length=7,
    )


class Target(Strict):
    """How soon an incident is answered and solved, counted while the clock of its priority runs."""

    respond: Span = setting(description="Until somebody has acknowledged it: 30m, 2h, 1d.")
    solve: Span = setting(description="Until it is solved; a day with 5x8 is as long as the office is open.")


class Targets(Strict):
    """How soon an incident is answered and solved, by priority."""

    p1: Target = setting(Target(respond="30m", solve="4h"), description="Down, or data are lost.")
    p2: Target = setting(Target(respond="1h", solve="6h"), description="Severely degraded.")
    p3: Target = setting(Target(respond="2h", solve="2d"), description="Limited impact.")
    p4: Target = setting(Target(respond="4h", solve="3d"), description="A question.")


class Contact(Strict):
    """Somebody who is told, by one of email, sms and https."""

    email: MailAddress | None = setting(None, description="Mail address; it confirms once.")
    sms: PhoneNumber | None = setting(None, description="Phone number, +491511234567; a message has 140 characters.")
    https: HttpsAddress | None = setting(
        None, description="Address of a pager or a chat that takes and confirms what SNS posts."
    )
    escalate_after_minutes: int = setting(
        0,
        description=(
            "The level of escalation: 0 is told at once, anything else when nobody has acknowledged the incident for so"
            " long, by the clock of its priority."
        ),
        unit="minutes",
        ge=0,
        le=10080,
    )


class Contacts(Strict):
    """Who is told, by priority."""

    p1: list[Contact] = setting([], description="Of incidents of priority 1.", max_length=50)
    p2: list[Contact] = setting([], description="Of incidents of priority 2.", max_length=50)
    p3: list[Contact] = setting([], description="Of incidents of priority 3.", max_length=50)
    p4: list[Contact] = setting([], description="Of incidents of priority 4.", max_length=50)
