// A CSV file (RFC 4180, UTF-8) record by record, however large: no more than one record is held.
import { createReadStream } from 'node:fs';

/** Characters of one record. A quote that is never closed would otherwise swallow the rest of the file. */
const LONGEST = 100_000;

/** The records of `chunks` as arrays of fields, each with the line it begins at. */
export async function* records(chunks) {
  let [fields, field, quoted, wasQuoted, line, begins, length, skipFeed] = [[], '', false, false, 1, 1, 0, false];
  const endField = () => {
    fields.push(field);
    [field, wasQuoted] = ['', false];
  };
  for await (const chunk of chunks) {
    for (const c of chunk) {
      if (c === '\n') line++;
      if (++length > LONGEST) throw new Error(`line ${begins}: a record of more than ${LONGEST} characters; is a quote not closed?`);
      if (quoted && c !== '"') field += c;
      else if (c === '"' && (quoted || wasQuoted || field === '')) {
        // A quote right after a closing one is a quote in the text.
        if (!quoted && wasQuoted) field += c;
        [quoted, wasQuoted] = [!quoted, true];
      } else if (c === ',') endField();
      else if (c === '\n' && skipFeed) begins = line;
      else if (c === '\n' || c === '\r') {
        endField();
        if (fields.length > 1 || fields[0] !== '') yield { line: begins, fields };
        [fields, begins, length] = [[], line, 0];
      } else field += c;
      skipFeed = c === '\r' && !quoted;
    }
  }
  if (quoted) throw new Error(`line ${begins}: a quote is not closed`);
  endField();
  if (fields.length > 1 || fields[0] !== '') yield { line: begins, fields };
}

/** What a column may be called. */
const COLUMNS = {
  id: ['id'],
  email: ['email'],
  name: ['name'],
  passwordHash: ['password_hash', 'passwordhash', 'password'],
  emailVerified: ['email_verified', 'emailverified', 'email_verified_at', 'emailverifiedat'],
  createdAt: ['created_at', 'createdat'],
};

/** The accounts in `file`, whose first line names its columns: `{at, source}`, or `{at, reason}` for a record of another length. */
export async function* accountsOfCsv(file) {
  let names;
  for await (const { line, fields } of records(createReadStream(file, 'utf8'))) {
    if (!names) {
      const header = fields.map((name) => name.replace(/^\uFEFF/, '').trim().toLowerCase());
      names = header.map((name) => Object.keys(COLUMNS).find((field) => COLUMNS[field].includes(name)));
      if (!names.includes('email')) throw new Error(`${file}: its first line must name the columns, email among them`);
      continue;
    }
    const at = `line ${line}`;
    if (fields.length !== names.length) yield { at, reason: 'wrong number of fields' };
    else yield { at, source: Object.fromEntries(fields.map((field, index) => [names[index], field]).filter(([name]) => name)) };
  }
}
