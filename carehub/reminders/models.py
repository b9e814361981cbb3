"""Filled by the reminders work: inbox, digests, outbox."""
