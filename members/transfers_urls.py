"""Addresses of 组织关系转接."""

from django.urls import path

from members import transfers_views as views

app_name = "transfers"
urlpatterns = [
    path("", views.transfers, name="list"),
    path("new/", views.new, name="new"),
    path("newcomer/", views.newcomer, name="newcomer"),
    path("<int:pk>/", views.transfer, name="transfer"),
]
