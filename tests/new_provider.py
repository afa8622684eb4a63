"""Adds a made-up provider to a copy of the tree, as CONTRIBUTING.md says, and runs the suite of every language there.

Three files are edited by hand: the row, the oracle's facts, a vector. `make update` must do the rest, after which everything passes.
`make test-new-provider` runs it; target/new-provider keeps what was built for the next time.
"""

import base64
import hmac
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILT = ROOT / "target/new-provider"

ROW = """    Provider {
        name: "zephyr",
        title: "Zephyr",
        encoding: Encoding::Base64Url,
        identifier: Identifier::Email,
        secret_variable: "ZEPHYR_CHAT_SECRET",
        documentation: "https://zephyr.example/identity",
        lowercase_email: true,
        secret: "the secret from Zephyr's chat settings",
        fields: Fields::of("mail", "proof"),
        page: Some(Page {
            statements: &[r#"zephyr.push(["user",{"mail":@id,"proof":@signature@more}]);"#],
            reserved: Some(&["mail", "proof"]),
            ..Page::EMPTY
        }),
        #[cfg(test)]
        notes: Notes { secret: "chat secret", ..Notes::EMPTY },
        ..Provider::EMPTY
    },
];

/// Every provider,"""

FACTS = """    "zephyr": vendor(
        "Zephyr",
        "ZEPHYR_CHAT_SECRET",
        "mail proof",
        'zephyr.push(["user",{"mail":ID,"proof":SIGNATUREMORE}]);',
        "mail proof",
        "https://zephyr.example/identity",
        encoding="base64url",
        **LOWER,
    ),
}
"""

SECRET, EMAIL = "0123456789abcdef0123", "Ada@Example.com"
PROOF = base64.urlsafe_b64encode(hmac.digest(SECRET.encode(), EMAIL.lower().encode(), "sha256")).decode().rstrip("=")
VECTOR = f"""    {{ "id": "zephyr-computed", "flags": ["KnownAnswer"],
      "input": {{"provider": "zephyr", "secret": "{SECRET}", "user_id": "{EMAIL}", "now": 0}},
      "expect": {{"signature": "{PROOF}"}} }},
"""

BY_HAND = {
    "core/src/provider.rs": ("];\n\n/// Every provider,", ROW),
    "tests/facts.py": None,
    "tests/vectors/sign.json": ('    { "id": "castle-tests"', VECTOR + '    { "id": "castle-tests"'),
}


LANGUAGES = ("rust", "c", "cli", "python", "node", "php", "ruby")


def edit(copy):
    """What a contributor writes."""
    for name, change in BY_HAND.items():
        text = (copy / name).read_text()
        if change is None:
            changed = text.removesuffix("}\n") + FACTS
        else:
            changed = text.replace(*change, 1)
        if changed == text:
            sys.exit(f"{name} has no place for a new provider where this test looks for it")
        (copy / name).write_text(changed)


def main():
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / "personsig"
        files = subprocess.run(["git", "-C", ROOT, "ls-files", "-z"], check=True, capture_output=True, text=True).stdout
        for name in files.split("\0")[:-1]:
            if (ROOT / name).exists():
                (copy / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, copy / name)
        edit(copy)
        run(copy, "git", "init", "--quiet")
        run(copy, "git", "add", "--all")
        BUILT.mkdir(parents=True, exist_ok=True)
        (copy / "target").symlink_to(BUILT)
        run(copy, "make", "update")
        run(copy, "make", *(f"test-{name}" for name in LANGUAGES), "conformance")
    print("a new provider is a row, the oracle's facts and its vectors")


def run(copy, *command):
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    if subprocess.run(command, cwd=copy, env=environment).returncode:
        sys.exit(f"{' '.join(command)} failed with a new provider")


main()
