// Tells the lineage store which tables a query of a cube has read, by OpenLineage's run events:
// https://openlineage.io/docs/spec/object-model. No query waits for it or fails by it.
const { randomUUID } = require('crypto');

const PRODUCER = 'https://github.com/cube-js/cube';
const SCHEMA = 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent';
const LIMIT = 5000; // milliseconds

class Lineage {
  /** `url`: base URL of the lineage store, without one nothing is told; `datasets`: namespace of the tables. */
  constructor({ url, namespace, datasets }) {
    this.url = url && `${url.replace(/\/$/, '')}/api/v1/lineage`;
    this.namespace = namespace;
    this.datasets = datasets;
    this.told = Promise.resolve();
    this.failed = false;
  }

  /** Begin a run of job `cube.<cube>` that reads `tables`; return what ends it: call it with the error, if any. */
  begin(cube, tables) {
    const runId = randomUUID();
    this.#tell('START', runId, cube, tables);
    return (error) => this.#tell(error ? 'FAIL' : 'COMPLETE', runId, cube, tables);
  }

  #tell(eventType, runId, cube, tables) {
    if (!this.url) return;
    const event = {
      eventType,
      eventTime: new Date().toISOString(),
      producer: PRODUCER,
      schemaURL: SCHEMA,
      run: { runId },
      job: { namespace: this.namespace, name: `cube.${cube}` },
      inputs: tables.map((name) => ({ namespace: this.datasets, name })),
      outputs: [],
    };
    // One after the other, so that a run's end never overtakes its beginning.
    this.told = this.told.then(() => this.#post(event));
  }

  async #post(event) {
    try {
      const headers = { 'content-type': 'application/json' };
      const signal = AbortSignal.timeout(LIMIT);
      const answer = await fetch(this.url, { method: 'POST', headers, body: JSON.stringify(event), signal });
      if (!answer.ok) throw new Error(`it answered ${answer.status}`);
      this.failed = false;
    } catch (error) {
      if (!this.failed) console.error(`lineage: ${this.url}: ${error.cause?.message ?? error.message}; said once`);
      this.failed = true;
    }
  }
}

module.exports = { Lineage };
