from importlib import import_module

from django.conf import settings
from django.urls import path

from carehub.accounts import second_factor_views, views

app_name = "accounts"
urlpatterns = [
    path("login/", views.log_in, name="login"),
    path("login/code/", views.second_step, name="second-step"),
    path("logout/", views.log_out, name="logout"),
    path("password/", views.change_password, name="password"),
    path("large-type/", views.switch_large_type, name="large-type"),
    path("more/", views.more, name="more"),
    path("devices/", views.devices, name="devices"),
    path("devices/<uuid:name>/end/", views.end_device, name="device-end"),
    path("devices/end-others/", views.end_other_devices, name="devices-end-others"),
    path("second-factor/", second_factor_views.second_factor, name="second-factor"),
    path("second-factor/start/", second_factor_views.start, name="second-factor-start"),
    path("second-factor/codes/", second_factor_views.renew, name="second-factor-codes"),
    path("second-factor/off/", second_factor_views.turn_off, name="second-factor-off"),
]

if settings.CAS_SERVER_URL:  # else there is no such address, and the package for it is not needed
    urlpatterns.append(path("campus/", import_module("carehub.accounts.campus_views").campus, name="campus"))
