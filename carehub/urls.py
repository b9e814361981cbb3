"""Every address of the portal."""

from django.urls import URLPattern, URLResolver, include, path

from carehub.policy_page import policy

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("carehub.accounts.urls")),
    path("policy/", policy, name="policy"),
    path("inspections/", include("carehub.reports.urls")),
]
