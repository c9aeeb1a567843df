// scripts/setup, deploy, rollback, secrets, preview and verify begin here: arguments in, one sentence out where something is wrong.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const OPTIONS = {
  help: { type: 'boolean', short: 'h', default: false },
  plan: { type: 'boolean', default: false },
  secrets: { type: 'string' },
  shares: { type: 'string' },
  pause: { type: 'string' },
  tag: { type: 'string' },
  to: { type: 'string' },
  offset: { type: 'string' },
};

const whole = (text, what, least, most) => {
  const number = Number(text);
  if (!Number.isInteger(number) || number < least || number > most) throw new Error(`${what} takes whole numbers from ${least} to ${most}`);
  return number;
};

function sharesOf(text) {
  const shares = text.split(',').map((share) => whole(share, '--shares', 0, 100));
  if (shares.at(-1) !== 100 || shares.some((share, index) => index > 0 && share <= shares[index - 1])) throw new Error('--shares rise, and end at 100');
  return shares;
}

/** What each script does with its arguments; whether all is well. */
const SCRIPTS = {
  setup: async ([name], { plan, secrets }, { setup }) => setup(name, { plan, secrets }),
  async deploy([name, ...workers], { plan, secrets, shares, pause, tag }, { deploy }) {
    await deploy(name, { workers, plan, secrets, tag, ...(shares && { shares: sharesOf(shares) }), ...(pause && { seconds: whole(pause, '--pause', 0, 3600) }) });
    return true;
  },
  async rollback([name, ...workers], { plan, to }, { rollback }) {
    await rollback(name, { plan, to, workers });
    return true;
  },
  async secrets([name, command, ...names], { plan, secrets: file }, { secrets }) {
    const input = command === 'rotate' && !process.stdin.isTTY ? readFileSync(0, 'utf8') || undefined : undefined;
    return secrets(name, command, names, { plan, secrets: file, input });
  },
  async preview([command, number], { secrets }, { up, down, comment, USAGE }) {
    const { environmentOf } = await import('./environments.mjs');
    const name = environmentOf(`preview-${number}`).name;
    if (command === 'config') (await import('./generate.mjs')).generate(name).forEach((path) => console.log(path));
    else if (command === 'comment') console.log(comment(number, (await import('./deploy.mjs')).tagOf({})));
    else if (command === 'up') await up(number, { secrets });
    else if (command === 'down') await down(number, { secrets });
    else throw new Error(USAGE);
    return true;
  },
  verify: async ([name], { secrets, offset }, { verify }) => verify(name, { secrets, offset: offset ? whole(offset, '--offset', 0, 40_000) : 0 }),
};

const [script, ...rest] = process.argv.slice(2);
try {
  const module = await import(`./${script}.mjs`);
  const { positionals, values } = parseArgs({ args: rest, allowPositionals: true, options: OPTIONS });
  if (values.help || positionals.length === 0) {
    console.log(module.USAGE);
    process.exitCode = values.help ? 0 : 2;
  } else if (!(await SCRIPTS[script](positionals, values, module))) {
    process.exitCode = 1;
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
