"""Dispatching: schedule, prepare, send a batch, settle, sweep."""
