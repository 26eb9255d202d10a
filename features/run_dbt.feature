@transform
Feature: Raw data becomes answers
  dbt cleans the raw tables into layer silver and builds the marts in layer gold.

  @smoke @pipeline
  Scenario: The pipeline succeeds
    When "demo_pipeline" has run
    Then the run has made every table
    And the catalog has each built table, and the object store its files

  @pipeline
  Scenario: dbt's tests pass
    Given "demo_pipeline" has run
    Then dbt's tests have run for each built table, and pass

  Scenario: The orchestrator sees dbt's graph
    Then the orchestrator's graph of assets equals dbt's manifest

  @pipeline
  Scenario Outline: A built table has its columns and lies in its place
    Given "demo_pipeline" has run
    Then built table "<table>" has its declared columns
    And built table "<table>" and its files lie in its layer's bucket, under its layer's prefix

    Examples:
      | table                    |
      | stg_customers            |
      | stg_products             |
      | stg_orders               |
      | stg_order_items          |
      | mart_revenue             |
      | mart_customer_orders     |
      | mart_product_performance |

  @pipeline
  Scenario Outline: A built table holds what the raw tables say
    Given "demo_pipeline" has run
    Then table "<table>" holds exactly what an independent query computes from layer bronze

    Examples:
      | table                    |
      | stg_customers            |
      | stg_products             |
      | stg_orders               |
      | stg_order_items          |
      | mart_revenue             |
      | mart_customer_orders     |
      | mart_product_performance |
