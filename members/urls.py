from django.urls import path

from members import imports_views, views

app_name = "members"
urlpatterns = [
    path("people/", views.people, name="people"),
    path("people/export/", views.export_people, name="people-export"),
    path("people/export/full/", views.export_people_in_full, name="people-export-full"),
    path("people/gaps/", views.gaps, name="people-gaps"),
    path("people/search/", views.search_people, name="people-search"),
    path("organizations/", views.organizations, name="organizations"),
    path("organizations/<int:pk>/", views.organization, name="organization"),
    path("imports/", imports_views.imports, name="imports"),
    path("imports/new/", imports_views.import_new, name="import-new"),
    path("imports/template/<slug:kind>/", imports_views.import_template, name="import-template"),
    path("imports/<int:pk>/", imports_views.import_one, name="import"),
    path("imports/<int:pk>/progress/", imports_views.import_progress, name="import-progress"),
    path("imports/<int:pk>/confirm/", imports_views.import_confirm, name="import-confirm"),
    path("imports/<int:pk>/undo/", imports_views.import_undo, name="import-undo"),
]
