from django.apps import AppConfig


class CarehubConfig(AppConfig):
    name = "carehub"
    label = "carehub"
