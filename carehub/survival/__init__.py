"""What keeps the school's records when a machine dies, and lets go of them when their time is over."""
