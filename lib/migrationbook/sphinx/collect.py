"""Remember per page what it displays, through incremental and parallel builds, and find what is displayed twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder as Builder
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

from migrationbook.sphinx.markup import relative

Node = TypeVar("Node", bound=nodes.Element)
logger = logging.getLogger(__name__)


def collect(app: Sphinx, attribute: str, kind: type[nodes.Element], key: Callable[[Any], str], twice: str) -> None:
    """Keep the ``content`` of each node of ``kind`` as ``env.<attribute>[docname]``, a list in page order.

    When two of them have the same ``key``, warn with ``twice``, a format with {key}, {first} and {second} (pages).
    """

    def read(app: Sphinx, doctree: nodes.document) -> None:
        found = [node["content"] for node in doctree.findall(kind)]
        if found:
            store(app.env)[app.env.docname] = found

    def store(env: BuildEnvironment) -> dict:
        if not hasattr(env, attribute):
            setattr(env, attribute, {})
        return getattr(env, attribute)

    def purge(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
        store(env).pop(docname, None)

    def merge(app: Sphinx, env: BuildEnvironment, docnames: list[str], other: BuildEnvironment) -> None:
        for docname in docnames:
            if docname in store(other):
                store(env)[docname] = store(other)[docname]

    def check(app: Sphinx, env: BuildEnvironment) -> None:
        seen: dict[str, str] = {}
        for docname, contents in sorted(store(env).items()):
            for content in contents:
                name = key(content)
                if name in seen:
                    logger.warning(twice.format(key=name, first=seen[name], second=docname), location=docname)
                seen.setdefault(name, docname)

    app.connect("doctree-read", read)
    app.connect("env-purge-doc", purge)
    app.connect("env-merge-info", merge)
    app.connect("env-check-consistency", check)


def anchor(document: nodes.document, node: Node, name: str) -> Node:
    """Give ``node`` the anchor ``name`` so that the text can link to it like to any label."""
    node["names"].append(name)
    if name not in document.nameids:
        document.note_explicit_target(node)
    node["ids"] = [name]
    document.ids[name] = node
    document.nameids[name] = name
    return node


def addresses(builder: Builder, attribute: str, name: Callable[[Any], str]) -> dict[str, str]:
    """Where the book shows each content kept as ``env.<attribute>``: anchor → address seen from the page being written."""
    here = builder.get_target_uri(builder.current_docname)
    return {
        name(content): relative(here, f"{builder.get_target_uri(docname)}#{name(content)}")
        for docname, contents in getattr(builder.env, attribute, {}).items() for content in contents
    }
