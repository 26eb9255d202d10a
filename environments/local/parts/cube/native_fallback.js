// JavaScript in place of Cube's Rust addon, which is in no package registry.
//
// Only for what Cube cannot answer a query without: its logger's set-up, the final form of an answer, and the check
// that a model has no templates. Without the addon there is no SQL API, no Jinja or Python model and no Cube Store.
// Rows as documented at https://cube.dev/docs/product/apis-integrations/rest-api/reference#base_pathv1load
const native = require('@cubejs-backend/native');

/** Put the JavaScript in place where the addon cannot be loaded; return whether it was. */
function install() {
  try {
    native.loadNative();
    return false;
  } catch {
    Object.assign(native, {
      isFallbackBuild: () => true,
      setupLogger: () => {},
      resetLogger: () => {},
      redactSqlLiterals: (sql) => sql.replace(/'(?:[^']|'')*'/g, "'redacted'"),
      getFinalQueryResult: async (shape, rows, answer) => encoded(finalResult(shape, rows, answer)),
      getFinalQueryResultMulti: async (shapes, rows, answer) => encoded(finalResults(shapes, rows, answer)),
    });
    native.NativeInstance.prototype.newJinjaEngine = () => ({ loadTemplate: refuse, renderTemplate: refuse });
    return true;
  }
}

function refuse() {
  throw new Error('templates in the model need the Rust addon');
}

const encoded = (value) => Buffer.from(JSON.stringify(value));

function finalResults(shapes, rows, { results, ...answer }) {
  return { ...answer, results: results.map((result, i) => finalResult(shapes[i], rows[i], result)) };
}

/**
 * Return the whole answer to a query.
 *
 * `shape`: which member a column is, and what is known of each; `rows`: UTF-8 JSON `{members, columns}` by column
 * alias; `answer`: everything but the data.
 */
function finalResult(shape, rows, answer) {
  const { members: aliases, columns } = JSON.parse(rows);
  const fields = aliases.flatMap((alias, i) => fieldsOf(shape, alias, columns[i]));
  for (const extra of extraFields(shape, columns[0]?.length ?? 0)) fields.push(extra);
  const names = fields.map(({ name }) => name);
  if (shape.resType === 'columnar') return { ...answer, data: { members: names, columns: fields.map((f) => f.values) } };
  const count = fields[0]?.values.length ?? 0;
  const row = (i) => fields.map(({ name, values }) => [name, values[i]]);
  const indices = Array.from({ length: count }, (_, i) => i);
  if (shape.resType === 'compact') {
    return { ...answer, data: { members: names, dataset: indices.map((i) => fields.map((f) => f.values[i])) } };
  }
  return { ...answer, data: indices.map((i) => Object.fromEntries(row(i))) };
}

function fieldsOf({ aliasToMemberNameMap, annotation, query, resType }, alias, column) {
  const name = aliasToMemberNameMap[alias];
  if (!annotation[name]) {
    throw new Error(`You requested hidden member: '${name}'. Please make it visible using \`public: true\`.`);
  }
  const values = annotation[name].type === 'time' ? column.map(asTime) : column;
  const fields = [{ name, values }];
  // A time dimension by granularity is there under its own name too, unless that is asked for itself.
  const [cube, member, granularity] = name.split('.');
  const plain = `${cube}.${member}`;
  if (granularity && !(resType && resType !== 'default') && !(query.dimensions ?? []).includes(plain)) {
    fields.push({ name: plain, values });
  }
  return fields;
}

function extraFields({ queryType, query }, count) {
  const time = query.timeDimensions?.[0];
  if (queryType === 'compareDateRangeQuery') {
    return [{ name: 'compareDateRange', values: Array(count).fill((time?.dateRange ?? []).join(' - ')) }];
  }
  return [];
}

/** `2026-01-31T00:00:00.000`, without a zone: the query's zone is already in it. */
function asTime(value) {
  if (value === null || value === undefined) return null;
  const text = String(value).replace(' ', 'T').replace(/Z$|[+-]\d\d(:?\d\d)?$/, '');
  const [date, time = '00:00:00'] = text.split('T');
  const [seconds, fraction = ''] = time.split('.');
  return `${date}T${seconds}.${fraction.padEnd(3, '0').slice(0, 3)}`;
}

module.exports = { finalResult, install };
