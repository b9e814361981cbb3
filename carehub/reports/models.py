"""Filled by the reports work: frozen inspection workbooks."""
