"""结对帮扶 (C-3.3): a person in hardship and who helps; organisations that help each other; volunteers."""
