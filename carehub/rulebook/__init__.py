"""The rule settings of the organisation department: what holds today, and a new value from a day on."""
