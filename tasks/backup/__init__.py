"""The state of an installation in one file, and back."""
