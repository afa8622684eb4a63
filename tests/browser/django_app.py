"""A Django app with a strict Content-Security-Policy and the recipe's app in tests/frameworks/identity: `django_app.py PORT`."""

import pathlib
import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
from csp.constants import NONCE
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.shortcuts import redirect, render
from django.urls import path

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "frameworks"))

PAGE = """\
<!DOCTYPE html>
{% load identity %}
<html lang="en">
<head><title>Django</title><link rel="icon" href="data:,">{% gosquared %}</head>
<body><a href="/login">Log in</a></body>
</html>
"""


def user_middleware(get_response):
    from django.contrib.auth.models import AnonymousUser, User

    def middleware(request):
        request.user = User(pk=42, first_name="Ada") if "user" in request.COOKIES else AnonymousUser()
        return get_response(request)

    return middleware


def login(request):
    response = redirect("/")
    response.set_cookie("user", "1", httponly=True, samesite="Lax")  # a real app has a session, and checks a password first
    return response


urlpatterns = [path("", lambda request: render(request, "page")), path("login", login)]

settings.configure(
    ALLOWED_HOSTS=["localhost"],
    CONTENT_SECURITY_POLICY={
        "DIRECTIVES": {
            "default-src": ["'none'"],
            "img-src": ["data:"],
            "script-src": [NONCE, "'strict-dynamic'"],
            "connect-src": ["https://*.gosquared.com"],
        }
    },
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "identity"],
    MIDDLEWARE=["csp.middleware.CSPMiddleware", f"{__name__}.user_middleware", "identity.middleware.identity"],
    ROOT_URLCONF=__name__,
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "loaders": [("django.template.loaders.locmem.Loader", {"page": PAGE})],
                "context_processors": ["django.template.context_processors.request"],
            },
        }
    ],
)
django.setup()


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


make_server("127.0.0.1", int(sys.argv[1]), get_wsgi_application(), handler_class=Quiet).serve_forever()
