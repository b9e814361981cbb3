"""An invented university for trying things out: the same every time, plainly marked, with impossible ID numbers."""
