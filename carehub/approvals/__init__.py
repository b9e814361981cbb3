"""What is decided in steps: one small chain as data, one engine, every decision its own evidence."""
