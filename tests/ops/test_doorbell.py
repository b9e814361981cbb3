"""The embedded doorbell: a message appears whole, to one reader, and in order."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from kombu import Connection
from kombu.transport import filesystem

from carehub import transport


@pytest.fixture
def options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Return the options of a doorbell of this test's own; kombu remembers bindings for the whole process."""
    monkeypatch.setattr(transport.Transport, "global_state", filesystem.virtual.BrokerState())
    return {key: str(tmp_path) for key in ("data_folder_in", "data_folder_out", "control_folder")}


def bell(options: dict[str, str]) -> Any:
    return Connection("embedded://localhost", transport_options=options).SimpleQueue("celery", serializer="json")


def test_messages_come_out_once_and_in_order(options: dict[str, str]):
    queue = bell(options)
    for number in range(5):
        queue.put({"id": number})
    heard = []
    for _ in range(5):
        message = queue.get(timeout=2)
        message.ack()
        heard.append(message.payload["id"])
    assert heard == [0, 1, 2, 3, 4]
    with pytest.raises(queue.Empty):
        queue.get(block=False)


def readers_meet_half_a_message(channel_class: Any, options: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> bool:
    """Return whether a reader that never stops looking meets a file that is not whole."""
    monkeypatch.setattr(transport.Transport, "Channel", channel_class)
    channel = Connection("embedded://localhost", transport_options=options).channel()
    folder, done, broken = Path(options["data_folder_in"]), threading.Event(), []

    def look() -> None:
        while not done.is_set():
            for path in folder.glob("*.celery.msg"):
                try:
                    json.loads(path.read_bytes())
                except FileNotFoundError:
                    continue
                except ValueError:
                    broken.append(path)

    reader = threading.Thread(target=look)
    reader.start()
    for _ in range(150):
        channel._put("celery", {"body": "x" * 200_000})
        channel._purge("celery")
    done.set()
    reader.join()
    return bool(broken)


def test_no_reader_ever_meets_half_a_message(options: dict[str, str], monkeypatch: pytest.MonkeyPatch):
    assert not readers_meet_half_a_message(transport.Channel, options, monkeypatch)


def test_the_stock_transport_shows_half_messages(options: dict[str, str], monkeypatch: pytest.MonkeyPatch):
    """The test above can see what it looks for."""
    assert readers_meet_half_a_message(filesystem.Channel, options, monkeypatch)


def test_eight_readers_share_two_hundred_messages_without_a_double(options: dict[str, str]):
    queue = bell(options)
    for number in range(200):
        queue.put({"id": number})
    heard: list[str] = []

    def read() -> None:
        channel = Connection("embedded://localhost", transport_options=options).channel()
        while channel._size("celery"):
            try:
                heard.append(channel._get("celery")["properties"]["delivery_tag"])
            except queue.Empty:
                return

    readers = [threading.Thread(target=read) for _ in range(8)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert len(heard) == len(set(heard)) == 200
