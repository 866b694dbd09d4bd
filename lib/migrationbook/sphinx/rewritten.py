"""Which pages are written again when only some have been read again: an extension of its own, which `press.pages` adds.

Sphinx writes what it has read, but a page may show something of another: its title in the sidebar, a verdict, a number glued
in. So all pages are written again as soon as anything a page may take from another has changed; and pages that gather more than
that from the whole book, such as the scoreboard, are always written.
"""

from __future__ import annotations

import json
import shutil

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from migrationbook.press.cache import digest
from migrationbook.sphinx import badge, catalogue, chart, claim, glossary, glossed, notebook, reading, rights

# Nodes of this extension that show only what `shared` tells, besides their own content; a page with any other one gathers.
ALONE = (badge.claim_mention, catalogue.data_overview, catalogue.data_table, chart.chart, claim.claim, claim.claims,
         glossary.spanish, glossary.spanish_index, glossed.glossed, notebook.notebook_link, reading.reading_time,
         rights.data_rights)
DOMAINS = {"std": ("objects", "labels", "anonlabels", "terms"), "py": ("objects",)}


def _gathers(node: nodes.Node) -> bool:
    ours = type(node).__module__.startswith("migrationbook.") and not isinstance(node, ALONE)
    return ours or type(node).__name__ == "bibliography"


def note(app: Sphinx, doctree: nodes.document) -> None:
    """Remember of a page whether it gathers from others."""
    if next(doctree.findall(_gathers), None) is not None:
        app.env.metadata[app.env.docname]["gathers"] = "true"


def shared(env: BuildEnvironment) -> dict[str, object]:
    """Everything of a page that another one may show, as text."""
    figures = {page: [[about["name"], about["title"], about["tables"], sorted(spec["datasets"])]
                      for spec in specs for about in [spec["usermeta"]["figure"]]]
               for page, specs in getattr(env, "book_charts", {}).items()}
    verdicts = {name: [page, judged["verdict"], judged["claim"], judged.get("tables")]
                for name, (page, judged) in badge.judged_on(env).items()}
    tables = {page: [catalogue.anchor_of(entry) for entry in entries]
              for page, entries in getattr(env, "book_tables", {}).items()}
    glued = {page: about.get("glue") for page, about in getattr(env, "nb_metadata", {}).items()}
    return {
        "titles": {page: str(title) for page, title in {**env.titles, **env.longtitles}.items()},
        "contents": {page: str(toc) for page, toc in env.tocs.items()},
        "order": env.toctree_includes, "sections": env.toc_secnumbers, "numbers": env.toc_fignumbers,
        "anchors": [[name, part, sorted(map(str, env.domaindata[name][part].items()))]
                    for name, parts in DOMAINS.items() for part in parts],
        "citations": sorted((one.citation_id, one.key, one.formatted_entry.label)
                            for one in env.domaindata.get("cite", {}).get("citations", [])),
        "chapters": sorted(getattr(env, "book_reading", {})), "scoreboard": badge.scoreboard_page(env),
        "figures": figures, "verdicts": verdicts, "tables": tables, "glued": glued,
    }


def widen(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Pages to write besides those that were read again."""
    now = digest(json.dumps(shared(env), sort_keys=True, default=str))
    known, env.book_shared = getattr(env, "book_shared", None), now  # type: ignore[attr-defined]
    if known != now:
        if known:  # files of a figure that is gone must not stay
            shutil.rmtree(app.outdir)
        return sorted(env.found_docs)
    return [page for page, about in env.metadata.items() if "gathers" in about]


def setup(app: Sphinx) -> None:
    """Register what makes Sphinx write more pages than it has read."""
    app.connect("doctree-read", note, priority=900)
    app.connect("env-get-updated", widen, priority=900)  # after figures are numbered
