from django.apps import AppConfig


class DutiesConfig(AppConfig):
    name = "carehub.duties"
