@traces @writes @pipeline
Feature: One trace tells the whole way of the data
  A run of the pipeline and the queries after it are one trace: from the scenario through the orchestrator,
  dbt and the catalog to the semantic layer.

  Background:
    Given a canary span has come back from the trace store
    And the pipeline has run and the semantic layer has answered, in one trace

  @smoke
  Scenario: Every observed service is in the trace
    Then the trace has spans of every service that platform.yaml calls observed

  Scenario: The trace is one tree
    Then the parent of every span is in the trace

  Scenario: Nothing failed
    Then no span of the trace tells of an error

  Scenario: The spans name the tables
    Then the spans of each service name the tables that it touched
