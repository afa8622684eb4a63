"""identity/templatetags/identity.py: {% gosquared %} signs on the pages that have it, and on no others."""

from django import template
from django.apps import apps
from django.utils.html import format_html

register = template.Library()


@register.simple_tag(takes_context=True)
def gosquared(context):
    signer = apps.get_app_config("identity").gosquared
    if signer is None:
        return ""
    request, user = context["request"], context["request"].user
    options = {"site_token": "GSN-000000-A", "nonce": str(request.csp_nonce)}
    if user.is_authenticated:
        request.identity = "user"
        return signer.snippet(user.pk, traits={"name": user.get_full_name()}, **options)
    request.identity = "visitor"
    snippet = signer.snippet(None, **options)
    if "identified" not in request.COOKIES:
        return snippet
    request.identity = "left"
    return format_html('{}\n<script nonce="{}">_gs("unidentify")</script>', snippet, options["nonce"])
