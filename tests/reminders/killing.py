"""Run as a program: sweep 2,000 due items, kill the sweeping process 20 times, and print what became of them.

Every round is a process of its own. After a drawn number of steps (SQL statements from the first that writes, and
mails) it says so on a pipe and goes on; whoever listens kills it at once with signal 9, wherever it has got to. The
variants that are broken on purpose are killed after one step, after two, and so on, and wait for it where they stand:
what they lose does not depend on luck.
"""

import json
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

PEOPLE, KILLS = 5, 20


def main(variant: str, due: int) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from tests.reminders.crowd import gather

    call_command("migrate", verbosity=0)
    Path(os.environ["POSTBOX"]).touch()  # what is broken may send nothing at all
    expected = gather(due // PEOPLE, PEOPLE)
    breaking = {"sound": lambda: None, "not-atomic": without_transactions, "marked-first": marked_before_sent}
    random.seed(due)
    waits = variant != "sound"
    drawn = [n + 1 if waits else random.randint(1, due // 12) for n in range(KILLS)]
    killed = sum(kill_one(steps, breaking[variant], waits=waits) for steps in drawn)
    finish(breaking[variant])
    print(json.dumps({"killed": killed, **figures(expected)}))


def kill_one(steps: int, break_it: Callable[[], None], *, waits: bool) -> int:
    """Sweep in a process of its own and kill it after a number of steps; return 1 if it was alive until then."""
    from django.db import connection

    connection.close()
    hear, say = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(hear)
        break_it()
        sweep_telling(say, steps, waits=waits)
    os.close(say)
    heard = os.read(hear, 1)
    os.close(hear)
    if heard:
        os.kill(child, signal.SIGKILL)
    return int(os.WIFSIGNALED(os.waitpid(child, 0)[1]))


def sweep_telling(say: int, steps: int, *, waits: bool) -> None:
    """Sweep, and tell the listener when the steps are done; go on, or wait to be killed there."""
    from django.db import connection

    from carehub.sweep import sweep
    from tests.reminders.crowd import DUE_SOON
    from tests.reminders.postbox import Postbox

    done: list[int] = []

    def step() -> None:
        done.append(1)
        if len(done) == steps:
            os.write(say, b"!")
            if waits:
                signal.pause()

    def statement(execute: Any, sql: str, *args: Any) -> Any:
        if done or sql.startswith(("INSERT", "UPDATE")):
            step()
        return execute(sql, *args)

    post = Postbox.send_messages
    Postbox.send_messages = lambda *args: (step(), post(*args), step())[1]
    with connection.execute_wrapper(statement):
        sweep(on=DUE_SOON)
    os._exit(0)


def finish(break_it: Callable[[], None]) -> None:
    """Sweep to the end, once the leases of the killed have run out."""
    from django.utils import timezone

    from carehub.reminders.outbox import LEASE, send_due
    from carehub.sweep import sweep
    from tests.reminders.crowd import DUE_SOON

    break_it()
    sweep(on=DUE_SOON)
    send_due(timezone.now() + LEASE)


def figures(expected: set[tuple[str, str]]) -> dict[str, int]:
    """Return how many reminders and mails were lost and how many came twice."""
    from carehub.reminders.models import InboxItem, ReminderLog

    told = Counter(ReminderLog.objects.values_list("recipient__number", "subject"))
    items = dict(InboxItem.objects.values_list("recipient__number", "title"))
    mails = Counter(Path(os.environ["POSTBOX"]).read_text().split())
    secretaries = {number for number, _name in expected}
    return {
        "due": len(expected),
        "lost": len(expected - set(told)),
        "doubled": told.total() - len(told),
        "inbox_lost": sum(items.get(number) != f"快到期 {PEOPLE} 项" for number in secretaries),
        "inbox_doubled": InboxItem.objects.count() - len(items),
        "mail_lost": sum(f"{number}@example.invalid" not in mails for number in secretaries),
        "mail_twice": mails.total() - len(mails),
    }


def without_transactions() -> None:
    """Break it: each statement commits by itself."""
    from carehub.reminders import actions

    actions._write = actions._write.__wrapped__


def marked_before_sent() -> None:
    """Break it: a message counts as sent before the mail server has it."""
    from django.utils import timezone

    from carehub.reminders.outbox import Postman

    send = Postman.send

    def eager(self: Postman, message: Any, now: Any) -> str:
        self._held(message).update(state="sent", sent_at=timezone.now())
        return send(self, message, now)

    Postman.send = eager


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
