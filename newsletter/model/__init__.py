"""The nouns of the product: frozen values, enums and protocols.

Standard library only. Everything above imports these; these import nothing but
`newsletter.errors`.
"""
