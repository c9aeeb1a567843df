// Runs a command beside a fresh PostgreSQL that it finds in TEST_DATABASE_URL: node with-postgres.mjs COMMAND [ARG ...]
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { ensureDatabase, migrate } from './migrate.mjs';
import { startPostgres } from './postgres.mjs';

const folder = resolve('.local/test/postgres');
rmSync(folder, { recursive: true, force: true });
// Nothing here outlives the tests, so nothing waits for the disk.
const flags = ['-c', 'fsync=off', '-c', 'full_page_writes=off', '-c', 'synchronous_commit=off'];
const postgres = await startPostgres({ folder, port: Number(process.env.TEST_POSTGRES_PORT ?? 24330), flags });
const url = postgres.url('codex_template');
await ensureDatabase(url);
await migrate(url);
const [command, ...args] = process.argv.slice(2);
const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, TEST_DATABASE_URL: url } });
const code = await new Promise((done) => child.on('exit', (code) => done(code ?? 1)));
await postgres.stop();
process.exit(code);
