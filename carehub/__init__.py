"""CareHub: the portal that turns one binding policy into daily practice."""

from carehub.celery import app as celery_app

__version__ = "0.1.0"
__all__ = ["celery_app"]
