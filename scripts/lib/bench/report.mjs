// The figures for a person: a line a cell while it runs, and what is missed at the end.
import { SIGNING_AIM } from './signing.mjs';

const COLUMNS = [
  ['flow', 30, ({ flow }) => flow],
  ['conn', 5, ({ connections }) => String(connections)],
  ['req/s', 8, ({ rate }) => rate.toFixed(rate < 100 ? 1 : 0)],
  ['(ref.)', 8, ({ reference }) => (reference?.rate ? `(${reference.rate})` : '')],
  ['p50 ms', 8, ({ p50 }) => p50.toFixed(1)],
  ['p95', 8, ({ p95 }) => p95.toFixed(1)],
  ['p99', 8, ({ p99 }) => p99.toFixed(1)],
  ['CPU/1000', 9, ({ cpuPerThousand }) => seconds(cpuPerThousand)],
  ['aim', 6, ({ aim }) => (aim ? String(aim) : '')],
  ['floor', 7, ({ floor }) => (floor ? seconds(floor) : '')],
  ['(ref.)', 8, ({ reference }) => (reference ? `(${reference.cpu})` : '')],
  ['SQL', 6, ({ statements }) => statements.toFixed(2)],
  ['SQL ms', 7, ({ databaseMilliseconds }) => databaseMilliseconds.toFixed(2)],
  ['MB', 6, ({ memoryAfter }) => memoryAfter.toFixed(0)],
  ['errors', 7, ({ errors }) => String(errors)],
];
/** A flow is done when it costs at most this many times its floors. */
const NEAR = 1.3;
/** KiB gzip that a worker's upload may have. */
const UPLOAD = 600;
/** How many times slower a session check may be, at its 99th percentile, while people sign in. */
const UNDER_LOGINS = 4;
/** Noise of a shared machine: less is no difference. */
const DIFFERENT = 0.1;

const seconds = (value) => value.toFixed(value < 10 ? 2 : 1);
const line = (texts) => texts.map((text, index) => (index === 0 ? text.padEnd(COLUMNS[0][1]) : text.padStart(COLUMNS[index][1]))).join('');

export const header = () => line(COLUMNS.map(([title]) => title));

/** One cell; with an earlier one of the same flow, how they compare. */
export function row(cell, earlier) {
  const ratio = (now, before) => `×${(now / before).toFixed(2)}`;
  const compared = earlier ? `   base: req/s ${ratio(cell.rate, earlier.rate)} CPU ${ratio(cell.cpuPerThousand, earlier.cpuPerThousand)}` : '';
  const missed = cell.aim && cell.cpuPerThousand > cell.aim ? '  above the aim' : '';
  return line(COLUMNS.map(([, , text]) => text(cell))) + missed + compared;
}

/** The cell of `base` (an earlier file) that measured the same, if any. */
export function sameIn(base, { flow, transport, connections }) {
  return base?.cells.find((cell) => cell.flow === flow && cell.transport === transport && cell.connections === connections);
}

/** What a reader should know in the end. */
export function conclusion({ cells, contention = [], signing = [], skipped, broken, uploads = {} }, base) {
  const lines = [];
  for (const { flow, transport, why } of skipped) lines.push(`not measured: ${flow} over ${transport}: ${why}`);
  for (const { flow, transport, why } of broken) lines.push(`BROKEN: ${flow} over ${transport}: ${why}`);
  for (const [name, own] of Object.entries(Object.groupBy(cells, ({ flow, transport }) => `${flow} over ${transport}`))) {
    const { aim, floor } = own[0];
    const cpu = own.map(({ cpuPerThousand }) => cpuPerThousand);
    const range = `${seconds(Math.min(...cpu))} to ${seconds(Math.max(...cpu))} CPU seconds per 1,000`;
    if (Math.min(...cpu) > aim) lines.push(`misses its aim of ${aim}: ${name}, ${range}`);
    else if (Math.max(...cpu) > aim) lines.push(`meets its aim of ${aim} at some numbers of connections: ${name}, ${range}`);
    if (floor && Math.min(...cpu) > NEAR * floor) lines.push(`above ${NEAR} times its floors (${seconds(floor)}): ${name}, ${range}`);
    const { like } = own[0];
    if (like) lines.push(`×${(Math.min(...cpu) / like.cpu).toFixed(2)} of ${like.what}: ${name}`);
    const errors = own.reduce((sum, cell) => sum + cell.errors, 0);
    if (errors > 0) lines.push(`ERRORS: ${name}: ${errors} answers were not what the flow expects`);
  }
  for (const { transport, ratio } of contention) if (ratio > UNDER_LOGINS) lines.push(`sign-ins stall session checks over ${transport}: p99 ×${ratio.toFixed(2)}`);
  for (const { transport, milliseconds } of signing) if (milliseconds > SIGNING_AIM) lines.push(`misses its aim of ${SIGNING_AIM} ms: signing 600 segments over ${transport}, ${milliseconds.toFixed(1)} ms`);
  for (const [worker, size] of Object.entries(uploads)) if (size > UPLOAD) lines.push(`above ${UPLOAD} KiB gzip: ${worker}, ${size} KiB`);
  for (const cell of cells) {
    const earlier = sameIn(base, cell);
    const ratio = earlier ? cell.cpuPerThousand / earlier.cpuPerThousand : 1;
    if (ratio > 1 + DIFFERENT) lines.push(`dearer than the base: ${cell.flow} over ${cell.transport} at ${cell.connections}: CPU ×${ratio.toFixed(2)}`);
  }
  return lines.length === 0 ? 'every flow meets its aim' : lines.join('\n');
}
