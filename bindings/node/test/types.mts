// What index.d.ts promises, for `import`. It is compiled, never run: see types.test.mjs.
import { InputError, PersonsigError, Signer, VerificationError, isProviderName, providers, version } from 'personsig';
import type {
    Finding,
    FindingCode,
    Identity,
    InputCode,
    Provider,
    ProviderName,
    Trait,
    Traits,
    VerificationCode,
    Verified,
} from 'personsig';

const signer: Signer = new Signer('gosquared', 'secret', { fallbackSecrets: ['older', new Uint8Array(3)] });
new Signer('gosquared', new Uint8Array(3));
const fromEnv: Signer = Signer.fromEnv('gosquared', { variable: 'BLOG_SECRET' });
const signatures: string[] = [signer.sign('1'), signer.sign(1, { now: 1596165824 }), fromEnv.sign(1n, { now: 1n })];
const verified: Verified = signer.verify('1', signatures[0], { maxAge: 60, clockSkew: 0, now: null });
const signedAt: number | null = verified.signedAt;
const valid: boolean = signer.isValid('1', undefined);
const found: FindingCode[] = signer.explain('1', null).map(({ code }) => code);
const findings: readonly Finding[] = signer.explain('1', null, { also: ['a@example.org', 7] });
const seats: readonly Trait[] = [1, 2n, null, true, { nested: ['x'] }];
const traits: Traits = { name: 'Ada', seats, account: { plan: 'team' } };
const html: string[] = [signer.snippet(null), signer.snippet(1n, { traits, siteToken: 'GSN-1-A', nonce: undefined, now: 1 })];
const identity: Identity = signer.identity('1');
const auth: string = new Signer('gosquared', 'secret').identity('1').auth;
const hash: string = Signer.fromEnv('chameleon').identity('1').uid_hash;
const named: Signer<'chameleon'> = new Signer('chameleon', 'secret');
const name: 'chameleon' = named.provider;
const anySigner: Signer = named;
const known: { [name in ProviderName]?: Signer<name> } = { gosquared: new Signer('gosquared', 'secret'), chameleon: named };
declare const configured: string;
const chosen: Signer | undefined = isProviderName(configured) ? new Signer(configured, 'secret') : undefined;
const either: string = isProviderName(configured) ? (new Signer(configured, 'secret').identity('1').auth ?? '') : '';
const sent: [string | undefined, string | undefined] = [identity.auth, identity.uid_hash];
const many: string[] = signer.signMany(['1', 1, 1n] as const, { now: null }).concat(html);
const names: string[] = providers().map((row: Provider) => row.name);
const errors: PersonsigError[] = [];
try {
    signer.sign('');
} catch (error) {
    if (error instanceof InputError || error instanceof VerificationError) errors.push(error);
    if (error instanceof InputError) {
        const code: InputCode = error.code;
        console.log(code === 'missing-secret');
    }
    if (error instanceof VerificationError) {
        const code: VerificationCode = error.code;
        switch (code) {
            case 'missing-signature':
            case 'malformed-signature':
            case 'missing-timestamp':
            case 'signature-mismatch':
            case 'expired':
            case 'from-the-future':
                break;
            default:
                code satisfies never;
        }
    }
    if (error instanceof PersonsigError) console.log(error.code.length, (error.index ?? 0) + 1);
}
console.log(
    many,
    auth,
    hash,
    name,
    anySigner,
    known,
    chosen,
    either,
    found,
    sent,
    identity.uid === undefined ? identity.auth?.length : identity.uid_hash.length,
    signedAt,
    valid,
    findings[0]?.fix,
    names,
    errors,
    version.length,
    signer.provider.length,
);

// What must not compile.
// @ts-expect-error a name that no provider has
new Signer('gosqaured', 'secret');
// @ts-expect-error nor has it for the environment
Signer.fromEnv('GoSquared');
// @ts-expect-error a string that may be any: isProviderName checks it
new Signer(configured, 'secret');
// @ts-expect-error Chameleon's fields have other names
named.identity('1').auth.length;
// @ts-expect-error another provider's
const other: Signer<'gosquared'> = named;
// @ts-expect-error a code that no error has
if (errors[0]?.code === 'missing-secrets') console.log(other);
// @ts-expect-error a code that no finding has
if (findings[0]?.code === 'padded-keys') console.log(findings);
// @ts-expect-error a VerificationError has none of an InputError's codes
if ((errors[0] as VerificationError).code === 'missing-secret') console.log(errors);
declare const loading: Promise<{ maxAge: number; fallbackSecrets: string[]; variable: string }>;
// @ts-expect-error options that were not awaited
signer.verify('1', '', loading);
// @ts-expect-error nor here
new Signer('gosquared', 'secret', loading);
// @ts-expect-error nor here
Signer.fromEnv('gosquared', loading);
// @ts-expect-error a map has no options
signer.verify('1', '', new Map([['maxAge', 60]]));
// @ts-expect-error an array has none
signer.verify('1', '', []);
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
