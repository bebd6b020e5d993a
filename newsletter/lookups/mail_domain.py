"""What DNS says about mail from a domain: SPF, DKIM, DMARC."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.checks import SenderAnswer, Standing
from newsletter.lookups.names import Records

SELECTORS = ("s1", "s2")
"""Those SendGrid uses when a domain is authenticated there."""

_POLICY = re.compile(r"(?:^|;)\s*p\s*=\s*(none|quarantine|reject)\b", re.IGNORECASE)
_KEY = re.compile(r"(?:^|;)\s*p\s*=\s*[A-Za-z0-9+/]", re.IGNORECASE)
_OPEN_SPF = re.compile(r"(?:^|\s)\+?all(?:\s|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answer:
    """One question about a domain.

    Attributes:
        standing: None when nobody answered.
        told: what was found, or what to do, one sentence.
    """

    standing: Standing | None
    told: str


@dataclass(frozen=True, slots=True)
class MailDomain:
    """All answers about a domain; DKIM by selector."""

    domain: str
    spf: Answer
    dkim: dict[str, Answer]
    dmarc: Answer


def ask_about(domain: str, records: Records, selectors: Sequence[str] = SELECTORS) -> MailDomain:
    """Ask for SPF (RFC 7208), DKIM keys (RFC 6376) and the DMARC policy (RFC 7489)."""
    return MailDomain(
        domain=domain,
        spf=_spf(domain, records),
        dkim={each: _dkim(domain, each, records) for each in selectors},
        dmarc=_dmarc(domain, records),
    )


def sender_answer(domain: str, records: Records) -> SenderAnswer | None:
    """The DMARC policy as evidence for the checks; None when nobody answered."""
    found = _dmarc(domain, records)
    return None if found.standing is None else SenderAnswer(found.standing, found.told)


def _spf(domain: str, records: Records) -> Answer:
    found = records(domain, "TXT")
    if found is None:
        return _nobody(domain)
    policies = [each for each in found if each.lower().split(" ")[0] == "v=spf1"]
    if not policies:
        told = f"{domain} has no SPF record; with an authenticated domain SendGrid brings its own."
        return Answer(Standing.WEAK, told)
    if len(policies) > 1:
        return Answer(Standing.MISSING, f"{domain} has {len(policies)} SPF records: keep one.")
    if _OPEN_SPF.search(policies[0]):
        return Answer(Standing.MISSING, f"SPF of {domain} lets everybody send: {policies[0]}")
    return Answer(Standing.GOOD, policies[0])


def _dkim(domain: str, selector: str, records: Records) -> Answer:
    name = f"{selector}._domainkey.{domain}"
    found = records(name, "TXT")  # a resolver follows the CNAME that SendGrid asks for
    if found is None:
        return _nobody(name)
    if any(_KEY.search(each) for each in found):
        return Answer(Standing.GOOD, f"{name} has a key.")
    told = "an empty key, which means revoked" if found else "no key"
    return Answer(Standing.MISSING, f"{name} has {told}: authenticate the domain with SendGrid.")


def _dmarc(domain: str, records: Records) -> Answer:
    """Of the domain, else of the one above (RFC 7489, 6.6.3)."""
    labels = domain.split(".")
    for at in dict.fromkeys((domain, ".".join(labels[-2:]))):
        found = records(f"_dmarc.{at}", "TXT")
        if found is None:
            return _nobody(f"_dmarc.{at}")
        policies = [each for each in found if each.replace(" ", "").lower().startswith("v=dmarc1")]
        if len(policies) > 1:
            return Answer(Standing.MISSING, f"_dmarc.{at} has {len(policies)} records: keep one.")
        if policies:
            return _policy(policies[0])
    return Answer(Standing.MISSING, f"There is no _dmarc.{domain}: publish v=DMARC1; p=none first.")


def _policy(record: str) -> Answer:
    policy = _POLICY.search(record)
    if policy is None:
        return Answer(Standing.MISSING, f"DMARC without a policy counts as none: {record}")
    weak = policy[1].lower() == "none"
    return Answer(Standing.WEAK if weak else Standing.GOOD, record)


def _nobody(name: str) -> Answer:
    return Answer(None, f"DNS did not answer about {name}.")
