"""Python, Node, PHP and Ruby refuse the same traits at the same place, in the same words: each has its own way to hold a
value, and the core has the one walk over them.
"""

import json

import pytest
from test_api import BINDINGS, EXTENSION, run, tool

import personsig

# Where and what, and how each language writes it. Of a TypeError only the place is the same, types being named differently.
DEEP = 32
CASES = {
    "a wrong type": ("trait 2", "{'a': 1, 'b': complex()}", "{ a: 1, b() {} }", "['a' => 1, 'b' => fn () => 1]", "{a: 1, b: 1i}"),
    "a wrong type in lists and maps": (
        "trait 1.2.3",
        "{'a': [1, {'b': 1, 'c': 1, 'd': complex()}]}",
        "{ a: [1, { b: 1, c: 1, d() {} }] }",
        "['a' => [1, ['b' => 1, 'c' => 1, 'd' => fn () => 1]]]",
        "{a: [1, {b: 1, c: 1, d: 1i}]}",
    ),
    "the first of two wrong types": (
        "trait 1.1",
        "{'a': [complex()], 'b': complex()}",
        "{ a: [() => 1], b() {} }",
        "['a' => [fn () => 1], 'b' => fn () => 1]",
        "{a: [1i], b: 1i}",
    ),
    "no map": ("traits", "[1]", "[1]", "[1]", "[1]"),
    "a number too large": (
        "trait 2.1 is a number beyond 2^53-1, which a page cannot read exactly",
        "{'a': 1, 'b': [2**53]}",
        "{ a: 1, b: [2n ** 53n] }",
        "['a' => 1, 'b' => [2 ** 53]]",
        "{a: 1, b: [2**53]}",
    ),
    "an integer beyond 64 bits": (
        "trait 1 is a number beyond 2^53-1, which a page cannot read exactly",
        "{'a': -(2**70)}",
        "{ a: -(2n ** 70n) }",
        "['a' => -(2 ** 70)]",
        "{a: -(2**70)}",
    ),
    "no number": ("trait 1 is not a finite number", "{'a': float('inf')}", "{ a: Infinity }", "['a' => INF]", "{a: Float::INFINITY}"),
    "no Unicode": (
        "trait 1.2 is not valid Unicode text",
        "{'a': ['b', '\\ud800']}",
        "{ a: ['b', '\\ud800'] }",
        "['a' => ['b', \"\\xff\"]]",
        "{a: ['b', \"\\xff\"]}",
    ),
    "a name that is no Unicode": (
        "the name of trait 1.1 is not valid Unicode text",
        "{'a': {'\\udfff': 1}}",
        "{ a: { '\\udfff': 1 } }",
        "['a' => [\"\\xff\" => 1]]",
        '{a: {"\\xff" => 1}}',
    ),
    "a name that sets a prototype": (
        "the name of trait 1.1 would set an object's prototype",
        "{'a': {'__proto__': 1}}",
        "{ a: { ['__proto__']: 1 } }",
        "['a' => ['__proto__' => 1]]",
        "{a: {'__proto__' => 1}}",
    ),
    "a name that is reserved": (
        "the name of trait 2 is one that the snippet writes itself",
        "{'a': 1, 'id': 1}",
        "{ a: 1, id: 1 }",
        "['a' => 1, 'id' => 1]",
        "{a: 1, id: 1}",
    ),
    "too many levels": (
        f"trait 1{'.1' * (DEEP - 1)} lies deeper than 32 levels",
        f"{{'a': {'[' * DEEP}{']' * DEEP}}}",
        f"{{ a: {'[' * DEEP}{']' * DEEP} }}",
        f"['a' => {'[' * DEEP}{']' * DEEP}]",
        f"{{a: {'[' * DEEP}{']' * DEEP}}}",
    ),
    "a list that holds itself, before a wrong type": (
        f"trait 1{'.2' * (DEEP - 1)} lies deeper than 32 levels",
        "(lambda of: (of.append(of), {'a': of, 'b': complex()})[1])([1])",
        "((of) => (of.push(of), { a: of, b() {} }))([1])",
        "(function () { $of = [1]; $of[] = &$of; return ['a' => &$of, 'b' => fn () => 1]; })()",
        "[1].then { |of| of << of; {a: of, b: 1i} }",
    ),
    "a map that holds itself": (
        f"trait 1{'.1' * (DEEP - 1)} lies deeper than 32 levels",
        "(lambda of: (of.update(b=of), {'a': of})[1])({})",
        "((of) => ((of.b = of), { a: of }))({})",
        "(function () { $of = ['b' => 1]; $of['b'] = &$of; return ['a' => &$of]; })()",
        "{}.then { |of| of[:b] = of; {a: of} }",
    ),
}


def python(programs):
    signer, said = personsig.Signer("gosquared", "personsig-test-secret"), []
    for program in programs:
        try:
            said.append(f"not refused: {signer.snippet('42', traits=eval(program))}")
        except (TypeError, personsig.InputError) as error:
            said.append(str(error))
    return said


def node(programs):
    cases = ", ".join(f"() => ({program})" for program in programs)
    return json.loads(
        run(
            tool("node"),
            "-e",
            f"""
            const {{ Signer }} = require({json.dumps(str(BINDINGS / "node/index.js"))});
            const signer = new Signer('gosquared', 'personsig-test-secret');
            console.log(JSON.stringify([{cases}].map((made) => {{
              try {{ return `not refused: ${{signer.snippet('42', {{ traits: made() }})}}`; }} catch (error) {{ return error.message; }}
            }})));
            """,
        )
    )


def php(programs):
    cases = ", ".join(f"fn () => {program}" for program in programs)
    return json.loads(
        run(
            tool("php"),
            "-n",
            "-d",
            f"extension={EXTENSION}",
            "-r",
            f"""
            $signer = new Personsig\\Signer('gosquared', 'personsig-test-secret');
            echo json_encode(array_map(function ($made) use ($signer) {{
                try {{ return 'not refused: ' . $signer->snippet('42', $made()); }}
                catch (Throwable $error) {{ return $error->getMessage(); }}
            }}, [{cases}]));
            """,
        )
    )


def ruby(programs):
    cases = ", ".join(f"-> {{ {program} }}" for program in programs)
    return json.loads(
        run(
            tool("ruby"),
            "-I",
            BINDINGS / "ruby/lib",
            "-e",
            f"""
            require "json"
            require "personsig"
            signer = Personsig::Signer.new("gosquared", "personsig-test-secret")
            said = [{cases}].map do |made|
              "not refused: #{{signer.snippet("42", traits: made.call)}}"
            rescue TypeError, Personsig::InputError => error
              error.message
            end
            puts JSON.generate(said)
            """,
        )
    )


@pytest.mark.parametrize(
    ("column", "language"), [*enumerate([python, node, php, ruby], 1)], ids=lambda value: getattr(value, "__name__", "")
)
def test_traits_are_refused_at_the_same_place_in_the_same_words(column, language):
    said = dict(zip(CASES, language([case[column] for case in CASES.values()]), strict=True))
    # PHP's parameters have a `$`.
    places = {name: message.removeprefix("$").partition(" must be ")[0].partition(";")[0] for name, message in said.items()}
    assert places == {name: case[0] for name, case in CASES.items()}
