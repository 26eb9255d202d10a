"""Makes what the pipeline stands on: buckets, the catalog, its grants, its namespaces. Run twice, it changes nothing."""
