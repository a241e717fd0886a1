"""What no single setting of support can say: whether somebody is reached, and whether the office has a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo, available_timezones

from mendixgen.areas.contract import Check, Header, independent
from mendixgen.areas.support import Support
from mendixgen.areas.support.settings import PRIORITIES, Contact

LEAST_CHANNELS = 2


def check(inputs: Support.Inputs, header: Header) -> list[Check]:
    """Contacts say one channel each and those of priority 1 have two, zone and dates exist, the office opens."""
    return independent(
        lambda: _contacts(inputs),
        lambda: _channels(inputs.contacts.p1),
        lambda: _zone(inputs.timezone),
        lambda: _office(inputs),
        lambda: _holidays(inputs.holidays),
    )


def _contacts(inputs: Support.Inputs) -> Iterator[Check]:
    for priority in PRIORITIES:
        listed: list[Contact] = getattr(inputs.contacts, priority)
        seen: set[str] = set()
        for index, contact in enumerate(listed):
            place = ("contacts", priority, index)
            said = [it for it in (contact.email, contact.sms, contact.https) if it is not None]
            if len(said) != 1:
                summary = "a contact is one of email, sms and https" + (", and this one is several" if said else "")
                yield Check(place, "MXS510", summary, "write a contact of its own for each: {email: a@example.com}")
            elif said[0] in seen:
                yield Check(place, "MXS510", f"{said[0]} is named twice for {priority}", "remove one of the two")
            seen.update(said)
        if listed and all(it.escalate_after_minutes for it in listed):
            summary = f"nobody is told of {priority} at once"
            hint = "let one contact be without escalate_after_minutes"
            yield Check(("contacts", priority), "MXS511", summary, hint)


def _channels(contacts: list[Contact]) -> Iterator[Check]:
    """An incident of priority 1 reaches somebody although one channel fails; SMS alone is spent, filtered or barred."""
    if not contacts:
        return
    place = ("contacts", "p1")
    if len(contacts) < LEAST_CHANNELS:
        yield Check(place, "MXS512", "p1 has one contact only", "name a second one, by another channel if there is")
    if all(it.sms is not None for it in contacts):
        hint = "add an email or https: an account may send SMS for one dollar a month until AWS raises that"
        yield Check(place, "MXS512", "p1 is told by SMS alone", hint)


def _zone(name: str) -> Iterator[Check]:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        known = available_timezones()
        if known:  # a machine without a database of time zones cannot say
            near = sorted(it for it in known if it.lower().rpartition("/")[2] == name.lower().rpartition("/")[2])
            hint = f"did you mean {near[0]}?" if near else "write it like Europe/Berlin or Asia/Shanghai"
            yield Check(("timezone",), "MXS513", f"there is no time zone {name}", hint)


def _office(inputs: Support.Inputs) -> Iterator[Check]:
    office = inputs.office
    opens, closes = getattr(office, "from"), office.to
    if opens >= closes:
        hint = "an office opens and closes on the same day; for all day and night write 24x7 in hours"
        yield Check(("office", "to"), "MXS514", f"the office closes at {closes}, and opens at {opens}", hint)
    repeated = [day for index, day in enumerate(office.days) if day in office.days[:index]]
    if repeated:
        yield Check(("office", "days"), "MXS514", f"{repeated[0]} is named twice", "remove one of the two")


def _holidays(days: list[str]) -> Iterator[Check]:
    for index, day in enumerate(days):
        try:
            date.fromisoformat(day)
        except ValueError:
            yield Check(("holidays", index), "MXS515", f"{day} is no date", "write it like 2027-01-01")
        if day in days[:index]:
            yield Check(("holidays", index), "MXS515", f"{day} is named twice", "remove one of the two")
