"""The signs by which a canary is known again in any text: names, numbers and words that nothing else has."""

import re
from collections.abc import Iterator

RARE = "龘靐齉麤爨鱻灪纞虋齾龗鸞厵飝籲驫钃鑾讟癵饢麷戇鸝鼺驤躞虪鱺蠻釁讜"
LETTERS = "abcdefghij"


def name_of(n: int) -> str:
    return f"覃{RARE[n // 32]}{RARE[n % 32]}"


def number_in(name: str) -> int:
    """Return which person a name is."""
    return RARE.index(name[1]) * 32 + RARE.index(name[2])


def letters_of(n: int) -> str:
    return "".join(LETTERS[int(digit)] for digit in f"{n:04d}")


PATTERNS = {
    "name": f"(?P<name>覃[{RARE}]{{2}})",
    "pinyin": r"zzq ?(?P<pinyin>[a-j]{4})",
    "number": r"(?<!\d)7701(?P<number>\d{4})(?!\d)",
    "phone": r"(?<!\d)1660(?P<phone>\d{7})(?!\d)",
    "phone-masked": r"166\*{4}(?P<phone_masked>\d{4})(?!\d)",
    "address": r"天枢巷(?P<address>\d{4})号?",
    "position": r"织网岗(?P<position>\d{4})",
    "floating": r"浮云镇(?P<floating>\d{4})",
    "id": r"(?<!\d)99010119700307(?P<id>\d{3})",
    "id-masked": r"\*{14}(?P<id_masked>\d{3})[\dX](?!\d)",
    "id-masked-for-export": r"990101\*{8}(?P<id_masked_for_export>\d{3})[\dX](?!\d)",
    "id-shortened": r"9901…(?P<id_shortened>\d{3})[\dX]",
    "email": r"zz(?P<email>\d{4})@canary",
    "talk-place": r"晴岚亭(?P<talk_place>\d{4})",
    "talk-line": r"心语(?P<talk_line>\d{4})",
    "withdrawn": r"撤因(?P<withdrawn>\d{4})",
    "corrected": r"更因(?P<corrected>\d{4})",
    "excuse": r"缘由(?P<excuse>\d{4})",
    "matter": r"要事(?P<matter>\d{4})",
    "request": r"急因(?P<request>\d{4})",
    "event": r"事注(?P<event>\d{4})",
    "transfer": r"转由(?P<transfer>\d{4})",
    "wish": r"想谈(?P<wish>\d{4})",
    "asked": r"请改(?P<asked>\d{4})",
    "ground": r"困由(?P<ground>\d{4})",
    "record-change": r"档由(?P<record_change>\d{4})",
    "hardship": r"困因(?P<hardship>\d{4})",
    "pairing": r"援语(?P<pairing>\d{4})",
}
# The first sign is looked at first: eighteen patterns are not tried at every letter of a page.
ANY = re.compile(f"(?=[覃z1-9*天织浮晴心撤更缘要急事请档转想困援])(?:{'|'.join(PATTERNS.values())})")
Canary = tuple[str, int]
# A one-time key is a draw of hexadecimal digits: among thousands of pages one looks like somebody's number.
ONE_TIME_KEY = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")


def canaries_in(text: str) -> Iterator[Canary]:
    """Yield (class, number) of every canary of a text."""
    for match in ANY.finditer(ONE_TIME_KEY.sub("", text)):
        kind = (match.lastgroup or "").replace("_", "-")
        value = match[match.lastgroup or 0]
        if kind == "name":
            yield kind, number_in(value)
        elif kind == "pinyin":
            yield kind, int("".join(str(LETTERS.index(letter)) for letter in value))
        else:
            yield kind, int(value)
