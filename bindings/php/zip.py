#!/usr/bin/env python3
"""Packs the compiled extension as PIE looks for it among a release's files: zip.py LIBRARY NOTICES FOLDER VERSION PHP-VERSION PLATFORM

PIE takes the file by its name, which says for which PHP it is, and `personsig.so` at its root. The rest is for people: php.ini's line,
what editors read, and licences. Two runs make the same bytes."""

import os
import pathlib
import sys
import time
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
INI = "; Loads personsig: a file of its own in the folder of additional .ini files, or a line of php.ini.\nextension=personsig\n"


def main(library, notices, folder, version, php, platform):
    name = pathlib.Path(folder, f"php_personsig-{version}_php{php}-{platform}-nts.zip".lower())
    files = {
        "personsig.so": pathlib.Path(library).read_bytes(),
        "personsig.ini": INI.encode(),
        "personsig.stub.php": (HERE / "personsig.stub.php").read_bytes(),
        "README.md": (HERE / "README.md").read_bytes(),
        "LICENSE-APACHE": (ROOT / "LICENSE-APACHE").read_bytes(),
        "LICENSE-MIT": (ROOT / "LICENSE-MIT").read_bytes(),
        "THIRD-PARTY-LICENSES.txt": pathlib.Path(notices).read_bytes(),
    }
    # The first day that the format can say.
    date = time.gmtime(max(int(os.environ.get("SOURCE_DATE_EPOCH", 0)), 315532800))[:6]
    with zipfile.ZipFile(name, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path, content in files.items():
            entry = zipfile.ZipInfo(path, date)
            entry.create_system = 3
            entry.external_attr = (0o100755 if path.endswith(".so") else 0o100644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content, compresslevel=9)
    print(name)


if __name__ == "__main__":
    main(*sys.argv[1:])
