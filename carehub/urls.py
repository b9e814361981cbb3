"""Every address of the portal."""

from django.urls import URLPattern, URLResolver, include, path

from carehub.health import healthz
from carehub.personfile.urls import urlpatterns as person_pages
from carehub.policy_page import policy
from members.urls import urlpatterns as member_pages

handler500 = "carehub.trouble.pages.server_error"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("carehub.desk.urls")),
    path("", include("carehub.dashboard.urls")),
    path("", include("carehub.accounts.urls")),
    path("policy/", policy, name="policy"),
    path("handbook/", include("carehub.handbook.urls")),
    path("", include("carehub.administration.urls")),
    path("roles/", include("members.roles_urls")),
    path("grants/", include("members.grants_urls")),
    path("events/", include("members.events_urls")),
    path("transfers/", include("members.transfers_urls")),
    path("kinship/", include("members.kinship_urls")),
    path("healthz", healthz, name="healthz"),
    path("", include(([*member_pages, *person_pages], "members"))),
    path("talks/", include("talks.urls")),
    path("follow-ups/", include("talks.follow_ups.urls")),
    path("talk-requests/", include("talks.requests.urls")),
    path("text-requests/", include("talks.break_glass.urls")),
    path("waivers/", include("hardship.waivers.urls")),
    path("hardship/", include("hardship.cases.urls")),
    path("pairing/", include("hardship.pairing.urls")),
    path("", include("carehub.reminders.urls")),
    path("inspections/", include("carehub.reports.urls")),
    path("", include("carehub.auditlog.urls")),
    path("rules/", include("carehub.rulebook.urls")),
]
