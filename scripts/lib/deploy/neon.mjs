// A database for a pull request: a branch at Neon, which shares the rehearsal's data until it writes. https://api-docs.neon.tech/
// NEON_API_KEY, NEON_PROJECT_ID; NEON_BRANCH (the parent's name), NEON_DATABASE and NEON_ROLE where they are not Neon's own.

/** A client of the project that the environment names. */
export function neon(env = process.env) {
  for (const name of ['NEON_API_KEY', 'NEON_PROJECT_ID']) if (!env[name]) throw new Error(`${name} is not set`);
  const base = `${env.NEON_API_URL ?? 'https://console.neon.tech/api/v2'}/projects/${encodeURIComponent(env.NEON_PROJECT_ID)}`;
  const { NEON_BRANCH: parent, NEON_DATABASE: database = 'neondb', NEON_ROLE: role = 'neondb_owner' } = env;

  async function call(method, path, body) {
    const response = await fetch(base + path, {
      method,
      headers: { authorization: `Bearer ${env.NEON_API_KEY}`, accept: 'application/json', ...(body && { 'content-type': 'application/json' }) },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(60_000),
    });
    const json = await response.json().catch(() => ({}));
    // Its answers hold passwords: of a refusal only the reason is repeated.
    if (!response.ok) throw new Error(`Neon refused ${method} ${path.split('?')[0]}: ${response.status}${json.message ? `, ${json.message}` : ''}`);
    return json;
  }

  const named = async (name) => (await call('GET', `/branches?search=${encodeURIComponent(name)}`)).branches.find((branch) => branch.name === name);

  return {
    /** The address of the branch `name`, which is made where there is none. */
    async branch(name) {
      let id = (await named(name))?.id;
      if (!id) {
        const from = parent ? await named(parent) : undefined;
        if (parent && !from) throw new Error(`Neon has no branch ${parent}`);
        id = (await call('POST', '/branches', { branch: { name, ...(from && { parent_id: from.id }) }, endpoints: [{ type: 'read_write' }] })).branch.id;
      }
      const query = new URLSearchParams({ branch_id: id, database_name: database, role_name: role, pooled: 'false' });
      return (await call('GET', `/connection_uri?${query}`)).uri;
    },
    /** Removes the branch `name`; whether there was one. */
    async remove(name) {
      const found = await named(name);
      if (found) await call('DELETE', `/branches/${found.id}`);
      return Boolean(found);
    },
  };
}
