from django.apps import AppConfig


class CarehubConfig(AppConfig):
    name = "carehub"
    label = "carehub"

    def ready(self) -> None:
        from carehub import catalog  # noqa: F401, its check joins the others
