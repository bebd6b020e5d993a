"""The text frame of a layout that has none of its own."""

TEXT_FRAME = """\
{{ site.name }}
{{ subject }}

{% if opening %}
{{ opening }}

{% endif %}
{% for section in sections %}
{% if section.heading %}
{{ section.heading }}
{{ '=' * section.heading | length }}

{% endif %}
{% if section.body %}
{{ section.body }}

{% endif %}
{% if section.image and section.image.alt %}
[{{ section.image.alt }}]

{% endif %}
{% if section.link %}
{{ section.link_text or 'Read more' }}: {{ section.link }}

{% endif %}
{% endfor %}
{% for disclaimer in disclaimers %}
{{ disclaimer.html }}

{% endfor %}
--------------------

{{ site.sender.postal_address }}

You get this because you asked {{ site.name }} for it.
{% for label, link in theme.social %}
{{ label }}: {{ link }}
{% endfor %}
View in browser: {{ links.view }}
Choose what you get: {{ links.preferences }}
Unsubscribe: {{ links.unsubscribe }}
Forwarded to you? Sign up: {{ signup_url }}
"""
