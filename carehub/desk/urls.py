"""Addresses of the desk and of duties."""

from django.urls import path

from carehub.desk import views

app_name = "desk"
urlpatterns = [
    path("", views.home, name="home"),
    path("duties/<str:key>/", views.duty, name="duty"),
    path("duties/<str:key>/excuse/", views.excuse_duty, name="excuse"),
    path("duties/<str:key>/excuse/withdraw/", views.withdraw, name="excuse-withdraw"),
]
