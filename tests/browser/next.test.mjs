// The Next.js app in tests/frameworks/next: built where the secret is not set, then served with it and visited.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { HEX, hmac, NODE, ROOT, SECRETS, start, TOKEN, visitor } from './visitor.mjs';

const APP = `${ROOT}tests/frameworks/next`;
const NEXT = `${APP}/node_modules/next/dist/bin/next`;
const ID = '"><img src=x onerror=alert(1)>';
const NAME = "O'Brien</script><script>alert(1)</script>";
const IDENTIFIED = [
  ['identify', { id: ID, name: NAME }],
  ['auth', hmac(SECRETS.gosquared, ID)],
];

const run = { cwd: APP, env: { NEXT_TELEMETRY_DISABLED: '1' } };
const serve = (env) => start((port) => [NODE, NEXT, 'start', '-H', '127.0.0.1', '-p', port], { cwd: APP, env: { ...run.env, ...env } });

/** npm installed a copy of the package. This makes it today's. */
function refresh() {
  const from = `${ROOT}bindings/node`;
  const { files } = JSON.parse(readFileSync(`${from}/package.json`));
  for (const file of ['package.json', ...files.filter((name) => !name.includes('LICENSE'))]) {
    copyFileSync(`${from}/${file}`, `${APP}/node_modules/personsig/${file}`);
  }
}

/** Builds the app where the secret is not set. What is built already, of these very files, is not built again: it takes most of the time. */
function build() {
  const hash = createHash('sha256').update(process.version);
  const read = (folder) => {
    for (const name of readdirSync(folder).sort()) {
      const path = `${folder}/${name}`;
      if (['node_modules', '.next'].includes(name)) continue;
      if (statSync(path).isDirectory()) read(path);
      else hash.update(`${path}\0`).update(readFileSync(path));
    }
  };
  read(APP);
  read(`${APP}/node_modules/personsig`);
  const made = `${APP}/.next/made-from`;
  const from = hash.digest('hex');
  if (existsSync(made) && readFileSync(made, 'utf8') === from) return;
  const { GOSQUARED_SECURE_MODE_SECRET, CHAMELEON_VERIFICATION_SECRET, ...unset } = process.env;
  const built = spawnSync(NODE, [NEXT, 'build'], { cwd: APP, env: { ...unset, ...run.env, NODE_ENV: 'production' }, encoding: 'utf8' });
  assert.equal(built.status, 0, built.stdout + built.stderr);
  writeFileSync(made, from);
}

describe('next', () => {
  let app;
  before(
    async () => {
      refresh();
      build();
      app = await serve({});
    },
    { timeout: 1_200_000 }, // on a busy machine
  );
  after(() => app?.stop());

  const calls = (page, count) =>
    page.waitForFunction((n) => globalThis.gosquaredCalls?.length >= n && gosquaredCalls, count).then((found) => found.jsonValue());
  const press = async (page, name, then) => {
    await page.click(`text=${name}`);
    await page.waitForSelector(`text=${then}`);
  };

  test('GoSquared is told who logs in, who stays as pages change, and once when the session has ended', async () => {
    const { page, faults } = await visitor();
    await page.goto(app.address);
    assert.deepEqual(await calls(page, 1), [TOKEN]);
    await press(page, 'Log in', 'Log out');
    assert.deepEqual(await calls(page, 3), [TOKEN, ...IDENTIFIED]);
    await press(page, 'other', 'home');
    await press(page, 'home', 'Log out');
    assert.deepEqual(await calls(page, 3), [TOKEN, ...IDENTIFIED], 'a change of page tells nothing again');
    await press(page, 'Log out', 'Log in');
    assert.deepEqual(await calls(page, 4), [TOKEN, ...IDENTIFIED, ['unidentify']]);
    await page.reload();
    assert.deepEqual(await calls(page, 1), [TOKEN]);

    await press(page, 'Log in', 'Log out');
    await calls(page, 3);
    await page.context().clearCookies();
    await page.reload();
    assert.deepEqual(await calls(page, 2), [TOKEN, ['unidentify']], 'an expired session');
    await page.context().close();
    assert.deepEqual(faults, []);
  });

  test('/identity needs the session, and no page or answer may be kept', async () => {
    const refused = await fetch(`${app.address}/identity?id=1`);
    assert.deepEqual([refused.status, refused.headers.get('cache-control'), await refused.text()], [401, 'private, no-store', '']);
    const { page } = await visitor();
    await page.goto(app.address);
    await press(page, 'Log in', 'Log out');
    const answer = await page.request.get(`${app.address}/identity?id=1`);
    assert.equal(answer.headers()['cache-control'], 'private, no-store');
    assert.deepEqual(await answer.json(), { id: ID, auth: hmac(SECRETS.gosquared, ID), name: NAME });
    const html = await page.request.get(app.address);
    assert.match(html.headers()['cache-control'], /private.*no-store/);
    assert.doesNotMatch(await html.text(), HEX);
    await page.context().close();
  });

  test('while the secret is not set nobody is identified, and the log says why', async () => {
    const unset = await serve({ GOSQUARED_SECURE_MODE_SECRET: '' });
    const { page, faults } = await visitor();
    await page.goto(unset.address);
    const asked = page.waitForResponse(`${unset.address}/identity`);
    await press(page, 'Log in', 'Log out');
    assert.equal((await asked).status(), 204);
    assert.deepEqual(await calls(page, 1), [TOKEN]);
    await page.context().close();
    unset.stop();
    assert.deepEqual(faults, []);
    assert.match(unset.said(), /GoSquared is off: .*GOSQUARED_SECURE_MODE_SECRET/);
  });

  test('a wrong secret shows when the server starts', async () => {
    await assert.rejects(serve({ GOSQUARED_SECURE_MODE_SECRET: 'undefined' }), /Failed to prepare server .*GOSQUARED_SECURE_MODE_SECRET/s);
  });
});
