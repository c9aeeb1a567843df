// What the kernel knows of the workerd processes that this one started: CPU time and memory. Linux only.
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

const TICKS = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** The fields of /proc/PID/stat from the third on, and the name; undefined when the process has ended. */
function stat(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const end = text.lastIndexOf(')');
    return { name: text.slice(text.indexOf('(') + 1, end), fields: text.slice(end + 2).split(' ') };
  } catch {
    return undefined;
  }
}

/** The ids of every workerd below this process; none where that cannot be told. */
export function workerds() {
  if (process.platform !== 'linux') return [];
  const all = new Map();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const read = stat(pid);
    if (read) all.set(Number(pid), { name: read.name, parent: Number(read.fields[1]) });
  }
  const below = (pid) => pid === process.pid || (all.has(pid) && below(all.get(pid).parent));
  return [...all].filter(([pid, { name }]) => name.startsWith('workerd') && below(pid)).map(([pid]) => pid);
}

/** CPU seconds, user and system, that `pids` have used since they started. */
export function cpuSeconds(pids) {
  return pids.reduce((sum, pid) => {
    const { fields } = stat(pid);
    return sum + (Number(fields[11]) + Number(fields[12])) / TICKS;
  }, 0);
}

/** Megabytes of memory that `pids` hold resident now. */
export function residentMegabytes(pids) {
  const kilobytes = pids.map((pid) => Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]));
  return kilobytes.reduce((sum, some) => sum + some, 0) / 1024;
}
