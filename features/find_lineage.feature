@lineage @writes @pipeline
Feature: The lineage store knows where every figure comes from
  Every asset tells the lineage store what it reads and what it writes.

  Background:
    Given a canary event has come back from the lineage store
    And "demo_pipeline" has run

  @smoke
  Scenario: Every asset has a complete run
    Then each of the 11 assets is a job whose run is complete and carries the orchestrator's run id

  Scenario Outline: The graph of a mart is the declared one
    Then the graph from "<mart>" back to layer bronze is the declared one, no edge more or less

    Examples:
      | mart                     |
      | mart_revenue             |
      | mart_customer_orders     |
      | mart_product_performance |

  Scenario Outline: The lineage store knows each table's schema
    Then the lineage store's schema of "<table>" equals the Iceberg schema

    Examples:
      | table                    |
      | raw_customers            |
      | raw_products             |
      | raw_orders               |
      | raw_order_items          |
      | stg_customers            |
      | stg_products             |
      | stg_orders               |
      | stg_order_items          |
      | mart_revenue             |
      | mart_customer_orders     |
      | mart_product_performance |

  Scenario: The semantic layer's queries are told
    Given the semantic layer has answered every question
    Then the queries are jobs that read the tables which they were answered from
