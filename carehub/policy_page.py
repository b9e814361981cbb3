"""The page of the policy: every clause with its sentence, the place to which each 依据 leads."""

from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from carehub.access.guards import signed_in
from carehub.policy import CLAUSES


@signed_in(because="The policy is open to every member.")
@require_GET
def policy(request: HttpRequest) -> HttpResponse:
    parts = [(part, list(clauses)) for part, clauses in groupby(CLAUSES.values(), key=lambda clause: clause.part)]
    return render(request, "policy.html", {"parts": parts})
