// What index.d.ts promises, for `import`. It is compiled, never run: see types.test.mjs.
import { InputError, PersonsigError, Signer, VerificationError, providers, version } from 'personsig';
import type { Finding, Identity, Provider, Trait, Traits, Verified } from 'personsig';

const signer: Signer = new Signer('gosquared', 'secret', { fallbackSecrets: ['older', new Uint8Array(3)] });
new Signer('gosquared', new Uint8Array(3));
const fromEnv: Signer = Signer.fromEnv('gosquared', { variable: 'BLOG_SECRET' });
const signatures: string[] = [signer.sign('1'), signer.sign(1, { now: 1596165824 }), fromEnv.sign(1n, { now: 1n })];
const verified: Verified = signer.verify('1', signatures[0], { maxAge: 60, clockSkew: 0, now: null });
const signedAt: number | null = verified.signedAt;
const valid: boolean = signer.isValid('1', undefined);
const findings: readonly Finding[] = signer.explain('1', null, { also: ['a@example.org', 7] });
const seats: readonly Trait[] = [1, 2n, null, true, { nested: ['x'] }];
const traits: Traits = { name: 'Ada', seats, account: { plan: 'team' } };
const html: string[] = [signer.snippet(null), signer.snippet(1n, { traits, siteToken: 'GSN-1-A', nonce: undefined, now: 1 })];
const identity: Identity = signer.identity('1');
const sent: [string | undefined, string | undefined] = [identity.auth, identity.uid_hash];
const many: string[] = signer.signMany(['1', 1, 1n] as const, { now: null }).concat(html);
const names: string[] = providers().map((row: Provider) => row.name);
const errors: PersonsigError[] = [];
try {
  signer.sign('');
} catch (error) {
  if (error instanceof InputError || error instanceof VerificationError) errors.push(error);
  if (error instanceof PersonsigError) console.log(error.code.length, (error.index ?? 0) + 1);
}
console.log(many, sent, identity.uid === undefined ? identity.auth.length : identity.uid_hash.length, signedAt, valid, findings[0]?.fix, names, errors, version.length, signer.provider.length);

// What must not compile.
// @ts-expect-error an option that is not known
signer.sign('1', { at: 5 });
// @ts-expect-error a boolean is no id
signer.sign(true);
// @ts-expect-error a variable that may be unset
new Signer('gosquared', process.env.GOSQUARED_SECURE_MODE_SECRET);
// @ts-expect-error text in place of a list
new Signer('gosquared', 'secret', { fallbackSecrets: 'older' });
// @ts-expect-error a date is no trait
signer.snippet('1', { traits: { since: new Date() } });
// @ts-expect-error nor is undefined
signer.snippet('1', { traits: { name: undefined } });
// @ts-expect-error traits are a map
signer.snippet('1', { traits: ['x'] });
// @ts-expect-error text in place of a list
signer.signMany('12');
// @ts-expect-error nobody has no identity
signer.identity(null);
// @ts-expect-error read-only
signer.provider = 'chameleon';
// @ts-expect-error read-only
verified.secretIndex = 1;
// @ts-expect-error read-only
providers()[0] = providers()[1];
// @ts-expect-error errors are the library's to make
new InputError();

declare const process: { env: Record<string, string | undefined> };
declare const console: { log(...values: unknown[]): void };
