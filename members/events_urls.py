"""Addresses of events of life."""

from django.urls import path

from members import events_views as views

app_name = "events"
urlpatterns = [
    path("", views.events, name="list"),
    path("new/", views.new, name="new"),
    path("<int:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("tell/", views.tell, name="tell"),
    path("tell/<int:pk>/withdraw/", views.untell, name="untell"),
]
