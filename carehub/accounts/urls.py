from django.urls import path

from carehub.accounts import views

app_name = "accounts"
urlpatterns = [
    path("login/", views.log_in, name="login"),
    path("logout/", views.log_out, name="logout"),
    path("password/", views.change_password, name="password"),
    path("large-type/", views.switch_large_type, name="large-type"),
    path("more/", views.more, name="more"),
]
