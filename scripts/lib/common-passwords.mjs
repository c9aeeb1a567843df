// Makes shared/identity/src/common_passwords.bin, a Bloom filter over the 10,000 commonest passwords of 8 characters and more:
//
//   npm pack @zxcvbn-ts/language-common@4.1.3 && tar xzf zxcvbn-ts-language-common-4.1.3.tgz
//   node scripts/lib/common-passwords.mjs package/src/passwords.json
//
// The list (MIT licence) has what leaked, the commonest first. Shorter ones are refused for their length already; letters
// are compared in lower case. shared/identity/src/common.rs reads it and explains the numbers.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

/** Of passwords.json in version 4.1.3. */
const LIST_SHA256 = 'f422773d94d630f27e08b26d7017e847bb1feb2a84809340e9c0b0c47b33e3f1';
const AMOUNT = 10_000;
const SHORTEST = 8;
const BITS = 196_608n;
const PROBES = 13n;

const list = readFileSync(process.argv[2]);
const sha256 = createHash('sha256').update(list).digest('hex');
if (sha256 !== LIST_SHA256) throw new Error(`another list than this was written for: its SHA-256 is ${sha256}`);
const lowered = JSON.parse(list).map((password) => password.normalize('NFC').toLowerCase());
const common = [...new Set(lowered)].filter((password) => [...password].length >= SHORTEST).slice(0, AMOUNT);
if (common.length !== AMOUNT) throw new Error(`the list has ${common.length} passwords that are long enough, not ${AMOUNT}`);

const filter = Buffer.alloc(Number(BITS) / 8);
for (const password of common) {
  const digest = createHash('sha256').update(password).digest();
  const [first, step] = [digest.readBigUInt64LE(0), digest.readBigUInt64LE(8)];
  for (let probe = 0n; probe < PROBES; probe++) {
    const bit = Number(BigInt.asUintN(64, first + probe * step) % BITS);
    filter[bit >> 3] |= 1 << (bit & 7);
  }
}
writeFileSync('shared/identity/src/common_passwords.bin', filter);
console.log(`${common.length} passwords, from ${common[0]} to ${common.at(-1)}, in ${filter.length} bytes`);
