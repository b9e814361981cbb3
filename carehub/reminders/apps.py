from django.apps import AppConfig


class RemindersConfig(AppConfig):
    name = "carehub.reminders"
