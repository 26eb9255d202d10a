@init
Feature: The warehouse is there
  Before any data arrives: every system works, the warehouse of platform.yaml exists,
  and each layer has its namespace at its own place.

  @smoke
  Scenario Outline: Every system works, shown by a fact
    Then <system> <fact>

    Examples:
      | system                | fact                                     |
      | the object store      | lists its buckets                        |
      | the object store      | lends keys of the catalog's role         |
      | the database          | answers a query                          |
      | the catalog           | says that it is up                       |
      | the catalog           | lets the platform's principal read       |
      | the trace store       | lists its services                       |
      | the lineage store     | lists its namespaces                     |
      | the orchestrator      | has loaded its code                      |
      | the orchestrator      | has healthy daemons                      |
      | the semantic layer    | reads its data model                     |
      | the refresh worker    | reads its data model                     |

    @writes
    Examples:
      | system           | fact                            |
      | the object store | keeps an object in every bucket |

  @smoke @processes
  Scenario: Nothing has died
    Then every process of the platform still runs

  @smoke
  Scenario: The catalog issues a token for a form
    Then the catalog issues a token when it is asked by a form

  Scenario: The catalog refuses a token request in JSON
    Then the catalog refuses to issue a token when it is asked in JSON

  @smoke
  Scenario: The warehouse exists
    Then the catalog knows the warehouse "demo_catalog"

  Scenario Outline: Each layer has its namespace at its place
    Then namespace "<namespace>" lies at "<location>"

    Examples:
      | namespace | location                   |
      | bronze    | s3://iceberg-bronze/bronze/ |
      | silver    | s3://iceberg-silver/silver/ |
      | gold      | s3://iceberg-gold/gold/     |

  @writes
  Scenario: A simple namespace works
    Then a namespace of one level can be made, found and dropped

  @writes
  Scenario: A nested namespace works
    Then a namespace of two levels can be made, found and dropped

  Scenario Outline: The warehouse is no part of a namespace's name
    Then namespace "<namespace>" is not found with the warehouse as a prefix

    Examples:
      | namespace |
      | bronze    |
      | silver    |
      | gold      |

  @writes
  Scenario Outline: A table can be made in each layer
    Then a probe table can be made, written, read and dropped in layer "<layer>"

    Examples:
      | layer  |
      | bronze |
      | silver |
      | gold   |

  @init_job @pipeline
  Scenario: Running init again changes nothing
    Then running the init job again changes nothing
