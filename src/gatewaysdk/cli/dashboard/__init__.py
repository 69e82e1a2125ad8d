"""The live view of a fleet: rows, totals and progress as values, plain lines of them, and a terminal dashboard.

`app.py` and `table.py` import textual, which the extra ``dashboard`` brings; the other files need nothing.
"""
