// Starts one Cube server on 127.0.0.1: `node start.js`, with cube.js and the model in the working folder.
//
// Cube's own `cubejs-server` listens on all interfaces and wants its Rust addon.
const http = require('http');
const path = require('path');

const withoutAddon = require('./native_fallback').install();

const cors = require('cors');
const express = require('express');
const { CubejsServerCore } = require('@cubejs-backend/server-core');

const folder = process.cwd();
const { traceRequests } = require(path.join(folder, 'tracing'));

async function main() {
  const core = new CubejsServerCore(require(path.join(folder, 'cube.js')));
  const app = express();
  app.use(traceRequests, cors(), express.json({ limit: '5mb' }));
  await core.initApp(app);
  const server = http.createServer(app);
  await new Promise((listening, failed) => {
    server.once('error', failed).listen(Number(process.env.PORT), '127.0.0.1', listening);
  });
  console.log(`listening on 127.0.0.1:${process.env.PORT}${withoutAddon ? ', JavaScript in place of the Rust addon' : ''}`);
  for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => stop(server, core));
}

/** End at once: nothing here is kept that a running query could leave half done. */
async function stop(server, core) {
  setTimeout(() => process.exit(0), 1000);
  server.close();
  server.closeAllConnections();
  await core.beforeShutdown().catch(() => {});
  process.exit(0);
}

main().catch((error) => {
  console.error(error.stack ?? error);
  process.exit(1);
});
