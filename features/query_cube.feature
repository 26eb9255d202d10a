@semantic
Feature: The semantic layer answers
  Cube knows its cubes, and what it answers is what the tables of layers silver and gold say, now.

  @smoke
  Scenario: The cubes are listed
    Then the semantic layer lists exactly the cubes "customers, orders, products", with their members

  @smoke @pipeline
  Scenario: Every cube reads the lake
    Given "demo_pipeline" has run
    Then each cube answers a question over the lake

  @pipeline
  Scenario Outline: A measure is right
    Given "demo_pipeline" has run
    Then the answer to "<question>" equals an independent query

    Examples:
      | question                                 |
      | revenue by country                       |
      | revenue by category                      |
      | revenue by month                         |
      | revenue by day, country and category     |
      | orders and their average value by status |
      | orders by month                          |
      | customers by country                     |
      | customers by segment                     |
      | products by category                     |

  Scenario: No answer without a token
    Then a query without a valid token is refused with 403

  Scenario: No answer to a bad query
    Then a query for a member that is not there is refused with 400

  @writes @pipeline
  Scenario Outline: An answer is fresh after new data
    Given "demo_pipeline" has run
    When <change> in tables of the scenario's own
    Then the answer is the new one, not a cached one

    Examples:
      | change             |
      | a customer arrives |
      | an order arrives   |

  @pipeline
  Scenario: The refresh worker has refreshed
    Given "demo_pipeline" has run
    Then the rollup that the refresh worker keeps holds what the tables say now
