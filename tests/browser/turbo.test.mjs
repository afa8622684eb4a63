// The Rails application with Turbo, in tests/frameworks/rails_turbo.rb: as the recipe has it, and without one precaution at a time.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { hmac, ROOT, RUBY, SECRETS, start, TOKEN, visitor } from './visitor.mjs';

const ID = '"><img src=x onerror=alert(1)>';
const NAME = "O'Brien</script><script>alert(1)</script>";
const IDENTIFIED = [
  ['identify', { id: ID, name: NAME }],
  ['auth', hmac(SECRETS.gosquared, ID)],
];
const serve = (without, env) =>
  start(() => [RUBY, '-I', `${ROOT}bindings/ruby/lib`, `${ROOT}tests/frameworks/rails_turbo.rb`], {
    env: {
      RAILS_ENV: 'production',
      TURBO: `${ROOT}tests/browser/node_modules/@hotwired/turbo/dist/turbo.es2017-umd.js`,
      WITHOUT: without,
      ...env,
    },
  });

/** All that GoSquared has been told since the document was loaded. */
const told = (page) => page.evaluate(() => gosquaredCalls);
const press = async (page, name) => {
  await Promise.all([page.waitForEvent('load'), page.click(`button:text-is("${name}"), input[value="${name}"]`)]);
};
/** A visit of Turbo's, in the same document. */
const follow = async (page, act) => {
  const visited = page.evaluate(() => new Promise((resolve) => addEventListener('turbo:load', resolve, { once: true })));
  await act();
  await visited;
};
const link = (page, name) => follow(page, () => page.click(`a:text-is("${name}")`));

describe('rails with Turbo', () => {
  let app;
  before(async () => {
    app = await serve('');
  });
  after(() => app?.stop());

  test('every page identifies, logout is told once, and logging in again identifies again', async () => {
    const { page, faults } = await visitor();
    await page.goto(app.address);
    assert.deepEqual(await told(page), [TOKEN]);
    await press(page, 'Log in');
    assert.deepEqual(await told(page), [TOKEN, ...IDENTIFIED]);
    await link(page, 'other');
    assert.deepEqual(await told(page), [TOKEN, ...IDENTIFIED, ...IDENTIFIED], 'the loader has not run again');
    await press(page, 'Log out');
    assert.deepEqual(await told(page), [TOKEN, ['unidentify']]);
    await link(page, 'other');
    assert.deepEqual(await told(page), [TOKEN, ['unidentify']]);
    await press(page, 'Log in');
    assert.deepEqual(await told(page), [TOKEN, ...IDENTIFIED]);
    await page.context().close();
    assert.deepEqual(faults, []);
  });

  test('after logout, Back identifies nobody', async () => {
    const { page, faults } = await visitor();
    await page.goto(app.address);
    await press(page, 'Log in');
    await link(page, 'other');
    await press(page, 'Log out');
    await page.goBack();
    await page.waitForSelector('text=nobody');
    assert.ok(!JSON.stringify(await told(page)).includes('identify",{'), JSON.stringify(await told(page)));
    await page.context().close();
    assert.deepEqual(faults, []);
  });

  test('a session that expires between two visits of Turbo is told once', async () => {
    const { page, faults } = await visitor();
    await page.goto(app.address);
    await press(page, 'Log in');
    await page.context().clearCookies({ name: /_session$/ });
    await link(page, 'other');
    assert.deepEqual(await told(page), [TOKEN, ...IDENTIFIED, ['unidentify']]);
    await follow(page, () => page.goBack());
    assert.deepEqual(await told(page), [TOKEN, ...IDENTIFIED, ['unidentify']], 'Turbo has kept no page that identifies');
    await page.context().close();
    assert.deepEqual(faults, []);
  });

  test('pages are not kept', async () => {
    assert.match((await fetch(app.address)).headers.get('cache-control'), /no-store/);
  });

  test('while the secret is not set there is no snippet, and the log says why', async () => {
    const unset = await serve('', { GOSQUARED_SECURE_MODE_SECRET: '' });
    const { page, faults } = await visitor();
    await page.goto(unset.address);
    await press(page, 'Log in');
    assert.equal(await page.evaluate(() => typeof _gs), 'undefined');
    await page.context().close();
    unset.stop();
    assert.deepEqual(faults, []);
    assert.match(unset.said(), /GoSquared is off: .*GOSQUARED_SECURE_MODE_SECRET/);
  });
});

describe('rails with Turbo, without', () => {
  const without = (what, promise, visit) =>
    test(`${what}: ${promise}`, async () => {
      const app = await serve(what);
      const { page, faults } = await visitor();
      try {
        await page.goto(app.address);
        await visit(page, faults);
      } finally {
        await page.context().close();
        app.stop();
      }
    });

  without('strict-dynamic', "the second visit's snippet is blocked", async (page, faults) => {
    await press(page, 'Log in');
    assert.deepEqual([await told(page), faults], [[TOKEN, ...IDENTIFIED], []]);
    await link(page, 'other');
    assert.deepEqual(await told(page), [TOKEN, ...IDENTIFIED]);
    assert.match(faults.join('\n'), /policy: script-src-elem inline/);
  });

  without('no-cache', 'Back shows the page that Turbo has kept, and identifies again', async (page) => {
    await press(page, 'Log in');
    await page.context().clearCookies({ name: /_session$/ });
    const left = page.url();
    await link(page, 'other');
    // Turbo keeps it a moment after it has shown the next one.
    await page.waitForFunction((address) => Turbo.session.view.snapshotCache.has(new URL(address)), left);
    await follow(page, () => page.goBack());
    assert.deepEqual(await told(page), [TOKEN, ...IDENTIFIED, ['unidentify'], ...IDENTIFIED]);
  });
});
