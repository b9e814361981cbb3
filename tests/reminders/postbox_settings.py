"""Settings of the programs that the tests run beside themselves: mail goes into the postbox."""

from tests.settings import *  # noqa: F403

EMAIL_BACKEND = "tests.reminders.postbox.Postbox"
CELERY_TASK_ALWAYS_EAGER = False
