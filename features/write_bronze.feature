@bronze
Feature: Raw data arrives
  The orchestrator has loaded its code, and its first job writes the raw tables into layer bronze.

  @smoke
  Scenario: The orchestrator has loaded what is declared
    Then the orchestrator has loaded exactly 11 assets
    And the orchestrator has loaded exactly the jobs "seed_bronze, demo_pipeline, maintenance"
    And schedule "demo_pipeline_schedule" starts "demo_pipeline" at "*/5 * * * *"
    And sensor "trigger_file_sensor" starts "demo_pipeline"

  @smoke @pipeline
  Scenario: The job that loads the raw tables succeeds
    When "seed_bronze" has run
    Then the run has made each raw table
    And the catalog has each raw table, and the object store its files

  @pipeline
  Scenario Outline: A raw table has exactly its rows
    Given "seed_bronze" has run
    Then table "<table>" has <rows> rows for each unit of scale

    Examples:
      | table           | rows |
      | raw_customers   | 1000 |
      | raw_products    | 100  |
      | raw_orders      | 3030 |
      | raw_order_items | 7575 |

  @pipeline
  Scenario Outline: A raw table has its columns and lies in its place
    Given "seed_bronze" has run
    Then table "<table>" has its declared columns
    And table "<table>" and its files lie in its layer's bucket, under its layer's prefix

    Examples:
      | table           |
      | raw_customers   |
      | raw_products    |
      | raw_orders      |
      | raw_order_items |

  @pipeline
  Scenario Outline: Every reference finds its row
    Given "seed_bronze" has run
    Then every "<column>" of "<table>" is found in "<other table>"

    Examples:
      | table           | column      | other table   |
      | raw_orders      | customer_id | raw_customers |
      | raw_order_items | order_id    | raw_orders    |
      | raw_order_items | product_id  | raw_products  |

  @pipeline
  Scenario: A second run repeats nothing
    Given "seed_bronze" has run
    When "seed_bronze" has run again
    Then each raw table still has exactly its rows
