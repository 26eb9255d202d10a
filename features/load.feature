@load
Feature: The platform's own code fits together
  Before anything runs: what the orchestrator, dbt and the semantic layer are to load names only what is there,
  and what is declared of the platform. The code is read; only the last scenario runs it.

  @smoke
  Scenario: The orchestrator's code can be read
    Then every file of the orchestrator's code is Python

  @smoke
  Scenario: Resources are declared as they are used
    Then every resource that is used is declared, and declared in one way
    And every resource that is declared is provided
    And every resource has a name that a field may have

  Scenario: Assets report to the platform's observability
    Then every call that observes an asset has the arguments that it takes

  Scenario: Assets, jobs and triggers belong together
    Then no two assets have one key, and every asset is made from assets that are there
    And every asset that a job selects is there
    And every schedule and sensor starts a job that is there, at times that there are
    And the jobs, schedules and sensors are those that are declared

  Scenario: dbt's models belong together
    Then every model has a name of its own, and refers to what is there
    And dbt's sources are the raw tables
    And dbt's models are the declared tables, made from what is declared of them

  Scenario: dbt's models go to their layers, with their columns
    Then every model goes to the namespace of its layer
    And every model reads columns that are there, and gives those that are declared
    And dbt's tests name columns that are there

  Scenario: dbt's profile opens the lake
    Then the profile sets secrets up before they are used, and attaches the platform's warehouse

  Scenario: The semantic layer reads what is there
    Then the semantic layer has the declared cubes and members
    And every cube reads tables and columns that are declared
    And every join and every rollup names cubes and members that are there

  @workloads
  Scenario: The orchestrator loads
    Then the orchestrator's own loader takes the definitions without an error
