"""Makes buckets, the catalog, its grants and its namespaces. Run twice, it changes nothing."""
