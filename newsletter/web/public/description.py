"""What the JSON API takes and answers, in OpenAPI 3.1, for programs and those who write them.

Kept by hand beside `api.py`, and held against what that really does by tests that make requests
of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import newsletter
from newsletter.model.site import Attribute, Site

Json = dict[str, Any]

_PROBLEM: Json = {
    "type": "object",
    "properties": {"error": {"type": "string", "description": "What to change, in a sentence."}},
    "required": ["error"],
    "additionalProperties": False,
}
_ACCEPTED: Json = {
    "type": "object",
    "properties": {"status": {"const": "check_your_mail"}},
    "required": ["status"],
    "additionalProperties": False,
}
_WAIT: Json = {
    "Retry-After": {
        "description": "Seconds after which another one may pass.",
        "schema": {"type": "integer", "minimum": 1},
    }
}


def description(site: Site) -> Json:
    """The document for a site, with its own interests and attributes."""
    return {
        "openapi": "3.1.0",
        "info": {"title": f"Sign-up of {site.name}", "version": newsletter.__version__},
        "servers": [{"url": site.public_url}],
        "paths": {"/api/subscribe": {"post": _subscribe(site)}},
    }


def _subscribe(site: Site) -> Json:
    return {
        "operationId": "subscribe",
        "summary": "Ask for the newsletter.",
        "description": (
            "Queues a mail with a link to confirm. The answer is the same whatever is known "
            "about the address. Pages of other sites may ask if the settings name their origin."
        ),
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": _sign_up(site)}},
        },
        "responses": {
            "202": _answer("Taken; look into the mailbox.", _ACCEPTED),
            "400": _answer("No address, or something the site does not know.", _PROBLEM),
            "403": _answer("A page of a site that the settings do not name.", _PROBLEM),
            "413": {
                "description": "More than 32 KB.",
                "content": {"text/plain": {"schema": {"type": "string"}}},
            },
            "415": _answer("Not sent as application/json.", _PROBLEM),
            "429": {**_answer("Too many requests.", _PROBLEM), "headers": _WAIT},
        },
    }


def _sign_up(site: Site) -> Json:
    asked = {each.slug: _attribute(each) for each in site.attributes if each.ask}
    slugs = [each.slug for each in site.interests]
    return {
        "type": "object",
        "properties": {
            "email": {"type": "string", "description": "254 characters at most."},
            "first_name": _maybe("string", "80 characters at most."),
            "interests": {
                **_maybe("array", "None given means all of them."),
                "items": {"enum": slugs},
                "minItems": 1,
            },
            "attributes": {
                **_maybe("object", "Answers to what the form asks."),
                "properties": asked,
                "additionalProperties": False,
            },
            "consent": _maybe("string", "The words that the asking page showed; kept as proof."),
        },
        "required": ["email"],
        "additionalProperties": False,
    }


def _attribute(attribute: Attribute) -> Json:
    told: Json = {"type": "string", "description": attribute.label}
    return told | {"enum": ["", *attribute.choices]} if attribute.choices else told


def _maybe(kind: str, words: str) -> Json:
    return {"type": [kind, "null"], "description": words}


def _answer(words: str, schema: Mapping[str, Any]) -> Json:
    return {"description": words, "content": {"application/json": {"schema": schema}}}
