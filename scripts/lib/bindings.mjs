// Other bindings than Miniflare's in front of a worker, for faults and for measuring.
import { join } from 'node:path';

/**
 * The options of a worker that gets what `make` returns laid over its environment. `make` runs in workerd, once an isolate, so
 * that it can use nothing from outside itself but `parameter`, which is given to it as JSON.
 */
export function withBindings(options, make, parameter) {
  const entry = `
import Worker from './index.js';
export * from './index.js';
let bindings;
export default class extends Worker {
  constructor(context, env) {
    bindings ??= { ...env, ...(${make})(${JSON.stringify(parameter)}) };
    super(context, bindings);
  }
}`;
  const modules = [{ type: 'ESModule', path: join(options.modulesRoot, 'with-bindings.js'), contents: entry }, ...options.modules];
  return { ...options, modules };
}
