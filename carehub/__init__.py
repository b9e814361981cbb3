"""CareHub: the portal that turns one binding policy into daily practice."""
