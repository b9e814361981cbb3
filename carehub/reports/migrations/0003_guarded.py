from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0002_sealed'),
    ]

    operations = [
        migrations.AddField(
            model_name='inspection',
            name='holds',
            field=models.JSONField(default=list, verbose_name='另需导出权限的台账'),
        ),
        migrations.AddField(
            model_name='inspection',
            name='people',
            field=models.JSONField(default=list, verbose_name='这些台账里的人'),
        ),
    ]
