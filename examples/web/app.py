"""A small Flask app that says who is logged in, signed, to GoSquared and Chameleon."""

import os
import secrets

from flask import Flask, abort, g, redirect, render_template_string, request, session
from personsig import Signer
from werkzeug.serving import make_server

# Read when the program starts, so that a missing secret shows at once and not on the first page.
gosquared = Signer.from_env("gosquared")
chameleon = Signer.from_env("chameleon")

USERS = {
    "ada": {"id": 123456, "name": "Ada Lovelace"},
    # What somebody may have typed must arrive at the vendors as it is, and do nothing on the way.
    "obrien": {"id": '"><img src=x onerror=alert(1)>', "name": "O'Brien</script><script>alert(1)</script>"},
}

app = Flask(__name__)
app.secret_key = secrets.token_bytes(32)  # a real app keeps its key: with this one a restart logs everybody out
app.config.update(SESSION_COOKIE_HTTPONLY=True, SESSION_COOKIE_SAMESITE="Lax")  # with https also SESSION_COOKIE_SECURE=True


@app.before_request
def begin():
    g.nonce = secrets.token_urlsafe(16)
    g.user = USERS.get(session.get("user"))
    # A browser says where a form comes from. Other sites may neither log anybody in nor out.
    origin = request.headers.get("Origin")
    if request.method == "POST" and origin is not None and origin + "/" != request.host_url:
        abort(403)


@app.after_request
def protect(response):
    # 'strict-dynamic': what a script with the nonce loads may run, the vendors' scripts that is, and nothing else.
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src 'nonce-{g.nonce}' 'strict-dynamic'; style-src 'nonce-{g.nonce}'; "
        "connect-src https://*.gosquared.com https://*.chameleon.io; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    response.headers["Cache-Control"] = "private, no-store"  # a page with a signature is for one user only
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def page(user, left=False):
    user_id, traits = (user["id"], {"name": user["name"]}) if user else (None, {})
    return render_template_string(
        PAGE,
        user=user,
        left=left,
        gosquared=gosquared.snippet(user_id, traits=traits, site_token="GSN-000000-A", nonce=g.nonce),
        chameleon=chameleon.snippet(user_id, traits=traits, nonce=g.nonce),
    )


@app.get("/")
def home():
    return page(g.user)


@app.post("/login")
def login():
    session.clear()
    session["user"] = request.form.get("user")  # a real app checks a password first
    return redirect("/", 303)


@app.post("/logout")
def logout():
    session.clear()  # the cookie is the session: who has a copy is logged in with it; a real app can end sessions on its server
    return page(None, left=True)


@app.get("/identity")
def identity():
    """For scripts. It signs the session's user, whatever the request asks for."""
    if not g.user:
        return {"error": "not logged in"}, 401
    return {"gosquared": gosquared.identity(g.user["id"]), "chameleon": chameleon.identity(g.user["id"])}


PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>personsig with Flask</title>
<style nonce="{{ g.nonce }}">
body { max-width: 34rem; margin: 4rem auto; padding: 0 1rem; font: 1.1rem/1.6 system-ui, sans-serif; color: #1d2733; background: #f2f5f7 }
main { padding: 1.5rem 2rem; background: #fff; border-radius: .75rem; box-shadow: 0 1px 6px #0002; overflow-wrap: anywhere }
button { font: inherit; padding: .4rem 1rem; border: 0; border-radius: .4rem; color: #fff; background: #2457a6; cursor: pointer }
dt, header { color: #67727e; font-size: .9rem } dd { margin: 0 0 .8rem } h1 { font-size: 1.4rem } p { margin: 1rem 0 }
</style>
<script nonce="{{ g.nonce }}">
// Stands for the lines of your own Chameleon install page, which hold your account's token: calls wait until its script is there.
chmln = {};
["identify", "clear"].forEach(function (name) {
  var calls = chmln[name + "_a"] = [];
  chmln[name] = function () { calls.push(arguments); };
});
document.head.appendChild(document.createElement("script")).src = "https://fast.chameleon.io/messo/ACCOUNT-TOKEN/messo.min.js";
</script>
{{ gosquared }}
{{ chameleon }}
{% if left %}<script nonce="{{ g.nonce }}">_gs("unidentify"); chmln.clear();</script>{% endif %}
</head>
<body>
<header>personsig with Flask</header>
<main>
{% if user %}
<h1>You are logged in</h1>
<dl><dt>Name</dt><dd>{{ user.name }}</dd><dt>Id</dt><dd>{{ user.id }}</dd></dl>
<p>This page's source shows what the vendors are told; <a href="/identity">/identity</a> is the same for scripts.</p>
<form method="post" action="/logout"><button>Log out</button></form>
{% else %}
<h1>{{ "You are logged out" if left else "Welcome, visitor" }}</h1>
<p>Nobody is logged in, so nothing is signed. Log in as</p>
<form method="post" action="/login"><button name="user" value="ada">Ada</button> <button name="user" value="obrien">O'Brien</button></form>
{% endif %}
</main>
</body>
</html>
"""

if __name__ == "__main__":
    server = make_server("127.0.0.1", int(os.environ.get("PORT", 8000)), app, threaded=True)
    print(f"http://127.0.0.1:{server.server_port}/", flush=True)
    server.serve_forever()
