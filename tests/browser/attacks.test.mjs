// Hostile names, ids and traits, put into a page: parse5 reads the page as HTML5 says, a JavaScript engine runs what stands
// in the script element, and what the vendor's functions then receive must be what was given, and nothing else.
//
// DOCUMENTS (10000) and PERSONSIG_SEED choose how many and which; `make snippet-attacks` takes 100000.
import assert from 'node:assert/strict';
import { createHmac, randomInt } from 'node:crypto';
import { test } from 'node:test';
import vm from 'node:vm';
import { parse } from 'parse5';
import { Signer } from '../../bindings/node/index.mjs';

const DOCUMENTS = Number(process.env.DOCUMENTS ?? 10_000);
const SEED = Number(process.env.PERSONSIG_SEED ?? randomInt(2 ** 31));
const SECRET = 'personsig-test-secret';
const NOW = 1596165824;

// Numerical Recipes' generator: any will do, if the same seed gives the same documents.
let state = SEED;
const below = (n) => Math.floor(((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32) * n);
const pick = (list) => list[below(list.length)];

const HOSTILE = [
  '</script>',
  '</SCRIPT>',
  '</script ',
  '</script\0>',
  '</script/',
  '</scr\u0131pt>',
  '<script>',
  '<script',
  '<!--',
  '<!--<script>',
  '-->',
  '--!>',
  '<!',
  ']]>',
  '<![CDATA[',
  '<?xml',
  '&lt;/script&gt;',
  '&#60;/script&#62;',
  '&amp',
  '&',
  '<',
  '>',
  '"',
  "'",
  '\\',
  '\\u003c',
  '\\"',
  '\\\u2028',
  '`',
  '${alert(1)}',
  '$&',
  '$`',
  "$'",
  '%s',
  '//',
  '/*',
  '*/',
  '\n',
  '\r\n',
  '\t',
  '\0',
  '\x01',
  '\x1b',
  '\x7f',
  '\x80',
  '\x85',
  '\xa0',
  '\u2028',
  '\u2029',
  '\ufeff',
  '\ufffe',
  '\u202e',
  '\ufffd',
  '\u{1f600}',
  '\u{10ffff}',
  '+ADw-script+AD4-',
  '\x1b$B',
  'javascript:alert(1)',
  '" onload="alert(1)',
  '"><img src=x onerror=alert(1)>',
  "O'Brien</script><script>alert(1)</script>",
  '{{7*7}}',
  '<%= 1 %>',
  '{% raw %}',
  'constructor',
  'prototype',
  'toString',
  'then',
  'length',
  '0',
  '-1',
  'id ',
  'a',
  'name',
  'é',
  '\u0065\u0301',
  ' ',
  '',
];

const text = (most) => Array.from({ length: below(most) }, () => pick(HOSTILE)).join('');
const RESERVED = new Set(['id', 'uid', 'uid_hash', '__proto__', SECRET]);

function value(depth) {
  switch (below(depth > 4 ? 5 : 7)) {
    case 0:
      return pick([null, true, false]);
    case 1:
      return pick([0, -0, 1, -1, 2 ** 53 - 1, 1 - 2 ** 53, 0.1, 1e-7, 5e-324, 123456789.125, 1e15]);
    case 5:
      return Array.from({ length: below(4) }, () => value(depth + 1));
    case 6:
      return traits(depth + 1);
    default:
      return text(6);
  }
}

function traits(depth) {
  const names = Array.from({ length: below(5) }, () => text(4)).filter((name) => !RESERVED.has(name));
  return Object.fromEntries(names.map((name) => [name, value(depth)]));
}

const plain = (data) => JSON.parse(JSON.stringify(data)); // without -0, which JSON does not have
const hmac = (message) => createHmac('sha256', SECRET).update(message, 'utf8').digest('hex');

/** What each vendor's functions must receive. */
const EXPECTED = {
  gosquared: (id, given, token) => [
    ...(token === undefined ? [] : [[token]]),
    ...(id === null
      ? []
      : [
          ['identify', { id, ...given }],
          ['auth', hmac(id)],
        ]),
  ],
  chameleon: (id, given) => (id === null ? [] : [['identify', id, { uid_hash: `${hmac(`${id}-${NOW}`)}-${NOW}`, ...given }]]),
};

const PLACES = [
  (html) => `<!DOCTYPE html><head>${html}<title id="after">alive</title></head><body></body>`,
  (html) => `<!DOCTYPE html><head><meta charset="iso-2022-jp"></head><body><div>${html}<p id="after">alive</p></div></body>`,
  (html) => `<html><body><table><tr><td>${html}<b id="after">alive</b></td></tr></table>`,
  (html) => `<svg></svg><!-- a comment -->${html}<p id="after">alive</p>`,
];

function elements(node, found = []) {
  if (node.tagName) found.push(node);
  for (const child of node.childNodes ?? []) elements(child, found);
  return found;
}

function judge(provider, signer, place) {
  const id = below(8) ? text(5).replace(/[\0-\x1f\x7f]/g, '') : null;
  if (id === '' || id === SECRET) return 0;
  const given = traits(1);
  const siteToken = provider === 'gosquared' && below(2) ? 'GSN-123456-A' : undefined;
  const nonce = below(2) ? 'q83/7w-_+A==' : undefined;
  const html = signer.snippet(id, { traits: given, siteToken, nonce, now: NOW });
  const expected = plain(EXPECTED[provider](id, given, siteToken));
  assert.match(html, /^[\n\x20-\x7e]*$/, 'pure ASCII');
  if (expected.length === 0) {
    assert.equal(html, '');
    return 1;
  }

  const page = elements(parse(place(html)));
  const scripts = page.filter((element) => element.tagName === 'script');
  assert.equal(scripts.length, 1, 'one script element');
  const [script] = scripts;
  assert.deepEqual(script.attrs, nonce === undefined ? [] : [{ name: 'nonce', value: nonce }]);
  const code = script.childNodes[0].value;
  assert.equal(`<script${nonce === undefined ? '' : ` nonce="${nonce}"`}>${code}</script>`, html, 'its text is intact');
  assert.doesNotMatch(code, /[<&]/, 'XHTML reads no markup in it either');
  const after = page.filter((element) => element.attrs.some((attribute) => attribute.name === 'id' && attribute.value === 'after'));
  assert.equal(after[0]?.childNodes[0]?.value, 'alive', 'what follows is alive');
  assert.equal(page.filter((element) => element.tagName === 'img').length, 0);

  // The loader looks for the page's first script, to put its own before it.
  const context = vm.createContext({ calls: [], loaded: [] });
  vm.runInContext(
    `
    var window = globalThis;
    var document = {
      createElement: () => ({}),
      getElementsByTagName: () => [{ parentNode: { insertBefore: (script) => loaded.push(script.src) } }],
    };
    var chmln = { identify: (...given) => calls.push(['identify', ...given]) };
    if (${siteToken === undefined}) var _gs = (...given) => calls.push(given);
  `,
    context,
  );
  vm.runInContext(code, context);
  const recorded = vm.runInContext('JSON.stringify(typeof _gs === "function" && _gs.q ? _gs.q.map((call) => [...call]) : calls)', context);
  assert.deepEqual(JSON.parse(recorded), expected, 'what arrives is what was given');
  assert.equal(context.loaded.length, siteToken === undefined ? 0 : 1);
  assert.equal(vm.runInContext('typeof alert', context), 'undefined');
  return 1;
}

test(`${DOCUMENTS} hostile documents arrive as they were given (PERSONSIG_SEED=${SEED})`, () => {
  const signers = Object.keys(EXPECTED).map((provider) => [provider, new Signer(provider, SECRET)]);
  for (let judged = 0; judged < DOCUMENTS;) judged += judge(...pick(signers), pick(PLACES));
});
