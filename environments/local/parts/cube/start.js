// Starts one Cube server: `node start.js`, with cube.js and the model in the working folder.
//
// Cube's own `cubejs-server` listens on all interfaces and wants its Rust addon; this one listens on 127.0.0.1, or on
// LISTEN_ON, which a container sets.
const http = require('http');
const path = require('path');

const withoutAddon = require('./native_fallback').install();

const cors = require('cors');
const express = require('express');
const { CubejsServerCore } = require('@cubejs-backend/server-core');

const HOST = process.env.LISTEN_ON || '127.0.0.1';
const LAST_WORDS = 500; // milliseconds for the spans and events that are still to be sent
const folder = process.cwd();
const { traceRequest } = require(path.join(folder, 'tracing'));

async function main() {
  const core = new CubejsServerCore(require(path.join(folder, 'cube.js')));
  const app = express();
  app.use(cors(), express.json({ limit: '5mb' }));
  await core.initApp(app);
  const server = http.createServer((req, res) => {
    traceRequest(req);
    app(req, res);
  });
  await new Promise((listening, failed) => {
    server.once('error', failed).listen(Number(process.env.PORT), HOST, listening);
  });
  console.log(`listening on ${HOST}:${process.env.PORT}${withoutAddon ? ', JavaScript in place of the Rust addon' : ''}`);
  for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => stop(server, core));
}

/** Take no more requests, and end soon: nothing here is kept that a query under way could leave half done. */
function stop(server, core) {
  server.close();
  server.closeAllConnections();
  core.beforeShutdown().catch(() => {});
  setTimeout(() => process.exit(0), LAST_WORDS);
}

main().catch((error) => {
  console.error(error.stack ?? error);
  process.exit(1);
});
