"""What the press has to know about this book; `paths` says where it is."""

from __future__ import annotations

KERNEL = "migrationbook-warm"  # lib/share/jupyter/kernels: which libraries are imported before a kernel is forked
LOCK = ("requirements.txt",)  # files that stand for all installed packages
ENVIRONMENT = ("MIGRATIONBOOK_DATA",)  # variables that may change what a chapter computes
CLOSING = "chapters/did_it_last"  # a new chapter comes before this one; in a book without it, last
PARTS = ("datapackage.json",)  # files of the data folder whose readers tell which entry they use (`press.record`)
# An extension of Sphinx that tells which pages have to be written again with a changed one.
WIDENS = "migrationbook.sphinx.rewritten"
MINUTES = 10  # a chapter that takes longer is taken for hanging
# Arrow's memory manager would start a thread, and a process with threads cannot be forked safely; the kernelspec sets the same.
THREADLESS = {"JE_ARROW_MALLOC_CONF": "background_thread:false"}
# What a sweep collects: a module with ``rows(notebook)`` and ``draw(rows, varying, folder)`` (see `press.sweep`).
RECORDED = "migrationbook.claims.tidy"
