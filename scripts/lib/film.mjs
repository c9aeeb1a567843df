// Films and sounds made on the spot, for tests: a test picture with a running clock, and a tone. They need ffmpeg.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

const quiet = ['-hide_banner', '-loglevel', 'error', '-y'];
const tone = (seconds) => ['-f', 'lavfi', '-i', `sine=frequency=330:beep_factor=4:duration=${seconds}`];

/** The bytes of an MP4 of so many seconds and that size, kept in `file`. */
export function makeFilm(file, { seconds = 20, size = '1280x720' } = {}) {
  mkdirSync(dirname(file), { recursive: true });
  const picture = ['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=25:duration=${seconds}`];
  execFileSync('ffmpeg', [...quiet, ...picture, ...tone(seconds), '-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '30', '-pix_fmt', 'yuv420p', '-c:a', 'aac', '-b:a', '64k', file]);
  return readFileSync(file);
}

/** The bytes of an M4A of so many seconds, kept in `file`. */
export function makeSound(file, { seconds = 10 } = {}) {
  mkdirSync(dirname(file), { recursive: true });
  execFileSync('ffmpeg', [...quiet, ...tone(seconds), '-c:a', 'aac', '-b:a', '64k', file]);
  return readFileSync(file);
}
