// Cube's log: what went wrong, one line each, and the same thing once in a row.

const LINE = 1000; // characters of an error that are worth a line of the log

/** Return a logger for Cube; queries, tokens and security contexts never stand in what it writes. */
function createLogger(write = (line) => process.stdout.write(`${line}\n`)) {
  const last = new Map();
  return (message, { error, warning, requestId } = {}) => {
    const said = error ?? warning;
    if (!said) return;
    const text = String(said.stack ?? said.message ?? said).split('\n    at ')[0].replace(/\s+/g, ' ').slice(0, LINE);
    // The scheduler tries again every few seconds for as long as a table is not there.
    const source = String(requestId ?? '').startsWith('scheduler') ? 'scheduler' : 'request';
    if (source === 'scheduler' && last.get(message) === text) return;
    last.set(message, text);
    write(`${new Date().toISOString()} ${error ? 'ERROR' : 'WARN'} ${message}: ${text}`);
  };
}

module.exports = { createLogger };
