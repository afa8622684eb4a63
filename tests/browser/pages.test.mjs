// The snippet of every vendor that has one in a real browser, under a Content-Security-Policy: what the vendor's script is told.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Signer } from '../../bindings/node/index.mjs';
import { expected, PAGES, signature, standInScript, TOKEN } from './vendors.mjs';
import { visitor } from './visitor.mjs';

const ADDRESS = 'http://127.0.0.1:1/';
const NONCE = 'q83/7w-_+A==';
const NOW = 1596165824;
const ID = '"Ada</script/></script><script>alert(1)</script>\u2028\\\'@Example.com';
const TRAITS = {
  name: "O'Brien</script><script>alert(1)</script>",
  '</SCRIPT><img src=x onerror=alert(1)>': ['<!--<script>', { deep: '"><img src=x onerror=alert(1)>' }],
  ends: '</script </script/ <!--',
  lines: 'one\u2028two\u2029three\n',
  quotes: '"\'`\\ ${alert(1)}',
  seats: 3,
  ratio: 0.1,
  admin: false,
  plan: null,
};

/** What the vendor's script is told by one page, before and after the event that the page waits for, and what the page did. */
async function told(name, { before, nonce = NONCE, id = ID, traits = TRAITS } = {}) {
  const vendor = PAGES[name];
  const html = new Signer(name, vendor.secret).snippet(id, { traits, siteToken: vendor.token, nonce, now: NOW });
  const { page, faults } = await visitor();
  await page.route(ADDRESS, (route) =>
    route.fulfill({
      contentType: 'text/html; charset=windows-1252',
      headers: { 'Content-Security-Policy': `default-src 'none'; script-src 'nonce-${NONCE}'` },
      body: `<!DOCTYPE html><script nonce="${NONCE}">${standInScript(vendor, before)}</script>${html}<p>alive</p>`,
    }),
  );
  await page.goto(ADDRESS);
  const ask = () => page.evaluate(() => JSON.parse(window.told()));
  const first = await ask();
  if (vendor.event) await page.evaluate((event) => window.dispatchEvent(new Event(event)), vendor.event);
  const last = vendor.event ? await ask() : first;
  const elements = await page.evaluate(() => [...document.querySelectorAll('*')].map((element) => element.localName).join(' '));
  const text = await page.locator('p').textContent();
  await page.context().close();
  return { first, last, elements, text, faults };
}

for (const [name, vendor] of Object.entries(PAGES)) {
  describe(name, () => {
    const traits = vendor.reserved === null ? {} : TRAITS;
    const pages = { 'a bare page': undefined, ...(vendor.made && { [`a page that has made ${vendor.made} before`]: vendor.before }) };
    for (const [where, before] of Object.entries(pages)) {
      test(`on ${where}, exactly one identity arrives, as it was given`, async () => {
        const { first, last, elements, text, faults } = await told(name, { before, traits });
        assert.deepEqual(last, expected(vendor, { id: ID, traits, token: vendor.token, now: NOW }, before));
        if (vendor.event) assert.deepEqual(first.calls, [], `nothing is called before ${vendor.event}`);
        assert.equal(elements, 'html head script script body p');
        assert.equal(text, 'alive');
        assert.deepEqual(faults, []);
      });
    }
  });
}

describe('one vendor of each form, by hand:', () => {
  const id = 'Ada@Example.com';
  const traits = { plan: 'pro' };
  const signed = Object.fromEntries(Object.entries(PAGES).map(([name, vendor]) => [name, signature(vendor, id, NOW)]));
  const calls = {
    'two calls of a function': ['gosquared', ['_gs', 'identify', { id, plan: 'pro' }], ['_gs', 'auth', signed.gosquared]],
    'a function with a verb': ['intercom', ['Intercom', 'boot', { app_id: TOKEN, user_id: id, user_hash: signed.intercom, plan: 'pro' }]],
    "an object's method": ['chameleon', ['chmln.identify', id, { uid_hash: signed.chameleon, plan: 'pro' }]],
    'traits in an object of their own': [
      'chatbase',
      ['chatbase', 'identify', { user_id: id, user_hash: signed.chatbase, user_metadata: { plan: 'pro' } }],
    ],
    'the signature as the third argument': ['gleap', ['Gleap.identify', id, { plan: 'pro' }, signed.gleap]],
    'an event that is waited for': ['chatwoot', ['$chatwoot.setUser', id, { identifier_hash: signed.chatwoot, plan: 'pro' }]],
    'a queue of functions': ['onesignal', ['OneSignal.setExternalUserId', id, signed.onesignal]],
    'an array in a queue': ['crisp', ['$crisp.push', ['set', 'user:email', [id, signed.crisp]]]],
    'a field that depends on the id': [
      'featurebase',
      ['Featurebase', 'identify', { organization: TOKEN, email: id, userHash: signed.featurebase, plan: 'pro' }],
    ],
    'an e-mail in lower case': [
      'customerly',
      ['customerly.load', { app_id: TOKEN, email: 'ada@example.com', email_hash: signed.customerly, plan: 'pro' }],
    ],
  };
  for (const [form, [name, ...call]] of Object.entries(calls)) {
    test(`${form} (${name})`, async () => {
      const given = PAGES[name].reserved === null ? {} : traits;
      const { last, faults } = await told(name, { id, traits: given });
      assert.deepEqual(last, { calls: call });
      assert.deepEqual(faults, []);
    });
  }

  const user = { app_id: TOKEN, email: id, email_hash: signed.pylon, plan: 'pro' };
  const acquire = { user_hash: signed.acquire, userDetails: { email: id, plan: 'pro' } };
  const made = {
    'a settings object': ['pylon', undefined, { chat_settings: user }],
    'a settings object into which the page has put something': [
      'pylon',
      { pylon: { other: 1, chat_settings: { theme: 'dark', email: 'earlier@example.com' } } },
      { other: 1, chat_settings: { theme: 'dark', ...user } },
    ],
    'an array': ['acquire', undefined, [acquire]],
    'an array into which the page has put something': ['acquire', { acquire: [{ earlier: 1 }] }, [{ earlier: 1 }, acquire]],
  };
  for (const [form, [name, before, object]] of Object.entries(made)) {
    test(`${form} (${name})`, async () => {
      const { last, faults } = await told(name, { id, traits, before });
      assert.deepEqual(last, { calls: [], made: object });
      assert.deepEqual(faults, []);
    });
  }
});

test('without the nonce of its policy a snippet does nothing', async () => {
  const { last, faults } = await told('intercom', { nonce: 'another' });
  assert.deepEqual(last, { calls: [] });
  assert.match(faults.join('\n'), /policy: script-src-elem inline/);
});
