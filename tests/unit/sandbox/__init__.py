"""Tests of the local SendGrid."""
