{#
  Makes an Iceberg table new: drop, then create from the query, each a statement of its own.

  dbt's `table` writes a temporary table and renames it. In a catalog a renamed table keeps its location, which then
  blocks the name at the next run; DuckDB's Iceberg has no CREATE OR REPLACE, and both in one transaction conflict.
#}
{% materialization iceberg_table, adapter="duckdb" %}
  {%- set target_relation = this.incorporate(type="table") -%}

  {{ run_hooks(pre_hooks, inside_transaction=False) }}

  {% call statement("drop", auto_begin=False) -%}
    drop table if exists {{ target_relation }}
  {%- endcall %}

  {% call statement("main", auto_begin=False) -%}
    create table {{ target_relation }} as (
      {{ compiled_code }}
    )
  {%- endcall %}

  {{ run_hooks(post_hooks, inside_transaction=False) }}

  {{ return({"relations": [target_relation]}) }}
{% endmaterialization %}
