import django.utils.timezone
from django.db import migrations, models

from carehub.audit.refusing import drop_statements


def drop_refusals(apps, schema_editor):
    """Old rows get their signature in the next migration, which puts the triggers back."""
    for statement in drop_statements_of_events(schema_editor.connection.vendor):
        schema_editor.execute(statement)


def drop_statements_of_events(vendor):
    return [statement for statement in drop_statements(vendor) if not statement.endswith("audit_auditseal")]


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0003_more_actions'),
    ]

    operations = [
        migrations.RunPython(drop_refusals, migrations.RunPython.noop),
        migrations.CreateModel(
            name='AuditSeal',
            fields=[
                ('number', models.BigIntegerField(primary_key=True, serialize=False, verbose_name='封条号')),
                ('at', models.DateTimeField(verbose_name='封存时间')),
                ('first_id', models.BigIntegerField(verbose_name='第一行')),
                ('last_id', models.BigIntegerField(verbose_name='最后一行')),
                ('rows', models.IntegerField(verbose_name='行数')),
                ('digest', models.CharField(max_length=64, verbose_name='摘要')),
                ('previous', models.CharField(blank=True, max_length=64, verbose_name='上一封条的摘要')),
                ('signature', models.CharField(max_length=80, verbose_name='签名')),
            ],
            options={
                'verbose_name': '审计封条',
                'verbose_name_plural': '审计封条',
                'ordering': ['-number'],
                'constraints': [models.CheckConstraint(condition=models.Q(('first_id__lte', models.F('last_id')), ('number__gte', 1), ('rows__gte', 1)), name='seal_of_rows')],
            },
        ),
        migrations.AlterField(
            model_name='auditevent',
            name='at',
            field=models.DateTimeField(db_index=True, default=django.utils.timezone.now, verbose_name='时间'),
        ),
        migrations.AddField(
            model_name='auditevent',
            name='post',
            field=models.CharField(blank=True, default='', max_length=160, verbose_name='当时的职务'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='auditevent',
            name='signature',
            field=models.CharField(default='', editable=False, max_length=80, verbose_name='签名'),
            preserve_default=False,
        ),
        migrations.RemoveIndex(model_name='auditevent', name='audit_target'),
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(fields=['target', 'at'], name='audit_target_at'),
        ),
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(fields=['action', 'id'], name='audit_action'),
        ),
    ]
