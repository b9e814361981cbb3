from django.apps import AppConfig


class RevealsConfig(AppConfig):
    name = "carehub.reveals"
