"""The data package: `load` a table, list the `names`, read the `package` descriptor, `check` that all is sound."""

from migrationbook.data.package import check, load, names, package, resource

__all__ = ["check", "load", "names", "package", "resource"]
