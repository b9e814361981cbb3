from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reminders', '0003_pulse'),
    ]

    operations = [
        migrations.AddField(
            model_name='reminderlog',
            name='link',
            field=models.CharField(blank=True, default='', help_text='空：工作台', max_length=100, verbose_name='去哪里办'),
        ),
    ]
