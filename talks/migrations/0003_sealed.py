"""Why a talk was corrected or taken back may name an illness: sealed from here on, and what was written before too."""

import carehub.sealing
from carehub.resealing import seal_plain
from django.db import migrations

COLUMNS = (("talks_correction", "because"), ("talks_correction", "changed"), ("talks_talk", "withdrawn_because"))


def seal_reasons(apps, schema_editor):
    for table, column in COLUMNS:
        seal_plain(table, column)


class Migration(migrations.Migration):

    dependencies = [
        ('talks', '0002_layers'),
    ]

    operations = [
        migrations.AlterField(
            model_name='correction',
            name='because',
            field=carehub.sealing.SealedTextField(max_length=200, verbose_name='原因'),
        ),
        migrations.AlterField(
            model_name='correction',
            name='changed',
            field=carehub.sealing.SealedJSONField(default=dict, verbose_name='改了什么'),
        ),
        migrations.AlterField(
            model_name='talk',
            name='withdrawn_because',
            field=carehub.sealing.SealedTextField(blank=True, default='', max_length=200, verbose_name='撤回原因'),
        ),
        migrations.RunPython(seal_reasons, migrations.RunPython.noop),
    ]
