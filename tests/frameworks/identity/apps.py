"""identity/apps.py: the Signer is made when Django starts."""

from django.apps import AppConfig
from django.core.checks import Warning, register
from personsig import InputError, Signer


class IdentityConfig(AppConfig):
    name = "identity"
    gosquared = None  # as long as the secret is not set

    def ready(self):
        try:
            self.gosquared = Signer.from_env("gosquared")
        except InputError as error:
            if error.code != "missing-secret":
                raise
            message = f"No page identifies its user: {error}"
            register(lambda app_configs, **kwargs: [Warning(message, id="identity.W001")])
