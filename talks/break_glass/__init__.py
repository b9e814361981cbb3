"""应急查阅: the words of one talk, for one reader and 24 hours, after a second person agreed; the talker is told."""
