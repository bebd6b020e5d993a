"""Clients for servers on this machine."""

from __future__ import annotations

import ssl

import httpx

_NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def client(url: str = "", timeout: float = 20) -> httpx.Client:
    """Follows no redirect and believes no proxy of the machine.

    It speaks plain HTTP: to load the world's certificates takes longer than most tests do.
    """
    return httpx.Client(base_url=url, timeout=timeout, trust_env=False, verify=_NO_CERTIFICATES)
