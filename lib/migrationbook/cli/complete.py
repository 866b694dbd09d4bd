"""What the shell offers where a command takes a chapter, a table or a parameter; and the scripts that teach it to."""

from __future__ import annotations

import os

import click
from click.shell_completion import CompletionItem, get_completion_class, split_arg_string

from migrationbook.errors import BookError

SHELLS = ("bash", "zsh", "fish")


def chapter(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of chapters."""
    from migrationbook.press.chapters import chapters

    return _starting(incomplete, {path.stem: "" for path in chapters()})


def execution(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Chapters, results in ``_build``, and files."""
    from migrationbook.analyst.compare import results

    found = chapter(context, parameter, incomplete) + _starting(incomplete, dict.fromkeys(results(), ""))
    return found or [CompletionItem(incomplete, type="file")]


def judging(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of chapters that have alternatives."""
    from migrationbook.claims.robustness import alternatives

    return _starting(incomplete, dict.fromkeys(alternatives(), ""))


def table(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of tables, with their titles."""
    from migrationbook.data import package

    return _starting(incomplete, {entry["name"]: entry["title"] for entry in package()["resources"]})


def refreshable(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of tables that can be refreshed."""
    from migrationbook.sources.readers import READERS

    return [item for item in table(context, parameter, incomplete) if item.value in READERS]


def value(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """After ``-p`` a parameter of the chapter named before; after a parameter, values that make sense for it."""
    from migrationbook.claims.robustness import alternatives_of
    from migrationbook.press.chapters import chapter as find
    from migrationbook.press.chapters import parameters

    # Where a value is still missing click gives up parsing, and leaves what it did not get to in `args`.
    named = [word for word in (context.params.get("name"), *context.args) if isinstance(word, str)]
    try:
        notebook = find(named[0])
    except (BookError, IndexError):
        return []
    known = parameters(notebook)
    words = split_arg_string(os.environ.get("COMP_WORDS", ""))
    before = (words[:-1] if incomplete else words)[-1:]
    if before and before[0] in known:
        tried = [row.values[before[0]] for row in alternatives_of(notebook.stem) if before[0] in row.values]
        return _starting(incomplete, {str(one): "" for one in [known[before[0]].default, *tried]})
    return _starting(incomplete, {name: entry.help for name, entry in known.items()})


def grid(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """``NAME=`` for the parameters of the chapter, or a file."""
    names = [CompletionItem(f"{item.value}=", help=item.help) for item in value(context, parameter, incomplete)]
    return names or [CompletionItem(incomplete, type="file")]


def _starting(incomplete: str, words: dict[str, str]) -> list[CompletionItem]:
    return [CompletionItem(word, help=told or None) for word, told in words.items() if word.startswith(incomplete)]


@click.command(epilog="""\b
Examples:
  eval "$(migrationbook completion bash)"      in ~/.bashrc (zsh: in ~/.zshrc)
  migrationbook completion fish > ~/.config/fish/completions/migrationbook.fish""")
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the script with which a shell completes commands, options, chapters, tables and parameters."""
    name = "migrationbook"  # the command on the path, however this one was called
    complete = get_completion_class(shell)
    assert complete is not None  # click has all three
    click.echo(complete(context.find_root().command, {}, name, f"_{name.upper()}_COMPLETE").source())
