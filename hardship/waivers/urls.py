"""Addresses of 党费减免."""

from django.urls import path

from hardship.waivers import meeting_views, stepping, views

app_name = "waivers"
urlpatterns = [
    path("", views.waivers, name="list"),
    path("apply/", views.apply, name="apply"),
    path("enter/", views.enter, name="enter"),
    path("reckoned/", views.reckoned, name="reckoned"),
    path("meetings/", meeting_views.index, name="meetings"),
    path("meetings/new/", meeting_views.new, name="meeting-new"),
    path("meetings/<int:pk>/", meeting_views.meeting, name="meeting"),
    path("meetings/<int:pk>/paper/", meeting_views.printed, name="agenda"),
    path("meetings/<int:pk>/resolve/", meeting_views.resolve, name="resolve"),
    path("meetings/<int:pk>/except/", meeting_views.except_one, name="except"),
    path("meetings/<int:pk>/take-off/", meeting_views.take_off, name="take-off"),
    path("<int:pk>/", views.waiver, name="waiver"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/paper/", views.paper, name="paper"),
    path("<int:pk>/step/", stepping.step, name="step"),
    path("<int:pk>/recuse/", stepping.recuse, name="recuse"),
    path("<int:pk>/withdraw/", stepping.withdraw, name="withdraw"),
    path("<int:pk>/revoke/", stepping.revoke, name="revoke"),
]
