// Cube's configuration: https://cube.dev/docs/product/configuration/reference/config
const { CubejsHandlerError } = require('@cubejs-backend/api-gateway');
const jwt = require('jsonwebtoken');
const { LakeDriver } = require('./lake_driver');
const { createLogger } = require('./log');
const { namespacesOf } = require('./namespaces');
const { readSettings } = require('./settings');

const settings = readSettings();
const refreshes = process.env.CUBEJS_REFRESH_WORKER === 'true';

// What the model is compiled for. All share one DuckDB and its queue, since the SQL itself names the namespaces.
const tenantOf = (securityContext) => ({
  namespaces: namespacesOf(settings.layers, securityContext),
  rollups: Boolean(securityContext?.rollups),
});

module.exports = {
  schemaPath: 'model',
  telemetry: false,
  logger: createLogger(),
  driverFactory: () => new LakeDriver(settings),
  // A claim that cannot be is refused as a token without a right: 403.
  checkAuth: (req, token) => ({ security_context: authorised(token) }),
  extendContext: ({ securityContext }) => ({ tenant: tenantOf(securityContext) }),
  contextToAppId: ({ tenant }) => JSON.stringify(tenant),
  // Answers come from the tables as they are now; Cube's own cache of answers would hide new data.
  queryRewrite: (query) => ({ ...query, cache: 'no-cache' }),
  compilerCacheSize: 50,
  // Rollups are Iceberg tables in a namespace of their own, so that the worker writes and the API reads them.
  preAggregationsSchema: 'lake.rollups',
  orchestratorOptions: () => ({
    // With `no-cache` this asks once and right away; without it Cube asks again behind the answer's back.
    queryCacheOptions: { backgroundRenew: true },
    // The worker replaces rollups, so the API must not believe its list of them for long (seconds); to the worker a
    // list costs ten requests to the catalog, and nobody else writes there.
    preAggregationsOptions: { preAggregationsSchemaCacheExpire: refreshes ? 60 : 1 },
  }),
  scheduledRefreshTimer: refreshes ? 6 : false, // seconds
  scheduledRefreshContexts: () => [{ securityContext: {}, tenant: { ...tenantOf({}), rollups: true } }],
};

function authorised(token) {
  try {
    const claims = jwt.verify(token ?? '', process.env.CUBEJS_API_SECRET, { algorithms: ['HS256'] });
    namespacesOf(settings.layers, claims);
    return claims;
  } catch (error) {
    throw new CubejsHandlerError(403, 'Forbidden', error.message);
  }
}
