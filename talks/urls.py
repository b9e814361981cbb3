"""Addresses of talks."""

from django.urls import path

from talks import paper_views, views

app_name = "talks"
urlpatterns = [
    path("", views.index, name="list"),
    path("new/", views.new, name="new"),
    path("people/", views.people, name="people"),
    path("settles/", views.settles, name="settles"),
    path("prepare/<int:pk>/", paper_views.prepare, name="prepare"),
    path("<int:pk>/", views.talk, name="talk"),
    path("<int:pk>/correct/", views.correct, name="correct"),
    path("<int:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("<int:pk>/print/", paper_views.record, name="print"),
    path("<int:pk>/text/", views.share, name="share-text"),
]
