"""The embedded doorbell: kombu's filesystem transport, made safe for several readers and writers.

The stock transport writes a message under its final name, so a reader can meet half of it and the worker dies.
Here a file appears whole or not at all, and belongs to whoever removes it.
"""

import fcntl
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.encoding import bytes_to_str, str_to_bytes
from kombu.utils.json import dumps, loads

SCHEME = "embedded"


class Channel(filesystem.Channel):
    def _put(self, queue: str, message: Any, **kwargs: Any) -> None:  # type: ignore[override]
        name = f"{time.time_ns()}_{uuid.uuid4()}.{queue}.msg"
        write_whole(self._folder() / name, str_to_bytes(dumps(message)))

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        for path in self._waiting(queue):
            try:
                content = path.read_bytes()
                path.unlink()
            except FileNotFoundError:  # another reader was first
                continue
            return loads(bytes_to_str(content))
        raise Empty

    def _size(self, queue: str) -> int:
        return len(self._waiting(queue))

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        row = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        folder = Path(self.control_folder)
        folder.mkdir(parents=True, exist_ok=True)
        with locked(folder / ".lock"):
            table = self.get_table(exchange)
            if row not in table:
                write_whole(self._exchange_file(exchange), str_to_bytes(dumps([row, *table])))

    def _waiting(self, queue: str) -> list[Path]:
        return sorted(self._folder().glob(f"*.{queue}.msg"))

    def _folder(self) -> Path:
        folder = Path(self.data_folder_in)
        folder.mkdir(parents=True, exist_ok=True)
        return folder


class Transport(filesystem.Transport):
    Channel = Channel
    global_state = filesystem.virtual.BrokerState()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that nobody ever sees a part of it."""
    unfinished = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    unfinished.write_bytes(content)
    os.replace(unfinished, path)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock between processes for the length of a block."""
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def register() -> None:
    """Make embedded:// a broker address that Celery knows."""
    TRANSPORT_ALIASES[SCHEME] = f"{__name__}:Transport"
