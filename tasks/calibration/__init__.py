"""A judge compared with people, before its scores count."""
