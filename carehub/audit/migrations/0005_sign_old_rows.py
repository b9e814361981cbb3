"""Rows from before the signatures are signed once: from today on nobody alters them unseen. Then the triggers return."""

from django.db import migrations

from carehub.audit.refusing import add_refusals
from carehub.audit.signing import content_of, sign

BATCH = 1_000


def sign_old_rows(apps, schema_editor):
    AuditEvent = apps.get_model("audit", "AuditEvent")
    unsigned = AuditEvent.objects.filter(signature="").order_by("id")
    while rows := list(unsigned[:BATCH]):
        for row in rows:
            row.signature = sign("event", content_of(row))
        AuditEvent.objects.bulk_update(rows, ["signature"])


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_signatures_and_seals")]
    operations = [
        migrations.RunPython(sign_old_rows, migrations.RunPython.noop),
        migrations.RunPython(add_refusals, migrations.RunPython.noop),
    ]
