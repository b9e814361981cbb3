from django.urls import path

from carehub.reminders import views

app_name = "reminders"
urlpatterns = [
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/read/", views.read_all, name="read-all"),
    path("inbox/<int:pk>/read/", views.read, name="read"),
    path("inbox/<int:pk>/open/", views.open_item, name="open"),
]
