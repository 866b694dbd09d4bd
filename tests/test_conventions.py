"""What surrounds the book: workflow, forms, hooks, citation, container, launch buttons, the guide to forking, tidy notebooks."""

from __future__ import annotations

import datetime
import json
import os
import re
import shutil
import subprocess
import tomllib
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from migrationbook import paths
from migrationbook.cli import main
from migrationbook.errors import BookError
from migrationbook.press.chapters import chapters
from migrationbook.press.tidy import problems, tidied
from migrationbook.sphinx import launch

ROOT = paths.ROOT
GITHUB = ROOT / ".github"
PINNED = re.compile(r"- (?:id: \w+\n\s+)?(?:name: .+\n(?:\s+(?:id|if): .+\n)*\s+)?uses: (\S+)@([0-9a-f]{40}) # v\d+\.\d+\.\d+\n")
PROJECT = tomllib.loads((ROOT / "lib" / "pyproject.toml").read_text(encoding="utf-8"))["project"]
REPOSITORY = "https://github.com/somebody/a-book"


def text(*parts: str) -> str:
    return ROOT.joinpath(*parts).read_text(encoding="utf-8")


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):", text("Makefile"), re.MULTILINE))


# The workflow and the container

def test_the_workflow_pins_its_actions_and_may_write_only_where_it_publishes():
    source = text(".github", "workflows", "publish.yml")
    flow = yaml.safe_load(source)
    assert flow["permissions"] == {"contents": "read"}
    writing = {name: sorted(key for key, value in job["permissions"].items() if value == "write")
               for name, job in flow["jobs"].items()}
    assert writing == {"build": [], "publish": ["id-token", "pages"]}
    assert len(PINNED.findall(source)) == source.count("uses:") == 5
    assert "secrets." not in source
    assert "pull_request_target" not in source
    build, publish = flow["jobs"]["build"], flow["jobs"]["publish"]
    assert publish["needs"] == "build"
    assert "pull_request" in publish["if"]
    commands = [step for step in build["steps"] if "run" in step]
    assert [step["run"] for step in commands] == ["make test"]
    assert "test" in make_targets()
    assert "SITE_URL" in commands[0]["env"]
    assert "REPOSITORY_URL" in build["env"]
    assert build["steps"][-1]["with"]["path"] == "_build/html"


def python_allowed(version: str) -> bool:
    low, high = re.fullmatch(r">=3\.(\d+),<3\.(\d+)", PROJECT["requires-python"]).groups()
    return int(low) <= int(version.split(".")[1]) < int(high)


def test_binder_the_workflow_and_the_container_have_a_python_the_lock_was_made_for():
    flow = yaml.safe_load(text(".github", "workflows", "publish.yml"))
    setup = next(step for step in flow["jobs"]["build"]["steps"] if "setup-python" in step.get("uses", ""))
    assert python_allowed(setup["with"]["python-version"])
    assert python_allowed(re.fullmatch(r"python-(3\.\d+)\n", text("runtime.txt"))[1])
    image = re.search(r"^FROM docker\.io/library/python:(3\.\d+\.\d+)-slim-\w+$", text("Containerfile"), re.MULTILINE)
    assert python_allowed(image[1])


def test_the_container_calls_what_exists_and_leaves_out_what_is_made():
    container = text("Containerfile")
    assert set(re.findall(r"(?:RUN|book|') ?make ([a-z]+)", container)) <= make_targets()
    assert {".git", ".venv", "_build"} <= set(text(".dockerignore").split())
    assert "USER reader" in container
    # Binder would take a Dockerfile before requirements.txt
    assert not (ROOT / "Dockerfile").exists()


# Forms, hooks, citation, conduct

@pytest.mark.parametrize("path", sorted((GITHUB / "ISSUE_TEMPLATE").glob("[!c]*.yml")), ids=lambda path: path.stem)
def test_a_form_has_what_the_host_asks_for(path):
    form = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert {"name", "description", "body"} <= set(form)
    names = [part["id"] for part in form["body"]]
    assert len(set(names)) == len(names)
    for part in form["body"]:
        assert part["type"] in ("input", "textarea", "dropdown", "checkboxes")
        assert part["attributes"]["label"]
        assert part["type"] not in ("dropdown", "checkboxes") or part["attributes"]["options"]
    assert any(part.get("validations", {}).get("required") for part in form["body"])


def test_there_is_a_form_for_a_figure_and_one_for_a_claim_with_the_books_verdicts():
    from migrationbook.claims.register import SCALE
    from migrationbook.words import word

    form = yaml.safe_load(text(".github", "ISSUE_TEMPLATE", "misjudged-claim.yml"))
    offered = next(part for part in form["body"] if part["id"] == "verdict")["attributes"]["options"]
    assert offered == [word(f"verdict.{verdict}") for verdict in SCALE]
    assert (GITHUB / "ISSUE_TEMPLATE" / "wrong-figure.yml").exists()


def test_hooks_need_no_network_and_call_commands_of_the_books_environment():
    config = yaml.safe_load(text(".pre-commit-config.yaml"))
    assert [repository["repo"] for repository in config["repos"]] == ["local"]
    installed = " ".join([*PROJECT["dependencies"], *sum(PROJECT["optional-dependencies"].values(), [])])
    for hook in config["repos"][0]["hooks"]:
        assert hook["language"] == "system"
        program, *arguments = hook["entry"].split()
        assert program.startswith(".venv/bin/")
        if program.endswith("migrationbook"):
            assert arguments[0] in main.commands
        else:
            assert (arguments[1] if program.endswith("python") else program.rpartition("/")[2]) in installed
        for key in ("files", "exclude"):
            re.compile(hook.get(key, ""))


def test_the_commands_contributing_names_exist_and_its_links_lead_somewhere():
    told = text("CONTRIBUTING.md")
    assert set(re.findall(r"bin/migrationbook ([a-z]+)", told)) <= set(main.commands)
    assert set(re.findall(r"`?make ([a-z]+)`?", told)) <= make_targets()
    for link in re.findall(r"\]\(([^)#:]+)\)", told):
        assert (ROOT / link).exists(), link


def test_the_citation_file_is_valid_and_of_this_edition():
    about = yaml.safe_load(text("CITATION.cff"))
    assert about["cff-version"] == "1.2.0"
    assert all(isinstance(about[key], str) and about[key] for key in ("message", "title", "license"))
    assert about["type"] in ("software", "dataset")
    assert about["authors"]
    people = {"name"}, {"given-names", "family-names"}
    assert all(any(kind <= set(author) for kind in people) for author in about["authors"])
    assert isinstance(about["date-released"], datetime.date)
    assert str(about["version"]) == PROJECT["version"]
    known = {"cff-version", "message", "title", "type", "authors", "version", "date-released", "license", "keywords", "abstract",
             "doi", "identifiers", "repository-code", "url", "references", "contact", "commit", "license-url",
             "preferred-citation", "repository", "repository-artifact"}
    assert set(about) <= known
    assert "{how-to-cite}" in text("chapters", "cite.md")


# Notebooks in one form

def test_the_committed_notebooks_are_tidy():
    done = CliRunner().invoke(main, ["tidy", "--check"])
    assert done.exit_code == 0, done.output


def notebook(**metadata) -> dict:
    cell = {"cell_type": "code", "id": "one", "source": "1 + 1\n2", "outputs": [], "execution_count": 1, "metadata": metadata}
    return {"cells": [cell], "metadata": {"kernelspec": {"name": "other"}, "language_info": {"version": "3.9"}, "toc": {}},
            "nbformat": 4, "nbformat_minor": 4}


def test_what_editors_leave_behind_goes_and_what_the_book_uses_stays():
    dirty = notebook(collapsed=True, execution={"iopub": 1}, tags=["check"], mystnb={"code_prompt_show": "Show"}, point="Why.")
    clean = json.loads(tidied(json.dumps(dirty), "one.ipynb"))
    assert clean["cells"][0]["metadata"] == {"tags": ["check"], "mystnb": {"code_prompt_show": "Show"}, "point": "Why."}
    assert clean["cells"][0]["source"] == ["1 + 1\n", "2"]
    assert clean["metadata"] == {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
                                 "language_info": {"name": "python"}}


@given(st.dictionaries(st.sampled_from(["tags", "scrolled", "jupyter", "trusted"]), st.lists(st.text(max_size=4), max_size=2)))
def test_tidying_twice_is_tidying_once(metadata):
    once = tidied(json.dumps(notebook(**metadata)), "one.ipynb")
    assert tidied(once, "one.ipynb") == once


def test_outputs_of_different_runs_and_twin_names_are_told():
    twice = notebook()
    twice["cells"] = [dict(twice["cells"][0], execution_count=count) for count in (1, 7)]
    assert problems(json.dumps(twice)) == ["code cell 2 was not executed in its turn; run migrationbook execute --write",
                                           "two cells have the id 'one'; give one of them another"]


@pytest.mark.parametrize("broken", ["", "[]", "{}", '{"cells": 3, "metadata": {}}', "<<<<<<< HEAD"])
def test_a_file_that_is_no_notebook_is_one_line(broken):
    with pytest.raises(BookError, match="one.ipynb: not a notebook"):
        tidied(broken, "one.ipynb")


# Launch links

class Links(HTMLParser):
    """The addresses on a page that lead to Binder or Colab."""

    def __init__(self, page: str):
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag == "a" and urlsplit(values.get("href") or "").netloc in ("mybinder.org", "colab.research.google.com"):
            self.found.append(values["href"])


@pytest.mark.parametrize(("address", "buttons"), [
    ("", []),
    (REPOSITORY, ["https://mybinder.org/v2/gh/somebody/a-book/main?urlpath=lab/tree/chapters/one.ipynb",
                  "https://colab.research.google.com/github/somebody/a-book/blob/main/chapters/one.ipynb"]),
    (f"{REPOSITORY}.git/", ["https://mybinder.org/v2/gh/somebody/a-book/main?urlpath=lab/tree/chapters/one.ipynb",
                            "https://colab.research.google.com/github/somebody/a-book/blob/main/chapters/one.ipynb"]),
    ("https://gitlab.com/somebody/a-book",
     ["https://mybinder.org/v2/gl/somebody%2Fa-book/main?urlpath=lab/tree/chapters/one.ipynb"]),
    ("https://codeberg.org/somebody/a-book",
     ["https://mybinder.org/v2/git/https%3A%2F%2Fcodeberg.org%2Fsomebody%2Fa-book/main?urlpath=lab/tree/chapters/one.ipynb"]),
])
def test_links_follow_the_repository(build_book, monkeypatch, address, buttons):
    monkeypatch.setenv("REPOSITORY_URL", address)
    built = build_book()
    assert built.status == 0, built.log
    page = Links((built.html / "chapters" / "one.html").read_text(encoding="utf-8"))
    assert page.found == buttons


def test_what_the_links_lead_to_is_in_the_repository():
    """Binder starts in the repository's folder with the environment of requirements.txt; both open the chapter there."""
    assert all(path.is_file() and path.parent == ROOT / "chapters" for path in chapters())
    assert all((ROOT / name).is_file() for name in ("requirements.txt", "runtime.txt", "lib/pyproject.toml"))
    assert re.search(r"^-e \./lib$", text("requirements.txt"), re.MULTILINE)


@pytest.mark.parametrize("address", ["github.com/a/b", "https://github.com/a", "javascript:alert(1)", "https://github.com/a/b/tree/main"])
def test_an_address_no_host_has_is_refused(monkeypatch, address):
    monkeypatch.setenv("REPOSITORY_URL", address)
    with pytest.raises(BookError, match="REPOSITORY_URL is"):
        launch.repository("")


# The guide to forking

def test_the_guides_git_commands_do_what_it_says(tmp_path):
    """All its blocks that a fork types, but for `make` and what needs a public host, against a repository in a folder."""
    if not shutil.which("git"):
        pytest.fail("git is needed for this test; install it")
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8"}
    host, seed = tmp_path / "host.git", tmp_path / "seed"

    def run(command: str, folder=tmp_path) -> str:
        done = subprocess.run(["bash", "-euc", command], cwd=folder, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout

    blocks = re.findall(r"^```bash\n(.*?)^```", text("chapters", "guides", "fork.md"), re.MULTILINE | re.DOTALL)
    commands = [line for block in blocks for line in block.splitlines() if not line.startswith(("make ", "SITE_URL="))]
    assert commands[:2] == [line for line in commands if line.startswith("git config")]
    run("\n".join(commands[:2]))
    run(f"git init -q -b main seed && git clone -q --bare seed {host}")
    shutil.copy(ROOT / "_config.yml", seed)
    run(f"git add . && git commit -qm First && git push -q {host} main", seed)
    script = "\n".join(commands[2:]).replace("https://github.com/YOU/BOOK.git", str(host))
    said = run(script)
    assert "+title: My copy of the book" in said
    assert run("git log --format=%s main", host).split("\n")[:2] == ["Another title", "First"]
    assert "title: My copy of the book" in run("git show main:_config.yml", host)
