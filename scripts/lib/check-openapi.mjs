// Every worker's openapi.json is a sound OpenAPI 3.1 document: its structure, references, parameters, operation ids, security.
import { existsSync, readdirSync } from 'node:fs';
import { createConfig, lint } from '@redocly/openapi-core';

const config = await createConfig({
  extends: ['recommended'],
  rules: {
    'info-license': 'off',
    'no-ambiguous-paths': 'off', // `/check-slug/{slug}` beside `/{id}/members` is ours to keep: ids are UUIDs
    'no-empty-servers': 'off', // the base domain is configuration
    'no-unused-components': 'off', // the shared failures come whole
    'operation-4xx-response': 'off', // /health and playlists answer none of their own
  },
});
const documents = readdirSync('workers').map((worker) => `workers/${worker}/openapi.json`).filter(existsSync);
let total = 0;
for (const ref of documents) {
  const problems = await lint({ ref, config });
  for (const { message, ruleId, location } of problems) console.error(`${ref} ${location[0]?.pointer ?? ''}: ${message} (${ruleId})`);
  total += problems.length;
}
console.log(`${documents.length} OpenAPI documents, ${total} problems`);
process.exitCode = total > 0 || documents.length === 0 ? 1 : 0;
