"""How good live answers are, as far as that can be said without knowing the right one."""
