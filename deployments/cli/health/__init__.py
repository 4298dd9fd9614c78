"""What `promptship doctor` looks at: one part of an installation a file, each a function that returns findings."""
