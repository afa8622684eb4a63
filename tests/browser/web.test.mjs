// The example apps in a real browser, and asked without one.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { APPS, assertFresh, HEX, hmac, picture, SECRETS, start, TOKEN, visitor } from './visitor.mjs';

const USERS = {
  ada: { id: '123456', name: 'Ada Lovelace' },
  obrien: { id: '"><img src=x onerror=alert(1)>', name: "O'Brien</script><script>alert(1)</script>" },
};

const arrive = (page, act) => Promise.all([page.waitForEvent('load'), act()]);
const login = (page, user) => arrive(page, () => page.click(`button[value=${user}]`));
const logout = (page) => arrive(page, () => page.click('form[action="/logout"] button'));
const told = (page) => page.evaluate(() => ({ gosquared: gosquaredCalls, chameleon: chameleonCalls }));
const FAREWELL = { gosquared: [TOKEN, ['unidentify']], chameleon: [['clear']] };
const NOTHING = { gosquared: [TOKEN], chameleon: [] };

/** One request without a browser: node:http, since fetch cannot send a body with GET. */
async function ask(address, path, { method = 'GET', headers = {}, body } = {}) {
  const sent = request(address + path, {
    method,
    headers: { Referer: `${address}/`, ...headers, 'Content-Length': Buffer.byteLength(body ?? '') },
  }).end(body);
  const [response] = await once(sent, 'response');
  return { status: response.statusCode, headers: response.headers, text: Buffer.concat(await response.toArray()).toString() };
}

const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };
const post = (address, path, body = '', headers = {}) => ask(address, path, { method: 'POST', headers: { ...FORM, ...headers }, body });

/** Logs in with a form and gives the headers of the session's cookies. */
async function cookiesOf(address, user, headers = {}) {
  const answer = await post(address, '/login', `user=${user}`, headers);
  assert.equal(answer.status, 303);
  return answer.headers['set-cookie'];
}
const sent = (cookies) => cookies.map((cookie) => cookie.split(';')[0]).join('; ');

/** In the page: what sticks out, which colours it took, and the contrast of each text with what lies behind it, as WCAG 2 counts. */
function look() {
  const channels = (color) => color.match(/[\d.]+/g).map(Number);
  const luminance = (color) =>
    channels(color)
      .slice(0, 3)
      .map((value) => (value / 255 <= 0.03928 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4))
      .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor;
      if (channels(color)[3] !== 0) return color;
    }
  };
  const texts = [...document.body.querySelectorAll('*')].filter((element) =>
    [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()),
  );
  const contrast = texts.map((element) => {
    const [dark, light] = [luminance(getComputedStyle(element).color), luminance(behind(element))].sort((a, b) => a - b);
    return [element.tagName, (light + 0.05) / (dark + 0.05)];
  });
  const { scrollWidth, clientWidth } = document.documentElement;
  return { overflow: scrollWidth - clientWidth, scheme: luminance(behind(document.body)) > 0.5 ? 'light' : 'dark', contrast };
}

for (const [language, command] of Object.entries(APPS)) {
  describe(language, () => {
    let app;
    before(async () => {
      app = await start(command);
    });
    after(() => app?.stop());

    /** What `visit` does in a browser, and that the pages did nothing else. */
    const browsing = (promise, visit) =>
      test(promise, async () => {
        const { page, faults } = await visitor();
        await page.goto(app.address);
        await visit(page);
        await page.context().close();
        assert.deepEqual(faults, []);
      });

    browsing('a visitor has no id and no signature', async (page) => {
      assert.deepEqual(await told(page), NOTHING);
      const html = await page.content();
      assert.doesNotMatch(html, HEX);
      for (const trace of [USERS.ada.id, USERS.ada.name, 'alert(1)']) assert.ok(!html.includes(trace));
      await picture(page, `${language}-visitor`);
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
        assert.deepEqual(await page.locator('main dd').allTextContents(), [name, id]);
        assert.equal(await page.locator('img').count(), 0);
        await picture(page, `${language}-${user}`);
      });
      browsing(`the page shows what the vendors are told of ${user}, the signatures shortened and verified`, async (page) => {
        await login(page, user);
        const {
          gosquared: [, [, who], [, auth]],
          chameleon: [[, uid, { uid_hash: hash, ...traits }]],
        } = await told(page);
        const short = (signature) => `${signature.slice(0, 8)}…${signature.slice(56)}`;
        const sections = await page.locator('section').all();
        const made = new Date(hash.slice(65) * 1000).toISOString().slice(0, 19).replace('T', ' ');
        for (const [index, signature] of [auth, hash].entries()) {
          assert.equal(await sections[index].locator('dd').first().textContent(), `${short(signature)} verified`);
          assert.ok((await sections[index].locator('dd').nth(1).textContent()).startsWith(`${made} UTC; `));
        }
        // What is shown is what runs.
        const shown = await Promise.all(sections.map((section) => section.locator('pre').textContent()));
        const calls = await page
          .evaluate((code) => {
            const calls = [];
            new Function('_gs', 'chmln', code)((...call) => calls.push(call), { identify: (...call) => calls.push(call) });
            return calls;
          }, shown.join('\n'))
          .catch((error) => error.message);
        assert.deepEqual(calls, [TOKEN, ['identify', who], ['auth', short(auth)], [uid, { uid_hash: short(hash), ...traits }]]);
      });
    }

    browsing('after logout nobody is signed and both vendors are told once', async (page) => {
      await login(page, 'ada');
      await logout(page);
      assert.deepEqual(await told(page), FAREWELL);
      assert.deepEqual(await page.locator('section pre').allTextContents(), ['_gs("GSN-000000-A");\n_gs("unidentify");', 'chmln.clear();']);
      assert.doesNotMatch(await page.content(), HEX);
      assert.equal(page.url(), `${app.address}/`);
      await picture(page, `${language}-logged-out`);
      await page.reload();
      assert.deepEqual(await told(page), NOTHING);
    });

    browsing('a session that has expired is a logout: the next page tells both vendors, once', async (page) => {
      await login(page, 'ada');
      await page.context().clearCookies({ name: /^(session|session\.sig)$/ });
      await page.reload();
      assert.deepEqual(await told(page), FAREWELL);
      await page.reload();
      assert.deepEqual(await told(page), NOTHING);
    });

    for (const colorScheme of ['light', 'dark']) {
      test(`the page fits wide and narrow, in ${colorScheme} colours that can be read`, async () => {
        for (const width of [1100, 390]) {
          const { page, faults } = await visitor({ colorScheme, viewport: { width, height: 800 } });
          await page.goto(app.address);
          for (const state of ['visitor', 'obrien']) {
            if (state !== 'visitor') await login(page, state);
            const { overflow, scheme, contrast } = await page.evaluate(look);
            assert.ok(overflow <= 0, `${state} at ${width}: ${overflow} px too wide`);
            assert.equal(scheme, colorScheme);
            for (const [what, ratio] of contrast) assert.ok(ratio >= 4.5, `${what}: ${ratio}`);
            await picture(page, `${language}-${state}-${colorScheme}-${width}`);
          }
          await page.context().close();
          assert.deepEqual(faults, []);
        }
      });
    }

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
      nobody: {},
      'another in the query': { path: `/identity?id=${encodeURIComponent(other)}&user_id=${encodeURIComponent(other)}&user=obrien` },
      'another in a form': {
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        body: `id=${encodeURIComponent(other)}&user=obrien`,
      },
      'another in JSON': { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ id: other, user: 'obrien' }) },
      'another in a header': { headers: { 'X-User': 'obrien', 'X-User-Id': other } },
      'another in a cookie': { cookie: `; user=obrien; id=${encodeURIComponent(other)}` },
    };
    for (const [what, { path = '/identity', headers, body, cookie = '' }] of Object.entries(ways)) {
      test(`/identity asked for ${what} gives one's own`, async () => {
        const mine = sent(await cookiesOf(app.address, 'ada'));
        const answer = await ask(app.address, path, { headers: { ...headers, Cookie: mine + cookie }, body });
        const { gosquared, chameleon, ...more } = JSON.parse(answer.text);
        const { uid, uid_hash: signature, ...rest } = chameleon;
        const { id } = USERS.ada;
        assert.deepEqual(
          { gosquared, uid, rest, more },
          { gosquared: { id, auth: hmac(SECRETS.gosquared, id) }, uid: id, rest: {}, more: {} },
        );
        assertFresh(signature, id);
      });
    }

    test('/identity is JSON to every browser, whatever is in an id', async () => {
      const Cookie = sent(await cookiesOf(app.address, 'obrien'));
      const { headers, text } = await ask(app.address, '/identity', { headers: { Cookie } });
      assert.equal(JSON.parse(text).gosquared.id, USERS.obrien.id);
      assert.match(headers['content-type'], /^application\/json(;|$)/);
      assert.equal(headers['x-content-type-options'], 'nosniff');
    });

    test('who is not in the table is not logged in, and leaves nothing behind', async () => {
      for (const body of [
        'user=mallory',
        'user[]=ada',
        'user[x]=ada',
        '',
        'user=',
        'user=constructor',
        'user=__proto__',
        `user=${'x'.repeat(90_000)}`,
      ]) {
        const answer = await post(app.address, '/login', body);
        assert.equal(answer.status, 303);
        const Cookie = sent(answer.headers['set-cookie'] ?? []);
        assert.ok(Cookie.length < 1000, 'what was asked for is not kept');
        assert.equal((await ask(app.address, '/identity', { headers: { Cookie } })).status, 401);
      }
    });

    test('redirects stay on this site, whatever the request says about itself', async () => {
      for (const headers of [{ 'X-Forwarded-Host': 'evil.example' }, { Host: 'evil.example' }]) {
        headers.Referer = 'http://evil.example/';
        for (const [path, body] of [
          ['/login', 'user=ada'],
          ['/login', 'user=mallory'],
          ['/logout', ''],
        ]) {
          assert.equal((await post(app.address, path, body, headers)).headers.location, '/');
        }
      }
      for (const path of ['/login', '/logout']) {
        const Cookie = sent(await cookiesOf(app.address, 'ada'));
        const answer = await ask(app.address, path, { headers: { Cookie } });
        assert.deepEqual([answer.status, answer.headers.location], [303, '/']);
        assert.equal((await ask(app.address, '/identity', { headers: { Cookie } })).status, 200, 'a link logs nobody out');
      }
    });

    test('behind a proxy that speaks https for it, forms are accepted', async () => {
      const headers = {
        Host: 'app.example',
        Origin: 'https://app.example',
        'X-Forwarded-Proto': 'https',
        'X-Forwarded-For': '192.0.2.1',
        Referer: 'https://app.example/',
      };
      assert.equal((await post(app.address, '/login', 'user=ada', headers)).status, 303);
      assert.equal((await post(app.address, '/login', 'user=ada', { ...headers, Origin: 'https://other.example' })).status, 403);
    });

    test('a bad request shows nothing of the program', async () => {
      const Cookie = `session=%FF; session=${'%'.repeat(9)}`;
      const answers = [
        await post(app.address, '/login', 'user=ada', { 'Content-Type': 'application/x-www-form-urlencoded; charset=foo' }),
        await post(app.address, '/login', '%', {}),
        await post(app.address, '/login', 'user=%FF', {}),
        await ask(app.address, '/', { headers: { Cookie } }),
        await ask(app.address, '/none?%FF'),
        await ask(app.address, '/%FF'),
        await ask(app.address, '//'),
      ];
      for (const { text } of answers)
        assert.doesNotMatch(text, /app\.(py|mjs|php|rb)|node_modules|Traceback|backtrace|\bat .*:\d+|\/usr\/|Warning|Notice/);
    });

    test('every answer says no-store', async () => {
      const Cookie = sent(await cookiesOf(app.address, 'ada'));
      for (const headers of [{}, { Cookie }]) {
        for (const path of ['/', '/identity', '/logout'])
          assert.equal((await ask(app.address, path, { headers })).headers['cache-control'], 'private, no-store');
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
      const cookies = await cookiesOf(app.address, 'ada');
      const page = await ask(app.address, '/', { headers: { Cookie: sent(cookies) } });
      for (const cookie of [...cookies, ...page.headers['set-cookie']]) {
        assert.match(cookie, /; *HttpOnly/i);
        assert.match(cookie, /; *SameSite=Lax/i);
      }
    });

    test('a session that somebody planted is not the one that logs in', async () => {
      const planted = `session=${'a'.repeat(32)}`;
      await ask(app.address, '/', { headers: { Cookie: planted } });
      assert.match((await cookiesOf(app.address, 'ada', { Cookie: planted })).join(), /session=/);
      assert.equal((await ask(app.address, '/identity', { headers: { Cookie: planted } })).status, 401);
    });

    test('a form of another site neither logs in nor out', async () => {
      const form = { 'Content-Type': 'application/x-www-form-urlencoded', Referer: 'https://other.example/' };
      for (const headers of [
        { Origin: 'https://other.example', 'Sec-Fetch-Site': 'cross-site' },
        { Origin: 'https://other.example' },
        { Origin: 'null' },
      ]) {
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
    'a script without the nonce is refused': [
      { 'Content-Security-Policy': policy },
      '<script>1</script>',
      /policy: script-src-elem inline/,
    ],
    'a script that throws': [{}, '<script>throw new Error("thrown")</script>', /error: thrown/],
    'a script from elsewhere': [{}, '<script src="https://other.example/x.js"></script>', /asked for https:\/\/other\.example\/x\.js/],
  };
  for (const [promise, [headers, html, expected]] of Object.entries(pages)) {
    test(promise, async () => {
      const { page, faults } = await visitor();
      await page.route('http://127.0.0.1:1/', (route) =>
        route.fulfill({ contentType: 'text/html', headers, body: `<!DOCTYPE html>${html}` }),
      );
      await page.goto('http://127.0.0.1:1/');
      await page.context().close();
      assert.match(faults.join('\n'), expected);
    });
  }
});
