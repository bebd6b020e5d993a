"""What a rendition costs, stage by stage: `python -m benchmarks compile`.

The repository's largest issue, its fullest variant, warm: templates are compiled and pictures
are made. The best of several rounds is shown, for the machine may be busy. Markdown is read
once an issue; its row is the share of one rendition.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path

from mjml import mjml2html

from benchmarks.parts.timing import best
from newsletter.config import load_settings
from newsletter.content import load_issues
from newsletter.errors import Place
from newsletter.model.content import Issue
from newsletter.model.merge import MergeText
from newsletter.model.rendition import Rendition
from newsletter.model.site import Site
from newsletter.rendering import fill, prepare, render
from newsletter.rendering.guards import guard
from newsletter.rendering.inlining import inline_css
from newsletter.rendering.markdown import read_markdown
from newsletter.rendering.markup import scan
from newsletter.rendering.mint import Mint
from newsletter.rendering.mjml import compile_composed
from newsletter.rendering.plain import to_text
from newsletter.rendering.press import prepare_press
from newsletter.rendering.selfcheck import check_inlined
from newsletter.rendering.validator import faults
from newsletter.rendering.variants import variants

ROOT = Path(__file__).parents[1]
READERS = 1_000
Stage = tuple[str, Callable[[], object], float]


def main(argv: list[str]) -> None:
    """Measure and print two tables.

    Args:
        argv: `--rounds N`, of which the best counts (default 15); `--site DIR`.
    """
    parser = argparse.ArgumentParser(prog="benchmarks compile", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--site", type=Path, default=ROOT)
    options = parser.parse_args(argv)
    site = load_settings(options.site, dict(os.environ)).site
    made = [render(issue, site) for issue in load_issues(site)]
    largest = max(made, key=lambda one: len(one.renditions[0].html))
    compile_table(largest.issue, site, len(largest.renditions), options.rounds)
    fill_table(largest.renditions[0], options.rounds)


def compile_table(issue: Issue, site: Site, renditions: int, rounds: int) -> None:
    """Each stage, and its share of the whole path."""
    press = prepare_press(issue, site)
    variant = variants(issue, site)[0]
    composed = press.mjml(variant)
    compiled = compile_composed(composed)
    inlined = inline_css(compiled)
    print(f"{issue.slug}: {renditions} renditions, the fullest {len(inlined.encode()):,} bytes\n")
    tokens = list(scan(composed.text))
    guarded = guard(composed.text, tokens, "en")
    marks = [tag.token for tag in press.mint.tags_in(compiled)]
    whole = best(lambda: render(issue, site), rounds) / renditions
    show_stages(
        [
            ("markdown", lambda: read_all(issue), 1 / renditions),
            ("jinja", lambda: press.mjml(variant), 1),
            ("validate", lambda: faults(composed.text, list(scan(composed.text))), 1),
            ("guard", lambda: guard(composed.text, tokens, "en"), 1),
            ("MRML", lambda: mjml2html(guarded), 1),
            ("premailer", lambda: inline_css(compiled), 1),
            ("self-check", lambda: check_inlined(compiled, inlined, marks), 1),
            ("text frame", lambda: press.text(variant), 1),
        ],
        rounds,
    )
    print(f"{'render(), a rendition':24}{whole * 1e3:>10.2f}   (mean of all variants)\n")


def show_stages(stages: list[Stage], rounds: int) -> None:
    costs = [(name, best(work, rounds) * share) for name, work, share in stages]
    total = sum(cost for _, cost in costs)
    mrml = dict(costs)["MRML"]
    print(f"{'':24}{'ms':>10}{'share':>10}{'x MRML':>10}")
    for name, cost in [*costs, ("sum of stages", total)]:
        print(f"{name:24}{cost * 1e3:>10.2f}{cost / total:>10.0%}{cost / mrml:>10.1f}")


def fill_table(rendition: Rendition, rounds: int) -> None:
    """What one reader costs: values for the provider, and a whole mail of one's own."""
    readers = [reader(number) for number in range(READERS)]
    values = prepare(rendition.merge_tags)
    prepared = best(lambda: [values(one) for one in readers], rounds) / READERS
    filled = best(lambda: fill(rendition, readers[0]), rounds)
    print(f"{'one reader':24}{'us':>10}")
    print(f"{'values of all tags':24}{prepared * 1e6:>10.2f}   ({len(rendition.merge_tags)} tags)")
    print(f"{'whole mail filled':24}{filled * 1e6:>10.2f}")


def read_all(issue: Issue) -> None:
    """Every Markdown text of the issue, to HTML and to text."""
    mint = Mint("0123456789")
    bodies = [section.snippet.body for section in issue.sections]
    texts: list[MergeText] = [issue.body, *bodies, *(topic.disclaimer for topic in issue.topics)]
    for text in texts:
        to_text(read_markdown(MergeText(text.pieces, Place("")), mint), mint)


def reader(number: int) -> dict[str, str]:
    link = f"https://letters.example.com/u/k1.AbCdEfGhIjKlMnOpQrStUvWx.{number:08d}"
    names = ("Marianne", "Zoë", "Seán O'Neill", "山田", "")
    return {
        "subscriber.email": f"reader{number}@example.test",
        "subscriber.first_name": names[number % len(names)],
        "link.unsubscribe": link,
        "link.preferences": link,
        "link.view": link,
    }


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
