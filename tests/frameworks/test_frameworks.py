"""The snippet on a page of each framework: neither escaped again nor escaped never.

Each `*_page` is a small program in its framework. It is given a user's id and name, renders a few templates of
`<p>NAME</p>`, the snippet and `<p>after</p>`, and prints {template: {"policy": the Content-Security-Policy, "html":
what came out}}. In `page` the snippet is written as in examples/web/README.md.
"""

import functools
import html
import json
import os
import pathlib
import re
import subprocess
import sys

import pytest
from personsig import Signer

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent
SECRET = "personsig-test-secret"
ID = '"><img src=x onerror=alert(1)>'
NAME = "O'Brien</script><script>alert(1)</script>"

PYTHON = [sys.executable]
NODE = [os.environ.get("NODE", "node")]
RUBY = [os.environ.get("RUBY", "ruby"), "-I", str(ROOT / "bindings/ruby/lib")]


def php():
    """Without php.ini, as an installed personsig may be there; with what the frameworks need, where it is not built in."""
    program = os.environ.get("PHP", "php")
    built_in = subprocess.run([program, "-n", "-m"], check=True, capture_output=True, text=True).stdout.lower().split()
    shared = [name for name in ["ctype", "mbstring", "tokenizer"] if name not in built_in]
    extensions = [*shared, str(ROOT / "target/release/libpersonsig_php.so")]
    return [program, "-n", *(argument for name in extensions for argument in ["-d", f"extension={name}"])]


FRAMEWORKS = {
    "django": lambda: [*PYTHON, "django_page.py"],
    "flask": lambda: [*PYTHON, "flask_page.py"],
    "express": lambda: [*NODE, "express_page.mjs"],
    "rails": lambda: [*RUBY, "rails_page.rb"],
    "sinatra": lambda: [*RUBY, "sinatra_page.rb"],
    "php": lambda: [*php(), "php_page.php"],
    "blade": lambda: [*php(), "blade_page.php"],
    "twig": lambda: [*php(), "twig_page.php"],
}
LARAVEL = {"laravel": lambda: [*php(), "laravel_page.php"]}  # Without a template: Laravel's are Blade's.


def run(framework, secret):
    command = [*(FRAMEWORKS | LARAVEL)[framework](), ID, NAME]
    environment = {**os.environ, "GOSQUARED_SECURE_MODE_SECRET": secret}
    return subprocess.run(command, cwd=HERE, env=environment, capture_output=True, encoding="utf-8")


@functools.cache
def pages(framework, secret=SECRET):
    ran = run(framework, secret)
    assert ran.returncode == 0, ran.stderr or ran.stdout
    return json.loads(ran.stdout)


def page(framework, template, secret=SECRET):
    """What stands where the name should, what stands where the snippet should, and the nonce that the policy allows."""
    answer = pages(framework, secret)[template]
    whole = re.fullmatch(r"<p>(.*)</p>\n(.*)\n<p>after</p>\n?", answer["html"], re.S)
    assert whole, answer["html"]
    return *whole.groups(), re.search("'nonce-(.+?)'", answer["policy"])[1]


def expected(user_id, nonce):
    """What Python's Signer says, whatever the page's language."""
    traits = {} if user_id is None else {"name": NAME}
    return str(Signer("gosquared", SECRET).snippet(user_id, traits=traits, site_token="GSN-000000-A", nonce=nonce))


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_snippet_is_intact_and_has_the_frameworks_nonce(framework):
    _, snippet, nonce = page(framework, "page")
    assert snippet == expected(ID, nonce)


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_what_stands_beside_it_is_still_escaped_once(framework):
    name, _, _ = page(framework, "page")
    assert "<" not in name
    assert html.unescape(name) == NAME


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_visitor_gets_the_loader_and_no_signature(framework):
    name, snippet, nonce = page(framework, "page?visitor")
    assert name == ""
    assert snippet == expected(None, nonce)


# Written otherwise than in the recipes: marked as safe once more, or in a template that escapes nothing.
INTACT = [
    ("django", "marked"),
    ("django", "unescaped"),
    ("flask", "marked"),
    ("flask", "unescaped"),
    ("rails", "marked"),
    ("sinatra", "unescaped"),
    ("blade", "marked"),
    ("twig", "marked"),
]


@pytest.mark.parametrize("framework,template", INTACT)
def test_it_is_intact_too_where_it_is(framework, template):
    _, snippet, nonce = page(framework, template)
    assert snippet == expected(ID, nonce)


# Where the template does not know that it is safe, or a filter or a longer text has made another text of it.
SHOWN_AS_TEXT = [
    ("django", "formatted"),
    ("flask", "trimmed"),
    ("express", "escaped"),
    ("rails", "interpolated"),
    ("sinatra", "escaped"),
    ("blade", "cast"),
    ("twig", "escaped"),
]


@pytest.mark.parametrize("framework,template", SHOWN_AS_TEXT)
def test_it_is_text_and_runs_nothing_where_it_is(framework, template):
    _, snippet, nonce = page(framework, template)
    assert "<" not in snippet
    assert html.unescape(snippet) == expected(ID, nonce)


def test_djangos_json_script_hands_on_the_identity():
    data = re.fullmatch('<script id="identity" type="application/json">(.*)</script>', pages("django")["data"]["html"])[1]
    assert "<" not in data
    assert json.loads(data) == Signer("gosquared", SECRET).identity(ID)


def test_djangos_page_is_not_kept_and_another_page_is_left_alone():
    kept = {
        template: (pages("django")[template]["cache"], pages("django")[template]["cookie"])
        for template in ["page", "page?visitor", "without"]
    }
    assert kept["page"][0] == "private, no-store"
    assert re.fullmatch("identified=1; expires=.*; HttpOnly; Max-Age=31536000; Path=/; SameSite=Lax", kept["page"][1])
    assert kept["page?visitor"] == ("private, no-store", None)
    assert kept["without"] == (None, None)


def test_django_tells_once_that_the_session_has_ended():
    left = pages("django")["left?visitor"]
    nonce = re.search("'nonce-(.+?)'", left["policy"])[1]
    snippet = f'{expected(None, nonce)}\n<script nonce="{nonce}">_gs("unidentify")</script>'
    assert left["html"] == f"<p></p>\n{snippet}\n<p>after</p>\n"
    assert "Max-Age=0" in left["cookie"]


# Django and Laravel have tests of their own below, Rails and Next.js in tests/browser.
OTHERS = ["flask", "express", "sinatra", "php", "blade", "twig"]


@pytest.mark.parametrize("framework", OTHERS)
def test_there_is_no_snippet_while_the_secret_is_not_set(framework):
    assert [page(framework, template, secret="")[1] for template in ["page", "page?visitor"]] == ["", ""]


@pytest.mark.parametrize("framework", OTHERS)
def test_a_wrong_secret_stops_the_program(framework):
    ran = run(framework, "undefined")
    assert ran.returncode != 0
    assert "GOSQUARED_SECURE_MODE_SECRET" in ran.stderr + ran.stdout


def test_django_has_no_snippet_while_the_secret_is_not_set_and_a_check_says_so():
    unset = pages("django", "")
    assert unset["page"]["html"] == f"<p>{html.escape(NAME)}</p>\n\n<p>after</p>\n"
    assert "identity.W001" in unset["checks"]
    assert "identity.W001" not in pages("django")["checks"]


def test_django_does_not_start_with_a_wrong_secret():
    ran = run("django", "undefined")
    assert ran.returncode != 0
    assert "GOSQUARED_SECURE_MODE_SECRET" in ran.stderr


def test_laravel_signs_from_its_cached_configuration():
    assert pages("laravel") == {
        "from the environment": "missing-secret",
        "from the configuration": Signer("gosquared", SECRET).sign(ID),
        "one Signer": True,
        "older secret": True,
        "not set": None,
        "empty": None,
        "wrong": "placeholder-secret",
    }


# Each code block of the recipes stands in a program that runs, but for those whose heading says otherwise.
SECTIONS = re.split("^## ", (ROOT / "examples/web/README.md").read_text("utf-8"), flags=re.M)
BLOCKS = [
    block
    for section in SECTIONS
    if "(not run)" not in section.partition("\n")[0]
    for block in re.findall(r"^```.+\n((?:.*\n)*?)```$", section, re.M)
]


def lines(text):
    return "\n".join(line.strip() for line in text.strip().splitlines())


def test_the_recipes_show_what_is_tested():
    ours = [
        path
        for path in HERE.rglob("*")
        if path.suffix in {".py", ".mjs", ".js", ".jsx", ".php", ".rb"}
        and not {"node_modules", ".next"} & set(path.relative_to(HERE).parts)
        and path.name != "test_frameworks.py"
    ]
    programs = [lines(path.read_text("utf-8")) for path in [*ours, *ROOT.glob("examples/web/app.*")]]
    assert len(BLOCKS) >= len(FRAMEWORKS)
    assert [block for block in BLOCKS if not any(lines(block) in program for program in programs)] == []
