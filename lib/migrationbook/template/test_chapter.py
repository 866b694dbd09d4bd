"""The chapter $name: its table holds published figures, and its words are those the table gives."""

from __future__ import annotations

from migrationbook.contract import gaps
from migrationbook.data import check, load
from migrationbook.press.chapters import chapter


def test_the_table_is_sound_and_holds_a_published_figure():
    assert check(["$name"]) == []
    assert load("$name").set_index("year")["rate"][2009] == 9.9  # replace by a figure that somebody published about your table


def test_the_chapter_says_what_its_table_gives():
    mean = load("$name").set_index("year")["rate"].loc[2000:2024].mean()
    assert f"the mean is {mean:.1f}" in chapter("$name").read_text(encoding="utf-8")


def test_the_chapter_keeps_its_contract():
    assert gaps(chapter("$name")) == []
