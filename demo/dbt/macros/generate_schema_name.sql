{# A model's schema names its layer; the table goes to that layer's namespace, without the target's name before it. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
  {{ var(custom_schema_name, custom_schema_name) if custom_schema_name else target.schema }}
{%- endmacro %}
