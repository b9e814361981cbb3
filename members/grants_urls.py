"""Addresses of the dated grants."""

from django.urls import path

from members import grants_views as views

app_name = "grants"
urlpatterns = [
    path("", views.grants, name="list"),
    path("new/", views.share, name="new"),
    path("files/<int:pk>/end/", views.end_share, name="end-share"),
    path("offices/<int:pk>/end/", views.end_acting, name="end-acting"),
]
