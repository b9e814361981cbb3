from django.urls import path

from carehub.reports import views

app_name = "reports"
urlpatterns = [
    path("", views.inspections, name="list"),
    path("new/", views.new, name="new"),
    path("<int:pk>/", views.inspection, name="inspection"),
    path("<int:pk>/progress/", views.progress, name="progress"),
    path("<int:pk>/again/", views.again, name="again"),
    path("<int:pk>/download/", views.download, name="download"),
]
