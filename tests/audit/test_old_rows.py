"""Rows from before the signatures get theirs in the migration, and the triggers come back after it."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from carehub.audit.models import AuditEvent
from carehub.audit.refusing import missing_refusals
from carehub.audit.verifying import verify
from tests.audit.tampering import triggers_away, write_trail
from tests.cast import School

pytestmark = pytest.mark.django_db


def test_old_rows_are_signed_once(school: School):
    write_trail(school, 20, seals=2)
    later = import_module("carehub.audit.migrations.0005_sign_old_rows")
    with triggers_away() as cursor:
        cursor.execute("DELETE FROM audit_auditseal")
        cursor.execute("UPDATE audit_auditevent SET signature = ''")
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        later.sign_old_rows(apps, None)
    assert not AuditEvent.objects.filter(signature="").exists()
    assert verify().wrong == 0
    assert missing_refusals() == []
