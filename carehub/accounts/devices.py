"""Which machine it was, in words that its owner recognises."""

# The first that stands in the browser's own words.
MACHINES = (
    ("HarmonyOS", "鸿蒙手机"), ("iPhone", "苹果手机"), ("iPad", "苹果平板"), ("Android", "安卓手机"),
    ("Windows", "Windows 电脑"), ("Macintosh", "苹果电脑"), ("Linux", "Linux 电脑"),
)  # fmt: skip
BROWSERS = (
    ("wxwork", "企业微信"), ("MicroMessenger", "微信"), ("DingTalk", "钉钉"), ("QQBrowser", "QQ 浏览器"),
    ("QIHU", "360 浏览器"), ("360SE", "360 浏览器"), ("Edg", "Edge 浏览器"), ("Firefox", "火狐浏览器"),
    ("Chrome", "Chrome 浏览器"), ("Safari", "Safari 浏览器"),
)  # fmt: skip


def device_words(user_agent: str) -> str:
    """Return the machine and its browser in words, empty if neither is known."""
    found = [next((words for sign, words in signs if sign in user_agent), "") for signs in (MACHINES, BROWSERS)]
    return "，".join(filter(None, found))
