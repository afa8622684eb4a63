// The example apps in a real browser. Recorders stand in for the vendors' scripts: what they are told is what is judged.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SCREENSHOTS = `${ROOT}target/screenshots`;
const SECRETS = { gosquared: 'personsig-browser-test-gosquared', chameleon: 'personsig-browser-test-chameleon' };
const { NODE = 'node', PHP = 'php', RUBY = 'ruby' } = process.env;
const APPS = {
  python: () => [`${ROOT}target/venv/bin/python`, `${ROOT}examples/web/app.py`],
  node: () => [NODE, `${ROOT}examples/web/app.mjs`],
  php: (port) => [PHP, '-n', '-d', 'display_errors=stderr', '-d', `extension=${ROOT}target/release/libpersonsig_php.so`, '-S', `127.0.0.1:${port}`, `${ROOT}examples/web/app.php`],
  ruby: () => [RUBY, '-I', `${ROOT}bindings/ruby/lib`, `${ROOT}examples/web/app.rb`],
};
const USERS = {
  ada: { id: '123456', name: 'Ada Lovelace' },
  obrien: { id: '"><img src=x onerror=alert(1)>', name: "O'Brien</script><script>alert(1)</script>" },
};

const hmac = (secret, message) => createHmac('sha256', secret).update(message).digest('hex');
const HEX = /[0-9a-f]{64}/;

// Both take over the calls that wait, and the later ones. GoSquared's queue is one, Chameleon's one a method.
const GOSQUARED_SCRIPT = 'https://d1l6p2sc9645hc.cloudfront.net/tracker.js';
const GOSQUARED_RECORDER = `
  gosquaredCalls = (_gs.q || []).map((call) => [...call]);
  _gs = (...call) => gosquaredCalls.push(call);`;
const CHAMELEON_SCRIPT = 'https://fast.chameleon.io/messo/ACCOUNT-TOKEN/messo.min.js';
const CHAMELEON_RECORDER = `
  chameleonCalls = [];
  for (const name of ['identify', 'clear']) {
    chmln[name] = (...call) => chameleonCalls.push([name, ...call]);
    chmln[name + '_a'].forEach((call) => chmln[name](...call));
  }`;

let browser;
before(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  // Each start has an empty profile. Without the other flags Chromium calls its maker.
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
});
after(() => browser?.close());

/** A page of a new visitor. `faults` is everything that a clean page does not do. */
async function visitor() {
  const context = await browser.newContext({ viewport: { width: 760, height: 480 } });
  context.setDefaultTimeout(10_000);
  const faults = [];
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
  });
  await context.route(/^https:/, (route) => {
    const script = { [GOSQUARED_SCRIPT]: GOSQUARED_RECORDER, [CHAMELEON_SCRIPT]: CHAMELEON_RECORDER }[route.request().url()];
    if (script) return route.fulfill({ contentType: 'text/javascript', body: script });
    faults.push(`asked for ${route.request().url()}`);
    return route.abort();
  });
  const page = await context.newPage();
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && faults.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  return { page, faults };
}

const arrive = (page, act) => Promise.all([page.waitForEvent('load'), act()]);
const login = (page, user) => arrive(page, () => page.click(`button[value=${user}]`));
const logout = (page) => arrive(page, () => page.click('form[action="/logout"] button'));
const told = (page) => page.evaluate(() => ({ gosquared: gosquaredCalls, chameleon: chameleonCalls }));
const TOKEN = ['GSN-000000-A'];

/** Chameleon's signature carries its time: it must be of this minute. */
function assertFresh(signature, id) {
  const [, hex, time] = signature.match(/^([0-9a-f]{64})-(\d+)$/);
  assert.equal(hex, hmac(SECRETS.chameleon, `${id}-${time}`));
  assert.ok(Math.abs(Date.now() / 1000 - time) < 60, `${time} is not now`);
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Starts an app and waits until it answers. */
async function start(command) {
  const port = await freePort();
  const [program, ...rest] = command(port);
  const child = spawn(program, rest, {
    env: { ...process.env, PORT: port, GOSQUARED_SECURE_MODE_SECRET: SECRETS.gosquared, CHAMELEON_VERIFICATION_SECRET: SECRETS.chameleon },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => { said += text; });
  child.on('error', (error) => { said += error; });
  const address = `http://127.0.0.1:${port}`;
  for (const end = Date.now() + 30_000; Date.now() < end && child.exitCode === null; await sleep(50)) {
    const answer = await fetch(address).catch(() => null);
    if (answer?.ok) return { address, stop: () => child.kill() };
    if (answer) break;
  }
  child.kill();
  throw new Error(`${program} does not serve its page:\n${said}`);
}

/** One request without a browser: node:http, since fetch cannot send a body with GET. */
async function ask(address, path, { method = 'GET', headers = {}, body } = {}) {
  const sent = request(address + path, { method, headers: { Referer: `${address}/`, ...headers, 'Content-Length': Buffer.byteLength(body ?? '') } }).end(body);
  const [response] = await once(sent, 'response');
  return { status: response.statusCode, headers: response.headers, text: Buffer.concat(await response.toArray()).toString() };
}

/** Logs in with a form and gives the cookie. */
async function cookieOf(address, user, headers = {}) {
  const form = { 'Content-Type': 'application/x-www-form-urlencoded', ...headers };
  const answer = await ask(address, '/login', { method: 'POST', headers: form, body: `user=${user}` });
  assert.equal(answer.status, 303);
  return answer.headers['set-cookie'].at(-1);
}

for (const [language, command] of Object.entries(APPS)) {
  describe(language, () => {
    let app;
    before(async () => { app = await start(command); });
    after(() => app?.stop());

    /** What `visit` does in a browser, and that the pages did nothing else. */
    const browsing = (promise, visit) => test(promise, async () => {
      const { page, faults } = await visitor();
      await page.goto(app.address);
      await visit(page);
      await page.context().close();
      assert.deepEqual(faults, []);
    });
    const picture = (page, name) => page.screenshot({ path: `${SCREENSHOTS}/${language}-${name}.png` });

    browsing('a visitor has no id and no signature', async (page) => {
      assert.deepEqual(await told(page), { gosquared: [TOKEN], chameleon: [] });
      const html = await page.content();
      assert.doesNotMatch(html, HEX);
      for (const trace of [USERS.ada.id, USERS.ada.name, 'alert(1)']) assert.ok(!html.includes(trace));
      await picture(page, 'visitor');
    });

    for (const [user, { id, name }] of Object.entries(USERS)) {
      browsing(`GoSquared is told ${user}: token, then identify, then auth with a signature that verifies`, async (page) => {
        await login(page, user);
        assert.deepEqual((await told(page)).gosquared, [TOKEN, ['identify', { id, name }], ['auth', hmac(SECRETS.gosquared, id)]]);
      });

      browsing(`Chameleon is told ${user} once, with a fresh signature that verifies`, async (page) => {
        await login(page, user);
        const [[method, uid, { uid_hash: signature, ...traits }], ...more] = (await told(page)).chameleon;
        assert.deepEqual([method, uid, traits, more], ['identify', id, { name }, []]);
        assertFresh(signature, id);
      });

      browsing(`the page itself shows the name and id of ${user} as they are`, async (page) => {
        await login(page, user);
        assert.deepEqual(await page.locator('dd').allTextContents(), [name, id]);
        assert.equal(await page.locator('img').count(), 0);
        await picture(page, user);
      });
    }

    browsing('after logout nobody is signed and both vendors are told once', async (page) => {
      await login(page, 'ada');
      await logout(page);
      assert.deepEqual(await told(page), { gosquared: [TOKEN, ['unidentify']], chameleon: [['clear']] });
      assert.doesNotMatch(await page.content(), HEX);
      await picture(page, 'logged-out');
      await page.goto(app.address);
      assert.deepEqual(await told(page), { gosquared: [TOKEN], chameleon: [] });
    });

    browsing('who logs in after another is the only one who is told', async (page) => {
      await login(page, 'ada');
      await logout(page);
      await login(page, 'obrien');
      const calls = JSON.stringify(await told(page));
      assert.ok(!calls.includes(USERS.ada.id) && !calls.includes(hmac(SECRETS.gosquared, USERS.ada.id)));
      assert.ok(calls.includes(hmac(SECRETS.gosquared, USERS.obrien.id)));
    });

    test('/identity is 401 without a session', async () => {
      const answer = await ask(app.address, '/identity?id=123456&user=ada');
      assert.equal(answer.status, 401);
      assert.doesNotMatch(answer.text, HEX);
    });

    const other = USERS.obrien.id;
    const ways = {
      'nobody': {},
      'another in the query': { path: `/identity?id=${encodeURIComponent(other)}&user_id=${encodeURIComponent(other)}&user=obrien` },
      'another in a form': { headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: `id=${encodeURIComponent(other)}&user=obrien` },
      'another in JSON': { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ id: other, user: 'obrien' }) },
      'another in a header': { headers: { 'X-User': 'obrien', 'X-User-Id': other } },
      'another in a cookie': { cookie: `; user=obrien; id=${encodeURIComponent(other)}` },
    };
    for (const [what, { path = '/identity', headers, body, cookie = '' }] of Object.entries(ways)) {
      test(`/identity asked for ${what} gives one's own`, async () => {
        const mine = (await cookieOf(app.address, 'ada')).split(';')[0];
        const answer = await ask(app.address, path, { headers: { ...headers, Cookie: mine + cookie }, body });
        const { gosquared, chameleon, ...more } = JSON.parse(answer.text);
        const { uid, uid_hash: signature, ...rest } = chameleon;
        const { id } = USERS.ada;
        assert.deepEqual({ gosquared, uid, rest, more }, { gosquared: { id, auth: hmac(SECRETS.gosquared, id) }, uid: id, rest: {}, more: {} });
        assertFresh(signature, id);
      });
    }

    test('/identity is JSON to every browser, whatever is in an id', async () => {
      const Cookie = (await cookieOf(app.address, 'obrien')).split(';')[0];
      const { headers, text } = await ask(app.address, '/identity', { headers: { Cookie } });
      assert.equal(JSON.parse(text).gosquared.id, USERS.obrien.id);
      assert.match(headers['content-type'], /^application\/json(;|$)/);
      assert.equal(headers['x-content-type-options'], 'nosniff');
    });

    test('every answer says no-store', async () => {
      const Cookie = (await cookieOf(app.address, 'ada')).split(';')[0];
      for (const headers of [{}, { Cookie }]) {
        for (const path of ['/', '/identity']) assert.equal((await ask(app.address, path, { headers })).headers['cache-control'], 'private, no-store');
      }
    });

    test('every answer has a nonce of its own and a policy that lets nothing run without it', async () => {
      const answers = [await ask(app.address, '/'), await ask(app.address, '/')];
      const nonces = answers.map(({ headers, text }) => {
        const policy = headers['content-security-policy'];
        const nonce = policy.match(/script-src 'nonce-([A-Za-z0-9+/_-]{22,}={0,2})' 'strict-dynamic';/)[1];
        assert.match(policy, /^default-src 'none';/);
        assert.doesNotMatch(policy, /unsafe/);
        assert.equal(text.match(/<script/g).length, text.split(`<script nonce="${nonce}">`).length - 1);
        return nonce;
      });
      assert.notEqual(nonces[0], nonces[1]);
    });

    test('the cookie is out of reach for scripts and other sites', async () => {
      const cookie = await cookieOf(app.address, 'ada');
      assert.match(cookie, /; *HttpOnly/i);
      assert.match(cookie, /; *SameSite=Lax/i);
    });

    test('a session that somebody planted is not the one that logs in', async () => {
      const name = (await cookieOf(app.address, 'ada')).split('=')[0];
      const planted = `${name}=${'a'.repeat(32)}`;
      await ask(app.address, '/', { headers: { Cookie: planted } });
      await cookieOf(app.address, 'ada', { Cookie: planted });
      assert.equal((await ask(app.address, '/identity', { headers: { Cookie: planted } })).status, 401);
    });

    test('a form of another site neither logs in nor out', async () => {
      const form = { 'Content-Type': 'application/x-www-form-urlencoded', Referer: 'https://other.example/' };
      for (const headers of [{ Origin: 'https://other.example', 'Sec-Fetch-Site': 'cross-site' }, { Origin: 'https://other.example' }, { Origin: 'null' }]) {
        for (const path of ['/login', '/logout']) {
          assert.equal((await ask(app.address, path, { method: 'POST', headers: { ...form, ...headers }, body: 'user=ada' })).status, 403);
        }
      }
    });
  });
}

// That the tests above can fail: a page that puts the name into its script as it is, and one that forgets the nonce.
describe('a page that is wrong is noticed:', () => {
  const policy = "default-src 'none'; script-src 'nonce-abcdefghijklmnop'";
  const { name } = USERS.obrien;
  const pages = {
    'a name that is not escaped runs': [{}, `<script>var name = "${name}";</script>`, /dialog: 1/],
    'a script without the nonce is refused': [{ 'Content-Security-Policy': policy }, '<script>1</script>', /policy: script-src-elem inline/],
    'a script that throws': [{}, '<script>throw new Error("thrown")</script>', /error: thrown/],
    'a script from elsewhere': [{}, '<script src="https://other.example/x.js"></script>', /asked for https:\/\/other\.example\/x\.js/],
  };
  for (const [promise, [headers, html, expected]] of Object.entries(pages)) {
    test(promise, async () => {
      const { page, faults } = await visitor();
      await page.route('http://127.0.0.1:1/', (route) => route.fulfill({ contentType: 'text/html', headers, body: `<!DOCTYPE html>${html}` }));
      await page.goto('http://127.0.0.1:1/');
      await page.context().close();
      assert.match(faults.join('\n'), expected);
    });
  }
});
