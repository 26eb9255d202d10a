// Which tables of the lake a statement reads, and for which cube: read off the SQL that Cube writes.

const TABLE = /\blake\.(?:"([^"]+)"|(\w+))\.(\w+)/g;

/** Return the tables that a statement names, as `<namespace>.<table>`, each once. */
function tablesOf(sql) {
  return [...new Set([...sql.matchAll(TABLE)].map(nameOf))];
}

/**
 * Return cube -> its tables. Cube writes each cube as `<table> AS "cube"` or `(<its sql>) AS "cube"`, so a table
 * belongs to the first cube that is named after it.
 */
function tablesByCube(sql, cubes) {
  const found = new Map();
  const aliases = [...sql.matchAll(/\bAS "?(\w+)"?/gi)].filter(([, alias]) => cubes.includes(alias));
  for (const match of sql.matchAll(TABLE)) {
    const cube = aliases.find((alias) => alias.index > match.index)?.[1];
    if (cube) found.set(cube, [...new Set([...(found.get(cube) ?? []), nameOf(match)])]);
  }
  return found;
}

function nameOf([, quoted, plain, table]) {
  return `${quoted ?? plain}.${table}`;
}

module.exports = { tablesByCube, tablesOf };
