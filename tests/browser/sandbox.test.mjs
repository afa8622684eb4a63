// The sandbox in a real browser: in front of the example apps and of others, its page, and what it keeps from the app's own scripts.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createServer as createVite } from 'vite';
import { APPS, freePort, hmac, NODE, picture, ROOT, SECRETS, visitor } from './visitor.mjs';

const PYTHON = `${ROOT}target/venv/bin/python`;
const TOKEN = 'a-token-for-tests';
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** A sandbox, with the command that starts the app behind `--`. */
async function sandbox(options, command = [], env = {}) {
  const port = await freePort();
  const rest = command.length ? ['--', ...command] : [];
  const child = spawn(`${ROOT}target/quick/personsig-sandbox`, ['--listen', `127.0.0.1:${port}`, ...options, ...rest], {
    env: {
      ...process.env,
      PERSONSIG_SANDBOX_TOKEN: TOKEN,
      GOSQUARED_SECURE_MODE_SECRET: SECRETS.gosquared,
      CHAMELEON_VERIFICATION_SECRET: SECRETS.chameleon,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text));
  const address = `http://localhost:${port}`;
  const api = async (path, init = {}) => {
    const answer = await fetch(`${address}/_personsig/api/v1/${path}`, { ...init, headers: { Authorization: `Bearer ${TOKEN}` } });
    return answer.json();
  };
  /** Until `good` holds of the verdict. */
  const until = async (good) => {
    let verdict;
    for (const end = Date.now() + 15_000; Date.now() < end; await sleep(50)) {
      verdict = await api('verdict');
      if (good(verdict)) return verdict;
    }
    assert.fail(JSON.stringify(verdict, null, 2) + said);
  };
  for (const end = Date.now() + 60_000; Date.now() < end && child.exitCode === null; await sleep(50)) {
    const answer = await fetch(address).catch(() => null);
    if (answer?.ok) {
      const stop = async () => {
        child.kill();
        if (child.exitCode === null) await once(child, 'exit');
      };
      return { address, api, until, stop, said: () => said };
    }
  }
  child.kill();
  throw new Error(`the sandbox does not serve its app:\n${said}`);
}

const VENDORS = /cloudfront\.net|gosquared\.com|chameleon\.io|trychameleon\.com/;

/** A new visitor. `faults` are the page's, without what the sandbox's scripts say; `vendors` whom the browser asked for. */
async function browse(address, options) {
  const { page, faults } = await visitor(options);
  const vendors = [];
  page.on('request', (request) => VENDORS.test(new URL(request.url()).hostname) && vendors.push(request.url()));
  await page.goto(address);
  const own = () => faults.filter((fault) => !fault.startsWith('console: [personsig sandbox]'));
  return { page, faults: own, vendors, close: () => page.context().close() };
}

const arrive = (page, act) => Promise.all([page.waitForEvent('load'), act()]);
const login = (page, user) => arrive(page, () => page.click(`button[value=${user}]`));
const see = async (address, options) => browse(`${address}/_personsig/?token=${TOKEN}`, options);

for (const [language, command] of Object.entries(APPS)) {
  describe(`the example app in ${language}, unchanged`, () => {
    let box;
    before(async () => {
      const port = await freePort();
      box = await sandbox(['--app', `http://127.0.0.1:${port}`], ['env', `PORT=${port}`, ...command(port)]);
    });
    after(() => box?.stop());

    test('a visitor and two users turn the verdict to ready, and no vendor is asked for anything', async () => {
      const first = await browse(box.address);
      await box.until(
        ({ gosquared, chameleon }) => ![gosquared, chameleon].some(({ missing }) => missing.includes('a visitor who is not logged in')),
      );
      await login(first.page, 'ada');
      const half = await box.until(({ gosquared, chameleon }) => gosquared.valid === 1 && chameleon.valid === 1);
      assert.deepEqual([half.gosquared.missing, half.gosquared.ready], [['a second user'], false]);
      const second = await browse(box.address);
      await login(second.page, 'obrien');
      const verdict = await box.until((each) => [each.gosquared, each.chameleon].every(({ ready, valid }) => ready && valid === 2));
      assert.equal(verdict.gosquared.summary, 'Ready to switch on: 2 of 2 identifies on 1 page were signed and valid.');
      assert.deepEqual([verdict.gosquared.warnings, verdict.chameleon.warnings, verdict.chameleon.state], [[], [], 'enforced']);
      const ids = (await box.api('requests?vendor=gosquared&verdict=valid')).map((request) => request.user_id);
      assert.deepEqual(ids, ['"><img src=x onerror=alert(1)>', '123456']);
      for (const { faults, vendors, close } of [first, second]) {
        assert.deepEqual([faults(), vendors], [[], []]);
        await close();
      }
    });

    test('a tampered signature is ignored with Secure Mode on, and gets 401 from an enforced account', async () => {
      await box.api('gosquared/secure-mode', { method: 'PUT', body: '{"on": true}' });
      const { page, close } = await browse(box.address);
      await login(page, 'ada');
      const refused = page.waitForResponse((response) => response.status() === 401);
      await page.evaluate(() => {
        _gs('identify', { id: 'somebody-else' });
        _gs('auth', '0'.repeat(64));
        chmln.identify('somebody-else', { uid_hash: `${'0'.repeat(64)}-${Math.floor(Date.now() / 1000)}` });
      });
      assert.match((await refused).url(), /\/_personsig\/call$/);
      await box.until(({ gosquared, chameleon }) => gosquared.problems.length && chameleon.problems.length);
      const [latest] = await box.api('requests?vendor=gosquared&verdict=wrong');
      assert.deepEqual([latest.user_id, latest.effect], ['somebody-else', 'ignored']);
      await close();
      const shown = await see(box.address);
      const text = await shown.page.locator('#requests').textContent();
      assert.match(text, /somebody-else/);
      assert.match(text, /Use the verification secret: not the account token/);
      await shown.close();
    });
  });
}

describe('the rules that begin in a page', () => {
  let box;
  let trial;
  before(async () => {
    box = await sandbox(['--real-secrets']);
    trial = await browse(box.address);
  });
  after(() => box?.stop());

  const told = async (vendor, count) => {
    let requests;
    for (const end = Date.now() + 5_000; Date.now() < end; await sleep(30)) {
      // On a busy machine a page may be open for the second after which it has a visitor.
      requests = (await box.api(`requests?vendor=${vendor}`)).reverse().filter(({ call }) => call !== 'visit');
      if (requests.length >= count) break;
    }
    return requests.map(({ call, user_id, verdict, effect, reasons }) => [call, user_id, verdict, effect, ...reasons]);
  };
  const fresh = async () => {
    await trial.page.close();
    // What the page sent as it closed may still be on its way.
    for (let before, last = null; before !== last;) {
      before = last;
      await sleep(200);
      last = (await box.api('requests?limit=1'))[0]?.id ?? null;
    }
    await box.api('forget', { method: 'POST' });
    await box.api('chameleon/new-account', { method: 'POST' });
    trial = await browse(box.address);
    await told('gosquared', 1);
  };
  const sign = (id) => hmac(SECRETS.gosquared, id);

  test('a call of more than browsers send with keepalive arrives, and one that is too large is a problem', async () => {
    await fresh();
    const identify = (size) =>
      trial.page.evaluate(
        ([about, signature]) => {
          _gs('identify', { id: 42, about });
          _gs('auth', signature);
        },
        ['x'.repeat(size), sign('42')],
      );
    await identify(100_000);
    assert.deepEqual((await told('gosquared', 2)).at(-1), ['identify', '42', 'valid', 'tracked']);
    await identify(1_200_000);
    let problems = [];
    for (const end = Date.now() + 5_000; Date.now() < end && !problems.length; await sleep(50)) {
      ({ problems } = (await box.api('verdict')).gosquared);
    }
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['not-counted'],
    );
  });

  test('the pageview that the token sends comes first and is anonymous; identify is judged with auth', async () => {
    await fresh();
    await trial.page.evaluate((signature) => {
      _gs('identify', { id: 42 });
      _gs('auth', signature);
      _gs('event', 'bought');
    }, sign('42'));
    assert.deepEqual(await told('gosquared', 3), [
      ['pageview', null, 'anonymous', 'tracked'],
      ['identify', '42', 'valid', 'tracked'],
      ['event', '42', 'valid', 'tracked'],
    ]);
  });

  test('what comes between identify and auth is unsigned', async () => {
    await fresh();
    await trial.page.evaluate((signature) => {
      _gs('identify', { id: '42' });
      _gs('event', 'early');
      _gs('auth', signature);
    }, sign('42'));
    assert.deepEqual((await told('gosquared', 3)).slice(1), [
      ['event', '42', 'unsigned', 'tracked', 'missing-signature'],
      ['identify', '42', 'valid', 'tracked'],
    ]);
  });

  test('an identify without auth is unsigned after 300 ms, before the next identify, and at unidentify', async () => {
    await fresh();
    await trial.page.evaluate(() => {
      _gs('identify', { id: 'one' });
      _gs('identify', { id: 'two' });
      _gs('unidentify');
      _gs('identify', { id: 'three' });
    });
    assert.deepEqual((await told('gosquared', 5)).slice(1), [
      ['identify', 'one', 'unsigned', 'tracked', 'missing-signature'],
      ['identify', 'two', 'unsigned', 'tracked', 'missing-signature'],
      ['unidentify', null, 'anonymous', 'tracked'],
      ['identify', 'three', 'unsigned', 'tracked', 'missing-signature'],
    ]);
  });

  test('auth before identify, and auth too late, are said to be so', async () => {
    await fresh();
    await trial.page.evaluate(async (signature) => {
      _gs('auth', signature);
      _gs('identify', { id: '42' });
      await new Promise((done) => setTimeout(done, 600));
      _gs('auth', signature);
    }, sign('42'));
    assert.deepEqual((await told('gosquared', 3)).slice(1), [
      ['identify', '42', 'unsigned', 'tracked', 'missing-signature', 'auth-before-identify'],
      ['auth', '42', 'valid', 'tracked', 'late-auth'],
    ]);
  });

  test('an identify that waits when the page ends is not lost', async () => {
    await fresh();
    // A request that a test intercepts is lost with its page.
    await trial.page.context().unrouteAll();
    await trial.page.evaluate(() => _gs('identify', { id: 'leaving' }));
    await trial.page.goto('about:blank');
    // A beacon may overtake the request that was under way.
    const calls = (await told('gosquared', 2)).map((call) => call.slice(0, 3).join(' '));
    assert.ok(calls.includes('identify leaving unsigned'), calls.join(', '));
  });

  test('chat history is given to the right signature alone', async () => {
    await fresh();
    const history = await trial.page.evaluate(async (signature) => {
      const read = () => new Promise((done) => _gs('get', 'chat', done));
      _gs('identify', { id: '42' });
      _gs('auth', signature);
      _gs('chat', 'hello');
      const right = await read();
      _gs('identify', { id: '42' });
      _gs('auth', '0'.repeat(64));
      return [right, await read()];
    }, sign('42'));
    assert.deepEqual(history, [['hello'], []]);
  });

  test('Chameleon is told who it is in both forms; clear forgets; the first verified request enforces', async () => {
    await fresh();
    const time = Math.floor(Date.now() / 1000);
    await trial.page.evaluate(
      (hash) => {
        chmln.identify(42, { plan: 'gold' });
        chmln.identify({ uid: '42', uid_hash: hash, plan: 'gold' });
        chmln.track('bought');
        chmln.clear();
        chmln.track('nobody');
        chmln.identify('42');
        chmln.identify({ uid_hash: hash });
      },
      `${hmac(SECRETS.chameleon, `42-${time}`)}-${time}`,
    );
    assert.deepEqual(await told('chameleon', 7), [
      ['identify', '42', 'unsigned', 'accepted', 'missing-signature'],
      ['identify', '42', 'valid', 'accepted', 'enforces'],
      ['track', '42', 'valid', 'accepted'],
      ['clear', null, 'anonymous', 'accepted'],
      ['track', null, 'anonymous', 'accepted'],
      ['identify', '42', 'unsigned', 'rejected', 'missing-signature'],
      ['identify', null, 'wrong', 'rejected', 'uid-missing'],
    ]);
  });

  test('nothing that a page passes makes the scripts throw', async () => {
    await fresh();
    const thrown = await trial.page.evaluate(() => {
      const cycle = {};
      cycle.self = cycle;
      const odd = [
        undefined,
        null,
        0,
        NaN,
        10n,
        Symbol('x'),
        () => 1,
        cycle,
        document.body,
        Object.create(null),
        {
          toString() {
            throw new Error('x');
          },
        },
      ];
      try {
        _gs();
        for (const value of odd) {
          _gs(value);
          _gs('identify', value);
          _gs('identify', { id: value });
          _gs('auth', value);
          _gs('event', value, value);
          chmln.identify(value, value);
          chmln.identify({ uid: value, uid_hash: value });
          chmln.track(value);
        }
      } catch (error) {
        return String(error);
      }
      return null;
    });
    assert.equal(thrown, null);
    assert.ok((await told('gosquared', 5)).length >= 5);
  });

  test('calls that were made before the scripts came, and through a kept loader, are not lost', async () => {
    await fresh();
    await trial.page.route(/tracker\.js|messo\.min\.js/, async (route) => {
      await sleep(500);
      await route.continue();
    });
    await trial.page.goto(box.address, { waitUntil: 'commit' });
    await trial.page.waitForFunction(() => globalThis._gs && globalThis.chmln?.identify);
    await trial.page.evaluate((signature) => {
      globalThis.kept = [_gs, chmln.identify];
      kept[0]('identify', { id: 'early' });
      kept[0]('auth', signature);
      kept[1]('early');
    }, sign('early'));
    await trial.page.waitForLoadState('load');
    await trial.page.evaluate(() => {
      kept[0]('event', 'later');
      kept[1]('later');
    });
    const calls = (await told('gosquared', 4)).slice(1).map(([call, id, verdict]) => [call, id, verdict]);
    assert.deepEqual(calls, [
      ['pageview', null, 'anonymous'],
      ['identify', 'early', 'valid'],
      ['event', 'early', 'valid'],
    ]);
    assert.deepEqual(
      (await told('chameleon', 2)).map(([call, id]) => [call, id]),
      [
        ['identify', 'early'],
        ['identify', 'later'],
      ],
    );
  });
});

describe('the page', () => {
  let box;
  before(async () => {
    const port = await freePort();
    box = await sandbox(['--app', `http://127.0.0.1:${port}`], ['env', `PORT=${port}`, ...APPS.node(port)]);
  });
  after(() => box?.stop());

  const VIEWS = {
    wide: { viewport: { width: 1200, height: 800 } },
    narrow: { viewport: { width: 390, height: 844 } },
  };

  async function look(name) {
    for (const [size, view] of Object.entries(VIEWS)) {
      for (const colorScheme of ['light', 'dark']) {
        const { page, faults, close } = await see(box.address, { ...view, colorScheme });
        assert.equal(page.url(), `${box.address}/_personsig/`, 'the token is no longer in the address');
        const pages = [page.url(), await page.locator('#requests a').first().getAttribute('href')];
        for (const [index, address] of pages.entries()) {
          await page.goto(new URL(address, box.address).href);
          await picture(page, `sandbox-${name}-${size}-${colorScheme}${index ? '-request' : ''}`);
          await page.evaluate(axe);
          const { violations } = await page.evaluate(() => axe.run());
          assert.deepEqual(
            violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
            [],
            `${name} ${size} ${colorScheme}`,
          );
          const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
          assert.equal(overflow, 0, `${name} ${size}`);
        }
        assert.deepEqual(faults(), []);
        await close();
      }
    }
  }

  test('ready: read by people and screen readers, wide and narrow, light and dark', async () => {
    for (const user of ['ada', 'obrien']) {
      const { page, close } = await browse(box.address);
      await sleep(1_200);
      await login(page, user);
      await box.until(({ gosquared, chameleon }) => [gosquared, chameleon].every(({ valid }) => valid >= (user === 'ada' ? 1 : 2)));
      await close();
    }
    await box.until(({ gosquared, chameleon }) => gosquared.ready && chameleon.ready);
    await look('ready');
  });

  test('not ready: the same', async () => {
    const { page, close } = await browse(box.address);
    await page.evaluate(() => {
      history.replaceState(null, '', '/billing');
      _gs('identify', { id: '7' });
      chmln.identify('7', { uid_hash: `${'0'.repeat(64)}-1596165824` });
    });
    await box.until(({ gosquared, chameleon }) => gosquared.problems.length && chameleon.problems.length);
    await close();
    await look('not-ready');
  });

  test('it follows what happens, keeps the focus, and works without JavaScript', async () => {
    const shown = await see(box.address);
    await shown.page.focus('#forget');
    const { page, close } = await browse(box.address);
    await page.evaluate(() => _gs('identify', { id: 'somebody-new' }));
    await shown.page.waitForSelector('#requests >> text=somebody-new');
    assert.equal(await shown.page.evaluate(() => document.activeElement.id), 'forget');
    await close();
    await shown.close();
    const without = await see(box.address, { javaScriptEnabled: false });
    assert.match(await without.page.textContent('#requests'), /somebody-new/);
    await without.page.click('text=Switch Secure Mode on');
    assert.match(await without.page.textContent('#state'), /Secure Mode is on/);
    await without.page.selectOption('select[name=verdict]', 'valid');
    await without.page.click('text=Filter');
    assert.doesNotMatch(await without.page.textContent('#requests'), /somebody-new/);
    await without.page.click('text=Switch Secure Mode off');
    await without.close();
  });

  test("the app's own scripts, on the same origin and with the cookie, see and change nothing", async () => {
    const { page, close } = await see(box.address);
    await page.goto(box.address);
    // What the app's page may do, without its policy, which is stricter than most.
    const seen = await page.evaluate(async () => {
      const texts = [];
      for (const path of ['', 'request/1', 'events', 'events?key=', 'api/v1/verdict', 'api/v1/requests', '?token=guess']) {
        for (const mode of ['same-origin', 'cors', 'no-cors']) {
          const answer = await fetch(`/_personsig/${path}`, { mode, credentials: 'include', referrer: '/_personsig/' }).catch(() => null);
          if (answer) texts.push(answer.status === 401 ? '' : await answer.text());
        }
      }
      const opened = window.open('/_personsig/');
      await new Promise((done) => setTimeout(done, 1_500));
      try {
        texts.push(opened?.document?.body?.innerText ?? '');
      } catch {
        texts.push('');
      }
      const frame = document.createElement('iframe');
      frame.src = '/_personsig/';
      document.body.append(frame);
      await new Promise((done) => setTimeout(done, 800));
      try {
        texts.push(frame.contentDocument?.body?.innerText ?? '');
      } catch {
        texts.push('');
      }
      return texts.filter((text) => text.trim());
    });
    assert.deepEqual(seen, []);
    await page.evaluate(() => {
      const form = document.createElement('form');
      form.method = 'post';
      form.action = '/_personsig/';
      form.innerHTML = '<input name="act" value="secure-mode-on"><input name="key" value="guess"><input name="project">';
      document.body.append(form);
      form.submit();
    });
    await page.waitForLoadState();
    assert.equal((await box.api('verdict')).gosquared.secure_mode, 'off');
    await close();
  });
});

describe('real apps behind it', () => {
  const TIME = Math.floor(Date.now() / 1000);
  const folders = [];
  const stops = [];
  after(async () => {
    for (const stop of stops.reverse()) await stop();
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });
  const folder = (name) => {
    const path = `${ROOT}target/sandbox-apps/${name}`;
    rmSync(path, { recursive: true, force: true });
    mkdirSync(path, { recursive: true });
    folders.push(path);
    return path;
  };
  const started = async (...options) => {
    const box = await sandbox(...options);
    stops.push(box.stop);
    return box;
  };

  test("Vite's development server: module scripts, hot updates over a WebSocket, and Chameleon's npm package", async () => {
    const root = folder('vite');
    writeFileSync(
      `${root}/index.html`,
      '<!DOCTYPE html><title>Vite</title><p id="text"></p><script type="module" src="/main.js"></script>',
    );
    writeFileSync(`${root}/text.js`, "export const text = 'before';\n");
    writeFileSync(
      `${root}/main.js`,
      `import chmln from '@chamaeleonidae/chmln';
       import { text } from './text.js';
       const show = (text) => { document.getElementById('text').textContent = text; };
       show(text);
       import.meta.hot.accept('./text.js', (changed) => show(changed.text));
       chmln.init('ACCOUNT-TOKEN', {});
       chmln.identify('42', { uid_hash: '${hmac(SECRETS.chameleon, `42-${TIME}`)}-${TIME}' });`,
    );
    const port = await freePort();
    const vite = await createVite({
      root,
      configFile: false,
      logLevel: 'error',
      cacheDir: `${root}/.vite`,
      resolve: { alias: { '@chamaeleonidae/chmln': `${ROOT}tests/browser/node_modules/@chamaeleonidae/chmln/index.js` } },
      optimizeDeps: { include: ['@chamaeleonidae/chmln'] },
      server: { host: '127.0.0.1', port, strictPort: true, fs: { strict: false } },
    });
    await vite.listen();
    stops.push(() => vite.close());
    const box = await started(['--app', `http://127.0.0.1:${port}`, '--real-secrets']);
    const { page, faults, vendors, close } = await browse(box.address);
    await page.waitForSelector('text=before');
    await box.until(({ chameleon }) => chameleon.valid >= 1);
    const reloads = [];
    page.on('load', () => reloads.push('load'));
    writeFileSync(`${root}/text.js`, "export const text = 'after';\n");
    await page.waitForSelector('text=after');
    assert.deepEqual([reloads, faults(), vendors], [[], [], []]);
    await close();
  });

  test('a Next.js app in development', { timeout: 240_000 }, async () => {
    const root = folder('next');
    const from = `${ROOT}tests/frameworks/next`;
    cpSync(from, root, { recursive: true, filter: (path) => !/\/(node_modules|\.next)(\/|$)/.test(path.slice(from.length)) });
    symlinkSync(`${from}/node_modules`, `${root}/node_modules`);
    // Its development server evaluates modules, which the app's policy is not for.
    const middleware = readFileSync(`${root}/middleware.js`, 'utf8');
    writeFileSync(`${root}/middleware.js`, middleware.replace("'strict-dynamic'", "'strict-dynamic' 'unsafe-eval'"));
    const port = await freePort();
    const next = [NODE, `${from}/node_modules/next/dist/bin/next`, 'dev', '-H', '127.0.0.1', '-p', String(port)];
    const box = await started(['--app', `http://127.0.0.1:${port}`], ['env', '-C', root, 'NEXT_TELEMETRY_DISABLED=1', ...next]);
    const { page, vendors, close } = await browse(box.address, {});
    page.setDefaultTimeout(120_000);
    await page.click('text=Log in');
    await page.waitForSelector('text=Log out');
    await box.until(({ gosquared }) => gosquared.valid >= 1);
    assert.deepEqual(vendors, []);
    await close();
  });

  test('a Django app with a strict policy and a nonce', async () => {
    const port = await freePort();
    const box = await started(['--app', `http://127.0.0.1:${port}`], [PYTHON, `${ROOT}tests/browser/django_app.py`, String(port)]);
    const { page, faults, vendors, close } = await browse(box.address);
    await page.click('text=Log in');
    const { gosquared } = await box.until(({ gosquared }) => gosquared.valid >= 1);
    assert.deepEqual([gosquared.problems, faults(), vendors], [[], [], []]);
    await close();
  });

  test('a script that is loaded past it, as a tag manager does, is reported loudly', async () => {
    const server = createHttp((request, response) => {
      response.setHeader('Content-Type', 'text/html');
      response.end(
        "<!DOCTYPE html><title>Tags</title><script>document.head.append(Object.assign(document.createElement('script'), {src: 'https://fast.' + 'chameleon.io/messo/X/messo.min.js'}))</script>",
      );
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    stops.push(() => server.close());
    const box = await started(['--app', `http://127.0.0.1:${server.address().port}`]);
    const { close } = await browse(`${box.address}/tagged`);
    const { chameleon } = await box.until(({ chameleon }) => chameleon.problems.length);
    assert.deepEqual(
      chameleon.problems.map(({ page, code }) => [page, code]),
      [['/tagged', 'reaches-vendor']],
    );
    assert.match(box.said(), /\/tagged reaches a host of Chameleon itself/);
    await close();
  });

  test('a window that an app with an opener policy of its own has opened cannot be read', async () => {
    const isolation = { 'Cross-Origin-Embedder-Policy': 'require-corp' };
    for (const headers of [{}, isolation]) {
      const server = createHttp((request, response) => {
        response.writeHead(200, { 'Content-Type': 'text/html', 'Cross-Origin-Opener-Policy': 'same-origin', ...headers });
        response.end('<!DOCTYPE html><title>App</title>');
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      stops.push(() => server.close());
      const box = await started(['--app', `http://127.0.0.1:${server.address().port}`]);
      const { page, close } = await see(box.address);
      await page.goto(box.address);
      assert.equal(await page.evaluate(() => crossOriginIsolated), headers === isolation);
      const popup = page.waitForEvent('popup');
      const opened = await page.evaluateHandle(() => window.open('/_personsig/'));
      await (await popup).waitForSelector('#requests');
      const seen = await opened.evaluate((window) => {
        try {
          return window.document.body.innerText;
        } catch (error) {
          return error.name;
        }
      });
      assert.equal(seen, 'SecurityError');
      await close();
    }
  });

  test('a page that is pointed at it by hand, from another port', async () => {
    const box = await started(['--real-secrets']);
    const server = createHttp((request, response) => {
      response.setHeader('Content-Type', 'text/html');
      const signature = hmac(SECRETS.gosquared, '42');
      response.end(`<!DOCTYPE html><title>By hand</title><script>_gs = function () { (_gs.q = _gs.q || []).push(arguments); };
        _gs('GSN-000000-A'); _gs('identify', {id: 42}); _gs('auth', '${signature}');</script><script src="${box.address}/_personsig/gosquared/tracker.js"></script>`);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    stops.push(() => server.close());
    const { faults, close } = await browse(`http://127.0.0.1:${server.address().port}/`);
    await box.until(({ gosquared }) => gosquared.valid === 1);
    assert.deepEqual(faults(), []);
    await close();
  });
});
