"""A page in Flask: Jinja renders the snippet, the nonce is flask-talisman's."""

import json
import sys

from flask import Flask, render_template, request
from flask_talisman import Talisman
from jinja2 import DictLoader
from personsig import InputError, Signer

USER = dict(zip(["id", "name"], sys.argv[1:]))

PAGE = """\
<p>{{ user.name }}</p>
{{ gosquared.snippet(user.id if user else none, traits={"name": user.name if user else none},
                     site_token="GSN-000000-A", nonce=csp_nonce()) if gosquared }}
<p>after</p>
"""
TEMPLATES = {
    "page": PAGE,
    "marked": PAGE.replace(") if", ")|safe if"),
    "trimmed": PAGE.replace(") if", ")|trim if"),
    "unescaped": "{% autoescape false %}" + PAGE.replace("user.name }}", "user.name|e }}") + "{% endautoescape %}",
}

app = Flask(__name__)
app.testing = True
app.jinja_loader = DictLoader({f"{template}.html": text for template, text in TEMPLATES.items()})
try:
    gosquared = Signer.from_env("gosquared")
except InputError as error:
    if error.code != "missing-secret":
        raise
    app.logger.warning("GoSquared is off: %s", error)
    gosquared = None
app.jinja_env.globals["gosquared"] = gosquared
Talisman(app, content_security_policy={"script-src": "'strict-dynamic'"}, content_security_policy_nonce_in=["script-src"])


@app.get("/<template>")
def page(template):
    return render_template(f"{template}.html", user=None if "visitor" in request.args else USER)


def visit(path):
    response = app.test_client().get(path, base_url="https://localhost")
    return {"policy": response.headers["Content-Security-Policy"], "html": response.text}


print(json.dumps({path: visit(path) for path in [*TEMPLATES, "page?visitor"]}))
