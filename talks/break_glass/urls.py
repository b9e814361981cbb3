"""Addresses of break-glass requests."""

from django.urls import path

from talks.break_glass import views

app_name = "text-requests"
urlpatterns = [
    path("", views.index, name="list"),
    path("new/<int:talk>/", views.new, name="new"),
    path("<int:pk>/", views.request_page, name="request"),
    path("<int:pk>/decide/", views.answer, name="decide"),
    path("<int:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("<int:pk>/read/", views.read, name="read"),
]
