from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "carehub.access"

    def ready(self) -> None:
        from carehub.access import checks  # noqa: F401  (registers the check of undeclared views)
