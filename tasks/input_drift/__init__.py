"""Whether what production asks, and what it gets, is what it was last week and what the eval set holds."""
