"""What an import says quotes cells of the file: sealed from here on, and what was said before with it."""

import carehub.sealing
from carehub.resealing import seal_plain
from django.db import migrations


def seal_reports(apps, schema_editor):
    for column in ("report", "preview"):
        seal_plain("members_rosterimport", column)


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0003_sealed'),
    ]

    operations = [
        migrations.AlterField(
            model_name='rosterimport',
            name='preview',
            field=carehub.sealing.SealedJSONField(default=dict, verbose_name='预览'),
        ),
        migrations.AlterField(
            model_name='rosterimport',
            name='report',
            field=carehub.sealing.SealedJSONField(default=dict, verbose_name='核对结果'),
        ),
        migrations.RunPython(seal_reports, migrations.RunPython.noop),
    ]
