"""Values that no log and no mail may carry, and the ways in which they get near one."""

from typing import Any

from celery import shared_task
from django.http import HttpRequest, HttpResponse
from django.urls import path

from carehub.access.guards import open_to_all
from members.models import Person

NAME, ILLNESS, TYPED = "金丝雀甲乙", "肝癌晚期化疗", "typed-in-a-field"
ID_NUMBER, PHONE, CARD, MAIL = "51162019900101123X", "13812345678", "6222020200112233445", "bird@mail.example.cn"
SESSION = "q1w2e3r4t5y6u7i8o9p0a1s2d3f4g5h6"
CANARIES = (NAME, ILLNESS, TYPED, ID_NUMBER, PHONE, CARD, MAIL, SESSION)


def found_in(text: str) -> list[str]:
    return [canary for canary in CANARIES if canary in text]


@open_to_all(because="a page of the tests")
def failing(request: HttpRequest) -> HttpResponse:
    """Fail with values in the message, the local variables, the form, the query and the cookies."""
    known = {"name": NAME, "cause": ILLNESS}
    try:
        int(ID_NUMBER)
    except ValueError as error:
        raise LookupError(f"{known} {PHONE} {request.POST}") from error
    return HttpResponse()


@open_to_all(because="a page of the tests")
def twice(request: HttpRequest) -> HttpResponse:
    """Let the database refuse a row and quote it."""
    for _time in range(2):
        Person.objects.create(name=NAME, number=TYPED, phone=PHONE, id_number=ID_NUMBER)
    return HttpResponse()


@shared_task(name="tests.failing")
def failing_task(*words: Any) -> None:
    raise ValueError(f"{words} {NAME}")


urlpatterns = [path("fail/", failing, name="fail"), path("twice/", twice, name="twice")]
handler500 = "carehub.trouble.pages.server_error"
