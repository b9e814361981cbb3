"""What was decided is added and never changed, on both engines."""

from django.db import migrations

from carehub.approvals.refusing import add_refusals


class Migration(migrations.Migration):
    dependencies = [("approvals", "0001_initial"), ("audit", "0005_sign_old_rows")]
    operations = [migrations.RunPython(add_refusals, migrations.RunPython.noop)]
