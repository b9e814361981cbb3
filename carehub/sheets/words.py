"""Words of a cell, mended as any clerk would: spaces, zero-width characters, full-width letters, placeholders."""

import re
import unicodedata

INVISIBLE = {"\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u200e", "\u200f"}
PLACEHOLDERS = {
    "", "无", "—", "——", "-", "--", "/", "\\", "–", "同上", "″", "〃", '"', "''", "不详", "空",
    "#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "null", "NULL", "None",
}  # fmt: skip
HAN = r"[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
UNSEEN = ("Cc", "Cs")
DOTS = re.compile(r"[•・．‧∙⋅●᛫]")
# Letters, digits, marks and Han characters that stand for themselves: nearly every cell, and nothing to mend in it.
PLAIN = re.compile(r"[!#-&(-_a-~\u00b7\u4e00-\u9fff]*")
HINT = re.compile(r"[(（\[【].*?[)）\]】]")
HEADER_MARKS = re.compile(r"[\s*＊:：、。·_-]")
BETWEEN_HAN, AROUND_DOT = re.compile(rf"(?<={HAN})\s+(?={HAN})"), re.compile(r"\s*·\s*")


def tidy(text: str) -> str:
    """Return text without what cannot be seen: one kind of space, no control or zero-width characters, half width."""
    if PLAIN.fullmatch(text):
        return text
    kept = "".join(" " if char.isspace() else char for char in text if char not in INVISIBLE)
    plain = unicodedata.normalize("NFKC", kept)
    kept = "".join(char for char in plain if unicodedata.category(char) not in UNSEEN)
    return " ".join(kept.split()).lstrip("'‘’`").strip()


def as_typed(text: str) -> str:
    """Return a sentence with its own marks and letters (，stays，), only without what cannot be seen."""
    kept = "".join(" " if char.isspace() else char for char in text if char not in INVISIBLE)
    return " ".join("".join(char for char in kept if unicodedata.category(char) not in UNSEEN).split())


def is_placeholder(text: str) -> bool:
    """Return whether the words only fill the cell (无, —, /: the office's own advice for empty cells)."""
    return text in PLACEHOLDERS


def tidy_name(text: str) -> str:
    """Return a name: one middle dot (U+00B7), no spaces between Han characters."""
    if text.isalpha():  # neither dots nor spaces
        return tidy(text)
    name = tidy(DOTS.sub("·", text.replace("．", "·")))
    return AROUND_DOT.sub("·", BETWEEN_HAN.sub("", name))


def squeezed(text: str) -> str:
    """Return text for comparing: tidied, without any space, in lower case."""
    return tidy(text).replace(" ", "").lower()


def header_word(text: str) -> str:
    """Return a header without stars, line breaks, brackets and hints: `*入党日期\\n(YYYYMMDD)` → 入党日期."""
    return HEADER_MARKS.sub("", HINT.sub("", tidy(text)))
