"""The ways a Batch leaves this machine: SendGrid's HTTP API, and SMTP.

Both take a `newsletter.model.transport.Batch` and answer with a `Receipt`; no vendor type
leaves this package.
"""
