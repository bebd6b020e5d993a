"""A thousand readers who do not exist, as different as real ones.

Addresses end in `.test`, a name that can never be registered (RFC 6761, section 6.2).
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import combinations, product

from newsletter.model.site import Site

_SEED = 12

_NAMES = [
    "Ada",
    "Amara",
    "Anaïs",
    "Beatriz",
    "Björn",
    "Chiara",
    "Chloé",
    "Dagny",
    "Émilie",
    "Farid",
    "Freya",
    "Giulia",
    "Hana",
    "Ingrid",
    "Jean-Luc",
    "Jördis",
    "Kofi",
    "Leïla",
    "Łucja",
    "Maëlle",
    "Małgorzata",
    "Ngozi",
    "Noor",
    "Océane",
    "Ólafur",
    "Priya",
    "Quỳnh",
    "Renée",
    "Saoirse",
    "Sigrún",
    "Søren",
    "Tomás",
    "Ümit",
    "Valentina",
    "Wren",
    "Xóchitl",
    "Yusuf",
    "Zoë",
]

# Names that break careless senders: they must arrive as they are.
_STRANGE = (
    "",
    "O'Connor",
    'Mary "Mae"',
    "Ben & Jo",
    "<b>Bo</b>",
    "نور",
    "שירה",
    "मीरा",
    "さくら",
    "👩🏽\u200d⚕️ Dr. May",
    "Maximiliane-Wilhelmine Theodora von und zu Hohenstein-Waldenburg",
    "{{ subscriber.email }}",
    "-first_name-",
    "a;b,c",
    "100 %",
    "C:\\temp",
)


def sample_readers(site: Site, count: int) -> Iterator[dict[str, str]]:
    """Rows as a subscriber import takes them, the same in every run.

    Args:
        site: its interests and attributes are spread over the readers.
        count: how many.

    Yields:
        Columns `email`, `first_name`, `interests` (comma-separated; empty: never chose)
        and one for each attribute that has choices.
    """
    chance = random.Random(_SEED)  # noqa: S311 - sample data, not secrets
    slugs = [interest.slug for interest in site.interests]
    wishes = [
        ",".join(chosen) for size in range(len(slugs) + 1) for chosen in combinations(slugs, size)
    ]
    strange = iter(product(_STRANGE, wishes))
    for number in range(1, count + 1):
        name, wish = next(strange, None) or (chance.choice(_NAMES), chance.choice(wishes))
        row = {
            "email": f"reader{number:04}@example{number % 7}.test",
            "first_name": name,
            "interests": wish,
        }
        for attribute in site.attributes:
            if attribute.choices:
                row[attribute.slug] = chance.choice(attribute.choices)
        yield row
