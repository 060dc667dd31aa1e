"""Free text, written to TOML and Markdown and read back by their own parsers."""

from __future__ import annotations

import tomllib
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st
from jinja2 import Environment, FileSystemLoader
from markdown_it import MarkdownIt

TEMPLATES = Path(__file__).parents[2] / "templates"
ESCAPE = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=False).get_template("escape.jinja").module  # noqa: S701 - not HTML

# What the hook lets through: one line, no surrounding space.
LINES = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"))).filter(
    lambda text: text == text.strip()
)


@given(LINES)
@example('a "quoted" \\ 🎉 line')
def test_toml_reads_back_any_line(text: str) -> None:
    assert tomllib.loads(f"text = {ESCAPE.toml(text)}") == {"text": text}


@given(LINES.filter(bool))
@example("1. <b>not</b> a *list* &amp; no `code`")
@example("- https://example.com/a_b_c #")
def test_markdown_shows_any_line_as_it_is(text: str) -> None:
    written = str(ESCAPE.markdown(text))
    for block in (f"# {written}\n", f"{written}\n"):
        opening, inline, closing = MarkdownIt().parse(block)
        assert [token.type for token in inline.children] == ["text"]
        assert inline.children[0].content == text
        assert opening.tag == closing.tag == ("h1" if block.startswith("# ") else "p")


def test_the_copyright_holder_is_the_author_and_the_lab_where_there_is_one() -> None:
    assert ESCAPE.holder({"author": "Ada", "lab": ""}) == "Ada"
    assert ESCAPE.holder({"author": "Ada", "lab": "Analytical Engines"}) == "Ada, Analytical Engines"
