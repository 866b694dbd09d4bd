"""Turn notebooks into a published site. Nothing in here knows about migration: it would print any notebook book.

What the press has to know of a book is in `migrationbook.settings` (kernel, lock, variables, limits), `migrationbook.paths`
(where chapters, data and library are) and in the kernelspec (what is imported before a kernel is forked).
"""
