"""The Spark engine as a function of texts, and corpora that are hard on it."""

import random
from functools import cache


@cache
def session():
    """Return the one Spark session of the tests: its start costs seconds."""
    from dedup.spark.session import SparkSessionOptions, start_session

    settings = {"spark.driver.memory": "1g", "spark.sql.shuffle.partitions": "2", "spark.python.worker.reuse": "true"}
    # Of a few rows a query takes less time than its compilation.
    settings |= {"spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN"}
    return start_session(SparkSessionOptions("local[2]", settings))


def decide_on_spark(documents, config, *, partitions=3, ranges=None, order=None):
    """Return the decisions on documents in the shape of `engines`.

    The rows of the frame are in the order that `order` names, cut into so many partitions.
    """
    from dedup.spark import deduplicate

    if not documents:
        return []
    names = ("text", "title", "date", "outlet", "url")
    articles = [{"text": document} if isinstance(document, str) else document for document in documents]
    rows = [(place, *map(articles[place].get, names)) for place in (order or range(len(documents)))]
    spark = session()
    spark.conf.set("spark.dedup.ranges", str(ranges or 0))
    frame = spark.createDataFrame(
        spark.sparkContext.parallelize(rows, partitions), f"place bigint, {' string, '.join(names)} string"
    )
    decisions = deduplicate(frame, "place", "text", ["place"], config).collect()
    found = {row["place"]: (row["witness"], row["similarity"], row["relation"]) for row in decisions}
    return [found[place] for place in range(len(documents))]


def make_worlds(seed, num_worlds, size=8):
    """Return texts of many small graphs at once: worlds share no word, their documents are mixed.

    In a world every document is an edited copy of an earlier one, so similarities lie on both sides of any threshold.
    """
    rng = random.Random(seed)
    texts = []
    for world in range(num_worlds):
        words = [f"w{world}x{number}" for number in range(60)]
        made = [rng.choices(words, k=rng.choice((4, 20, 40)))]
        for _ in range(size - 1):
            copy = list(rng.choice(made))
            for _ in range(rng.choice((0, 1, 1, 2, 3, 5))):
                copy[rng.randrange(len(copy))] = rng.choice([*words, str(rng.randrange(99))])
            made.append(copy)
        texts += [" ".join(words) for words in made]
    rng.shuffle(texts)
    return texts
