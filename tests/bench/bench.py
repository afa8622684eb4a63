"""Measures every surface against what people would write in its place, and says how many times as fast it is.

    python3 tests/bench/bench.py                 every surface; writes bench.json
    python3 tests/bench/bench.py SURFACE...      these alone, and no bench.json: while one is being made faster
    python3 tests/bench/bench.py --quick         two short rounds: does everything run? The numbers mean nothing
    python3 tests/bench/bench.py --readme        measures nothing; writes bench.json's figures into README.md beside this file

Standard library only. README.md beside this file says what is measured. The surfaces must be built, and personsig importable in the
Python that runs this: `make bench` does all of it.
"""

import argparse
import importlib.util
import itertools
import json
import os
import pathlib
import platform
import shlex
import statistics
import subprocess
import sys
import sysconfig
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
HERE = ROOT / "tests/bench"
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve()
BUILT = TARGET / "release"
MADE = TARGET / "bench"

CC, NODE, PHP, RUBY = (shlex.split(os.environ.get(name.upper(), name)) for name in ("cc", "node", "php", "ruby"))
PHP_CONFIG = os.environ.get("PHP_CONFIG", "php-config")
WITH_PHP = [*PHP, "-n", "-d", "display_errors=stderr", "-d", f"extension={BUILT / 'libpersonsig_php.so'}"]
WITH_RUBY = [*RUBY, "-I", str(ROOT / "bindings/ruby/lib")]

GROUPS = tuple(itertools.product(("plain", "timestamped"), (10, 36)))
PROVIDERS = {"plain": "gosquared", "timestamped": "chameleon"}
SECRET = "bench-secret-of-thirty-two-bytes"
ENVIRONMENT = {**os.environ, "GOSQUARED_SECURE_MODE_SECRET": SECRET, "CHAMELEON_VERIFICATION_SECRET": SECRET}


def output_of(argv):
    """What a program prints. One that fails ends the bench, after its own complaint."""
    try:
        done = subprocess.run(argv, env=ENVIRONMENT, stdout=subprocess.PIPE, encoding="utf-8")
    except OSError as error:
        sys.exit(f"{argv[0]} does not start: {error.strerror}")
    if done.returncode:
        sys.exit(f"exit code {done.returncode}: {shlex.join(argv)}")
    return done.stdout


# One program a language. Each of these gives the arguments before and after the number of rounds and the length of a batch.


def compiled(source, to, *options):
    to = MADE / to
    to.parent.mkdir(parents=True, exist_ok=True)
    output_of([*CC, "-std=c17", "-O2", "-Wall", "-Wextra", "-Werror", str(HERE / source), *options, "-o", str(to)])
    return str(to)


def floor(source, to, *headers):
    """A host's floor as a native module. Warnings about the host's headers are not ours."""
    return compiled(f"floor/{source}", to, "-shared", "-fPIC", *(part for folder in headers for part in ("-isystem", folder)))


def rust():
    return [str(BUILT / "examples/bench")], []


def c():
    folder = pathlib.Path(floor("c.c", "c/libfloor.so")).parent
    for name in ("libpersonsig.so", "libpersonsig.so.1"):  # the second is what programs look for that were linked with the first
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(BUILT / "libpersonsig.so")
    found = [f"-L{folder}", f"-Wl,-rpath,{folder}", "-lpersonsig", "-lfloor", "-lcrypto"]
    return [compiled("c.c", "c/bench", f"-I{ROOT / 'include'}", *found)], []


def python():
    return [sys.executable, str(HERE / "python.py")], [floor("python.c", "python/floor.so", sysconfig.get_path("include"))]


def node():
    return [*NODE, str(HERE / "node.mjs")], [floor("node.c", "node/floor.node")]


def php():
    headers = [option.removeprefix("-I") for option in output_of([PHP_CONFIG, "--includes"]).split()]
    return [*WITH_PHP, "-d", f"extension={floor('php.c', 'php/floor.so', *headers)}", str(HERE / "php.php")], []


def ruby():
    asked = "puts RbConfig::CONFIG.values_at('rubyhdrdir', 'rubyarchhdrdir')"
    headers = output_of([*RUBY, "-rrbconfig", "-e", asked]).splitlines()
    return [*WITH_RUBY, str(HERE / "ruby.rb")], [floor("ruby.c", "ruby/floor.so", *headers)]


PROGRAMS = {"rust": rust, "c": c, "python": python, "node": node, "php": php, "ruby": ruby}
TITLES = {"php": "PHP"}
CASES = {**dict.fromkeys(PROGRAMS, ("sign", "verify", "sign_many", "new")), "cli": ("sign", "sign_many")}


def language(surface, rounds, batch):
    """The contenders of one language, and what it runs on."""
    before, after = PROGRAMS[surface]()
    start, used = time.perf_counter(), sum(os.times()[2:4])
    who, *contenders = map(json.loads, output_of([*before, str(rounds), str(batch), *after]).splitlines())
    share = (sum(os.times()[2:4]) - used) / (time.perf_counter() - start)
    if share < 0.9 and rounds > 2:
        print(f"{surface} had a core for {share:.0%} of the time: others are at work here, and the numbers are rough", file=sys.stderr)
    # What is made without an id takes the same time for all of them.
    both = [[one] if one["id_bytes"] else [{**one, "id_bytes": id_bytes} for id_bytes in (10, 36)] for one in contenders]
    return [{"surface": surface, **one} for one in itertools.chain(*both)], who["runtime"]


# What is a whole process is measured here: the shell's surface, and imports.


def processes(argvs, rounds):
    """Nanoseconds from start to end of each of these, interleaved."""
    ns = {name: [] for name in argvs}
    names = list(argvs)
    for turn in range(-1, rounds):  # one to warm up
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            start = time.perf_counter_ns()
            subprocess.run(argvs[name], env=ENVIRONMENT, stdout=subprocess.DEVNULL, check=True)
            ns[name].append(time.perf_counter_ns() - start)
    return {name: all_of_it[1:] for name, all_of_it in ns.items()}


def imports(rounds):
    """What an import takes, over the same interpreter that imports nothing."""
    node_module = f"require({json.dumps(str(ROOT / 'bindings/node'))})"
    hosts = {
        "python": {
            "alone": [sys.executable, "-c", "pass"],
            "ours": [sys.executable, "-c", "import personsig"],
            "hmac": [sys.executable, "-c", "import hmac"],
        },
        "node": {"alone": [*NODE, "-e", "0"], "ours": [*NODE, "-e", node_module], "node:crypto": [*NODE, "-e", "require('node:crypto')"]},
        "php": {"alone": [*PHP, "-n", "-r", ";"], "ours": [*WITH_PHP, "-r", ";"]},
        "ruby": {"alone": [*RUBY, "-e", ""], "ours": [*WITH_RUBY, "-rpersonsig", "-e", ""], "openssl": [*RUBY, "-ropenssl", "-e", ""]},
    }
    for surface, argvs in hosts.items():
        ns = processes(argvs, rounds)
        about = {"surface": surface, "case": "import", "scheme": None, "id_bytes": None}
        for name in ns:
            over = [all_of_it - alone for all_of_it, alone in zip(ns[name], ns["alone"])]
            if name == "alone":
                yield {**about, "kind": "alone", "name": "the interpreter alone", "ns": ns[name]}
            else:
                yield {**about, "kind": "ours" if name == "ours" else "usual", "name": name, "ns": over}


def shell(rounds, lines):
    """One signature is one process; a table is signed against the same run that copies a text where it would sign."""
    command, copy = str(BUILT / "personsig"), str(BUILT / "examples/copy")
    message, table = MADE / "message", MADE / "users.csv"
    MADE.mkdir(parents=True, exist_ok=True)
    for scheme, id_bytes in GROUPS:
        ids = [str(1000000000 + 7919 * i) if id_bytes == 10 else f"7b9f2c1e-5d3a-4e68-9f10-{7919 * i:012}" for i in range(lines)]
        about = {"surface": "cli", "scheme": scheme, "id_bytes": id_bytes}
        provider = ["--provider", PROVIDERS[scheme]]

        signature = output_of([command, "sign", *provider, ids[0]]).strip()
        digest, _, made = signature.partition("-")
        message.write_text(ids[0] + ("-" + made if made else ""))
        rival = ["openssl", "dgst", "-sha256", "-hmac", SECRET, "-r", str(message)]
        if output_of(rival).split()[0] != digest:
            sys.exit("sign: the answer of openssl dgst is not ours")
        ns = processes({"ours": [command, "sign", *provider, ids[0]], "rival": rival}, rounds)
        yield {**about, "case": "sign", "kind": "ours", "name": "personsig sign", "ns": ns["ours"]}
        yield {**about, "case": "sign", "kind": "usual", "name": "openssl dgst -hmac", "ns": ns["rival"]}

        rows = (f"{id},Ada Lovelace,ada.{id}@example.com,team,2026-11-21T09:30:00Z\n" for id in ids)
        table.write_text("id,name,email,plan,created_at\n" + "".join(rows))
        ours, rival = [command, "sign", *provider, "--csv", str(table), "--column", "id"], [copy, str(table), "id", signature]
        signed, copied = output_of(ours).splitlines(), output_of(rival).splitlines()
        if len(signed) != lines + 1 or [line.rpartition(",")[0] for line in signed] != [line.rpartition(",")[0] for line in copied]:
            sys.exit("sign_many: the table that is copied is not the one that is signed")
        ns = processes({"ours": ours, "rival": rival}, rounds)
        yield {**about, "case": "sign_many", "kind": "ours", "name": "personsig sign --csv", "ns": [each / lines for each in ns["ours"]]}
        yield {**about, "case": "sign_many", "kind": "usual", "name": "a copy in its place", "ns": [each / lines for each in ns["rival"]]}


# What comes out of it.


def summary(contender):
    """Median and spread in the place of all rounds."""
    ns = sorted(contender.pop("ns"))
    spread = {"median": statistics.median(ns), "p10": ns[len(ns) // 10], "p90": ns[-1 - len(ns) // 10]}
    return {**contender, **{name: round(value, 2) for name, value in spread.items()}}


def place(contender):
    return contender["surface"], contender["case"], contender["scheme"], contender["id_bytes"]


def rows(contenders):
    """One for each rival: how many times as fast ours is."""
    ours = {place(one): one["median"] for one in contenders if one["kind"] == "ours"}
    floors = {place(one): one["median"] for one in contenders if one["kind"] == "floor"}
    for rival in contenders:
        if rival["kind"] in ("ours", "floor"):
            continue
        surface, case, scheme, id_bytes = place(rival)
        host, core = floors.get(place(rival)), floors.get(("rust", case, scheme, id_bytes))
        if surface == "rust":
            host = core and 0
        both = None if host is None or core is None else round(host + core, 2)
        ns = ours[place(rival)]
        yield {
            "surface": surface,
            "case": case,
            "scheme": scheme,
            "id_bytes": id_bytes,
            "ns": ns,
            "rival": rival["name"],
            "rival_ns": rival["median"],
            "ratio": round(rival["median"] / ns, 2),
            "floor_ns": both,
        }


def missing(table, surfaces):
    """What no row speaks of, though it should: it is an error, never a gap in the table."""
    expected = {(surface, case, *group) for surface in surfaces for case in CASES[surface] for group in GROUPS}
    return sorted(expected - set(map(place, table)))


def cpu():
    """Its name, and whether it computes SHA-256 itself."""
    try:
        lines = [line.partition(":") for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()]
    except OSError:
        return platform.processor() or platform.machine(), None
    facts = {name.strip(): value.strip() for name, _, value in lines}
    flags = (facts.get("flags") or facts.get("Features", "")).split()
    return facts.get("model name", platform.machine()), "sha_ni" in flags or "sha2" in flags


def artifacts():
    """Sizes in bytes of what is loaded, and of what lies in dist/."""
    package = pathlib.Path(importlib.util.find_spec("personsig").origin).parent
    files = [BUILT / name for name in ("libpersonsig.so", "libpersonsig.a", "personsig", "libpersonsig_node.so", "libpersonsig_php.so")]
    files += [*package.glob("_personsig*.so"), BUILT / "libpersonsig_ruby.so", *sorted((ROOT / "dist").glob("*"))]
    return {str(file.relative_to(ROOT) if file.is_relative_to(ROOT) else file.name): file.stat().st_size for file in files}


def print_case(case, contenders, table):
    """A column for each scheme and length; for each surface its ratios first."""
    known = {place(one): one for one in contenders if one["kind"] == "ours"}
    print(f"\n{case:38}" + "".join(f"{scheme + ' ' + str(id_bytes):>20}" for scheme, id_bytes in GROUPS))
    for surface in dict.fromkeys(row["surface"] for row in table if row["case"] == case):
        mine = {(row["rival"], row["scheme"], row["id_bytes"]): row for row in table if (row["surface"], row["case"]) == (surface, case)}
        rivals = list(dict.fromkeys(rival for rival, _, _ in mine))
        for rival in rivals:
            cells = (f"{mine[(rival, *group)]['ratio']:.2f}" for group in GROUPS)
            print_line(surface if rival == rivals[0] else "", f"times {rival}", cells)
        ours = [known[(surface, case, *group)] for group in GROUPS]
        print_line("", "median, p10 to p90", map(spread, ours))
        if all(mine[(rivals[0], *group)]["floor_ns"] for group in GROUPS):
            over = (one["median"] / mine[(rivals[0], *group)]["floor_ns"] for one, group in zip(ours, GROUPS))
            print_line("", "over its floor", (f"{ratio:.2f}" for ratio in over))


def spread(one):
    unit, name, digits = (1, "ns", 0) if abs(one["median"]) < 100_000 else (1e6, "ms", 2)
    return f"{one['median'] / unit:.{digits}f} {name}, {one['p10'] / unit:.{digits}f}-{one['p90'] / unit:.{digits}f}"


def print_line(surface, what, cells):
    print(f"{surface:8}{what:30}" + "".join(f"{cell:>20}" for cell in cells))


def figures(report):
    """README.md's table: for a short id and a plain scheme, the rival that people write, and the fastest that the host offers."""
    runtimes = ", ".join(runtime for surface, runtime in report["runtimes"].items() if surface != "rust")
    extensions = "with" if report["sha_extensions"] else "without"
    yield f"""\
Speed-up over the code that you would otherwise write: an id of 10 bytes, GoSquared's scheme, one process per language, medians of
{report["rounds"]} rounds on one {report["cpu"]} {extensions} SHA extensions ({runtimes}).
All of the library's checks are included.
"""
    yield "| | `sign` | `verify` | `sign_many` of 1,000 | than | `sign` | than a key set up once, with |"
    yield "|---|---|---|---|---|---|---|"
    for surface in PROGRAMS:
        mine = [row for row in report["rows"] if (row["surface"], row["scheme"], row["id_bytes"]) == (surface, "plain", 10)]
        usual, best = (row["rival"] for row in mine if row["case"] == "sign")
        times = {(row["case"], row["rival"]): f"{row['ratio']:.{0 if row['ratio'] >= 9.95 else 1}f}" for row in mine}
        cells = [times[case, usual] for case in ("sign", "verify", "sign_many")] + [f"`{usual}`", times["sign", best], f"`{best}`"]
        yield f"| {TITLES.get(surface, surface.capitalize())} | {' | '.join(cells)} |"


def write_figures():
    readme = HERE / "README.md"
    before, after = "<!-- figures: made of bench.json by bench.py --readme -->\n", "<!-- end of figures -->\n"
    head, rest = readme.read_text("utf-8").split(before)
    made = "\n".join(figures(json.loads((ROOT / "bench.json").read_text())))
    readme.write_text(head + before + made + "\n" + after + rest.split(after)[1], "utf-8")


def main():
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("surfaces", nargs="*", metavar="SURFACE", help=", ".join(CASES))
    parser.add_argument("--quick", action="store_true", help="two short rounds, only to see that everything runs")
    parser.add_argument("--readme", action="store_true", help="write bench.json's figures into README.md")
    options = parser.parse_args()
    if options.readme:
        return write_figures()
    if unknown := set(options.surfaces) - set(CASES):
        parser.error(f"no surface: {', '.join(sorted(unknown))}")
    wanted = [surface for surface in CASES if surface in (options.surfaces or CASES)]
    rounds, batch, starts, lines = (2, 10_000, 1, 100) if options.quick else (50, 1_000_000, 20, 100_000)

    contenders, runtimes = [], {}
    for surface in wanted:
        if surface == "cli":
            contenders += shell(starts, lines)
        else:
            found, runtimes[surface] = language(surface, rounds, batch)
            contenders += found
    if not options.surfaces:
        contenders += imports(2 * starts)
    contenders = [summary(contender) for contender in contenders]
    table = list(rows(contenders))
    if gaps := missing(table, wanted):
        sys.exit(f"Not measured: {gaps}")

    name, sha = cpu()
    extensions = {True: "with", False: "without", None: "perhaps with"}[sha]
    print(f"{name}, {os.cpu_count()} cores, {extensions} SHA extensions; medians of {rounds} interleaved rounds")
    print(", ".join(f"{surface}: {runtime}" for surface, runtime in runtimes.items()))
    for case in ("sign", "verify", "sign_many", "new"):
        if any(case in CASES[surface] for surface in wanted):
            print_case(case, contenders, table)
    if options.surfaces:
        return
    print("\nimport, over the interpreter that imports nothing")
    for one in (one for one in contenders if one["case"] == "import" and one["kind"] == "ours"):
        others = ", ".join(f"{row['rival']}: {row['rival_ns'] / 1e6:.2f} ms" for row in table if place(row) == place(one))
        print(f"{one['surface']:8}{spread(one)}; {others}")
    sizes = artifacts()
    print("\nsizes: " + ", ".join(f"{pathlib.Path(name).name} {size / 1000:.0f} kB" for name, size in sizes.items()))
    if not options.quick:
        report = {
            "cpu": name,
            "sha_extensions": sha,
            "rounds": rounds,
            "runtimes": runtimes,
            "rows": table,
            "contenders": contenders,
            "artifacts": sizes,
        }
        (ROOT / "bench.json").write_text(json.dumps(report, indent=1) + "\n")


main()
