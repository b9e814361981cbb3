"""What is said when something goes wrong: where and what kind, never with a value of anybody."""
