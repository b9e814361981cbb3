"""Names in pinyin, so that people are sorted and found the way they are called."""

import os
from dataclasses import dataclass
from typing import Any

# Names are no phrases: the dictionary of phrases would cost every process 40 MB and help no name.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "true")
from pypinyin import Style, lazy_pinyin

# Surnames that a dictionary reads wrongly when they stand first in a name. ü is written v.
SURNAMES = {
    "曾": "zeng", "仇": "qiu", "区": "ou", "查": "zha", "解": "xie", "翟": "zhai", "盖": "ge", "单": "shan",
    "任": "ren", "尉": "wei", "朴": "piao", "秘": "bi", "冼": "xian", "洗": "xian", "折": "she", "黑": "he",
    "乐": "yue", "员": "yun", "繁": "po", "种": "chong", "重": "chong", "召": "shao", "华": "hua", "纪": "ji",
    "那": "na", "哈": "ha", "牟": "mou", "訾": "zi", "缪": "miao", "宓": "mi", "逄": "pang", "祭": "zhai",
    "阚": "kan", "覃": "qin", "谌": "chen", "麦": "mai", "佴": "nai", "郗": "xi", "句": "gou", "隗": "wei",
    "吕": "lv", "闾": "lv", "燕": "yan", "葛": "ge", "宁": "ning", "应": "ying", "曲": "qu", "石": "shi",
    "尹": "yin", "车": "che", "都": "du", "幺": "yao", "么": "yao", "臧": "zang", "晁": "chao", "於": "yu",
}  # fmt: skip
DOUBLE_SURNAMES = {
    "尉迟": ("yu", "chi"), "万俟": ("mo", "qi"), "澹台": ("tan", "tai"), "单于": ("chan", "yu"),
    "长孙": ("zhang", "sun"), "令狐": ("ling", "hu"), "呼延": ("hu", "yan"), "宇文": ("yu", "wen"),
}  # fmt: skip
LONGEST, LONGEST_INITIALS = 200, 60


@dataclass(frozen=True)
class Pinyin:
    """The three ways in which a name is looked for: "li xiao man", "lixiaoman", "lxm"."""

    spoken: str
    joined: str
    initials: str


def syllables_of(name: str) -> list[str]:
    """Return the syllables of a name in lower case, ü as v; marks such as the middle dot fall away."""
    letters = "".join(char if char.isalnum() else " " for char in name)
    first: tuple[str, ...] = ()
    if letters[:2] in DOUBLE_SURNAMES:
        first, letters = DOUBLE_SURNAMES[letters[:2]], letters[2:]
    elif letters[:1] in SURNAMES:
        first, letters = (SURNAMES[letters[:1]],), letters[1:]
    rest = lazy_pinyin(letters, style=Style.NORMAL, v_to_u=False)
    return [*first, *(part for word in rest for part in word.lower().replace("ü", "v").split())]


def pinyin_of(name: str) -> str:
    """Return a name as it is said: 黎小满 → "li xiao man"."""
    return " ".join(syllables_of(name))[:LONGEST]


def spellings_of(name: str) -> Pinyin:
    """Return a name said, joined and as initials."""
    parts = syllables_of(name)
    joined, initials = "".join(parts), "".join(part[0] for part in parts)
    return Pinyin(" ".join(parts)[:LONGEST], joined[:LONGEST], initials[:LONGEST_INITIALS])


def spell(person: Any) -> None:
    """Give a person the spellings of the name."""
    spelled = spellings_of(person.name)
    person.pinyin, person.pinyin_joined, person.initials = spelled.spoken, spelled.joined, spelled.initials
