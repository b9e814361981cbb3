"""Addresses of the posts that go through three hands."""

from django.urls import path

from members import roles_views as views

app_name = "roles"
urlpatterns = [
    path("", views.roles, name="list"),
    path("new/", views.propose_one, name="new"),
    path("posts/<int:pk>/end/", views.propose_its_end, name="end"),
    path("<int:pk>/", views.proposal, name="proposal"),
    path("<int:pk>/again/", views.propose_once_more, name="again"),
    path("<int:pk>/approve/", views.approve_one, name="approve"),
    path("<int:pk>/decline/", views.decline_one, name="decline"),
    path("<int:pk>/return/", views.return_one, name="return"),
    path("<int:pk>/withdraw/", views.withdraw_one, name="withdraw"),
    path("<int:pk>/carry-out/", views.carry_out_one, name="carry-out"),
]
