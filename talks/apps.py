from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TalksConfig(AppConfig):
    name = "talks"
    verbose_name = _("谈心谈话")

    def ready(self) -> None:
        from talks import importing, undoing  # noqa: F401  (make the ledger known to the command and the wizard)
