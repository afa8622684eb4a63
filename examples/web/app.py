"""A small Flask app that tells GoSquared and Chameleon who is logged in, signed, and shows what it tells them."""

import os
import pathlib
import secrets
import time

from flask import Flask, abort, g, make_response, redirect, render_template_string, request, send_file, session
from personsig import Signer
from werkzeug.serving import make_server

# Read when the program starts, so that a missing secret shows at once and not on the first page.
gosquared = Signer.from_env("gosquared")
chameleon = Signer.from_env("chameleon")

USERS = {
    "ada": {"id": 123456, "name": "Ada Lovelace"},
    # What somebody may have typed must reach the vendors unchanged, and do nothing on the way.
    "obrien": {"id": '"><img src=x onerror=alert(1)>', "name": "O'Brien</script><script>alert(1)</script>"},
}

app = Flask(__name__, static_folder=None)
app.secret_key = secrets.token_bytes(32)  # keep yours in a secret: a new one at every start logs everybody out
app.config.update(SESSION_COOKIE_HTTPONLY=True, SESSION_COOKIE_SAMESITE="Lax")  # with https also SESSION_COOKIE_SECURE=True

# Behind a proxy: let it pass on the Host that the browser asked for, or every form is refused below. For the visitor's scheme and
# address: app.wsgi_app = werkzeug.middleware.proxy_fix.ProxyFix(app.wsgi_app, x_for=1, x_proto=1)


@app.before_request
def begin():
    g.nonce = secrets.token_urlsafe(16)
    g.user = USERS.get(session.get("user"))
    # A browser says which site a form comes from. Other sites may neither log anybody in nor out.
    origin = request.headers.get("Origin")
    if request.method == "POST" and origin is not None and origin.partition("://")[2] != request.host:
        abort(403)


@app.after_request
def protect(response):
    # 'strict-dynamic': scripts that a script with the nonce loads may run, which here are the vendors' own. Nothing else may.
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src 'nonce-{g.nonce}' 'strict-dynamic'; style-src 'self'; "
        "connect-src https://*.gosquared.com https://*.chameleon.io; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    response.headers["Cache-Control"] = "private, no-store"  # a page with a signature is for one user only
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@app.get("/")
def home():
    user, now = g.user, int(time.time())
    # This cookie outlives the session. Whoever has it without a session has logged out, or the session has expired:
    # the vendors are told so, once.
    left = user is None and "identified" in request.cookies

    user_id, traits = (user["id"], {"name": user["name"]}) if user else (None, {})
    snippets = {
        "GoSquared": gosquared.snippet(user_id, traits=traits, site_token="GSN-000000-A", nonce=g.nonce, now=now),
        "Chameleon": chameleon.snippet(user_id, traits=traits, nonce=g.nonce, now=now),
    }
    vendors = [
        panel("GoSquared", gosquared, snippets["GoSquared"], now, left and '_gs("unidentify");'),
        panel("Chameleon", chameleon, snippets["Chameleon"], now, left and "chmln.clear();"),
    ]
    response = make_response(render_template_string(PAGE, user=user, left=left, snippets=snippets, vendors=vendors))
    if user:
        response.set_cookie("identified", "1", max_age=365 * 86400, httponly=True, samesite="Lax")
    elif left:
        response.delete_cookie("identified")
    return response


def panel(name, signer, snippet, now, farewell):
    """What the page shows of a vendor. Only the example needs it."""
    calls = [line for line in snippet.splitlines() if line.startswith(("_gs(", "chmln."))] + ([farewell] if farewell else [])
    shown = {"name": name, "calls": "\n".join(calls)}
    if g.user:
        signature = signer.sign(g.user["id"], now=now)
        signed_at = signer.verify(g.user["id"], signature).signed_at  # raises if it does not verify
        shown["signature"] = f"{signature[:8]}…{signature[56:]}"
        shown["calls"] = shown["calls"].replace(signature, shown["signature"])
        shown["made"] = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(now))
        shown["timed"] = signed_at is not None
    return shown


@app.post("/login")
def login():
    user = request.form.get("user")  # a real app checks a password first
    if user in USERS:
        session.clear()
        session["user"] = user
    return redirect("/", 303)


@app.post("/logout")
def logout():
    session.clear()  # the cookie is the session, and a copy of it still works; a real app can end sessions on its server
    return redirect("/", 303)


@app.get("/login")
@app.get("/logout")
def reloaded():
    return redirect("/", 303)


@app.get("/identity")
def identity():
    """For scripts. It signs the session's user, whatever the request asks for."""
    if not g.user:
        return {"error": "not logged in"}, 401
    return {"gosquared": gosquared.identity(g.user["id"]), "chameleon": chameleon.identity(g.user["id"])}


@app.get("/style.css")
def style():
    return send_file(pathlib.Path(__file__).with_name("style.css"))


PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>personsig with Flask</title>
<link rel="stylesheet" href="/style.css">
<script nonce="{{ g.nonce }}">
// Stands for the lines of your own Chameleon install page, which hold your account's token: calls wait until its script is there.
chmln = {};
["identify", "clear"].forEach(function (name) {
  var calls = chmln[name + "_a"] = [];
  chmln[name] = function () { calls.push(arguments); };
});
document.head.appendChild(document.createElement("script")).src = "https://fast.chameleon.io/messo/ACCOUNT-TOKEN/messo.min.js";
</script>
{{ snippets.GoSquared }}
{{ snippets.Chameleon }}
{% if left %}<script nonce="{{ g.nonce }}">_gs("unidentify"); chmln.clear();</script>{% endif %}
</head>
<body>
<header>personsig with Flask</header>
<main>
{% if user %}
<h1>You are logged in</h1>
<dl><dt>Name</dt><dd>{{ user.name }}</dd><dt>Id</dt><dd>{{ user.id }}</dd></dl>
<form method="post" action="/logout"><button>Log out</button></form>
{% else %}
<h1>{{ "You are logged out" if left else "Welcome, visitor" }}</h1>
<p>Nobody is logged in, so nothing is signed.</p>
<form method="post" action="/login">Log in as:
<button name="user" value="ada">Ada</button>
<button name="user" value="obrien">O'Brien, whose name is an attack</button></form>
{% endif %}
</main>
<div class="vendors">
{% for vendor in vendors %}
<section>
<h2>{{ vendor.name }}</h2>
{% if user %}
<dl><dt>Signature, shortened</dt><dd><code>{{ vendor.signature }}</code> <b>verified</b></dd>
<dt>Made</dt><dd>{{ vendor.made }}; {{ "it ends in this time" if vendor.timed else "it carries no time" }}</dd></dl>
{% endif %}
<dl><dt>This page tells it</dt><dd>{% if vendor.calls %}<pre>{{ vendor.calls }}</pre>{% else %}Nothing{% endif %}</dd></dl>
</section>
{% endfor %}
</div>
<footer>
{% if user %}
After you log out, the next page calls <code>_gs("unidentify")</code> and <code>chmln.clear()</code>, once.
<a href="/identity">/identity</a> gives scripts the same as JSON.
{% else %}
A visitor has no id and no signature.
{% endif %}
</footer>
</body>
</html>
"""

if __name__ == "__main__":
    server = make_server("127.0.0.1", int(os.environ.get("PORT", 8000)), app, threaded=True)
    print(f"http://127.0.0.1:{server.server_port}/", flush=True)
    server.serve_forever()
