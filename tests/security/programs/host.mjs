// What Node does for the tests of memory and threads: `host.mjs MODE ...`. host.py, host.php and host.rb are the same.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { InputError, Signer, VerificationError } from '../../../bindings/node/index.mjs';

const THEN = 1596165824;
const mac = (secret, message) => createHmac('sha256', secret).update(message).digest('hex');
const resident = () => Number(readFileSync('/proc/self/statm', 'utf8').split(' ')[1]) * 4096;

/** Makes a Signer, uses every method of it, rightly and wrongly, and lets it go. */
function oneLife(number) {
  const id = `user-${number}`;
  const signer = new Signer('chameleon', 's'.repeat(40), { fallbackSecrets: [`older-${number}`] });
  const signature = signer.sign(id, { now: THEN });
  assert.equal(signature, `${mac('s'.repeat(40), `${id}-${THEN}`)}-${THEN}`);
  assert.equal(signer.verify(id, signature, { now: THEN }).secretIndex, 0);
  const older = `${mac(`older-${number}`, `${id}-${THEN}`)}-${THEN}`;
  assert.equal(signer.verify(id, older, { now: THEN }).secretIndex, 1);
  assert.throws(() => signer.verify('another', signature, { now: THEN }), VerificationError);
  assert.throws(() => signer.sign('\n'), InputError);
  assert.throws(() => signer.sign(1.5), TypeError);
  assert.throws(() => new Signer('chameleon', ' padded'), InputError);
  return signer;
}

/** The methods that take longer. */
function onePage(number) {
  const signer = new Signer('gosquared', 's'.repeat(40));
  const signature = mac('s'.repeat(40), '1');
  const traits = { name: "O'Brien</script>", seats: [1, 2.5, null, { é: true }] };
  assert.ok(signer.snippet(1, { traits, siteToken: 'GSN-1-A', nonce: `n${number}` }).includes(signature));
  assert.equal(signer.identity('1').auth, signature);
  assert.deepEqual(signer.signMany(['1', 1, `${number}`]).slice(0, 2), [signature, signature]);
  assert.ok(signer.isValid('1', signature) && !signer.isValid('2', signature));
  assert.throws(() => signer.snippet(1, { traits: { a: { b: new Map() } } }), TypeError);
  assert.throws(() => signer.snippet(1, { traits: { a: 's'.repeat(40) } }), InputError);
  assert.throws(() => signer.signMany(['1', '']), InputError);
  if (number % 1000 === 0) assert.equal(signer.explain('1', mac(` ${'s'.repeat(40)}`, '1'))[0].code, 'padded-key');
}

/** Handles are finalized when the program comes back to its loop. */
async function collected() {
  for (let i = 0; i < 3; i++) {
    globalThis.gc();
    await turn();
  }
}

/** Prints by how many bytes the process grew in all rounds but the first tenth. `kept` keeps what it should let go. */
async function life(rounds, kept) {
  const keep = [];
  let start = 0;
  for (let number = 0; number < rounds; number++) {
    const signer = oneLife(number);
    if (kept) keep.push(signer);
    if (number % 10 === 0) onePage(number);
    if (number % 500 === 0) await turn();
    if (number === Math.floor(rounds / 10)) {
      await collected();
      start = resident();
    }
  }
  await collected();
  console.log(resident() - start);
  assert.ok(keep.length >= 0);
}

/** One worker's part of `threads`. */
function work({ which, seconds, secret }) {
  const shared = new Signer('gosquared', secret);
  const timed = new Signer('chameleon', 't'.repeat(70), { fallbackSecrets: ['older'] });
  const end = performance.now() + seconds * 1000;
  let done = 0;
  for (let number = which; performance.now() < end; number += 8) {
    const text = `${number}-${'x'.repeat(number % 130)}`;
    const expected = mac('s'.repeat(40), text);
    const many = shared.signMany([text, number, text]);
    const results = [
      shared.sign(text) === expected,
      many[0] === expected && many[1] === mac('s'.repeat(40), `${number}`) && many[2] === expected,
      shared.isValid(text, expected),
      !shared.isValid(`${text}y`, expected),
      shared.snippet(text, { traits: { number, text } }).includes(expected),
      shared.identity(text).auth === expected,
      timed.sign(text, { now: THEN }) === `${mac('t'.repeat(70), `${text}-${THEN}`)}-${THEN}`,
      timed.verify(text, `${mac('older', `${text}-${THEN}`)}-${THEN}`, { now: THEN }).secretIndex === 1,
      new Signer('gosquared', text).sign('1') === mac(text, '1'),
    ];
    if (number % 500 < 8) {
      results.push(shared.explain(text, mac(`${'s'.repeat(40)}\n`, text))[0].code === 'padded-key');
      results.push(shared.signMany(Array(40_000).fill(text)).every((signature) => signature === expected));
    }
    if (!results.every((right) => right)) throw new Error(`worker ${which}, round ${number}: ${results}`);
    done += results.length;
  }
  return done;
}

/** Eight workers make Signers. Prints how many results were right, and which was the first wrong one. */
async function threads(seconds, secret) {
  const ended = Array.from({ length: 8 }, (_, which) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: { which, seconds, secret } });
    return new Promise((resolve) => worker.on('message', resolve).on('error', resolve));
  });
  const results = await Promise.all(ended);
  const wrong = results.filter((result) => typeof result !== 'number');
  console.log(
    results.reduce((sum, result) => sum + (Number(result) || 0), 0),
    ...wrong.slice(0, 1).map(String),
  );
  process.exitCode = wrong.length > 0 ? 1 : 0;
}

/** What takes as much memory as it is given, by name. */
function calls() {
  const signer = new Signer('gosquared', 's'.repeat(40));
  const mails = new Signer('tawk', 's'.repeat(40));
  const lower = new Signer('customerly', 's'.repeat(40));
  const long = 'x'.repeat(200_000),
    ids = Array(40_000).fill('42');
  const names = Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`n${3000 - index}`, 1]));
  return {
    new: () => new Signer('gosquared', long, { fallbackSecrets: [long, long, ...Array(2000).fill('older')] }),
    'new of bytes': () => new Signer('gosquared', Buffer.from(long)),
    sign: () => signer.sign(long),
    'sign not ASCII': () => signer.sign('é'.repeat(100_000)),
    'sign lower case': () => lower.sign(`${'A'.repeat(100_000)}@B`),
    signMany: () => signer.signMany(ids),
    'signMany one by one': () => signer.signMany([...ids, 'a\0'].slice(0, -1).concat('é'.repeat(100_000))),
    'signMany mails': () => mails.signMany(Array(10_000).fill('a@b')),
    'signMany lower case': () => lower.signMany([...Array(10_000).fill('A@b'), ...Array(3).fill(`${'A'.repeat(10_000)}@B`)]),
    verify: () => signer.isValid(long, long),
    explain: () => signer.explain(long, [long, long, long].join('\n'), { also: Array(16).fill(long) }),
    identity: () => signer.identity(long),
    snippet: () => signer.snippet(long, { traits: { b: [long, long, long], a: names } }),
    'snippet list': () => signer.snippet('1', { traits: { a: [...Array(3000).keys()], é: 'é'.repeat(100_000) } }),
    fromEnv: () => Signer.fromEnv('gosquared', { variable: 'LONG_SECRET' }),
  };
}

/** Refuses each allocation of each call in turn, and then all from there on. Prints how many were refused. */
function refuse(control, least) {
  process.env.LONG_SECRET = 's'.repeat(100_000);
  const file = openSync(control, 'r+');
  const words = new Int32Array(5);
  let total = 0;
  for (const [name, call] of Object.entries(calls())) {
    call();
    for (const forGood of [0, 1]) {
      for (let at = 1; at < 1000; at++) {
        words.set([at, forGood, least, 0, 0]);
        writeSync(file, words, 0, 20, 0);
        let thrown;
        try {
          call();
        } catch (error) {
          thrown = error;
        }
        readSync(file, words, 0, 20, 0);
        const [, , , seen, number] = words;
        words[0] = 0;
        writeSync(file, words, 0, 4, 0);
        const isError = thrown !== undefined && /memory/.test(thrown.message);
        assert.equal(isError, number > 0, `${name}: allocation ${at} of ${seen}, for good ${forGood}: ${thrown}`);
        if (number === 0) break;
        total += number;
      }
    }
    call();
  }
  closeSync(file);
  console.log(total);
}

const line = () => new Promise((resolve) => process.stdin.once('data', resolve));

/** Makes a Signer, says so and waits; lets it go, says so and waits. */
async function alive() {
  let signer = new Signer('gosquared', process.env.RESIDUE_SECRET, { fallbackSecrets: ['older'] });
  signer.sign('42');
  console.log('made');
  await line();
  signer = undefined;
  await collected();
  console.log('freed');
  await line();
  process.exit();
}

async function once(rounds) {
  for (let number = 0; number < rounds; number++) {
    oneLife(number);
    onePage(number * 1000);
  }
  await collected();
}

if (isMainThread) {
  const [mode, ...given] = process.argv.slice(2);
  if (mode === 'life') await life(Number(given[0]), given[1] === 'kept');
  else if (mode === 'threads') await threads(Number(given[0]), given[1] ?? 's'.repeat(40));
  else if (mode === 'refuse') refuse(given[0], Number(given[1]));
  else if (mode === 'alive') await alive();
  else if (mode === 'once') await once(Number(given[0]));
} else {
  const { parentPort } = await import('node:worker_threads');
  parentPort.postMessage(work(workerData));
}
