// Cube's log: what went wrong, one line each. Cube tells of one error under several headings, and its scheduler tries
// again every few seconds for as long as a table is not there.

const LINE = 1000; // characters of an error that are worth a line of the log
const AGAIN = 60_000; // milliseconds after which the scheduler's same error is said again

/** Return a logger for Cube; queries, tokens and security contexts never stand in what it writes. */
function createLogger(write = (line) => process.stdout.write(`${line}\n`), now = Date.now) {
  const last = {};
  return (heading, { error, warning, requestId } = {}) => {
    const said = error ?? warning;
    if (!said) return;
    const text = String(said.stack ?? said.message ?? said).split('\n    at ')[0].replace(/\s+/g, ' ').slice(0, LINE);
    const scheduled = String(requestId).startsWith('scheduler-');
    const source = scheduled ? 'scheduler' : 'request';
    const same = last[source]?.text === text && (scheduled ? now() < last[source].at + AGAIN : last[source].requestId === requestId);
    if (same) return;
    last[source] = { text, requestId, at: now() };
    write(`${new Date(now()).toISOString()} ${error ? 'ERROR' : 'WARN'} ${heading}: ${text}`);
  };
}

module.exports = { createLogger };
