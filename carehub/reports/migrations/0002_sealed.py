"""Frozen workbooks are sealed from here on, and those frozen before with them."""

import carehub.sealing
from carehub.resealing import seal_plain
from django.db import migrations


def seal_workbooks(apps, schema_editor):
    seal_plain("reports_inspection", "content", is_file=True)


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0001_initial'),
    ]

    operations = [
        migrations.AlterField(
            model_name='inspection',
            name='content',
            field=carehub.sealing.SealedBinaryField(null=True, verbose_name='工作簿'),
        ),
        migrations.RunPython(seal_workbooks, migrations.RunPython.noop),
    ]
