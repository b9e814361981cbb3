"""Onboarding files: organisations, roster, posts; talks plug in from their own floor (base.register)."""
