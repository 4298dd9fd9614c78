"""Prompts and test cases written for other tools, read as drafts. Nothing here runs code, asks a network or reads the
environment; what has no counterpart is named with its line.

    source.py            files inside one folder, bounded
    notes.py             what is said about a file
    tree.py              YAML and JSON with the lines of their values
    draft.py             a prompt, and a case, before they are valid ones
    promptfoo_*.py       promptfoo's configs and tests
    prompty.py           Microsoft's .prompty files
    python_*.py          prompts that are hard-coded in Python
    langfuse.py          dataset exports
    spreadsheet.py       CSV
    version_file.py      a draft as a valid version file
"""
