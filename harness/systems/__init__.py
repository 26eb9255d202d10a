"""One client a system of the platform; each is made from plain values and a maker of HTTP clients.

catalog (Polaris), object_store (S3 and STS), dagster, cube, traces (Jaeger), lineage (Marquez), database (PostgreSQL),
lake (an independent DuckDB that computes what the others should answer).
"""
