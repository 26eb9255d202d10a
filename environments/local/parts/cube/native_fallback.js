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
 * `shape`: which member a column is, what is known of each, the query and its kind; `rows`: UTF-8 JSON
 * `{members, columns}` by column alias; `answer`: everything but the data. Throws Error for a member that is hidden.
 */
function finalResult(shape, rows, answer) {
  const { members: aliases, columns } = JSON.parse(rows);
  requested(shape.query).forEach((name) => refuseHidden(shape, name));
  const fields = aliases.map((alias, i) => fieldOf(shape, alias, columns[i]));
  fields.push(...fieldsByPlainName(shape.query, fields));
  fields.push(...fieldsOfKind(shape, fields));
  const members = fields.map(({ name }) => name);
  const rowNumbers = (fields[0]?.values ?? []).map((_, i) => i);
  const data = {
    columnar: () => ({ members, columns: fields.map(({ values }) => values) }),
    compact: () => ({ members, dataset: rowNumbers.map((i) => fields.map(({ values }) => values[i])) }),
    default: () => rowNumbers.map((i) => Object.fromEntries(fields.map(({ name, values }) => [name, values[i]]))),
  };
  return { ...answer, data: data[shape.resType ?? 'default']() };
}

const requested = ({ measures = [], dimensions = [] }) =>
  [...measures, ...dimensions].filter((member) => typeof member === 'string');

function refuseHidden({ annotation }, name) {
  if (!annotation[name]) {
    throw new Error(`You requested hidden member: '${name}'. Please make it visible using \`public: true\`.`);
  }
}

function fieldOf(shape, alias, column) {
  const name = shape.aliasToMemberNameMap[alias];
  refuseHidden(shape, name);
  return { name, values: shape.annotation[name].type === 'time' ? column.map(asTime) : column };
}

const GRANULARITIES = ['second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'];

/** A time dimension stands under its plain name too, at its finest granularity, unless it is asked for itself. */
function fieldsByPlainName({ dimensions = [] }, fields) {
  const finest = new Map();
  for (const { name, values } of fields) {
    const [cube, member, granularity] = name.split('.');
    const plain = `${cube}.${member}`;
    const rank = GRANULARITIES.includes(granularity) ? GRANULARITIES.indexOf(granularity) : GRANULARITIES.length;
    const coarser = finest.has(plain) && finest.get(plain).rank <= rank;
    if (granularity && !dimensions.includes(plain) && !coarser) finest.set(plain, { name: plain, values, rank });
  }
  return [...finest.values()].map(({ name, values }) => ({ name, values }));
}

/** What tells apart the rows of several queries in one: the date range, or the time that they share. */
function fieldsOfKind({ queryType, query }, fields) {
  const [time] = query.timeDimensions ?? [];
  if (!fields.length || !time) return [];
  if (queryType === 'compareDateRangeQuery') {
    return [{ name: 'compareDateRange', values: fields[0].values.map(() => time.dateRange.join(' - ')) }];
  }
  const shared = fields.find(({ name }) => name === `${time.dimension}.${time.granularity}`);
  return queryType === 'blendingQuery' && shared
    ? [{ name: `time.${time.granularity}`, values: shared.values }]
    : [];
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
