// The dependencies that Cargo.lock names, offline: every licence must be one that a closed product may ship, and a crate
// must not come in more versions than listed here with the reason. The same licences hold for what npm's lock has beside tools.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const LICENCES = new Set(['MIT', 'Apache-2.0', 'Apache-2.0 WITH LLVM-exception', 'CDLA-Permissive-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BSL-1.0', 'ISC', 'Unicode-3.0', 'Unlicense', 'Zlib', '0BSD', 'CC0-1.0']);

/** Crates that come in two versions, and who insists. */
const TWICE = {
  base64: 'reqwest, only in scripts/local, is one release ahead',
  getrandom: 'ours is one release behind uuid and postgres-protocol',
  matchit: 'axum and worker are one release apart',
  'r-efi': 'never built here: UEFI only, one for each getrandom',
  syn: 'compile time only',
  wasi: 'never built here: WASI only',
  'windows-sys': 'never built here: Windows only; ring is behind',
};

/** True when the expression (`A OR B`, `A AND B`, brackets, the old `A/B`) can be met with allowed licences only. */
export function allowed(expression) {
  const terms = expression.replaceAll('/', ' OR ').match(/\(|\)|\bAND\b|\bOR\b|[^\s()]+(?: WITH [^\s()]+)?/g) ?? [];
  const either = () => {
    let met = both();
    while (terms[0] === 'OR') {
      terms.shift();
      met = both() || met;
    }
    return met;
  };
  const both = () => {
    let met = one();
    while (terms[0] === 'AND') {
      terms.shift();
      met = one() && met;
    }
    return met;
  };
  const one = () => {
    const term = terms.shift();
    if (term !== '(') return LICENCES.has(term);
    const met = either();
    terms.shift();
    return met;
  };
  return either();
}

const metadata = execFileSync('cargo', ['metadata', '--format-version', '1', '--locked'], { encoding: 'utf8', maxBuffer: 2 ** 28 });
const packages = JSON.parse(metadata).packages.filter(({ source }) => source !== null);
const problems = [];
const versions = new Map();
for (const { name, version, license } of packages) {
  if (!allowed(license ?? '')) problems.push(`${name} ${version}: licence ${license ?? 'not stated'}`);
  versions.set(name, [...(versions.get(name) ?? []), version]);
}
for (const [name, list] of versions) {
  if (list.length > 1 && !(name in TWICE)) problems.push(`${name} comes in ${list.length} versions: ${list.join(', ')}`);
}
const shipped = Object.entries(JSON.parse(readFileSync('package-lock.json', 'utf8')).packages).filter(([path, { dev, devOptional, link }]) => path.startsWith('node_modules/') && !dev && !devOptional && !link);
for (const [path, { version, license }] of shipped) {
  if (!allowed(license ?? '')) problems.push(`npm ${path} ${version}: licence ${license ?? 'not stated'}`);
}
for (const problem of problems) console.error(problem);
console.log(`${packages.length} crates and ${shipped.length} npm packages, ${problems.length} problems`);
process.exitCode = problems.length > 0 ? 1 : 0;
