"""What changed between two versions of a prompt: by component, then word by word. Pure; each renderer is a file."""
