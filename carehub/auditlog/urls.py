"""Pages of the audit trail."""

from django.urls import path

from carehub.auditlog import views

app_name = "audit"
urlpatterns = [
    path("audit/", views.index, name="list"),
    path("audit/export/", views.export, name="export"),
    path("audit/verify/", views.verify_now, name="verify"),
    path("mine/readings/", views.mine, name="mine"),
]
