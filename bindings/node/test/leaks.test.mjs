// Nothing that was passed comes out again: a canary secret and a canary id are searched for wherever text can go.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { serialize } from 'node:v8';
import { Signer } from '../index.mjs';

const SECRET = 'canary-secret-7d1f',
  ID = 'canary-id-93ab',
  OTHER = 'canary-other-52e0';
const signer = new Signer('gosquared', SECRET, { fallbackSecrets: [OTHER] });
const chameleon = new Signer('chameleon', SECRET);

/** Every text that a value can turn into. */
function texts(value) {
  const all = { depth: Infinity, showHidden: true, getters: true };
  const printed = [
    inspect(value),
    inspect(value, all),
    inspect(value, { ...all, customInspect: false }),
    JSON.stringify(value),
    String(value),
  ];
  const own = Reflect.ownKeys(Object(value)).map((key) => inspect(Reflect.get(value, key), all));
  return [
    ...printed,
    ...own,
    value.stack,
    serialize(value).toString('latin1'),
    serialize(value).toString('utf16le'),
    inspect(structuredClone(value), all),
  ].join('\n');
}

function hasNoCanary(value) {
  const text = texts(value);
  for (const canary of [SECRET, ID, OTHER, 'canary']) assert.ok(!text.includes(canary), text);
}

test('a Signer shows its provider and nothing else', () => {
  assert.equal(inspect(signer), "Signer(provider='gosquared')");
  assert.equal(inspect({ nested: [signer] }), "{ nested: [ Signer(provider='gosquared') ] }");
  hasNoCanary(signer);
});

test('what inherits from Signer without being one can be printed', () => {
  assert.equal(inspect(Object.create(Signer.prototype)), 'Signer {}');
});

test('a copy of a Signer is empty, and every method of it throws', () => {
  for (const copy of [
    structuredClone(signer),
    JSON.parse(JSON.stringify(signer)),
    { ...signer },
    Object.assign(Object.create(Signer.prototype), signer),
  ]) {
    assert.deepEqual(Reflect.ownKeys(copy), []);
    for (const method of ['sign', 'verify', 'isValid', 'explain', 'signMany', 'snippet', 'identity'])
      assert.throws(() => copy[method]('1'), TypeError);
  }
});

const refusals = {
  'an unknown provider': () => new Signer(SECRET, 'gosquared'),
  'a padded secret': () => new Signer('gosquared', `${SECRET}\n`),
  'a secret with a lone surrogate': () => new Signer('gosquared', `${SECRET}\ud800`),
  'a padded fallback': () => new Signer('gosquared', 'x', { fallbackSecrets: [`${SECRET} `] }),
  'a secret in an object': () => new Signer('gosquared', { SECRET, toString: () => SECRET, toJSON: () => SECRET }),
  'a secret in a list': () => new Signer('gosquared', [SECRET]),
  'a secret in an ArrayBuffer': () => new Signer('gosquared', new TextEncoder().encode(SECRET).buffer),
  'a secret in place of the list': () => new Signer('gosquared', 'x', { fallbackSecrets: SECRET }),
  'a secret in place of the options': () => new Signer('gosquared', 'x', SECRET),
  'a secret as the name of an option': () => new Signer('gosquared', 'x', { [SECRET]: 1 }),
  'a secret as the name of a variable': () => Signer.fromEnv('gosquared', { variable: SECRET }),
  'a control character in an id': () => signer.sign(`${ID}\n`),
  'a lone surrogate in an id': () => signer.sign(`${ID}\udfff`),
  'an id in a symbol': () => signer.sign(Symbol(ID)),
  'an id in an object': () => signer.sign({ [ID]: ID, toString: () => ID }),
  'an id in a function': () =>
    signer.sign(function canary() {
      return ID;
    }),
  'an id in place of the time': () => chameleon.sign('1', { now: ID }),
  'an id in place of the signature': () => signer.verify(ID, ID),
  'a bad id in place of another identifier': () => signer.explain('1', '', { also: [`${ID}\n`] }),
  'a bad id among many': () => signer.signMany(['1', `${ID}\n`]),
  'a wrong type among many': () => signer.signMany([ID, { ID }]),
  'a text in place of many': () => signer.signMany(ID),
  'a secret among the traits': () => signer.snippet('1', { traits: { a: SECRET } }),
  'a secret as the name of a trait': () => signer.snippet('1', { traits: { [SECRET]: 1 } }),
  'a fallback as the nonce': () => signer.snippet('1', { nonce: OTHER }),
  'a secret as the site token': () => signer.snippet('1', { siteToken: SECRET }),
  'a secret as the id': () => signer.snippet(SECRET),
  'a secret as the id of an identity': () => signer.identity(SECRET),
  'a trait of another type': () => signer.snippet('1', { traits: { [ID]: new Map([[ID, ID]]) } }),
  'a trait that is too deep': () => {
    const traits = { [ID]: [] };
    traits[ID].push(ID, traits);
    signer.snippet('1', { traits });
  },
  'a trait that is no text': () => signer.snippet('1', { traits: { [ID]: `${ID}\ud800` } }),
  'traits that are an id': () => signer.snippet('1', { traits: ID }),
  'a nonce that cannot be one': () => signer.snippet('1', { nonce: `${ID}"` }),
  'another signature': () => signer.verify(ID, '0'.repeat(64)),
  'an old signature': () => chameleon.verify(ID, chameleon.sign(ID, { now: 1 })),
  'another this': () => Signer.prototype.sign.call({ ID }, ID),
};
for (const [name, act] of Object.entries(refusals)) {
  test(`an error about ${name} repeats nothing`, () => {
    let thrown;
    try {
      act();
    } catch (error) {
      thrown = error;
    }
    assert.ok(thrown instanceof Error);
    // The trace names this file's own functions; its first line is the message.
    thrown.stack = thrown.stack.replace(/\n    at .*/g, '');
    hasNoCanary(thrown);
  });
}

test('what explain finds repeats nothing', () => {
  const padded = createHmac('sha256', `${SECRET}\n`).update(ID).digest('hex');
  const findings = signer.explain(ID, padded, { also: [`${ID}@example.org`] });
  assert.deepEqual(
    findings.map(({ code }) => code),
    ['padded-key'],
  );
  hasNoCanary(findings);
});

for (const when of ['before', 'after']) {
  test(`prototypes changed ${when} the library is loaded change no result and see no secret`, () => {
    const program = fileURLToPath(new URL('tampered.cjs', import.meta.url));
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, when], { encoding: 'utf8' });
    assert.equal(stdout + stderr, 'the same\n');
    assert.equal(status, 0);
  });
}
