"""Figures in the words of Prometheus.

https://prometheus.io/docs/practices/naming/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import TypeVar

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from newsletter.model.consent import MailState
from newsletter.model.ledger import BatchState, DispatchState
from newsletter.model.transport import Answer
from newsletter.store.figures import Figures

S = TypeVar("S", bound=StrEnum)
CONTENT_TYPE = CONTENT_TYPE_LATEST


def expose(figures: Figures, now: float, workers: int | None) -> bytes:
    """All figures as text.

    Args:
        now: database time, seconds since 1970.
        workers: None where a site has none.
    """
    registry = CollectorRegistry()
    registry.register(_Once(_metrics(figures, now, workers)))
    return generate_latest(registry)


class _Once(Collector):
    """What was read for this answer."""

    def __init__(self, metrics: Iterator[Metric]) -> None:
        self._metrics = list(metrics)

    def collect(self) -> Iterator[Metric]:
        """The same at each asking; the registry asks twice."""
        return iter(self._metrics)


def _metrics(figures: Figures, now: float, workers: int | None) -> Iterator[Metric]:
    yield _by_state("dispatches", "Dispatches by state.", DispatchState, figures.dispatches)
    yield _by_state("batches", "Batches by state.", BatchState, figures.batches)
    yield _by_state("system_mails", "The program's own mails.", MailState, figures.mails)
    yield _gauge("unknown_deliveries", "Deliveries of whom nobody knows.", figures.unknown)
    yield _gauge("unread_posts", "Posts of the provider not applied yet.", figures.unread_posts)
    for name, words, since in (
        ("last_tick_age_seconds", "Since a scheduler looked.", figures.last_tick),
        ("due_age_seconds", "Since the oldest moving dispatch was due.", figures.due_since),
        ("batch_lag_seconds", "Since a batch may go that waits.", figures.waiting_since),
        ("unread_age_seconds", "Since the oldest unread post came.", figures.unread_since),
        ("system_mail_age_seconds", "Since the oldest own mail may go.", figures.mail_since),
    ):
        if since is not None:
            yield _gauge(name, words, max(0.0, now - since.timestamp()))
    held = figures.held_until.timestamp() - now if figures.held_until is not None else 0.0
    yield _gauge("held_seconds", "Until the provider may be asked again.", max(0.0, held))
    if workers is not None:
        yield _gauge("workers", "Workers that live.", workers)
    yield from _calls(figures)


def _calls(figures: Figures) -> Iterator[Metric]:
    calls = CounterMetricFamily("newsletter_calls", "The provider's answers.", labels=["answer"])
    readers = CounterMetricFamily(
        "newsletter_readers", "Readers those calls were for.", labels=["answer"]
    )
    for answer in Answer:
        count, people = figures.calls.get(answer, (0, 0))
        calls.add_metric([answer.value], count)
        readers.add_metric([answer.value], people)
    yield calls
    yield readers


def _by_state(name: str, words: str, states: type[S], counted: Mapping[S, int]) -> Metric:
    family = GaugeMetricFamily(f"newsletter_{name}", words, labels=["state"])
    for state in states:
        family.add_metric([state.value], counted.get(state, 0))
    return family


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(f"newsletter_{name}", words, value=value)
