// Which namespaces of the lake a request reads: the platform's own, or those that its token's claim names.

// It goes into SQL, inside double quotes: nothing that could end them.
const NAMESPACE = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/;

/**
 * Return layer -> namespace for a security context, e.g. {silver: 'silver', gold: 'scenario_7'}.
 *
 * `own`: the platform's layers; throws Error for a layer or a namespace that cannot be.
 */
function namespacesOf(own, securityContext) {
  const claimed = securityContext?.layers ?? {};
  for (const [layer, namespace] of Object.entries(claimed)) {
    if (!Object.hasOwn(own, layer)) throw new Error(`the claim layers names no layer: ${JSON.stringify(layer)}`);
    if (typeof namespace !== 'string' || !NAMESPACE.test(namespace)) {
      throw new Error(`the claim layers.${layer} is no namespace: ${JSON.stringify(namespace)}`);
    }
  }
  return Object.fromEntries(Object.keys(own).map((layer) => [layer, claimed[layer] ?? own[layer].namespace]));
}

module.exports = { namespacesOf };
