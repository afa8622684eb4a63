// Run by leaks.test.mjs: changes what can be changed of the language, before or after the library is loaded, uses the
// library, and prints whether the results are the same and nothing that was changed was used.

'use strict';

const { writeSync } = require('node:fs');
const load = () => require('../index.js');
const { defineProperty, getOwnPropertyDescriptor } = Object;
const { apply } = Reflect;

const prototypes = [
  [
    Object.prototype,
    [
      'code',
      'index',
      'kind',
      'message',
      'cause',
      'secretIndex',
      'signedAt',
      'provider',
      'now',
      'value',
      'toString',
      'valueOf',
      'toJSON',
      'hasOwnProperty',
    ],
  ],
  [Array.prototype, ['0', '1', Symbol.iterator, 'map', 'push', 'join', 'includes']],
  [String.prototype, ['kind', Symbol.iterator, 'split', 'slice', 'toString', 'charCodeAt', 'isWellFormed', 'replace']],
  [Object.getPrototypeOf(Uint8Array.prototype), [Symbol.iterator, 'slice', 'subarray', 'toString']],
  [Function.prototype, ['call', 'bind', 'toString']],
];
// What the library takes from these it takes when it is loaded.
const statics = [
  [Object, ['freeze', 'hasOwn', 'keys', 'entries', 'assign', 'create', 'defineProperty']],
  [Reflect, ['ownKeys', 'get']],
  [JSON, ['stringify']],
  [Number, ['isInteger', 'isSafeInteger']],
  [Array, ['from', 'isArray', 'of']],
  [BigInt, ['asIntN']],
  [Date, ['now']],
];
let used = '';
let restore = () => {};

/** Makes it say so when it is used: a function, or where there is nothing a setter. */
function tamper(object, key, name) {
  const before = getOwnPropertyDescriptor(object, key);
  const say = () => {
    used += `${name} `;
  };
  const method = function (...given) {
    say();
    return apply(before.value, this, given);
  };
  const after = before ? { value: method } : { get: () => undefined, set: say };
  defineProperty(object, key, { __proto__: null, ...after, configurable: true });
  const rest = restore;
  restore = () => {
    if (before) defineProperty(object, key, before);
    else delete object[key];
    rest();
  };
}

const many = Array.from({ length: 5000 }, () => '123456');
const early = process.argv[2] === 'after' ? load() : undefined;
const targets = early ? [...prototypes, ...statics] : prototypes;
const plan = targets.flatMap(([object, keys]) => keys.map((key) => () => tamper(object, key, String(key))));
for (let at = plan.length - 1; at >= 0; at--) plan[at]();

const library = early ?? load();
used = ''; // what Node itself uses to load a module
let verdict = 'the same';
const check = (is, wanted) => {
  if (is !== wanted) verdict = `${is} is not ${wanted}`;
};
const refusal = (act) => {
  try {
    act();
    return 'nothing';
  } catch (error) {
    return `${error.name} ${error.code} ${error.index}`;
  }
};
try {
  const { Signer } = library;
  const plain = '0b303c45402efe07ccd56364395279ae91de05340ce18f8e22164188cc1a2d64';
  const snippet = `<script>\n_gs("identify",{"id":"123456","kind":["1",{"0":"x"}],"toJSON":null});\n_gs("auth","${plain}");\n</script>`;
  const signer = new Signer('gosquared', 'personsig-test-secret', { __proto__: null, fallbackSecrets: ['older'] });
  const chameleon = new Signer('chameleon', 'personsig-test-secret');
  check(signer.sign('123456'), plain);
  check(signer.sign(123456), plain);
  check(signer.provider, 'gosquared');
  check(signer.verify('123456', plain).secretIndex, 0);
  check(signer.verify('123456', plain).signedAt, null);
  check(signer.isValid('123456', plain), true);
  check(signer.isValid('123457', plain), false);
  check(chameleon.sign('123456', { now: 1596165824 }), '05e19f815e0f91571951e927b3be86ff14c677828d8b61c9aab4bd8ec46d4537-1596165824');
  check(signer.signMany(['42', '123456'])[1], plain);
  check(signer.signMany(many)[4999], plain);
  check(signer.signMany([42, '123456', 2n ** 70n])[1], plain);
  check(signer.snippet('123456', { traits: { kind: ['1', { 0: 'x' }], toJSON: null } }), snippet);
  check(signer.identity('123456').auth, plain);
  check(
    refusal(() => signer.signMany(['1', '2\0'])),
    'InputError control-character 1',
  );
  check(
    refusal(() => signer.snippet('1', { traits: { now: {}, code: () => 1 } })),
    'TypeError undefined undefined',
  );
  check(
    refusal(() => signer.verify('123457', plain)),
    'VerificationError signature-mismatch undefined',
  );
  check(
    refusal(() => new Signer('gosquared', 'x', { fallbackSecrets: ['older', 'older '] })),
    'InputError padded-secret 1',
  );
  check(
    refusal(() => signer.sign({})),
    'TypeError undefined undefined',
  );
} catch (error) {
  verdict = error.stack;
}
restore();
writeSync(1, `${used ? `used: ${used}` : verdict}\n`);
