/** A provider's name. `isProviderName` checks one that comes at run time. */
export type ProviderName =
  | 'gosquared'
  | 'chameleon'
  | 'intercom'
  | 'helpscout'
  | 'chatwoot'
  | 'front'
  | 'pylon'
  | 'gleap'
  | 'novu'
  | 'launchdarkly'
  | 'castle'
  | 'chatbase'
  | 'churnkey'
  | 'unlayer'
  | 'featurebase'
  | 'yourgpt'
  | 'onesignal'
  | 'eucera'
  | 'eixam'
  | 'pipeback'
  | 'acquire'
  | 'customerly'
  | 'tawk'
  | 'crisp'
  | 'plain'
  | 'magicbell'
  | 'engagespot'
  | 'suprsend'
  | 'talkjs'
  | 'harpy'
  | 'ensoras';

/** The `code` of an `InputError`. */
export type InputCode =
  | 'unknown-provider'
  | 'missing-secret'
  | 'padded-secret'
  | 'placeholder-secret'
  | 'empty-user-id'
  | 'invalid-text'
  | 'control-character'
  | 'integer-too-large'
  | 'timestamp-out-of-range'
  | 'timestamp-in-milliseconds'
  | 'not-timestamped'
  | 'invalid-option'
  | 'malformed-secret'
  | 'placeholder-user-id'
  | 'email-expected'
  | 'no-snippet';

/** The `code` of a `VerificationError`. */
export type VerificationCode =
  'missing-signature' | 'malformed-signature' | 'missing-timestamp' | 'signature-mismatch' | 'expired' | 'from-the-future';

/** The `code` of a finding of `explain`. */
export type FindingCode =
  | 'valid'
  | 'valid-with-fallback'
  | 'expired'
  | 'from-the-future'
  | 'time-zone'
  | 'missing-signature'
  | 'signature-is-the-id'
  | 'not-a-signature'
  | 'swapped-id-and-signature'
  | 'other-identifier'
  | 'wrong-scheme'
  | 'empty-key'
  | 'placeholder-key'
  | 'padded-key'
  | 'quoted-key'
  | 'prefixed-key'
  | 'hex-key'
  | 'base64-key'
  | 'key-case'
  | 'key-escaped'
  | 'key-cut'
  | 'key-charset'
  | 'key-hashed'
  | 'swapped-key-and-message'
  | 'no-hmac'
  | 'wrong-call'
  | 'timestamp-missing'
  | 'timestamp-not-sent'
  | 'timestamp-not-signed'
  | 'timestamp-differs'
  | 'timestamp-unit'
  | 'timestamp-separator'
  | 'lost-leading-zeros'
  | 'upper-case'
  | 'other-encoding'
  | 'decorated'
  | 'truncated'
  | 'other-hash'
  | 'id-padded'
  | 'id-case'
  | 'id-quoted'
  | 'id-escaped'
  | 'id-normalised'
  | 'id-charset'
  | 'id-number-format'
  | 'id-not-text'
  | 'id-form'
  | 'no-known-mistake';

/**
 * What is signed: the characters that the page sends as the user's id, exactly as given; an integer stands for its
 * decimal text. A `number` with a fraction is a TypeError, one beyond 2^53-1 either way `integer-too-large`: send it
 * as text.
 */
export type UserId = string | number | bigint;

/** The key shared with the provider: text, which stands for its UTF-8 bytes, or bytes (a `Buffer` is one). */
export type Secret = string | Uint8Array;

export interface SignerOptions {
  /** Older secrets, for the time of a rotation. They verify and never sign. */
  fallbackSecrets?: readonly Secret[] | undefined;
}

export interface FromEnvOptions {
  /** The environment variable that holds the secret; the provider's own unless given. */
  variable?: string | null | undefined;
}

/** The options of every method are a plain object, `{ ... }`: a TypeError for anything else, `invalid-option` for an unknown one. */
export interface SignOptions {
  /** Unix time in whole seconds, 0 to 99999999999; the system's clock unless given. */
  now?: number | bigint | null | undefined;
}

export interface VerifyOptions extends SignOptions {
  /** The oldest signature that is accepted, in seconds, inclusive: 86400 unless given. Timestamped providers only. */
  maxAge?: number | bigint | null | undefined;
  /** How far ahead the signer's clock may be, in seconds, inclusive: 300 unless given. Timestamped providers only. */
  clockSkew?: number | bigint | null | undefined;
}

export interface ExplainOptions extends SignOptions {
  /** At most 16 other identifiers that may have been signed by mistake: the user's e-mail, another user's id. */
  also?: readonly UserId[] | undefined;
}

/**
 * What a page can tell about a user. Every key of a map is an own enumerable property. An array of any class is a list,
 * an object of a class is none: turn a `Date`, a `Map` into one of these. TypeScript lets an `interface` be a map only as
 * a copy, `{ ...user }`.
 *
 * `InputError` `invalid-option`: a whole number beyond 2^53-1 either way, `NaN`, an infinity, a lone surrogate, the
 * name `__proto__`, more than 32 levels, a name that the snippet writes itself (`id`, or `uid` and `uid_hash`).
 */
export type Trait = null | boolean | string | number | bigint | readonly Trait[] | Traits;

/** What the page tells the vendor about the user, by name. The signature does not cover it. */
export interface Traits {
  readonly [name: string]: Trait;
}

export interface SnippetOptions extends SignOptions {
  /** What the page tells the vendor about the user. The signature does not cover it. */
  traits?: Traits | undefined;
  /**
   * The site's public token, where the vendor's call has one: its app id, its chat id. GoSquared's project token,
   * `GSN-123456-A`, may be left out where the page already loads the vendor's script.
   */
  siteToken?: string | null | undefined;
  /** The nonce of this response's Content-Security-Policy. */
  nonce?: string | null | undefined;
}

/** The names of the two fields of each provider's identity: the id or the e-mail, and the signature. */
interface IdentityFields {
  gosquared: ['id', 'auth'];
  chameleon: ['uid', 'uid_hash'];
  intercom: ['user_id', 'user_hash'];
  helpscout: ['email', 'signature'];
  chatwoot: ['identifier', 'identifier_hash'];
  front: ['email', 'userHash'];
  pylon: ['email', 'email_hash'];
  gleap: ['userId', 'userHash'];
  novu: ['subscriberId', 'subscriberHash'];
  launchdarkly: ['key', 'hash'];
  castle: ['id', 'secure'];
  chatbase: ['user_id', 'user_hash'];
  churnkey: ['customerId', 'authHash'];
  unlayer: ['id', 'signature'];
  featurebase: ['userId', 'userHash'] | ['email', 'userHash'];
  yourgpt: ['ext_user_id', 'user_hash'];
  onesignal: ['external_user_id', 'external_user_id_auth_hash'];
  eucera: ['id', 'userHash'];
  eixam: ['externalUserId', 'userHash'];
  pipeback: ['email', 'signature'];
  acquire: ['email', 'user_hash'];
  customerly: ['email', 'email_hash'];
  tawk: ['email', 'hash'];
  crisp: ['email', 'signature'];
  plain: ['email', 'emailHash'];
  magicbell: ['userExternalId', 'userKey'] | ['userEmail', 'userKey'];
  engagespot: ['userId', 'userSignature'];
  suprsend: ['distinct_id', 'subscriber_id'];
  talkjs: ['id', 'signature'];
  harpy: ['uid', 'uid_hash'];
  ensoras: ['email', 'hash'];
}

type Fields<Names extends readonly string[]> = Names extends readonly string[]
  ? { [Field in Names[number]]: string } & { [Field in Exclude<IdentityFields[ProviderName][number], Names[number]>]?: never }
  : never;

/**
 * The id and its signature, by the vendor's names for them: `Identity<'gosquared'>` has `id` and `auth`. `Identity` alone
 * is that of any provider. A provider that takes an id or an e-mail has a field for each, of which one is there.
 */
export type Identity<Name extends ProviderName = ProviderName> = Fields<IdentityFields[Name]>;

/** What a valid signature tells. */
export interface Verified {
  /** Which secret made it: 0 is the secret, 1 the first fallback. When 0 is all that is seen, fallbacks can go. */
  readonly secretIndex: number;
  /** Unix time in whole seconds; null for a plain provider, whose signatures have no time. */
  readonly signedAt: number | null;
}

/** One thing that went wrong with a signature, or that did not. */
export interface Finding {
  /** For programs: `padded-key`. */
  readonly code: FindingCode;
  /** What happened, in a sentence for a person. */
  readonly message: string;
  /** What to do about it. */
  readonly fix: string;
  /** Which fallback secret or which element of `also`, counting from 0. */
  readonly index: number | null;
}

/** A vendor that verifies identities. */
export interface Provider {
  /** What `Signer` takes: exact, lower case. */
  readonly name: ProviderName;
  /** What the vendor calls itself. */
  readonly title: string;
  /** What is signed. `plain`: the id. `timestamped`: the id and the time, and the signature ends with `-` and that time. */
  readonly scheme: 'plain' | 'timestamped';
  /** How the MAC is written. `hex`: lower-case digits. `base64`: padded. `base64url`: without padding. */
  readonly encoding: 'hex' | 'base64' | 'base64url';
  /** What the vendor calls a user by. `email`: any other id is `email-expected`. */
  readonly identifier: 'id' | 'email' | 'id-or-email';
  /** `text`: the key is the secret's bytes. `hex`: the secret is the hex digits of the key. */
  readonly keyForm: 'text' | 'hex';
  /** What the vendor recommends instead for new installations; null where this signature is current. */
  readonly legacy: string | null;
  /** The environment variable that `Signer.fromEnv` reads. */
  readonly secretVariable: string;
  /** The vendor's own page about it. */
  readonly documentation: string;
}

/**
 * Signs ids for one provider with one secret. `Signer<'gosquared'>` is one for that provider. It is immutable. JSON and `structuredClone` make an empty object of it.
 *
 * Never share a secret between providers: the plain signature of the id `42-1596165824` is the timestamped signature
 * of `42`.
 */
export class Signer<Name extends ProviderName = ProviderName> {
  /**
   * Binds a provider's name and the secret shared with it.
   *
   * @throws {InputError} `unknown-provider`, `missing-secret`, `padded-secret`, `placeholder-secret`, `malformed-secret`,
   * `invalid-text`, `invalid-option`; for a fallback, `index` tells which
   */
  constructor(provider: Name, secret: Secret, options?: SignerOptions);

  /**
   * Reads the secret from `process.env`, and one fallback from the same name + `_PREVIOUS`, where unset and empty mean
   * none.
   *
   * @throws {InputError} as the constructor; the message names the variable
   */
  static fromEnv<Name extends ProviderName>(provider: Name, options?: FromEnvOptions): Signer<Name>;

  /** The provider's name. */
  readonly provider: Name;

  /**
   * The user's signature.
   *
   * Sign only the id of the user whom *your session* authenticated: never an id from a query, a body or a cookie,
   * never text that users choose or have not confirmed.
   *
   * **Chameleon**: one page with a real signature, staging included, may switch enforcement on for good.
   *
   * @throws {InputError} `empty-user-id`, `invalid-text`, `control-character`, `placeholder-user-id`, `email-expected`,
   * `integer-too-large`, `timestamp-in-milliseconds`, `timestamp-out-of-range`, `invalid-option`
   */
  sign(userId: UserId, options?: SignOptions): string;

  /**
   * The signatures of many users, all at one time: in their order, one each, duplicates too. All are signed, or none.
   *
   * @throws {InputError} as `sign`; `index` tells which id
   */
  signMany(userIds: readonly UserId[], options?: SignOptions): string[];

  /**
   * Checks that a signature is this user's, made with the secret or a fallback, and not too old. Pass it exactly as it
   * arrived.
   *
   * @throws {VerificationError} `missing-signature`, `malformed-signature`, `missing-timestamp`, `signature-mismatch`,
   * `expired`, `from-the-future`
   * @throws {InputError} as `sign`; `not-timestamped` where `maxAge` or `clockSkew` is given to a plain provider
   */
  verify(userId: UserId, signature: string | null | undefined, options?: VerifyOptions): Verified;

  /**
   * Whether `verify` accepts: false for every verification error and for an id that cannot be signed.
   *
   * @throws {InputError} what the programmer did wrong: `not-timestamped`, `invalid-option`, and those of `now`
   */
  isValid(userId: UserId, signature: string | null | undefined, options?: VerifyOptions): boolean;

  /**
   * Says which known mistake made a signature that does not verify. For logs and terminals: never show it to a visitor.
   *
   * @throws {InputError} as `sign`; for an element of `also`, `index` tells which
   */
  explain(userId: UserId, signature: string | null | undefined, options?: ExplainOptions): readonly Finding[];

  /**
   * The script element that tells the vendor's script who the user is, in ASCII. `null` or `undefined` is a visitor who
   * is not logged in: nothing is signed, and where nothing is left to say the text is empty.
   *
   * Put it where a script element may stand, once a response, as it is: in EJS `<%-`, not `<%=`. Never put it into an
   * attribute, an event handler or another script. Send that response with `Cache-Control: private, no-store`, and pass
   * only the user whom *your session* authenticated. The signature does not cover the traits. Logout is
   * `_gs("unidentify")`, and `chmln.clear()`.
   *
   * **Chameleon**: its own loader, copied from its install page, must stand before the snippet; and one page with a
   * real signature, staging included, may switch enforcement on for good.
   *
   * @throws {InputError} as `sign`; `no-snippet` where the vendor has its own component: pass it what `identity` returns;
   * `invalid-option` for a trait, a site token or a nonce that cannot be one, for a site token that the provider has no use
   * for or that is missing, and for anything, the id too, that equals one of the Signer's secrets
   */
  snippet(userId: UserId | null | undefined, options?: SnippetOptions): string;

  /**
   * What the snippet would say, as data: for an endpoint that answers a page in JSON.
   *
   * The endpoint answers for the user whom *your session* authenticated and for nobody else, whatever the request says:
   * same origin, a session required, `Cache-Control: private, no-store`.
   *
   * @throws {InputError} as `sign`; `invalid-option` for an id that equals one of the Signer's secrets
   */
  identity(userId: UserId, options?: SignOptions): Identity<Name>;
}

/** What both kinds of error are. The message says what to do, and repeats no value that was passed. */
export class PersonsigError extends Error {
  protected constructor();
  /** For programs: `missing-secret`. */
  readonly code: InputCode | VerificationCode;
  /** Which element of a list was refused, counting from 0; absent where no list was. */
  readonly index?: number;
}

/** The program, its configuration or the id must change. */
export class InputError extends PersonsigError {
  readonly code: InputCode;
}

/** The signature that was shown is not accepted. */
export class VerificationError extends PersonsigError {
  readonly code: VerificationCode;
}

/** Every provider. */
export function providers(): readonly Provider[];

/**
 * Whether a value is a provider's name. It narrows a string that comes at run time, from a configuration, to what `Signer`
 * takes; a name that is none is `unknown-provider` there.
 */
export function isProviderName(value: unknown): value is ProviderName;

/** This library's version. */
export const version: string;
