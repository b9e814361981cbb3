"""The desk: whom do I owe, and the page of one duty."""
