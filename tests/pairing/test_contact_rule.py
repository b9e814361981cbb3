"""When a pairing is to be contacted again, against a slow oracle that counts day by day."""

import datetime as dt
from random import Random

import pytest

from carehub.duties.duty import State
from hardship.pairing.rules import NextContact, next_contact

INVENTED = 10_000
SOON = 3


def oracle(started_on, contacts, over_on, days, on) -> tuple | None:
    """Walk from the start to the day of looking, one day at a time, and count the days in which nobody was in touch."""
    if on < started_on:
        return None
    day, since, quiet = started_on, started_on, 0
    while day < on:
        day, quiet = day + dt.timedelta(1), quiet + 1
        if any(contact == day for contact in contacts):
            since, quiet = day, 0
    due, left = since, days
    while left:
        due, left = due + dt.timedelta(1), left - 1
    return since, due, "not_applicable" if over_on and not on < over_on else looked(quiet, days)


def looked(quiet: int, days: int) -> str:
    """Say a state from the days without contact alone."""
    if quiet > days:
        return "overdue"
    return "due_soon" if quiet >= days - SOON else "open"


def engine(started_on, contacts, over_on, days, on) -> tuple | None:
    found = next_contact(
        started_on=started_on, contacts=contacts, over_on=over_on, days=dt.timedelta(days), soon=dt.timedelta(SOON),
        on=on,
    )  # fmt: skip
    return found and (found.since_on, found.due_on, str(found.state))


def invented(chance: Random) -> tuple:
    """Return a likely pairing: contacts near the day on which they are due, before the start, after the looking."""
    start = dt.date(2024, 1, 1) + dt.timedelta(chance.randrange(900))
    days, contacts, day = chance.choice((1, 14, 30, 60, 60, 60, 90)), [], start
    for _ in range(chance.randrange(6)):
        day += dt.timedelta(max(0, days + chance.randrange(-12, 13)))
        contacts.append(day)
    if chance.random() < 0.2:
        contacts.append(start - dt.timedelta(chance.randrange(40)))
    chance.shuffle(contacts)
    over = start + dt.timedelta(chance.randrange(400)) if chance.random() < 0.2 else None
    at = chance.choice([start, *contacts]) + dt.timedelta(days) if chance.random() < 0.6 else start
    return start, contacts, over, days, at + dt.timedelta(chance.randrange(-6, 7))


def differences(rule) -> int:
    chance = Random(33)
    return sum(rule(*case) != oracle(*case) for case in [invented(chance) for _ in range(INVENTED)])


def test_ten_thousand_invented_pairings(figure):
    wrong = differences(engine)
    figure("C-3.3 invented pairings", INVENTED)
    figure("C-3.3 differences", wrong)
    assert wrong == 0


def test_the_invention_meets_every_state():
    chance = Random(33)
    met = {found[2] if found else "" for found in (oracle(*invented(chance)) for _ in range(INVENTED))}
    assert met == {"", "open", "due_soon", "overdue", "not_applicable"}


def test_a_slip_of_one_day_would_be_seen():
    """Negative control."""

    def late(started_on, contacts, over_on, days, on):
        return engine(started_on, contacts, over_on, days, on - dt.timedelta(1))

    assert differences(late) > 100


@pytest.mark.parametrize(
    ("on", "state"),
    [
        ("2026-02-25", State.OPEN),
        ("2026-02-26", State.DUE_SOON),
        ("2026-03-01", State.DUE_SOON),
        ("2026-03-02", State.OVERDUE),
    ],
)
def test_the_last_day_and_the_day_after(on: str, state: str):
    """Paired on 31 December: the sixtieth day is 1 March."""
    found = next_contact(
        started_on=dt.date(2025, 12, 31), contacts=[], over_on=None, days=dt.timedelta(60), soon=dt.timedelta(3),
        on=dt.date.fromisoformat(on),
    )  # fmt: skip
    assert found == NextContact(dt.date(2025, 12, 31), dt.date(2026, 3, 1), state)
