// What V8 holds for each worker's isolate, by the protocol of its inspector: the process of workerd also holds the simulations of R2 and
// KV, and what its allocator does not give back.

/** What `work` gives, which is handed how to call the isolate at `url`, and its global scope. */
async function within(url, work) {
  const socket = new WebSocket(url);
  const waiting = new Map();
  let scope;
  const known = new Promise((resolve) => (scope = resolve));
  socket.onmessage = ({ data }) => {
    const { id, method, params, result, error } = JSON.parse(data);
    if (method === 'Runtime.executionContextCreated') scope(params.context.id);
    const { resolve, reject } = waiting.get(id) ?? {};
    waiting.delete(id);
    if (error) reject?.(new Error(error.message));
    else resolve?.(result);
  };
  await new Promise((open, failed) => Object.assign(socket, { onopen: open, onerror: failed }));
  const closed = new Promise((resolve) => (socket.onclose = resolve));
  closed.then(() => waiting.forEach(({ reject }) => reject(new Error(`${url} was closed`))));
  let last = 0;
  const call = (method, params = {}) =>
    new Promise((resolve, reject) => {
      waiting.set(++last, { resolve, reject });
      socket.send(JSON.stringify({ id: last, method, params }));
    });
  try {
    await call('Runtime.enable');
    return await work(call, await known);
  } finally {
    socket.close();
    // Else the next one would find the isolate still inspected.
    await closed;
  }
}

/** Bytes that live objects, their buffers and the memories of WebAssembly take, which V8 does not count among the buffers. */
async function bytesHeld(call, contextId) {
  const { result: prototype } = await call('Runtime.evaluate', { expression: 'WebAssembly.Memory.prototype', contextId });
  // To answer this, V8 collects all garbage; HeapProfiler.collectGarbage is never answered in workerd.
  const { objects } = await call('Runtime.queryObjects', { prototypeObjectId: prototype.objectId });
  const functionDeclaration = 'function () { return this.reduce((sum, { buffer }) => sum + buffer.byteLength, 0); }';
  const { result: memories } = await call('Runtime.callFunctionOn', { objectId: objects.objectId, functionDeclaration, returnByValue: true });
  const { usedSize, embedderHeapUsedSize, backingStorageSize } = await call('Runtime.getHeapUsage');
  return usedSize + embedderHeapUsedSize + backingStorageSize + memories.value;
}

/**
 * The isolates of the workers called `names` below the inspector at `url`: `megabytes()` is what all of them hold, `run` does something in
 * the first.
 */
export async function isolatesOf(url, names) {
  const targets = await (await fetch(new URL('/json', String(url).replace('ws:', 'http:')))).json();
  const isolates = names.map((name) => {
    const found = targets.find(({ id }) => id === `core:user:${name}`);
    if (!found) throw new Error(`the inspector knows no ${name}, but ${targets.map(({ id }) => id).join(', ')}`);
    return found.webSocketDebuggerUrl;
  });
  async function megabytes() {
    let sum = 0;
    for (const isolate of isolates) sum += await within(isolate, bytesHeld);
    return sum / 1e6;
  }
  async function run(expression) {
    const { exceptionDetails } = await within(isolates[0], (call, contextId) => call('Runtime.evaluate', { expression, contextId }));
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  }
  return { megabytes, run };
}
