"""examples/spark.py signs a million rows on a standalone cluster of two workers, whose environment alone has the secrets."""

import base64
import hashlib
import hmac
import os
import pathlib
import re
import subprocess
import sys
import time

import pyarrow.parquet
import pyspark
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SPARK = pathlib.Path(pyspark.__file__).parent
ROWS = 1_000_000
SECRETS = {"GOSQUARED_SECURE_MODE_SECRET": "canary-7f31-of-gosquared", "CHAMELEON_VERIFICATION_SECRET": "canary-c2d9-of-chameleon"}
# Nothing of this shell's environment, which may hold secrets of its own.
KEPT = {name: os.environ[name] for name in ("PATH", "HOME", "JAVA_HOME") if name in os.environ}
ENVIRONMENT = KEPT | {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_NO_DAEMONIZE": "1", "LC_ALL": "C.UTF-8"}

DRIVER = """
import os, sys
sys.path.insert(0, sys.argv[1])
assert not {"GOSQUARED_SECURE_MODE_SECRET", "CHAMELEON_VERIFICATION_SECRET"} & set(os.environ)
from pyspark.sql import SparkSession
from pyspark.sql.functions import col, concat, lit, when
from spark import signed
spark = SparkSession.builder.getOrCreate()
provider, rows, target = sys.argv[2], int(sys.argv[3]), sys.argv[4]
users = spark.range(rows, numPartitions=8)
if sys.argv[5:] != ["integers"]:
    number = col("id").cast("string")
    users = users.select(when(col("id") % 3 == 0, number).otherwise(concat(lit("Zoë "), number, lit("@例え.jp"))).alias("id"))
table = signed(users, "id", provider)
table.explain("extended")
print(table._jdf.queryExecution().toString())
table.write.parquet(target)
"""


class Cluster:
    def __init__(self, folder):
        self.folder = folder
        (folder / "driver.py").write_text(DRIVER)
        self.processes = []
        self.master = self.start("master.Master", "--host", "127.0.0.1", "--port", "0", "--webui-port", "0")
        self.address = self.said(self.master, r"Starting Spark master at (spark://\S+)")
        for number in range(2):
            where = ["--host", "127.0.0.1", "--webui-port", "0", "--work-dir", folder / f"work-{number}"]
            self.start("worker.Worker", *where, "--cores", "1", "--memory", "1g", self.address, **SECRETS)
        for log in self.processes[1:]:
            self.said(log, "Successfully registered with master")

    def start(self, name, *options, **environment):
        log = self.folder / f"{name}-{len(self.processes)}.log"
        with log.open("wb") as output:
            command = [SPARK / "bin/spark-class", f"org.apache.spark.deploy.{name}", *options]
            process = subprocess.Popen(command, env=ENVIRONMENT | environment, stdout=output, stderr=output, cwd=self.folder)
        self.processes.append((process, log))
        return self.processes[-1]

    def said(self, started, pattern):
        process, log = started
        for _ in range(1800):
            if found := re.search(pattern, log.read_text("utf-8", "replace")):
                return found[found.re.groups]
            assert process.poll() is None, log.read_text("utf-8", "replace")
            time.sleep(0.1)
        raise AssertionError(f"{log.name} never said {pattern}")

    def submit(self, *arguments):
        """The status, and all that Spark prints, in its default of INFO."""
        events = self.folder / "events"
        events.mkdir(exist_ok=True)
        options = ["--master", self.address, "--conf", "spark.eventLog.enabled=true", "--conf", f"spark.eventLog.dir=file:{events}"]
        options += ["--conf", "spark.ui.enabled=false", "--executor-memory=512m", "--conf", "spark.task.maxFailures=1"]
        command = [SPARK / "bin/spark-submit", *options, self.folder / "driver.py", ROOT / "examples", *map(str, arguments)]
        ran = subprocess.run([*map(str, command)], env=ENVIRONMENT, cwd=self.folder, capture_output=True, text=True, timeout=1800)
        number = len(list(self.folder.glob("driver-*.log")))
        (self.folder / f"driver-{number}.log").write_text(ran.stdout + ran.stderr)
        return ran.returncode, ran.stdout + ran.stderr

    def stop(self):
        for process, _ in self.processes:
            process.terminate()
        for process, _ in self.processes:
            process.wait(30)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    cluster = Cluster(tmp_path_factory.mktemp("spark"))
    yield cluster
    cluster.stop()


def table(folder):
    read = pyarrow.parquet.read_table(folder)
    return read["id"].to_pylist(), read["signature"].to_pylist()


def mac(secret, message):
    return hmac.new(SECRETS[secret].encode(), message.encode(), hashlib.sha256).hexdigest()


def ids(rows):
    return [str(number) if number % 3 == 0 else f"Zoë {number}@例え.jp" for number in range(rows)]


def test_a_million_rows_are_signed_as_hmac_signs_them_by_both_workers(cluster):
    status, said = cluster.submit("gosquared", ROWS, cluster.folder / "plain")
    assert status == 0, said
    found = dict(zip(*table(cluster.folder / "plain"), strict=True))
    assert found == {id: mac("GOSQUARED_SECURE_MODE_SECRET", id) for id in ids(ROWS)} and len(found) == ROWS
    logs = [list(cluster.folder.glob(f"work-{number}/app-*/*/stderr")) for number in range(2)]
    assert all(any("Running task" in log.read_text() for log in of_worker) for of_worker in logs)


def test_integers_are_signed_and_a_table_has_one_time(cluster):
    before = int(time.time())
    status, said = cluster.submit("chameleon", 10_000, cluster.folder / "timestamped", "integers")
    assert status == 0, said
    rows, signatures = table(cluster.folder / "timestamped")
    (now,) = {int(signature.rpartition("-")[2]) for signature in signatures}
    assert before <= now <= time.time() and sorted(rows) == list(range(10_000))
    expected = [f"{mac('CHAMELEON_VERIFICATION_SECRET', f'{id}-{now}')}-{now}" for id in rows]
    assert signatures == expected


def test_a_secret_that_the_executors_lack_ends_the_job_and_is_named(cluster):
    status, said = cluster.submit("intercom", 10, cluster.folder / "nothing")
    assert status != 0
    assert "InputError" in said and "INTERCOM_IDENTITY_VERIFICATION_SECRET is not set" in said


def test_no_secret_is_in_a_plan_an_event_or_a_log(cluster):
    """After the others: in all that master, workers, executors and drivers have written, but the tables."""
    files = [path for path in cluster.folder.rglob("*") if path.is_file() and path.suffix != ".parquet"]
    kinds = {path.relative_to(cluster.folder).parts[0].split("-")[0] for path in files}
    assert kinds >= {"driver", "events", "master.Master", "work", "worker.Worker"}
    plans = "".join(path.read_text() for path in cluster.folder.glob("driver-*.log"))
    assert plans.count("ArrowEvalPython") >= 3
    secrets = [secret.encode() for secret in SECRETS.values()]
    forms = [form for secret in secrets for form in (secret, secret.hex().encode(), base64.b64encode(secret)[:-4])]
    assert [path for path in files for form in forms if form in path.read_bytes()] == []
