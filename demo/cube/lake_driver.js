// Cube's DuckDB driver, with the Iceberg catalog attached as `lake`, rollups in it, and every query told of.
// Options of ATTACH: https://duckdb.org/docs/stable/core_extensions/iceberg/iceberg_rest_catalogs
const fs = require('fs');
const path = require('path');
const { DuckDBDriver } = require('@cubejs-backend/duckdb-driver');
const { Lineage } = require('./lineage');
const { tablesByCube, tablesOf } = require('./tables_read');
const { inSpan } = require('./tracing');

// A cube a file, named after it.
const CUBES = fs.readdirSync(path.join(__dirname, 'model')).map((file) => path.parse(file).name);

class LakeDriver extends DuckDBDriver {
  /** `settings`: see settings.js. The store's endpoint and keys are Cube's own, CUBEJS_DB_DUCKDB_S3_*. */
  constructor(settings) {
    super();
    this.settings = settings;
    this.lineage = new Lineage({
      url: process.env.OPENLINEAGE_URL,
      namespace: process.env.OPENLINEAGE_NAMESPACE,
      datasets: `polaris://${settings.warehouse}`,
    });
  }

  // Not by `initSql`: the driver only logs what fails there, and would go on without the lake.
  async init() {
    const state = await super.init();
    try {
      for (const statement of attachment(this.settings)) await state.defaultConnection.run(statement);
    } catch (error) {
      state.defaultConnection.closeSync();
      state.instance.closeSync();
      throw error;
    }
    return state;
  }

  async query(sql, values = [], options = undefined) {
    const ends = [...tablesByCube(sql, CUBES)].map(([cube, tables]) => this.lineage.begin(cube, tables));
    const told = (error) => ends.forEach((end) => end(error));
    try {
      const rows = await inSpan(options?.requestId, sql, tablesOf(sql), () => super.query(sql, values, options));
      told();
      return rows;
    } catch (error) {
      told(error);
      throw error;
    }
  }

  createSchemaIfNotExists(schema) {
    return this.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
  }

  // information_schema shows the catalog's namespaces without `lake.`.
  getTablesQuery(schema) {
    const [catalog, namespace] = schema.split('.');
    return this.query('SELECT table_name FROM information_schema.tables WHERE table_catalog = ? AND table_schema = ?', [
      catalog,
      namespace,
    ]);
  }
}

function* attachment({ warehouse, catalog }) {
  yield 'SET autoinstall_known_extensions = false';
  // A date becomes a moment by the session's zone, which is the machine's unless told.
  yield "SET TimeZone = 'UTC'";
  // avro before iceberg, which needs it.
  for (const extension of ['httpfs', 'avro', 'iceberg']) yield `LOAD ${extension}`;
  yield `ATTACH IF NOT EXISTS ${text(warehouse)} AS lake (TYPE iceberg, ENDPOINT ${text(catalog.uri)},
    CLIENT_ID ${text(catalog.clientId)}, CLIENT_SECRET ${text(catalog.clientSecret)},
    OAUTH2_SCOPE ${text(catalog.scope)}, OAUTH2_SERVER_URI ${text(`${catalog.uri}/v1/oauth/tokens`)},
    ACCESS_DELEGATION_MODE 'none', SUPPORT_NESTED_NAMESPACES true)`;
}

function text(value) {
  return `'${value.replaceAll("'", "''")}'`;
}

module.exports = { LakeDriver };
