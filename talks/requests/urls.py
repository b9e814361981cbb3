"""Addresses of 请求约谈."""

from django.urls import path

from talks.requests import views

app_name = "talk-requests"
urlpatterns = [
    path("", views.index, name="list"),
    path("ask/", views.ask, name="ask"),
    path("<int:pk>/", views.one, name="one"),
    path("<int:pk>/withdraw/", views.withdraw, name="withdraw"),
]
