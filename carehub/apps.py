from django.apps import AppConfig


class CarehubConfig(AppConfig):
    name = "carehub"
    label = "carehub"

    def ready(self) -> None:
        from carehub import catalog  # noqa: F401, its check joins the others
        from carehub.trouble.uncaught import say_without_values

        say_without_values()
