// What platform.yaml and the environment tell the semantic layer. `PLATFORM_FILE` names platform.yaml;
// `secret_ref: some-name` is read from the variable `SOME_NAME`.
const fs = require('fs');
const yaml = require('js-yaml');

function variable(name) {
  const value = process.env[name];
  if (!value) throw new Error(`the variable ${name} is not set`);
  return value;
}

const secret = (ref) => variable(ref.replaceAll('-', '_').toUpperCase());

/**
 * Read the settings of this process; throws Error that names the file, the key or the variable.
 *
 * `layers`: name -> {namespace}; `catalog`: where the Iceberg catalog is and how to log in.
 */
function readSettings() {
  const file = variable('PLATFORM_FILE');
  const platform = yaml.load(fs.readFileSync(file, 'utf8'));
  const names = [...new Set(Object.values(platform.layers).map((layer) => layer.catalog_ref))];
  if (names.length !== 1) throw new Error(`the layers of ${file} must name one catalog, not ${names.join(', ')}`);
  const catalog = platform.catalogs[names[0]];
  const { protocol } = new URL(catalog.uri);
  if (!protocol.startsWith('http')) throw new Error(`catalogs.${names[0]}.uri must be http(s)://host:port`);
  return {
    layers: platform.layers,
    warehouse: catalog.warehouse,
    catalog: {
      uri: catalog.uri.replace(/\/$/, ''),
      scope: catalog.credentials.scope,
      clientId: secret(catalog.credentials.client_id.secret_ref),
      clientSecret: secret(catalog.credentials.client_secret.secret_ref),
    },
  };
}

module.exports = { readSettings };
