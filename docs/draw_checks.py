"""Write docs/checks.md anew from the rules.

    python docs/draw_checks.py

A test fails when the page and the rules differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from newsletter.checks import RULES, SYSTEM_RULES, Rule, allowing
from newsletter.checks.registry import HOW_TO_ASK

PAGE = Path(__file__).parent / "checks.md"

_HEAD = """\
# Checks

Made from the rules by `python docs/draw_checks.py`: change the rule, not this page.

`newsletter check` reads the final bytes of every variant and says in which file and line the \
fault was written. An **error** blocks approval; a **warning** is for you to weigh; **info** \
informs. A rule that needs the web or the list says *not checked* until it is asked.

An issue may accept a finding, with a reason that the approval keeps; see "Allow" in \
[the marketers' guide](marketers.md). What is marked *protects readers* can not be allowed.

| rule | | what must hold |
|---|---|---|
"""


def drawn() -> str:
    """The whole page."""
    rules = list(_every())
    rows = [_row(each.id, each.severity.value, each.claim) for each in rules]
    rows += [_row(name, grave, claim) for name, grave, claim, *_ in _OWN]
    return "".join([_HEAD, *rows, *map(_section, rules), *(_told(*each) for each in _OWN)])


def _row(name: str, grave: str, claim: str) -> str:
    return f"| [{name}](#{name.lower()}) | {grave} | {claim} |\n"


def _every() -> Iterator[Rule]:
    """Each rule once, by its name."""
    every: Iterable[Rule] = {rule.id: rule for rule in (*RULES, *SYSTEM_RULES)}.values()
    yield from sorted(every, key=lambda rule: rule.id)


def _section(rule: Rule) -> str:
    text = _told(rule.id, rule.severity.value, rule.claim, rule.why, rule.mend)
    if rule.needs:
        text += f"\n*Not checked, or not wholly, without more evidence:* {HOW_TO_ASK[rule.needs]}\n"
    if not allowing.may_be_allowed(rule.id):
        text += "\n*Protects readers: can not be allowed.*\n"
    return text


def _told(name: str, grave: str, claim: str, why: str, mend: str) -> str:
    parts = (f"## {name}", f"**{grave.capitalize()}.** {claim}", f"*Why:* {why}")
    return "".join(f"\n{part}\n" for part in (*parts, f"*What to do:* {mend}"))


# Those that are found elsewhere: while rendering, in the issue's own `allow`, in the site's files.
_OWN = (
    ("M01", "warning", "Nothing that was written had to be left out of the mail.",
     "A link without a whole address, a script or a picture within the text can not be mailed.",
     "The finding names it: write it another way."),
    ("M02", "info", "Pictures are as wide as the column they stand in.",
     "A narrower one looks soft on sharp screens.", "Save it at 1,104 pixels or more."),
    (allowing.ID, "error", allowing.CLAIM, allowing.WHY, allowing.MEND),
    ("Y03", "warning", "The site has the program's own mails.",
     "Without them nobody can confirm a sign-up.",
     "Copy `templates/mail/` from a site that `newsletter init` made."),
)  # fmt: skip


if __name__ == "__main__":
    PAGE.write_text(drawn(), "utf-8")
