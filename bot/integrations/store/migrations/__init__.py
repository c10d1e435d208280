"""How a database of an older Earshot becomes one of this: `versions/` in order, run by `store.upgrade`.

A change of `store.schema` gets a file `versions/rev_NNNN.py`, written by hand and never edited afterwards; a test
compares what the files build with `store.schema`.
"""
