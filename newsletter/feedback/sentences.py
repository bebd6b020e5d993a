"""Five plain sentences that open a report."""

from __future__ import annotations

from collections.abc import Sequence

from newsletter.feedback.numbers import Band, Engaged, Handed, Heard, SnippetClicks
from newsletter.feedback.usual import Share, Shares, beside_usual, percent

FEW = 100
"""Readers below which a percentage would say more than is known."""

NOT_COUNTED = 'Opens and clicks are not counted on this site ([feedback] engagement = "off").'


def sentences(
    handed: Handed, heard: Heard, engaged: Engaged | None, earlier: Sequence[Shares]
) -> tuple[str, ...]:
    """What the numbers come to: who got it, what came back, who read, who clicked, who left.

    Args:
        engaged: None where opens and clicks are not counted.
        earlier: the last issues; with fewer than three nothing is called usual.
    """
    taken = handed.accepted
    told = [_arrived(handed, heard, earlier), _returned(handed, heard, earlier)]
    if engaged is None:
        told.append(NOT_COUNTED)
    elif not engaged.opened.possible:
        told.append("No open and no click has been heard of yet.")
    else:
        opened = Share(engaged.opened.surely, taken)
        usual = beside_usual(opened, [each.opened for each in earlier])
        least = "" if engaged.opened.surely == engaged.opened.possible else "at least "
        told.append(_end(f"{_band(engaged.opened)} opened it{_of(opened, least)}", usual))
        told.append(_clicked(engaged, taken, earlier))
    told.append(_left(handed, heard, earlier))
    return tuple(told)


def _arrived(handed: Handed, heard: Heard, earlier: Sequence[Shares]) -> str:
    if not heard.anything:
        said = f"{handed.accepted:,} of {_readers(handed.readers)} were handed to the provider"
        return _end(f"{said}{_unknown(handed)}", "nothing was heard from there yet")
    arrived = Share(heard.delivered, handed.readers)
    usual = beside_usual(arrived, [each.arrived for each in earlier])
    said = f"{heard.delivered:,} of {_readers(handed.readers)} got it"
    return _end(f"{said}{_unknown(handed)}", usual)


def _unknown(handed: Handed) -> str:
    return f" (of {handed.unknown:,} nobody knows)" if handed.unknown else ""


def _returned(handed: Handed, heard: Heard, earlier: Sequence[Shares]) -> str:
    if not heard.anything:
        return "Whether any came back is not known yet."
    share = Share(heard.returned, handed.accepted)
    usual = beside_usual(share, [each.returned for each in earlier])
    if not share.part:
        return _end("None came back", usual)
    came = "mail" if share.part == 1 else "mails"
    return _end(f"{share.part:,} {came} came back{_of(share)}", usual)


def _clicked(engaged: Engaged, taken: int, earlier: Sequence[Shares]) -> str:
    if not engaged.clicked.possible:
        return "Nobody clicked anything."
    share = Share(engaged.clicked.surely, taken)
    usual = beside_usual(share, [each.clicked for each in earlier])
    least = "" if engaged.clicked.surely == engaged.clicked.possible else "at least "
    said = f"{_band(engaged.clicked)} clicked{_of(share, least)}"
    return _end(f"{said}{_most(engaged.snippets)}", usual)


def _most(snippets: Sequence[SnippetClicks]) -> str:
    """The section most clicked, where there is one and not several."""
    named = [each for each in snippets if each.place.title and each.readers.surely]
    if not named or (len(named) > 1 and named[1].readers == named[0].readers):
        return ""
    return f', most of all "{named[0].place.title}"'


def _left(handed: Handed, heard: Heard, earlier: Sequence[Shares]) -> str:
    left = Share(heard.unsubscribes, handed.accepted)
    usual = beside_usual(left, [each.left for each in earlier])
    went = f"{left.part:,} unsubscribed{_of(left)}" if left.part else "nobody unsubscribed"
    if heard.anything:
        complaints = f"{heard.complaints:,}" if heard.complaints else "Nobody"
        return _end(f"{complaints} reported it as spam, and {went}", usual)
    return _end(went.capitalize(), usual)


def _band(band: Band) -> str:
    """`412 readers` when all are surely people, else `At least 412, at most 655 readers`."""
    if band.surely == band.possible:
        return _readers(band.surely)
    return f"At least {band.surely:,}, at most {_readers(band.possible)}"


def _of(share: Share, least: str = "") -> str:
    if share.whole < FEW or not share.part:
        return ""
    return f" ({least}{percent(share.value, share.whole)})"


def _readers(count: int) -> str:
    return "1 reader" if count == 1 else f"{count:,} readers"


def _end(said: str, usual: str) -> str:
    return f"{said}; {usual}." if usual else f"{said}."
