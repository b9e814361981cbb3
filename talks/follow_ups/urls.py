"""Addresses of 办理事项."""

from django.urls import path

from talks.follow_ups import views

app_name = "follow-ups"
urlpatterns = [
    path("", views.index, name="list"),
    path("new/<int:talk>/", views.new, name="new"),
    path("<int:pk>/", views.item, name="item"),
    path("<int:pk>/assign/", views.assign, name="assign"),
    path("<int:pk>/raise/", views.hand_up, name="raise"),
    path("<int:pk>/return/", views.give_back, name="return"),
    path("<int:pk>/finish/", views.finish, name="finish"),
    path("<int:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("<int:pk>/share/", views.share, name="share"),
]
