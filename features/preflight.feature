@preflight
Feature: What is configured fits together
  Before anything runs: platform.yaml is right, and the workloads that are to run have what it says,
  each in the form that it takes. What is wrong here is cheap to find, and would be told late and elsewhere.

  @smoke
  Scenario: platform.yaml is right
    Then platform.yaml can be read, and every key in it is known
    And every layer is whole, and what it refers to is declared
    And every namespace is well formed, without the warehouse as a prefix
    And secrets are referenced, never written out
    And whatever is observed has an endpoint

  @smoke @workloads
  Scenario: Workloads take only what is there
    Then every config object and every key that a workload names exists

  @workloads
  Scenario: The semantic layer asks the platform's store
    Then the store's endpoint has the form that the semantic layer takes, host and port
    And the store's endpoint is the one of platform.yaml
    And the store's region is the one of platform.yaml
    And the store's URL style and encryption are those of platform.yaml

  @workloads
  Scenario: The catalog and its store fit together
    Then the catalog's role fits the store that it lends keys for
    And keys are lent only where the store can lend them
    And the catalog signs for the region of its store

  @workloads @init_job
  Scenario: A job makes the warehouse
    Then a job makes the warehouse

  @workloads
  Scenario: Who is observed can be
    Then every observed workload has the variables of its telemetry, and none is switched off
    And every component is observed under its own name

  @workloads
  Scenario: Traces find their way
    Then traces go to the receiver of platform.yaml, each by the protocol of its port

  @workloads
  Scenario: Lineage finds its way
    Then lineage goes to the lineage store of platform.yaml, by its base address
    And lineage is told in the platform's own namespace

  @workloads
  Scenario: Workloads may do what they must
    Then no workload opens a port that its user may not open
    And the orchestrator can write to its home
