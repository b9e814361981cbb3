"""Addresses of the handbook."""

from django.urls import path

from carehub.handbook import views

app_name = "handbook"
urlpatterns = [path("access/", views.access, name="access")]
