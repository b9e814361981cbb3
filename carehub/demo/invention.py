"""Invented names, numbers and dates. Region code 99 exists nowhere, so no ID number can be a real person's."""

import datetime as dt
from random import Random

PASSWORD = "guanhuai-demo-1"  # nosec B105 # public on purpose: production refuses the demo
SCHOOL = "中共示例大学委员会（演示，均为虚构）"
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
    "姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
GIVEN = (
    "晓岚 志远 小满 立群 静怡 启文 秉钧 若兰 宪平 秀芝 婉清 佳宁 雪梅 雨桐 子涵 海涛 文博 国栋 "
    "春生 建国 丽华 思敏 怀远 晓燕 雨薇 梦 川 嘉琪 松涛 明 立新 启明 德厚 素珍 永福 桂英 长青 "
    "淑芬 世昌 玉兰 一诺 浩然 欣怡 梓涵 宇轩 诗涵 俊杰 思远 晨曦 博文 雅静 文静 慧敏 建军 卫东 "
    "红梅 爱华 新民 援朝 跃进 志强 海燕 晓东 亚男 云飞 天佑 书婷 若曦 景行 知远 怀瑾 望舒 清扬 "
    "子衿 蕙 岩 澜 一鸣 成蹊 致远 修远 明哲 思齐 乐山 兆丰 广平 传芳 绍棠 维桢 景山 秋实 春晖 "
    "雪松 冬青 月华"
).split()
RARE = ("迪丽努尔·买买提", "阿卜杜热合曼·艾力", "欧阳怀瑾", "尔古阿呷木", "次仁旺姆")
COLLEGES = (
    ("机关党总支", "staff"),
    ("文学与传播学院党总支", "mixed"),
    ("外国语学院党总支", "mixed"),
    ("马克思主义学院党总支", "mixed"),
    ("数学学院党总支", "mixed"),
    ("智能制造学院党总支", "mixed"),
    ("化学化工学院党总支", "mixed"),
    ("教师教育学院党总支", "mixed"),
    ("音乐与演艺学院党总支", "mixed"),
    ("财经管理学院党总支", "mixed"),
    ("后勤服务党总支", "staff"),
    ("离退休党总支", "retired"),
)
ORDINALS = "一二三四五六七八九十"
CHECK_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def invent_name(chance: Random, n: int) -> str:
    """Return an invented name; now and then a long or rare one, as every roster has them."""
    return RARE[n // 400 % len(RARE)] if n % 400 == 399 else chance.choice(SURNAMES) + chance.choice(GIVEN)


def invent_id_number(born_on: dt.date, n: int, *, male: bool) -> str:
    """Return an ID number of region 99 with a right check digit."""
    body = f"99{n // 500 % 10000:04d}{born_on:%Y%m%d}{(n % 500) * 2 + male:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, CHECK_WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def any_day(chance: Random, first: dt.date, last: dt.date) -> dt.date:
    """Return a day of the span, both ends included."""
    return first + dt.timedelta(days=chance.randint(0, max((last - first).days, 0)))


def working_day(day: dt.date) -> dt.date:
    """Return the day, or the Friday before when it is a weekend."""
    return day - dt.timedelta(days=max(day.weekday() - 4, 0))
