"""Addresses of the branch screen and the overview."""

from django.urls import path

from carehub.dashboard import views

app_name = "dashboard"
urlpatterns = [
    path("branch/", views.branches, name="branches"),
    path("branch/<int:pk>/", views.branch, name="branch"),
    path("branch/<int:pk>/export/", views.export_branch, name="branch-export"),
    path("branch/<int:pk>/record/", views.record_together, name="branch-record"),
    path("overview/", views.overview, name="overview"),
    path("overview/names/", views.names, name="names"),
]
