"""Addresses of the rule settings."""

from django.urls import path

from carehub.rulebook import views

app_name = "rules"
urlpatterns = [
    path("", views.rules, name="list"),
    path("<str:name>/", views.rule, name="setting"),
    path("<str:name>/set/", views.set_from, name="set"),
]
