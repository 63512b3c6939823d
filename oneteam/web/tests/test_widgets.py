"""A long select is what Django would have written."""

from django import forms
from django.test.html import parse_html

from oneteam.web.widgets import LongSelect

CHOICES = [("", "–"), ("Fruit <b>", [("a", "Äpfel & Birnen"), ("b", "B")]), ("c", "C")]


def test_long_select_is_the_same_as_djangos() -> None:
    for value in ("", "b", "c", "unknown"):
        long, usual = (
            widget(choices=CHOICES, attrs={"data-key": "e", "required": True}).render("matter", value, {"id": "id_x"})
            for widget in (LongSelect, forms.Select)
        )
        assert parse_html(long) == parse_html(usual)
