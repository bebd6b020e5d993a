"""Shared by all tests: an environment without secrets."""
