"""How sensitive values look to those who may not read them in full (trust.md, part 2)."""


def masked_id(number: str) -> str:
    """Return an ID number for the screen: the last four only."""
    return "*" * (len(number) - 4) + number[-4:] if len(number) > 4 else "*" * len(number)


def masked_id_for_export(number: str) -> str:
    """Return an ID number for a workbook: the first six and the last four."""
    return number[:6] + "*" * (len(number) - 10) + number[-4:] if len(number) > 10 else masked_id(number)


def masked_phone(number: str) -> str:
    """Return a phone number with the middle hidden: 138****6210."""
    return "、".join(_masked_number(one) for one in number.split("、"))


def _masked_number(number: str) -> str:
    return number[:3] + "****" + number[-4:] if len(number) >= 8 else "*" * len(number)


def masked_address(words: str) -> str:
    """Return an address with the street hidden: 四川省达州市****."""
    return words[:6] + "****" if len(words) > 10 else "****" if words else ""


def short_masked(value: str) -> str:
    """Return an ID number or phone for an import report: 5130…0229."""
    return value[:4] + "…" + value[-4:] if len(value) > 8 else "*" * len(value)
