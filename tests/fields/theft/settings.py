"""Settings of the portal that is robbed: the real ones, with a fast password hash and a talkative log."""

from carehub.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
