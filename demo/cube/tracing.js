// Spans of DuckDB's queries. Cube's queue may run a query outside of its request's context, but hands on the request's
// id; `traceRequest` makes that id carry the trace (a W3C traceparent), and `inSpan` takes it from there.
const { SpanKind, SpanStatusCode, context, isSpanContextValid, trace } = require('@opentelemetry/api');

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/;
const STATEMENT = 2000; // characters of SQL that a span carries
const tracer = trace.getTracer('demo.cube');

/** Give an HTTP request, in its server's span, the id that says where in which trace it stands. */
function traceRequest(req) {
  const here = trace.getActiveSpan()?.spanContext();
  if (here && isSpanContextValid(here)) {
    req.headers['x-request-id'] = `00-${here.traceId}-${here.spanId}-0${here.traceFlags}`;
  }
}

/** Run `work` in a span that names the tables it touches, when the request is traced; else just run it. */
async function inSpan(requestId, sql, tables, work) {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(requestId ?? '') ?? [];
  if (!traceId) return work();
  const parent = trace.setSpanContext(context.active(), {
    traceId,
    spanId,
    traceFlags: parseInt(flags, 16),
    isRemote: false,
  });
  const attributes = { 'db.system.name': 'duckdb', 'db.query.text': sql.slice(0, STATEMENT), 'lake.table': tables };
  const span = tracer.startSpan('duckdb query', { kind: SpanKind.CLIENT, attributes }, parent);
  try {
    return await context.with(trace.setSpan(parent, span), work);
  } catch (error) {
    span.recordException(error);
    span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
    throw error;
  } finally {
    span.end();
  }
}

module.exports = { inSpan, traceRequest };
