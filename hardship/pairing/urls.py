"""Addresses of 结对帮扶, 组织结对共建 and 党员志愿者行动."""

from django.urls import path

from hardship.pairing import contacting, exchange_views, serving, views

app_name = "pairing"
urlpatterns = [
    path("", views.pairings, name="list"),
    path("new/<int:pk>/", views.new, name="new"),
    path("<int:pk>/", views.pairing, name="pairing"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/end/", views.end, name="end"),
    path("<int:pk>/paper/", views.paper, name="paper"),
    path("<int:pk>/helpers/new/", serving.helper_new, name="helper-new"),
    path("helpers/<int:pk>/end/", serving.helper_end, name="helper-end"),
    path("<int:pk>/contact/", contacting.contact_new, name="contact-new"),
    path("contacts/<int:pk>/correct/", contacting.contact_correct, name="contact-correct"),
    path("contacts/<int:pk>/withdraw/", contacting.contact_withdraw, name="contact-withdraw"),
    path("organizations/", exchange_views.exchanges, name="exchanges"),
    path("organizations/new/", exchange_views.exchange_new, name="exchange-new"),
    path("organizations/<int:pk>/", exchange_views.exchange, name="exchange"),
    path("organizations/<int:pk>/activity/", exchange_views.activity_new, name="activity-new"),
    path("organizations/<int:pk>/end/", exchange_views.exchange_end, name="exchange-end"),
    path("activities/<int:pk>/withdraw/", exchange_views.activity_withdraw, name="activity-withdraw"),
    path("volunteering/", exchange_views.volunteering, name="volunteering"),
    path("volunteering/new/", exchange_views.volunteering_new, name="volunteering-new"),
    path("volunteering/<int:pk>/withdraw/", exchange_views.volunteering_withdraw, name="volunteering-withdraw"),
]
