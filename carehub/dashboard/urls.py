"""Addresses of the branch screen and the overview."""

from django.urls import path

from carehub.dashboard import ahead_views, closed_views, plan_views, views

app_name = "dashboard"
urlpatterns = [
    path("branch/", views.branches, name="branches"),
    path("branch/<int:pk>/", views.branch, name="branch"),
    path("branch/<int:pk>/export/", views.export_branch, name="branch-export"),
    path("branch/<int:pk>/record/", views.record_together, name="branch-record"),
    path("branch/<int:pk>/plan/", plan_views.plan, name="branch-plan"),
    path("talk-sheets/<int:pk>/", plan_views.sheet, name="branch-sheet"),
    path("branch/<int:pk>/plan/calendar/", plan_views.plan_file, name="branch-plan-file"),
    path("branch/<int:pk>/plan/subscribe/", plan_views.subscribe, name="branch-plan-subscribe"),
    path("branch/<int:pk>/plan/unsubscribe/", plan_views.unsubscribe, name="branch-plan-unsubscribe"),
    path("calendar/<str:token>/talks.ics", plan_views.calendar, name="calendar"),
    path("handover/<int:pk>/", plan_views.handover, name="handover"),
    path("overview/", views.overview, name="overview"),
    path("overview/names/", views.names, name="names"),
    path("overview/years/", ahead_views.years, name="years"),
    path("overview/chase/", ahead_views.chase, name="chase"),
    path("overview/quality/", ahead_views.quality, name="quality"),
    path("overview/closed/", closed_views.closed, name="closed"),
    path("overview/closed/<int:pk>/", closed_views.closed_period, name="closed-period"),
    path("overview/closed/<int:pk>/reopen/", closed_views.reopen_period, name="reopen-period"),
]
