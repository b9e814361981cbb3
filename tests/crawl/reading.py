"""Everything that a person could read in an answer: text, attributes, cells, comments and properties of a workbook."""

import html
import io
import re
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import openpyxl

INLINE = re.compile(r"</?(?:mark|b|i|em|strong|small|span|code|wbr)\b[^>]*>")
ADDRESSES = ("href", "action", "formaction", "src", "hx-get", "hx-post", "hx-push-url")
TYPED = ("q", "talker", "words")  # what a visitor typed into a search stands in the address


def texts_of(answer: Any) -> Iterator[str]:
    """Yield every text of an answer, its headers and cookies included."""
    yield "\n".join(f"{name}: {value}" for name, value in answer.items())
    yield "\n".join(str(cookie) for cookie in answer.cookies.values())
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if body[:2] == b"PK":
        yield from texts_of_workbook(body)
        return
    text = html.unescape(body.decode("utf-8", errors="replace"))
    yield text
    if "<mark" in text:  # what was searched for is underlined letter by letter
        yield INLINE.sub("", text)


def texts_of_workbook(body: bytes) -> Iterator[str]:
    """Yield each part of the file as it stands, and each sheet cell by cell."""
    with zipfile.ZipFile(io.BytesIO(body)) as parts:
        for name in parts.namelist():
            yield name
            yield html.unescape(parts.read(name).decode("utf-8", errors="replace"))
    for sheet in openpyxl.load_workbook(io.BytesIO(body)):
        yield sheet.title
        yield "\n".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None)


class Page(HTMLParser):
    """The addresses that a page offers: links, forms by GET with their choices, fragments."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.fragments: list[str] = []
        self.forms: list[dict[str, Any]] = []
        self.form: dict[str, Any] | None = None
        self.select: str = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.form = {"action": given.get("action", ""), "method": given.get("method", "get").lower()}
            self.form |= {"fields": {}, "names": []}
            self.forms.append(self.form)
        if tag in ("input", "textarea", "select", "button") and given.get("name") and self.form is not None:
            self.form["names"].append(given["name"])
        if tag == "input" and given.get("name") and self.form is not None:
            chosen = given.get("type") not in ("radio", "checkbox")
            self.form["fields"].setdefault(given["name"], [])
            if given.get("value") or chosen:
                self.form["fields"][given["name"]].append(given.get("value", ""))
        if tag == "select" and given.get("name") and self.form is not None:
            self.select = given["name"]
            self.form["fields"].setdefault(self.select, [])
        if tag == "option" and self.select and self.form is not None:
            self.form["fields"][self.select].append(given.get("value", ""))
        if "href" in given and tag != "link":
            self.links.append(given["href"])
        if given.get("hx-get"):
            self.fragments.append(given["hx-get"])
        self.attributes = given

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.select = ""
        if tag == "form":
            self.form = None

    @property
    def addresses(self) -> list[str]:
        """Return every address on the page."""
        return [*self.links, *self.fragments, *(form["action"] for form in self.forms)]
