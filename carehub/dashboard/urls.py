"""Addresses of the branch screen and the overview."""

from django.urls import path

from carehub.dashboard import ahead_views, views

app_name = "dashboard"
urlpatterns = [
    path("branch/", views.branches, name="branches"),
    path("branch/<int:pk>/", views.branch, name="branch"),
    path("branch/<int:pk>/export/", views.export_branch, name="branch-export"),
    path("branch/<int:pk>/record/", views.record_together, name="branch-record"),
    path("overview/", views.overview, name="overview"),
    path("overview/names/", views.names, name="names"),
    path("overview/years/", ahead_views.years, name="years"),
    path("overview/chase/", ahead_views.chase, name="chase"),
    path("overview/quality/", ahead_views.quality, name="quality"),
]
