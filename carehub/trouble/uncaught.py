"""What a command of a production site prints when it breaks: the timer's mail takes it further than the terminal."""

import logging
import sys
from types import TracebackType

from django.conf import settings

log = logging.getLogger(__name__)


def say_without_values() -> None:
    """Let the log say what nobody caught; without production the interpreter's own words help more."""
    if settings.PRODUCTION:
        sys.excepthook = tell
        # A handler that fails would print the arguments of its line.
        logging.raiseExceptions = False


def tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Write down an exception that ended the program."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    log.critical("the command ended with an error", exc_info=(kind, error, trace))
