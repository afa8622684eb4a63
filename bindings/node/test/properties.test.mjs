// What holds for every provider, secret, id and time, with Node's own createHmac as the oracle. fast-check makes the cases.
// CASES=1000000 tries as many; a failure prints its seed and the smallest case that shows it.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import test from 'node:test';
import fc from 'fast-check';
import { InputError, Signer, VerificationError, providers } from '../index.mjs';

const CASES = Number(process.env.CASES ?? 3000);
const NOW = 1596165824;
const ROWS = providers();
// Which vendors want an e-mail in lower case, the vectors say. Here it must hold for all of a vendor's, or for none.
const LOWER_CASE = ROWS.map(({ name }) => name).filter((name) => {
  const signer = new Signer(name, '00112233445566778899aabbccddeeff');
  return signer.sign('ADA@B.C', { now: 0 }) === signer.sign('ada@b.c', { now: 0 });
});
const PLACEHOLDERS = ['undefined', 'null', 'None', 'NaN', '<nil>', '[object Object]', '#<User>', '<User object at 0x7f>'];
const HOSTILE = ['</script>', '<!--<script>', '-->', ']]>', '\u2028', '\'"\\', '`${x}', '&lt;', '\u0001', "\\'"];

const row = fc.constantFrom(...ROWS);
const now = fc.integer({ min: 0, max: 99999999999 });
// Hex digits are both forms of a key.
const secret = fc.uint8Array({ minLength: 1, maxLength: 100 }).map((bytes) => Buffer.from(bytes).toString('hex'));
const text = fc.string({ unit: 'binary', maxLength: 40 });
const lone = fc.string({ unit: fc.integer({ min: 0xd000, max: 0xe100 }).map((unit) => String.fromCharCode(unit)), maxLength: 8 });
const email = fc.tuple(fc.string({ minLength: 1, maxLength: 20 }), fc.constantFrom('example.com', 'B.Org')).map((parts) => parts.join('@'));
const ascii = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 130 });
const id = fc.oneof(text, lone, email, ascii, fc.constantFrom(...PLACEHOLDERS));
const check = (share, ...property) => fc.assert(fc.property(...property), { numRuns: Math.max(10, Math.floor(CASES / share)) });

const isEmail = (id) => /.@./s.test(id);

function whyRefused(row, id) {
  const reasons = [];
  if (id === '') reasons.push('empty-user-id');
  if (/\p{Surrogate}/u.test(id)) reasons.push('invalid-text');
  // eslint-disable-next-line no-control-regex
  if (/[\0-\x1f\x7f]/.test(id)) reasons.push('control-character');
  if (/^(undefined|null|None|NaN|<nil>|\[object .*\]|#<.*>|<.* object at 0x.*>)$/.test(id)) reasons.push('placeholder-user-id');
  if (row.identifier === 'email' && !isEmail(id)) reasons.push('email-expected');
  return reasons;
}

function expected(row, secret, id, now) {
  const key = row.keyForm === 'hex' ? Buffer.from(secret, 'hex') : secret;
  if (LOWER_CASE.includes(row.name) && isEmail(id)) id = id.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  const timed = row.scheme === 'timestamped' ? `-${now}` : '';
  return (
    createHmac('sha256', key)
      .update(id + timed)
      .digest(row.encoding) + timed
  );
}

test('every id is signed as createHmac signs it, or refused for a reason', () => {
  check(1, row, secret, id, now, (row, secret, id, now) => {
    const signer = new Signer(row.name, secret);
    const reasons = whyRefused(row, id);
    if (reasons.length === 0) {
      assert.equal(signer.sign(id, { now }), expected(row, secret, id, now));
      return;
    }
    assert.throws(
      () => signer.sign(id, { now }),
      (error) => error instanceof InputError && reasons.includes(error.code) && !(id.length >= 16 && error.message.includes(id)),
    );
  });
});

test('an integer is signed as its decimal text', () => {
  const integer = fc.oneof(fc.maxSafeInteger(), fc.bigInt({ min: -(2n ** 127n), max: 2n ** 127n - 1n }));
  const signer = new Signer('gosquared', 'personsig-test-secret');
  check(2, integer, (integer) => assert.equal(signer.sign(integer), signer.sign(String(integer === 0 ? 0 : integer))));
});

test('a signature verifies, and nothing near it does', () => {
  check(2, row, secret, id, now, fc.nat(75), fc.string({ minLength: 1, maxLength: 1 }), (row, secret, id, now, at, other) => {
    fc.pre(whyRefused(row, id).length === 0);
    const signer = new Signer(row.name, secret);
    const signature = signer.sign(id, { now });
    assert.equal(signer.verify(id, signature, { now }).secretIndex, 0);
    at %= signature.length;
    const changed = signature.slice(0, at) + other + signature.slice(at + 1);
    for (const wrong of [changed, signature.slice(0, at), signature + other, ` ${signature}`, signature.toUpperCase()]) {
      if (wrong === signature) continue;
      assert.throws(() => signer.verify(id, wrong, { now }), VerificationError);
      assert.equal(signer.isValid(id, wrong, { now }), false);
    }
  });
});

test('a batch is what sign says one by one', () => {
  check(4, row, secret, fc.array(id, { maxLength: 12 }), now, (row, secret, ids, now) => {
    const signer = new Signer(row.name, secret);
    const bad = ids.findIndex((id) => whyRefused(row, id).length > 0);
    if (bad < 0) {
      assert.deepEqual(
        signer.signMany(ids, { now }),
        ids.map((id) => expected(row, secret, id, now)),
      );
      return;
    }
    assert.throws(
      () => signer.signMany(ids, { now }),
      (error) => error instanceof InputError && error.index === bad,
    );
  });
});

test('a page is one script element with what was given', () => {
  const word = fc.oneof(fc.string({ unit: 'binary', maxLength: 20 }), fc.constantFrom(...HOSTILE));
  const key = word.filter((key) => key !== '__proto__' && key !== 'id');
  const { value: traits } = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      word,
      fc.boolean(),
      fc.constant(null),
      fc.maxSafeInteger(),
      fc.float({ noNaN: true, min: -1000, max: 1000 }),
      tie('list'),
      tie('value'),
    ),
    list: fc.array(tie('any'), { maxLength: 3 }),
    value: fc.dictionary(key, tie('any'), { maxKeys: 4, noNullPrototype: true }),
  }));
  const signer = new Signer('gosquared', 'personsig-test-secret');
  check(2, id, traits, (id, traits) => {
    fc.pre(whyRefused(ROWS[0], id).length === 0);
    const html = String(signer.snippet(id, { traits }));
    const [, script] = /^<script>\n([\n -%'-;=?-~]*)<\/script>$/.exec(html);
    const [, call, auth] = /^_gs\("identify",(.*)\);\n_gs\("auth","([0-9a-f]{64})"\);\n$/.exec(script);
    // JSON has no -0.
    assert.deepEqual(JSON.parse(call), JSON.parse(JSON.stringify({ ...traits, id })));
    assert.equal(auth, createHmac('sha256', 'personsig-test-secret').update(id).digest('hex'));
  });
});

test('explain shows no sixteen digits of a right signature', () => {
  check(20, row, secret, fc.nat(), (row, secret, number) => {
    const signer = new Signer(row.name, secret);
    const id = `ada-${number}@example.com`;
    const right = expected(row, secret, id, NOW);
    const wrong = createHmac('sha256', `${secret}\n`).update(id).digest('hex');
    const findings = [wrong, right.slice(0, 40), right.toUpperCase(), `"${right}"`].flatMap((shown) =>
      signer.explain(id, shown, { now: NOW }),
    );
    const told = findings
      .map(({ code, message, fix }) => `${code} ${message} ${fix}`)
      .join(' ')
      .toLowerCase();
    for (let at = 0; at + 16 <= right.length; at++) assert.ok(!told.includes(right.slice(at, at + 16).toLowerCase()));
    assert.ok(!told.includes(id) && !(secret.length >= 16 && told.includes(secret)));
  });
});
