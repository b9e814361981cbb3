"""Addresses of the administrators' screens."""

from django.urls import path

from carehub.administration import accounts_views, system_views

app_name = "administration"
urlpatterns = [
    path("system/", system_views.system, name="system"),
    path("accounts/", accounts_views.accounts, name="accounts"),
    path("accounts/<int:pk>/", accounts_views.account, name="account"),
    path("accounts/<int:pk>/close/", accounts_views.close, name="close"),
    path("accounts/<int:pk>/reopen/", accounts_views.reopen, name="reopen"),
    path("accounts/<int:pk>/unlock/", accounts_views.unlock, name="unlock"),
    path("accounts/<int:pk>/end-sessions/", accounts_views.sign_out, name="end-sessions"),
    path("accounts/<int:pk>/second-factor/", accounts_views.take_second_factor, name="second-factor"),
    path("accounts/<int:pk>/first-password/", accounts_views.first_password, name="first-password"),
]
