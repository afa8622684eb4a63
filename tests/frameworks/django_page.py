"""A page in Django, with the app in `identity/`: a template tag renders the snippet, the nonce is django-csp's."""

import json
import sys

import django
from csp.constants import NONCE
from django.apps import apps
from django.conf import settings
from django.core.checks import run_checks
from django.shortcuts import render
from django.test import Client
from django.urls import path
from django.utils.functional import SimpleLazyObject

PAGE = """\
{% load identity %}<p>{{ request.user.first_name }}</p>
{% gosquared %}
<p>after</p>
"""
TAG = "{% gosquared %}"
TEMPLATES = {
    "page": PAGE,
    "marked": PAGE.replace(TAG, "{% gosquared as snippet %}{{ snippet|safe }}"),
    "formatted": PAGE.replace(TAG, "{% gosquared as snippet %}{{ snippet|stringformat:'s' }}"),
    "unescaped": "{% autoescape off %}" + PAGE.replace("first_name", "first_name|escape") + "{% endautoescape %}",
    "without": "<p>{{ request.user.first_name }}</p>",
    "data": "{{ identity|json_script:'identity' }}",
}


def user_middleware(get_response):
    """As AuthenticationMiddleware leaves the user: looked up when somebody asks."""
    from django.contrib.auth.models import AnonymousUser, User

    def middleware(request):
        user_id, name = sys.argv[1:]
        request.user = SimpleLazyObject(lambda: AnonymousUser() if "visitor" in request.GET else User(pk=user_id, first_name=name))
        return get_response(request)

    return middleware


def page(request, template):
    signer = apps.get_app_config("identity").gosquared
    return render(request, template, {"identity": signer and signer.identity(sys.argv[1])})


urlpatterns = [path("<template>", page)]

settings.configure(
    ALLOWED_HOSTS=["testserver"],
    CONTENT_SECURITY_POLICY={"DIRECTIVES": {"script-src": [NONCE, "'strict-dynamic'"]}},
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "identity"],
    MIDDLEWARE=["csp.middleware.CSPMiddleware", f"{__name__}.user_middleware", "identity.middleware.identity"],
    ROOT_URLCONF=__name__,
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "loaders": [("django.template.loaders.locmem.Loader", TEMPLATES)],
                "context_processors": ["django.template.context_processors.request"],
            },
        }
    ],
)
django.setup()


def visit(template, cookies=()):
    client = Client()
    client.cookies.load(dict(cookies))
    response = client.get(f"/{template}")
    return {
        "policy": response.get("Content-Security-Policy", ""),
        "html": response.content.decode(),
        "cache": response.get("Cache-Control"),
        "cookie": response.cookies["identified"].OutputString() if "identified" in response.cookies else None,
    }


pages = {template: visit(template) for template in [*TEMPLATES, "page?visitor"]}
pages["left?visitor"] = visit("page?visitor", {"identified": "1"})
pages["checks"] = [message.id for message in run_checks()]
print(json.dumps(pages))
