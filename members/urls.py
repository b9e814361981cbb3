from django.urls import path

from members import changes_views, imports_views, posts_views, views

app_name = "members"
urlpatterns = [
    path("people/", views.people, name="people"),
    path("people/export/", views.export_people, name="people-export"),
    path("people/export/full/", views.export_people_in_full, name="people-export-full"),
    path("people/gaps/", views.gaps, name="people-gaps"),
    path("people/requests/", changes_views.change_requests, name="change-requests"),
    path("people/requests/<int:pk>/", changes_views.change_request, name="change-request"),
    path("people/<int:pk>/edit/", changes_views.edit, name="person-edit"),
    path("people/<int:pk>/history/", changes_views.history, name="person-history"),
    path("mine/change/", changes_views.ask, name="change-ask"),
    path("mine/change/<int:pk>/withdraw/", changes_views.withdraw, name="change-withdraw"),
    path("people/search/", views.search_people, name="people-search"),
    path("organizations/", views.organizations, name="organizations"),
    path("organizations/<int:pk>/", views.organization, name="organization"),
    path("organizations/<int:pk>/posts/new/", posts_views.appoint, name="post-new"),
    path("organizations/<int:pk>/oversight/", posts_views.oversee, name="oversee"),
    path("organizations/<int:pk>/term/", posts_views.term, name="term"),
    path("posts/<int:pk>/end/", posts_views.end, name="post-end"),
    path("oversight/<int:pk>/end/", posts_views.end_oversight, name="oversight-end"),
    path("imports/", imports_views.imports, name="imports"),
    path("imports/new/", imports_views.import_new, name="import-new"),
    path("imports/template/<slug:kind>/", imports_views.import_template, name="import-template"),
    path("imports/<int:pk>/", imports_views.import_one, name="import"),
    path("imports/<int:pk>/progress/", imports_views.import_progress, name="import-progress"),
    path("imports/<int:pk>/confirm/", imports_views.import_confirm, name="import-confirm"),
    path("imports/<int:pk>/problems/", imports_views.import_problems, name="import-problems"),
    path("imports/<int:pk>/undo/", imports_views.import_undo, name="import-undo"),
]
