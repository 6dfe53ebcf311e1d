"""The same decisions on a cluster: sketches, buckets and the cover as Spark stages (extra `dedup[spark]`)."""
