"""Addresses of 困难党员台账."""

from django.urls import path

from hardship.cases import keeping, stepping, views

app_name = "hardship"
urlpatterns = [
    path("", views.ledger, name="list"),
    path("apply/", views.apply, name="apply"),
    path("enter/", views.enter, name="enter"),
    path("export/", views.export, name="export"),
    path("sheet/", views.sheet, name="sheet"),
    path("<int:pk>/", views.case, name="case"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/paper/", views.paper, name="paper"),
    path("<int:pk>/step/", stepping.step, name="step"),
    path("<int:pk>/recuse/", stepping.recuse, name="recuse"),
    path("<int:pk>/withdraw/", stepping.withdraw, name="withdraw"),
    path("<int:pk>/review/", keeping.review, name="review"),
    path("<int:pk>/close/", keeping.close, name="close"),
    path("<int:pk>/reopen/", keeping.reopen, name="reopen"),
    path("<int:pk>/needs/new/", keeping.need_new, name="need-new"),
    path("needs/<int:pk>/", keeping.need, name="need"),
    path("needs/<int:pk>/give/", keeping.need_give, name="need-give"),
]
