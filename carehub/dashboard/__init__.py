"""One branch on one screen, and the overview by rule and organisation."""
