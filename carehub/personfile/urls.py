"""Pages about one person. They need every floor, so they stand on the roof; their names stay in `members`."""

from django.urls import path

from carehub.personfile import views

urlpatterns = [
    path("people/<int:pk>/", views.person, name="person"),
    path("mine/", views.mine, name="mine"),
]
