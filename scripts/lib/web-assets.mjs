// Bundles the pages' style sheet and scripts into workers/web/public, which serves them, under names that hold a hash of what is in
// them, and writes those names where Rust reads them.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { build } from 'esbuild';

const FROM = 'shared/pages/assets';
const PUBLIC = 'workers/web/public';
const NAMES = 'shared/pages/src/assets.rs';
const ENTRIES = [
  ['app.css', 'STYLE', 'The style sheet.'],
  ['app.js', 'SCRIPT', 'The script of every page.'],
  ['player.js', 'PLAYER', 'The player, with hls.js in it.'],
  ['upload.js', 'UPLOAD', 'What sends files.'],
];

/** Writes a file that is not so yet: whoever reads it meanwhile, another build perhaps, finds it whole. */
function keep(path, contents) {
  if (existsSync(path) && readFileSync(path).equals(Buffer.from(contents))) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, contents);
}

const { metafile, outputFiles } = await build({
  entryPoints: ENTRIES.map(([file]) => join(FROM, file)),
  outdir: join(PUBLIC, 'assets'),
  entryNames: '[name]-[hash]',
  bundle: true,
  minify: true,
  format: 'iife',
  target: ['es2022', 'safari16'],
  legalComments: 'none',
  metafile: true,
  write: false,
});
for (const { path, contents } of outputFiles) keep(path, contents);
// What is served without the worker: a name never means anything else.
keep(join(PUBLIC, '_headers'), '/assets/*\n  Cache-Control: public, max-age=31536000, immutable\n  X-Content-Type-Options: nosniff\n');
const made = outputFiles.map(({ path }) => path);
for (const name of readdirSync(join(PUBLIC, 'assets'))) {
  const path = resolve(PUBLIC, 'assets', name);
  if (!made.includes(path)) rmSync(path, { force: true });
}
const lines = ENTRIES.map(([file, name, doc]) => {
  const [output] = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint === join(FROM, file));
  return `/// ${doc}\npub const ${name}: &str = "${output.replace(PUBLIC, '')}";\n`;
});
const text = `//! Written by scripts/lib/web-assets.mjs: where browsers find what \`assets/\` was built to. The names hold hashes of the contents.\n\n${lines.join('')}`;
keep(NAMES, text);
