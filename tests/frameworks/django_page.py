"""A page in Django: a context processor gives the templates the snippet, the nonce is django-csp's."""

import json
import sys

import django
from csp.constants import NONCE
from django.conf import settings
from django.shortcuts import render
from django.test import Client
from django.urls import path
from django.utils.functional import SimpleLazyObject
from personsig import Signer

PAGE = """\
<p>{{ request.user.first_name }}</p>
{{ gosquared }}
<p>after</p>
"""
TEMPLATES = {
    "page": PAGE,
    "marked": PAGE.replace("gosquared", "gosquared|safe"),
    "formatted": PAGE.replace("gosquared", "gosquared|stringformat:'s'"),
    "unescaped": "{% autoescape off %}" + PAGE.replace("first_name", "first_name|escape") + "{% endautoescape %}",
    "data": "{{ identity|json_script:'identity' }}",
}

SIGNER = Signer.from_env("gosquared")


def gosquared(request):
    user = request.user if request.user.is_authenticated else None
    traits = {"name": user.get_full_name()} if user else {}
    return {"gosquared": SIGNER.snippet(user.pk if user else None, traits=traits, site_token="GSN-000000-A",
                                        nonce=str(request.csp_nonce))}


def user_middleware(get_response):
    """As AuthenticationMiddleware leaves the user: looked up when somebody asks."""
    from django.contrib.auth.models import AnonymousUser, User

    def middleware(request):
        user_id, name = sys.argv[1:]
        request.user = SimpleLazyObject(lambda: AnonymousUser() if "visitor" in request.GET else User(pk=user_id, first_name=name))
        return get_response(request)

    return middleware


def page(request, template):
    return render(request, template, {"identity": SIGNER.identity(sys.argv[1])})


urlpatterns = [path("<template>", page)]

settings.configure(
    ALLOWED_HOSTS=["testserver"],
    CONTENT_SECURITY_POLICY={"DIRECTIVES": {"script-src": [NONCE, "'strict-dynamic'"]}},
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes"],
    MIDDLEWARE=["csp.middleware.CSPMiddleware", f"{__name__}.user_middleware"],
    ROOT_URLCONF=__name__,
    TEMPLATES=[{
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [("django.template.loaders.locmem.Loader", TEMPLATES)],
            "context_processors": ["django.template.context_processors.request", f"{__name__}.gosquared"],
        },
    }],
)
django.setup()


def visit(template):
    response = Client().get(f"/{template}")
    return {"policy": response["Content-Security-Policy"], "html": response.content.decode()}


print(json.dumps({template: visit(template) for template in [*TEMPLATES, "page?visitor"]}))
