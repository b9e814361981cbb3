"""Run as a program: reveal a thousand numbers one after the other, kill the serving process again and again, and print
how many numbers came out and how many of them the trail does not know.

Each server is a process of its own that serves the next numbers and writes each answer on a pipe. After a drawn number
of steps (SQL statements, answers) it says so and goes on; whoever listens kills it at once with signal 9. The variant
that is broken on purpose waits for the kill where it stands, so that its loss does not depend on luck.
"""

import json
import os
import random
import re
import signal
import sys
import uuid
from collections.abc import Callable
from typing import Any

SERVED, STEPS = 20, 300  # most reveals and steps of one server's life


def main(variant: str, reveals: int) -> None:
    import django

    django.setup()
    from django.test import Client

    from tests.cast import assemble

    school = assemble()
    waiting = crowd(school, 2 * reveals)
    officer = Client()
    officer.force_login(school.user("officer"))
    assert value_of(officer, waiting.pop())  # what every server needs is read once, before they part
    random.seed(reveals)
    seen: list[int] = []
    killed = 0
    while len(seen) < reveals and waiting:
        served, was_killed = serve(officer, waiting[:SERVED], variant)
        seen += served
        killed += was_killed
        del waiting[: len(served) + 1]  # the one in hand when the server died is not asked for again
    print(json.dumps({"killed": killed, "seen": len(seen), "untraced": len(set(seen) - traced())}))


def crowd(school: Any, count: int) -> list[int]:
    """Create people of one branch, each with a phone; return their numbers."""
    from members.models import Person

    place = school.first
    people = [
        Person(name=f"张{n}", phone=f"1880000{n:04d}", organization=place, path=place.path or "") for n in range(count)
    ]
    return [person.pk for person in Person.objects.bulk_create(people)]


def value_of(client: Any, pk: int) -> str:
    """Ask for a phone number over HTTP, with a form of its own; return it, empty if it is not shown."""
    from django.urls import reverse

    sent = {"purpose": "call", "once_key": str(uuid.uuid4())}
    address = reverse("members:reveal-phone", args=[pk])
    shown = re.search("1880000[0-9]{4}", client.post(address, sent, HTTP_HX_REQUEST="true").content.decode())
    return shown[0] if shown else ""


def serve(client: Any, numbers: list[int], variant: str) -> tuple[list[int], bool]:
    """Serve in a process of its own that is killed somewhere; return whose values came out, and if it was killed."""
    from django.db import connection

    connection.close()
    hear, say = os.pipe()
    out, put = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(hear)
        os.close(out)
        reveal_each(client, numbers, variant, Steps.of(variant, say), put)
    os.close(say)
    os.close(put)
    if os.read(hear, 1):
        os.kill(child, signal.SIGKILL)
    with os.fdopen(out) as answers:
        served = [int(line) for line in answers.read().split()]
    os.close(hear)
    return served, os.WIFSIGNALED(os.waitpid(child, 0)[1])


class Steps:
    """Counts steps, and tells the listener when they are done."""

    def __init__(self, left: int, say: int, *, waits: bool) -> None:
        self.left, self.say, self.waits = left, say, waits

    @classmethod
    def of(cls, variant: str, say: int) -> "Steps":
        """Return the steps of one life; of a broken server only the answers count."""
        is_sound = variant == "sound"
        return cls(random.randint(1, STEPS if is_sound else SERVED), say, waits=not is_sound)

    def step(self) -> None:
        self.left -= 1
        if self.left == 0:
            os.write(self.say, b"!")
            if self.waits:
                signal.pause()

    def statement(self, execute: Any, sql: str, *args: Any) -> Any:
        if not self.waits:
            self.step()
        return execute(sql, *args)


def reveal_each(client: Any, numbers: list[int], variant: str, steps: Steps, put: int) -> None:
    """Ask for each number and hand on what is shown, at once; never returns."""
    from django.db import connection

    random.seed(os.getpid())
    write_the_trail = BREAKING[variant]()
    with connection.execute_wrapper(steps.statement):
        for pk in numbers:
            if value_of(client, pk):
                os.write(put, f"{pk}\n".encode())
            steps.step()
            write_the_trail()
    os._exit(0)


def traced() -> set[int]:
    """Return the people of whom the trail says that a phone was revealed."""
    from carehub.audit.models import Action, AuditEvent

    rows = AuditEvent.objects.filter(action=Action.REVEAL).values_list("target", "detail")
    return {int(target.rpartition(":")[2]) for target, detail in rows if detail["field"] == "phone"}


def write_the_trail_later() -> Callable[[], None]:
    """Break it: the answer leaves first, the trail is written when it has left."""
    from carehub.reveals import actions

    record, owed = actions.record, []
    actions.record = lambda *args, **about: owed.append((args, about))

    def pay() -> None:
        while owed:
            args, about = owed.pop()
            record(*args, **about)

    return pay


BREAKING: dict[str, Callable[[], Callable[[], None]]] = {
    "sound": lambda: lambda: None,
    "answer first": write_the_trail_later,
}

if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
