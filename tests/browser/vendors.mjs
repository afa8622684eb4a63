// The vendors whose pages a snippet can be put into, what stands in for their scripts, and what these must be told. All of it
// follows from the oracle's table, tests/facts.py: a vendor that is added there is tested here.
import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { fileURLToPath } from 'node:url';

const TESTS = fileURLToPath(new URL('..', import.meta.url));
const READ = 'import facts, json; print(json.dumps([facts.VENDORS, facts.LOADERS], default=sorted))';
const [VENDORS, LOADERS] = JSON.parse(execFileSync(process.env.PYTHON ?? 'python3', ['-c', READ], { cwd: TESTS }));

const SECRETS = { text: 'personsig-test-secret', hex: '00112233445566778899aabbccddeeff' };

export const TOKEN = 'ab12-CD_34';

/** What stands in a call of the table for a value. */
const SLOTS = {
  ID: 'given.id',
  SIGNATURE: 'given.signature',
  TOKEN: 'given.token',
  FIELD: '[given.field]',
  MORE: ',...given.traits',
  TRAITS: '...given.traits',
};

function page(row, loader) {
  const code = row.call.replaceAll(/"[^"]*"/g, '""');
  // What the page makes, or adds to: a settings object, an array.
  const made = code.match(/window\.([$\w]+)=/)?.[1];
  const member = row.call.match(/"(\w+)":Object\.assign/)?.[1];
  const names = Array.from(code.matchAll(/(?<![.\w$])(?:window\.)?([A-Za-z_$][\w$]*)/g), ([, name]) => name);
  const notCalled = new Set(['window', 'function', 'Object', 'addEventListener', made]);
  const called = new Set(names.filter((name) => !notCalled.has(name) && !/^[A-Z]+$/.test(name)));
  const earlier = { kept: 2, [row.fields[0]]: 'earlier@example.com' };
  return {
    ...row,
    loader,
    secret: SECRETS[row.key],
    token: row.call.includes('TOKEN') ? TOKEN : undefined,
    made,
    called: [...called],
    /** What a page may have put there before. */
    before: made && { [made]: member ? { kept: 1, [member]: earlier } : ['kept'] },
    /** The event that the call waits for. */
    event: row.call.match(/addEventListener\("([^"]+)"/)?.[1],
  };
}

/** By name: a row of the table, and what follows from its call. */
export const PAGES = Object.fromEntries(
  Object.entries(VENDORS)
    .filter(([, row]) => row.call !== null)
    .map(([name, row]) => [name, page(row, LOADERS[name])]),
);

const isEmail = (id) => /.@./s.test(id);

/** The id as the page sends it. */
const sent = (vendor, id) => (vendor.lower && isEmail(id) ? id.replace(/[A-Z]/g, (letter) => letter.toLowerCase()) : id);

/** The signature, by Node's own HMAC. */
export function signature(vendor, id, now) {
  const tail = vendor.scheme === 'timestamped' ? `-${now}` : '';
  const key = Buffer.from(vendor.secret, vendor.key === 'hex' ? 'hex' : 'utf8');
  const mac = createHmac('sha256', key).update(sent(vendor, id) + tail, 'utf8');
  return mac.digest(vendor.encoding) + tail;
}

/** Stands in for a vendor's script. `page.told()` is what it was told, as JSON. */
function standIn(page, { called, made }, before) {
  const calls = [];
  const stand = (path) =>
    new Proxy(() => {}, {
      get: (_, name) => stand(`${path}.${String(name)}`),
      // Queues run the functions that they are given.
      apply: (_, self, given) => (typeof given[0] === 'function' ? given[0]() : calls.push([path, ...given])),
    });
  for (const name of called) page[name] = stand(name);
  Object.assign(page, before);
  page.told = () => JSON.stringify({ calls, made: page[made] });
}

/** The same as a script for a page. */
export const standInScript = (vendor, before) =>
  `(${standIn})(window,${JSON.stringify({ called: vendor.called, made: vendor.made })},${JSON.stringify(before)});`;

/** What a vendor's script must be told: the call of the table, run with the values themselves. */
export function expected(vendor, { id, traits, token, now }, before) {
  const given = {
    id: id === null ? null : sent(vendor, id),
    signature: id === null ? null : signature(vendor, id, now),
    field: vendor.fields[vendor.signs === 'id-or-email' && isEmail(id ?? '') ? 1 : 0],
    traits,
    token,
  };
  const statements = [...(vendor.loader && token !== undefined ? ['_gs(TOKEN);'] : []), ...(id === null ? [] : [vendor.call])];
  const code = statements.join('\n').replaceAll(new RegExp(Object.keys(SLOTS).join('|'), 'g'), (name) => SLOTS[name]);
  const page = { addEventListener: (event, listener) => listener() };
  page.window = page;
  standIn(page, vendor, structuredClone(before));
  new Function('page', 'given', `with (page) {\n${code}\n}`)(page, given);
  return JSON.parse(page.told());
}
