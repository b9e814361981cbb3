"""How a record becomes a line of log: scrubbed, with the request's number, an exception without its words."""

import logging
from typing import Any

from carehub.trouble.scrubbing import account_of, safe_argument, scrubbed
from carehub.trouble.tracing import whereabouts


class SafeFormatter(logging.Formatter):
    """Formats every handler's records. It works on a copy: what others cached in the record is not used."""

    def format(self, record: logging.LogRecord) -> str:
        line = logging.makeLogRecord(vars(record) | {"exc_info": None, "exc_text": None, "stack_info": None})
        line.msg, line.args = words_of(record), None
        said = " ".join(f"{name}={value}" for name, value in whereabouts().items())
        text = super().format(line) + (f" [{said}]" if said else "")
        error = error_of(record)
        return f"{text}\n{account_of(error)}" if error else text


def words_of(record: logging.LogRecord) -> str:
    """Return the message of a record, scrubbed; its arguments lose whatever an exception says."""
    message: Any = record.msg
    if isinstance(message, BaseException):
        message = safe_argument(message)
    try:
        return scrubbed(str(message) % arguments(record.args) if record.args else str(message))
    except (TypeError, ValueError, KeyError):
        return scrubbed(str(message))


def arguments(args: Any) -> Any:
    """Return the arguments of a line without what exceptions say."""
    return safe_argument(args) if isinstance(args, dict) else tuple(safe_argument(one) for one in args)


def error_of(record: logging.LogRecord) -> BaseException | None:
    """Return the exception that a record was written for."""
    return record.exc_info[1] if isinstance(record.exc_info, tuple) else None
