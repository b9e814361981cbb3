from django.urls import path

from members import views

app_name = "members"
urlpatterns = [
    path("people/", views.people, name="people"),
    path("people/export/", views.export_people, name="people-export"),
    path("people/search/", views.search_people, name="people-search"),
    path("organizations/", views.organizations, name="organizations"),
    path("organizations/<int:pk>/", views.organization, name="organization"),
]
