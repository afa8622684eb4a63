"""What `import personsig` loads, and where it works: vendored, twice in one process, in other interpreters."""

import os
import pathlib
import shutil
import subprocess
import sys
import sysconfig

import pytest

import personsig

INSTALLED = pathlib.Path(personsig.__file__).parent


def run(program, *paths, **environment):
    """What a program prints to an interpreter that finds its modules there alone, and in the standard library."""
    command = [sys.executable, "-I", "-S", "-c", f"import sys; sys.path[:0] = {list(map(str, paths))!r}\n{program}"]
    ran = subprocess.run(command, capture_output=True, text=True, env=os.environ | environment)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_an_import_loads_nothing_of_the_standard_library():
    program = "before = set(sys.modules); import personsig; print(*sorted(set(sys.modules) - before))"
    assert run(program, INSTALLED.parent).split() == [
        "personsig",
        "personsig._errors",
        "personsig._personsig",
        "personsig._snippet",
    ]


USE = """
signer = personsig.Signer("gosquared", "personsig-test-secret")
for _ in range(2):
    try: signer.sign("")
    except personsig.InputError as error: print(error.code, type(error).__module__)
print(type(signer.snippet("42")).__module__, type(signer).__module__)
import pickle
print(pickle.loads(pickle.dumps(signer.verify("42", signer.sign("42")))) == signer.verify("42", signer.sign("42")))
print(pickle.loads(pickle.dumps(signer.explain("42", "")))[0] == signer.explain("42", "")[0])
print(pickle.loads(pickle.dumps(personsig.providers())) == personsig.providers())
"""


def used(package):
    return f"empty-user-id {package}\n" * 2 + f"{package} {package}\n" + "True\n" * 3


def test_a_vendored_copy_works(tmp_path):
    vendored = tmp_path / "app" / "_vendor" / "personsig"
    shutil.copytree(INSTALLED, vendored)
    assert run(f"from app._vendor import personsig{USE}", tmp_path) == used("app._vendor.personsig")


def test_two_copies_in_one_process_are_two_packages(tmp_path):
    shutil.copytree(INSTALLED, tmp_path / "vendor" / "personsig")
    program = f"import personsig{USE}\ninstalled = personsig\nfrom vendor import personsig{USE}"
    program += "assert personsig.InputError is not installed.InputError"
    assert run(program, tmp_path, INSTALLED.parent) == used("personsig") + used("vendor.personsig")


def test_a_second_import_raises_what_the_first_did():
    program = """
import personsig
first = personsig.InputError
for name in [name for name in sys.modules if name.startswith("personsig")]:
    del sys.modules[name]
import personsig
try: personsig.Signer("gosquared", "")
except first as error: print(error.code, personsig.InputError is first)
"""
    assert run(program, INSTALLED.parent) == "missing-secret True\n"


MESSAGE = "personsig works in one interpreter per process, and another one has imported it; start a process for each"

IN_ANOTHER = """
try: import _interpreters as interpreters
except ImportError: import _xxsubinterpreters as interpreters
def run(program):
    interpreter = interpreters.create()
    interpreters.run_string(interpreter, "import sys; sys.path[:0] = " + repr(sys.path) + "\\n" + program)
    interpreters.destroy(interpreter)
TRY = '''
try:
    import personsig
    try: personsig.Signer("gosquared", "personsig-test-secret").sign("")
    except personsig.InputError: print("works", flush=True)
except ImportError as error: print(error, flush=True)
'''
"""


@pytest.mark.parametrize("order", ["run(TRY); exec(TRY); run(TRY)", "exec(TRY); run(TRY); exec(TRY)"])
def test_another_interpreter_of_the_process_is_refused(order):
    lines = run(IN_ANOTHER + order, INSTALLED.parent).splitlines()
    assert len(lines) == 3
    # Since Python 3.13 interpreters have a GIL of their own, and Python itself refuses there.
    assert {line for line in lines if line != "works" and "does not support loading in subinterpreters" not in line} <= {
        MESSAGE + " (mod_wsgi: WSGIApplicationGroup %{GLOBAL})"
    }
    assert "works" in lines and set(lines) != {"works"}


RESTARTED = r"""
void Py_Initialize(void), Py_Finalize(void);
int PyRun_SimpleString(const char *);
int main(int argc, char **argv) {
    for (int i = 0; i < argc; i++) {
        Py_Initialize();
        PyRun_SimpleString(argv[1]);
        Py_Finalize();
    }
}
"""


@pytest.mark.skipif(not sysconfig.get_config_var("Py_ENABLE_SHARED"), reason="this Python is no library")
def test_an_interpreter_that_was_started_again_is_refused(tmp_path):
    (tmp_path / "restarted.c").write_text(RESTARTED)
    library = f"-l{sysconfig.get_config_var('LDLIBRARY').removeprefix('lib').split('.so')[0]}"
    command = [os.environ.get("CC", "cc"), "restarted.c", "-o", "restarted", f"-L{sysconfig.get_config_var('LIBDIR')}", library]
    subprocess.run(command, cwd=tmp_path, check=True)
    program = IN_ANOTHER[IN_ANOTHER.index("TRY") :] + f"import sys; sys.path[:0] = [{str(INSTALLED.parent)!r}]\nexec(TRY)"
    ran = subprocess.run([tmp_path / "restarted", program], capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.splitlines() == ["works", MESSAGE + " (mod_wsgi: WSGIApplicationGroup %{GLOBAL})"]
