from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HardshipConfig(AppConfig):
    name = "hardship"
    verbose_name = _("困难帮扶和党费减免")

    def ready(self) -> None:
        from hardship.cases import importing, undoing  # noqa: F401  (make the ledger known to the wizard)
