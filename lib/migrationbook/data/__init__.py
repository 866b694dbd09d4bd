"""The data package: `load` a table, list `names`, read the `package` descriptor, `check` the lot."""

from migrationbook.data.package import check, load, names, package, resource

__all__ = ["check", "load", "names", "package", "resource"]
