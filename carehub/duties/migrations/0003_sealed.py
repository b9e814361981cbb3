"""The reason of an excuse often is an illness: sealed from here on, and what was written before with it."""

import carehub.sealing
from carehub.resealing import seal_plain
from django.db import migrations


def seal_reasons(apps, schema_editor):
    seal_plain("duties_excuse", "reason")


class Migration(migrations.Migration):

    dependencies = [
        ('duties', '0002_excuses_one_a_day'),
    ]

    operations = [
        migrations.AlterField(
            model_name='excuse',
            name='reason',
            field=carehub.sealing.SealedTextField(max_length=200, verbose_name='原因'),
        ),
        migrations.RunPython(seal_reasons, migrations.RunPython.noop),
    ]
