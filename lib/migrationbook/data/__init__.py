"""The data package: `load` a table, list `names`, read the `package` descriptor, `check` the lot."""

from migrationbook.data.package import check, first_rows, load, names, package, published, resource, theme

__all__ = ["check", "first_rows", "load", "names", "package", "published", "resource", "theme"]
