"""Addresses of 亲属回避."""

from django.urls import path

from members import kinship_views as views

app_name = "kinship"
urlpatterns = [path("", views.index, name="list"), path("<int:pk>/withdraw/", views.withdraw, name="withdraw")]
