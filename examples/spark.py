"""Signs a table of users on a Spark cluster, and writes it with one column more:

    spark-submit examples/spark.py users.csv user_id signed.csv

The secret is in the environment of the executors, GOSQUARED_SECURE_MODE_SECRET, set where the workers are started. It is never in the plan,
in a log, or in Spark's configuration, which the web pages show. The package is installed in the executors' Python.
"""

import sys
import time
from collections.abc import Iterator

import pandas
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.functions import pandas_udf

from personsig import ProviderName, Signer


def signed(users: DataFrame, column: str, provider: ProviderName = "gosquared") -> DataFrame:
    """The table with a column `signature`, of ids that are strings or integers. A row without an id ends the job: filter it out before."""
    # One time for all rows, also where Spark computes some of them again.
    now = int(time.time())

    @pandas_udf("string")
    def signature(batches: Iterator[pandas.Series]) -> Iterator[pandas.Series]:
        signer = Signer.from_env(provider)  # on the executor, once per partition
        for ids in batches:
            yield pandas.Series(signer.sign_many(ids.tolist(), now=now))

    return users.withColumn("signature", signature(column))


if __name__ == "__main__":
    source, column, target = sys.argv[1:]
    spark = SparkSession.builder.appName("personsig").getOrCreate()
    signed(spark.read.csv(source, header=True), column).write.csv(target, header=True)
