"""Pages about one person. They need every floor, so they stand on the roof; their names stay in `members`."""

from django.urls import path

from carehub.personfile import reveal_views, views

urlpatterns = [
    path("people/<int:pk>/", views.person, name="person"),
    path("people/<int:pk>/phone/", reveal_views.reveal_contact, {"field": "phone"}, name="reveal-phone"),
    path("people/<int:pk>/address/", reveal_views.reveal_contact, {"field": "address"}, name="reveal-address"),
    path("people/<int:pk>/id-number/", reveal_views.reveal_identity, {"field": "id_number"}, name="reveal-id-number"),
    path("mine/", views.mine, name="mine"),
]
