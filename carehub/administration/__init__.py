"""The screens of the system and the security administrator: states, numbers and accounts, nothing of the business."""
