"""The web server's own log: no query string, no referring address, an exception without its words."""

from typing import Any

from gunicorn.glogging import Logger

from carehub.trouble.lines import SafeFormatter
from carehub.trouble.scrubbing import scrubbed


class WebLog(Logger):
    """`gunicorn --logger-class carehub.trouble.weblog.WebLog`; whatever format is asked for, values stay out."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in (*self.error_log.handlers, *self.access_log.handlers):
            handler.setFormatter(SafeFormatter(handler.formatter._fmt if handler.formatter else None))

    def atoms(self, resp: Any, req: Any, environ: Any, request_time: Any) -> Any:
        """Return what an access line is made of, each header and variable blank, the address without its query."""
        atoms: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        known = {name: value for name, value in atoms.items() if not name.startswith("{")}
        method, path = environ.get("REQUEST_METHOD", ""), scrubbed(environ.get("PATH_INFO", ""))
        return known | {"r": f"{method} {path}", "U": path, "q": "", "f": "-", "u": "-"}
