"""A6: can the tests see a hole? Take out one wall at a time in a copy of the tree and ask the access tests.

    python -m tests.mutation.run               66 holes spread over the whole house, two at a time
    python -m tests.mutation.run --most 0      the first hole of each kind in each file
    python -m tests.mutation.run --all         every hole there is
    python -m tests.mutation.run --only talks  holes whose file, line or kind matches a pattern

A hole is caught when a test fails; a tree that does not even start is no answer and counts as missed.
"""

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue

from tests.mutation.holes import ROOT, Hole, all_holes

LEFT_BEHIND = shutil.ignore_patterns(".git", ".venv", "var", "vendor", "node_modules", "staticfiles", "__pycache__")
BAR, PATIENCE, PER_PLACE, SPREAD = 95.0, 900, 2, 66
FAILED = re.compile(r"^FAILED ", re.MULTILINE)  # an error while starting is no failed test
PERSONAS = "[BS] or [LT] or [M] or [GS] or [OD] or [BO] or [AUD] or [LD]"
VIEWERS = "theirs and ([BS] or [LT] or [M] or [GO] or [LD])"
NEAR = {  # where a wall stands → the tests that live nearest
    "talks/duties": ["tests/duties/test_queries.py", "tests/talks"],
    "talks/follow_ups": ["tests/talks"], "talks/break_glass": ["tests/talks"], "talks": ["tests/talks"],
    "members/importing/obstacles.py": ["tests/imports/test_undo_obstacles.py", "tests/imports/test_undo.py"],
    "members/importing/base.py": ["tests/imports/test_codes.py", "tests/imports/test_wizard.py"],
    "members/importing": ["tests/imports/test_wizard.py"], "carehub/frame.py": ["tests/members_pages/test_frame.py"],
    "carehub/accounts/calendar_links.py": ["tests/planning"], "carehub/dashboard/plan": ["tests/planning"],
    "carehub/dashboard/handover.py": ["tests/members_pages/test_offices.py"],
    "members/posts": ["tests/members_pages/test_offices.py"],
    "members/importing/undoing.py": ["tests/imports/test_undo.py", "tests/imports/test_undo_talks.py"],
    "talks/undoing.py": ["tests/imports/test_undo_talks.py"],
    "members/transfers": ["tests/transfers"], "members/newcomers": ["tests/transfers"],
    "members/keepers": ["tests/transfers", "tests/records"], "members/models/change.py": ["tests/records"],
    "members/models/transfer.py": ["tests/transfers"],
    "members/models/roster.py": ["tests/imports/test_problem_rows.py"],
    "talks/requests": ["tests/talk_requests"], "talks/models/talk_request.py": ["tests/talk_requests"],
    "members/events": ["tests/events"], "members/changes": ["tests/records"], "members/grants": ["tests/grants"],
    "members/roles": ["tests/roles"],
    "members": ["tests/members_pages", "tests/imports/test_wizard.py"],
    "members/models/proposal.py": ["tests/roles"],
    "carehub/dashboard/closed": ["tests/duties/test_closed_pages.py"],
    "carehub/dashboard": ["tests/dashboard"], "carehub/desk": ["tests/dashboard"],
    "carehub/reports": ["tests/reports/test_pages.py", "tests/reports/test_guarded_ledgers.py"],
    "carehub/reminders": ["tests/reminders/test_inbox.py"],
    "carehub/personfile": ["tests/members_pages"], "carehub/rulebook": ["tests/rulebook"],
    "carehub/accounts": ["tests/accounts"], "carehub/administration": ["tests/administration"],
    "carehub/auditlog": ["tests/audit"], "carehub/reveals": ["tests/reveals"], "carehub/handbook": ["tests/roles"],
    "carehub/sweep.py": ["tests/reminders/test_sweep.py"],
    "templates/personfile": ["tests/members_pages"], "templates/waivers": ["tests/waivers"],
    "templates/pairing": ["tests/pairing"], "templates/hardship": ["tests/hardship"],
    "hardship/waivers": ["tests/waivers"], "hardship/cases": ["tests/hardship"],
    "hardship/models/case.py": ["tests/hardship"], "hardship/models/need.py": ["tests/hardship"],
    "hardship/pairing": ["tests/pairing"], "hardship/models": ["tests/pairing", "tests/waivers"],
    "hardship/duties": ["tests/hardship", "tests/pairing", "tests/waivers"],
    "hardship": ["tests/waivers", "tests/hardship"], "members/kinship": ["tests/approvals"],
    "carehub/approvals": ["tests/approvals", "tests/waivers"], "members/hands.py": ["tests/approvals"],
}  # fmt: skip
EVERY_ROUTE = ["tests/access/test_every_route.py", "-k", f"theirs and ({PERSONAS}) or sign_in or guard"]
SHARED = ("carehub/access", "members/scope.py", "members/models", "carehub/masking.py")
SHARED_TESTS = ["tests/access", "tests/members_pages", "tests/accounts", "tests/grants", "-k", "not theirs"]
CRAWLED = re.compile(r"filter|may do|reach|below|mask|shown|part of|covers|ledger|widened|in force")


@dataclass
class Answer:
    """What became of one hole."""

    hole: Hole
    caught: bool
    by: str = ""
    seconds: float = 0.0

    def __str__(self) -> str:
        word = f"caught  {self.by:28}" if self.caught else f"MISSED  {'':28}"
        return f"{word} {self.seconds:5.0f} s  {self.hole.name} {self.hole.function}"


@dataclass
class Copy:
    """A copy of the tree in which one file at a time has a hole. The checkout itself is never touched."""

    folder: Path
    log: str = field(default="", repr=False)

    @classmethod
    def of_the_tree(cls, under: Path, n: int) -> "Copy":
        folder = under / f"tree{n}"
        shutil.copytree(ROOT, folder, ignore=LEFT_BEHIND)
        return cls(folder)

    def ask(self, hole: Hole) -> Answer:
        """Make the hole, run the tests that apply until one fails, and mend it again."""
        file, begun = self.folder / hole.file, time.monotonic()
        whole = file.read_text("utf-8")
        file.write_text(hole.applied(whole), "utf-8")
        try:
            by = next((name for name, words in stages(hole) if self.fails(words, hole)), "")
        finally:
            file.write_text(whole, "utf-8")
        return Answer(hole, bool(by), by, time.monotonic() - begun)

    def fails(self, words: Sequence[str], hole: Hole) -> bool:
        """Return whether one of these tests fails."""
        with tempfile.TemporaryDirectory() as state:
            environment = {**os.environ, "CAREHUB_STATE_DIR": state, "CAREHUB_ROUTES": routes_near(hole)}
            for name in (
                "DATABASE_URL",
                "REDIS_URL",
                "CAREHUB_REQUIRE_TESTS",
                "CAREHUB_CRAWL",
                "DJANGO_SETTINGS_MODULE",
            ):
                environment.pop(name, None)
            command = [sys.executable, "-B", "-m", "pytest", "-q", "-x", "-n", "0", "-p", "no:randomly", *words]
            try:
                done = subprocess.run(
                    command, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=PATIENCE
                )
            except subprocess.TimeoutExpired:
                return False
        self.log = done.stdout[-2000:]
        return bool(FAILED.search(done.stdout))


def stages(hole: Hole) -> Iterator[tuple[str, list[str]]]:
    """Yield (name, tests) in the order in which they are asked: the quick ones first."""
    if "widened" in hole.kind:
        yield "the table as agreed", ["tests/access/test_table.py"]
    if not hole.file.startswith("templates/"):  # what a page shows changes no status
        yield "A1 every route", EVERY_ROUTE
    if near := next((start for start in sorted(NEAR, key=len, reverse=True) if hole.file.startswith(start)), ""):
        yield "tests nearby", NEAR[near]
    if hole.file.startswith(SHARED):
        yield "tests nearby", SHARED_TESTS
    if CRAWLED.search(hole.kind):
        yield "A2 canaries", ["tests/crawl/test_canaries.py", "-k", VIEWERS]
    yield "A3 across scope", ["tests/crawl/test_across_scope.py", "-k", "accepted and ([BS] or [GS])"]


def routes_near(hole: Hole) -> str:
    """Return which routes A1 asks for: those whose views live beside the hole; all of them for what all share."""
    if hole.file.startswith((*SHARED, "carehub/frame.py", "templates/")):
        return ""
    return str(Path(hole.file).with_suffix("")).split("/models")[0].rpartition("/")[0].replace("/", ".")


def equivalent() -> dict[tuple[str, str, str], str]:
    """Return {(file, function, kind): why it makes no difference} of holes that are none."""
    return {(row["file"], row["function"], row["kind"]): row["because"] for row in named()}


def named() -> list[dict[str, str]]:
    """Return the rows of equivalent.toml."""
    return tomllib.loads(Path(__file__).with_name("equivalent.toml").read_text("utf-8")).get("hole", [])


def chosen(holes: Sequence[Hole], *, everything: bool, only: str) -> list[Hole]:
    """Return the holes to be asked about: all of them, or the first of each kind in each file."""
    known = equivalent()
    real = [hole for hole in holes if (hole.file, hole.function, hole.kind) not in known]
    found = [hole for hole in real if re.search(only, hole.name)]
    if everything or only:
        return found
    counted: dict[tuple[str, str], int] = {}
    kept = []
    for hole in found:
        key = (hole.file, hole.kind)
        counted[key] = counted.get(key, 0) + 1
        if counted[key] <= (PER_PLACE if "guard" in hole.kind else 1):
            kept.append(hole)
    return kept


def spread(holes: Sequence[Hole], most: int) -> list[Hole]:
    """Return so many holes from all over the house; all of them for 0.

    Drawn by the digest of their names: a new page, or a hole that is known to make no difference, changes few of them,
    so that what was mended is asked again.
    """
    if not most or len(holes) <= most:
        return list(holes)
    drawn = {id(hole) for hole in sorted(holes, key=draw)[:most]}
    return [hole for hole in holes if id(hole) in drawn]


def draw(hole: Hole) -> str:
    """Return where a hole stands in the draw: lines may move, file, function and kind stay."""
    return hashlib.sha256(f"{hole.file} {hole.function} {hole.kind}".encode()).hexdigest()


def ask_all(holes: Sequence[Hole], workers: int) -> Iterator[Answer]:
    """Yield the answers as they come, `workers` at a time, each in a copy of its own."""
    with tempfile.TemporaryDirectory() as under, ThreadPoolExecutor(workers) as pool:
        free: Queue[Copy] = Queue()
        for n in range(workers):
            free.put(Copy.of_the_tree(Path(under), n))

        def ask(hole: Hole) -> Answer:
            copy = free.get()
            try:
                return copy.ask(hole)
            finally:
                free.put(copy)

        yield from pool.map(ask, holes)


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--all", action="store_true")
    words.add_argument("--only", default="")
    words.add_argument("--most", type=int, default=SPREAD, help="how many holes, 0 for no limit")
    words.add_argument("--list", action="store_true", help="name the holes and ask nothing")
    words.add_argument("--workers", type=int, default=2)
    asked = words.parse_args()
    holes = chosen(all_holes(), everything=asked.all, only=asked.only)
    holes = holes if asked.all or asked.only else spread(holes, asked.most)
    if asked.list:
        print("\n".join(f"{hole.name} {hole.function}" for hole in holes))
        return 0
    answers = []
    for answer in ask_all(holes, asked.workers):
        answers.append(answer)
        print(answer, flush=True)
    caught = sum(answer.caught for answer in answers)
    share = 100 * caught / max(len(answers), 1)
    print(f"A6: {len(answers)} holes, {caught} caught, {share:.1f} %; {len(equivalent())} known to make no difference")
    return 0 if share >= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
