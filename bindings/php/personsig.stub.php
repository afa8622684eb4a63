<?php

/**
 * What the extension declares, for editors and analysers. The extension itself does not read this file; a test holds
 * the two equal.
 */

namespace Personsig;

/** The version, the same in every language. */
const VERSION = '0.1.0';

/**
 * Every provider that a Signer can be made for.
 *
 * @return list<Provider>
 */
function providers(): array {}

/**
 * Signs users' ids for one provider with one secret.
 *
 * A Signer is immutable and cannot be cloned, serialised or extended. Two Signers are never equal (`==`). Never share a
 * secret between providers.
 *
 * An argument of a type other than the declared one is a TypeError, with and without strict_types. `__toString` is
 * never called.
 */
final class Signer
{
    /**
     * The provider's name.
     *
     * @var 'gosquared'|'chameleon'|'intercom'|'helpscout'|'chatwoot'|'front'|'pylon'|'gleap'|'novu'|'launchdarkly'|'castle'|'chatbase'|'churnkey'|'unlayer'|'featurebase'|'yourgpt'|'onesignal'|'eucera'|'eixam'|'pipeback'|'acquire'|'customerly'|'tawk'|'crisp'|'plain'|'magicbell'|'engagespot'|'suprsend'|'talkjs'|'harpy'|'ensoras'
     */
    public readonly string $provider;

    /**
     * @param 'gosquared'|'chameleon'|'intercom'|'helpscout'|'chatwoot'|'front'|'pylon'|'gleap'|'novu'|'launchdarkly'|'castle'|'chatbase'|'churnkey'|'unlayer'|'featurebase'|'yourgpt'|'onesignal'|'eucera'|'eixam'|'pipeback'|'acquire'|'customerly'|'tawk'|'crisp'|'plain'|'magicbell'|'engagespot'|'suprsend'|'talkjs'|'harpy'|'ensoras' $provider one of the names that `providers()` returns
     * @param ?string $secret the secret as the provider shows it, any bytes. Null, which `$_ENV['NAME'] ?? null` gives
     *     for an unset variable, is `missing-secret`; a secret that was copied wrongly is `padded-secret`,
     *     `placeholder-secret` or `malformed-secret`
     * @param list<?string> $fallbackSecrets older secrets: they verify and never sign
     * @throws InputException if one of them cannot be used
     */
    public function __construct(
        #[\SensitiveParameter] string $provider,
        #[\SensitiveParameter] ?string $secret,
        #[\SensitiveParameter] array $fallbackSecrets = [],
    ) {}

    /**
     * Reads the secret from the environment: the first of `$_ENV`, `$_SERVER` and `getenv()` that has text.
     *
     * The variable of the same name + `_PREVIOUS`, if set, is a fallback secret.
     *
     * @param 'gosquared'|'chameleon'|'intercom'|'helpscout'|'chatwoot'|'front'|'pylon'|'gleap'|'novu'|'launchdarkly'|'castle'|'chatbase'|'churnkey'|'unlayer'|'featurebase'|'yourgpt'|'onesignal'|'eucera'|'eixam'|'pipeback'|'acquire'|'customerly'|'tawk'|'crisp'|'plain'|'magicbell'|'engagespot'|'suprsend'|'talkjs'|'harpy'|'ensoras' $provider
     * @param ?string $variable the name of the variable; null is the provider's own, such as
     *     `GOSQUARED_SECURE_MODE_SECRET`
     * @throws InputException whose message names the variable
     */
    public static function fromEnv(
        #[\SensitiveParameter] string $provider,
        #[\SensitiveParameter] ?string $variable = null,
    ): Signer {}

    /**
     * The user's signature, as the page sends it beside the id.
     *
     * Sign only the id of the user whom your session authenticated: never an id from a query, a body or a cookie,
     * never text that users choose or have not confirmed. Chameleon: one page with a real signature, staging
     * included, may switch enforcement on for good.
     *
     * @param string|int $userId a string in UTF-8, signed byte by byte as it is, or an int, signed as its digits
     * @param ?int $now Unix time in whole seconds, 0 to 99999999999; null is the system's clock
     * @throws InputException if the id cannot be signed: `empty-user-id`, `placeholder-user-id`, `invalid-text`,
     *     `control-character`; or `$now` is out of range
     */
    public function sign(#[\SensitiveParameter] string|int $userId, #[\SensitiveParameter] ?int $now = null): string {}

    /**
     * The signatures of many users, all with the same time: in the order of the ids, duplicates included.
     *
     * A signature takes about 130 bytes of PHP's memory: for millions of users, sign parts of some ten thousand with
     * `array_chunk`. PHP checks its time limit and signals after the call: a million take less than half a second.
     *
     * @param list<string|int> $userIds each as `sign` takes it; `[]` gives `[]`
     * @param ?int $now Unix time in whole seconds; null is the system's clock, read once
     * @return list<string>
     * @throws InputException for the first that cannot be signed, whose place is `$index`; then none is returned
     */
    public function signMany(#[\SensitiveParameter] array $userIds, #[\SensitiveParameter] ?int $now = null): array {}

    /**
     * Checks that a signature is this user's and, where it has a timestamp, neither too old nor from the future.
     *
     * @param ?string $signature as it arrived; null, where nothing did, is `missing-signature`
     * @param ?int $maxAge seconds, for timestamped signatures only; null is 86400, a day
     * @param ?int $clockSkew seconds, for timestamped signatures only; null is 300
     * @param ?int $now Unix time in whole seconds; null is the system's clock
     * @throws VerificationException where the signature is refused
     * @throws InputException where an argument cannot be used
     */
    public function verify(
        #[\SensitiveParameter] string|int $userId,
        #[\SensitiveParameter] ?string $signature,
        #[\SensitiveParameter] ?int $maxAge = null,
        #[\SensitiveParameter] ?int $clockSkew = null,
        #[\SensitiveParameter] ?int $now = null,
    ): Verified {}

    /**
     * Whether `verify` accepts the signature. False also where the id is one that cannot be signed.
     *
     * @throws InputException for `$maxAge`, `$clockSkew` and `$now` alone
     */
    public function isValid(
        #[\SensitiveParameter] string|int $userId,
        #[\SensitiveParameter] ?string $signature,
        #[\SensitiveParameter] ?int $maxAge = null,
        #[\SensitiveParameter] ?int $clockSkew = null,
        #[\SensitiveParameter] ?int $now = null,
    ): bool {}

    /**
     * Says which known mistake made a signature that is refused. For logs and terminals, never for visitors.
     *
     * @param list<string|int> $also other identifiers that may have been signed instead, at most 16: the user's
     *     e-mail, another user's id
     * @return list<Finding>
     * @throws InputException as `sign` does; what is wrong with the signature is a finding
     */
    public function explain(
        #[\SensitiveParameter] string|int $userId,
        #[\SensitiveParameter] ?string $signature,
        #[\SensitiveParameter] array $also = [],
        #[\SensitiveParameter] ?int $now = null,
    ): array {}

    /**
     * The script element that tells the vendor's script who the user is; `''` where there is nothing to say.
     *
     * Print it where a script element may stand, once per response, with `Cache-Control: private, no-store`. Never put
     * it into an attribute, an event handler or another script. Blade prints it as it is; Twig is told once:
     * `$twig->getRuntime(EscaperRuntime::class)->addSafeClass(Snippet::class, ['html'])`, before Twig 3.10
     * `getExtension(EscaperExtension::class)`.
     *
     * Pass only the user whom your session authenticated. Chameleon: its own loader, copied from its install page, must
     * stand before the snippet; and one page with a real signature, staging included, may switch enforcement on for
     * good.
     *
     * @param string|int|null $userId null is a visitor who is not logged in
     * @param array<mixed> $traits what the page tells about the user, by name; the signature does not cover it. Values
     *     are null, bool, string in UTF-8, int, float, and arrays and stdClass of these, 32 levels at most. An array is
     *     a list where `array_is_list` says so, `[]` too; a stdClass is always a map
     * @param ?string $siteToken GoSquared's project token; given, the snippet loads the vendor's script
     * @param ?string $nonce that of this response's Content-Security-Policy
     * @param ?int $now Unix time in whole seconds; null is the system's clock
     * @throws InputException for what cannot be signed, and `invalid-option` for a trait, a token or a nonce that
     *     cannot be what it should, or for anything that equals one of the Signer's secrets
     */
    public function snippet(
        #[\SensitiveParameter] string|int|null $userId,
        #[\SensitiveParameter] array $traits = [],
        #[\SensitiveParameter] ?string $siteToken = null,
        #[\SensitiveParameter] ?string $nonce = null,
        #[\SensitiveParameter] ?int $now = null,
    ): Snippet {}

    /**
     * What the snippet would say, as data: `['id' => ..., 'auth' => ...]` for GoSquared, `['uid' => ..., 'uid_hash' =>
     * ...]` for Chameleon.
     *
     * For an endpoint that answers a page in JSON: for the user whom your session authenticated and for nobody else,
     * whatever the request says. Same origin, a session required, `Cache-Control: private, no-store`.
     *
     * @return array{id: string, auth: string}|array{uid: string, uid_hash: string}
     * @throws InputException as `sign` does, and `invalid-option` for an id that equals one of the Signer's secrets
     */
    public function identity(
        #[\SensitiveParameter] string|int $userId,
        #[\SensitiveParameter] ?int $now = null,
    ): array {}
}

/**
 * HTML for one user's page and one response. It cannot be changed or serialised.
 *
 * Where a program has Laravel's `Illuminate\Contracts\Support\Htmlable`, or can load it, `snippet` returns one that is
 * an Htmlable too.
 */
class Snippet implements \Stringable
{
    private readonly string $html;

    private function __construct() {}

    final public function __toString(): string {}

    final public function toHtml(): string {}
}

/** What a valid signature tells. */
final class Verified
{
    /** Which secret made it: 0 is the secret, 1 the first fallback. When 0 is all that is seen, fallbacks can go. */
    public readonly int $secretIndex;

    /** Unix time in whole seconds; null for a plain provider, whose signatures have no time. */
    public readonly ?int $signedAt;

    private function __construct() {}
}

/** One thing that went wrong, or that did not. */
final class Finding
{
    /** Its name in every language, such as `padded-key`. */
    public readonly string $code;

    /** What happened, in a sentence for a person. */
    public readonly string $message;

    /** What to do about it. */
    public readonly string $fix;

    /** Which fallback secret or which element of `$also`, counting from 0. */
    public readonly ?int $index;

    private function __construct() {}
}

/** A vendor that verifies identities. */
final class Provider
{
    /**
     * The name that a Signer takes.
     *
     * @var 'gosquared'|'chameleon'|'intercom'|'helpscout'|'chatwoot'|'front'|'pylon'|'gleap'|'novu'|'launchdarkly'|'castle'|'chatbase'|'churnkey'|'unlayer'|'featurebase'|'yourgpt'|'onesignal'|'eucera'|'eixam'|'pipeback'|'acquire'|'customerly'|'tawk'|'crisp'|'plain'|'magicbell'|'engagespot'|'suprsend'|'talkjs'|'harpy'|'ensoras'
     */
    public readonly string $name;

    /** The name that the vendor writes itself. */
    public readonly string $title;

    /**
     * How its signature is made.
     *
     * @var 'plain'|'timestamped'
     */
    public readonly string $scheme;

    /**
     * How the MAC is written: 64 hex digits, 44 characters of base64, or 43 of base64url without padding.
     *
     * @var 'hex'|'base64'|'base64url'
     */
    public readonly string $encoding;

    /**
     * What the vendor calls a user by. With `email`, any other id is `email-expected`.
     *
     * @var 'id'|'email'|'id-or-email'
     */
    public readonly string $identifier;

    /**
     * Whether the secret is the key's text or its hex digits.
     *
     * @var 'text'|'hex'
     */
    public readonly string $keyForm;

    /** What the vendor recommends in place of this for new installations, if it does. */
    public readonly ?string $legacy;

    /** The environment variable that `Signer::fromEnv` reads. */
    public readonly string $secretVariable;

    /** The vendor's own page about it. */
    public readonly string $documentation;

    private function __construct() {}
}

/**
 * What every exception of this extension is. Its message says what to do and repeats no value that was passed.
 *
 * @property-read string $reason The code, the same in every language, such as `missing-secret`.
 * @property-read ?int $index Which element of a list was refused, counting from 0.
 */
interface PersonsigException extends \Throwable
{
}

/** The program, its configuration or the id must change. */
class InputException extends \InvalidArgumentException implements PersonsigException
{
    /** The code, the same in every language, such as `missing-secret`. (`getCode()` is PHP's own, and 0.) */
    public readonly string $reason;

    /** Which element of `$fallbackSecrets`, `$userIds` or `$also` was refused, counting from 0. */
    public readonly ?int $index;
}

/** The signature that was shown is not accepted. */
class VerificationException extends \RuntimeException implements PersonsigException
{
    /** The code, the same in every language, such as `expired`. (`getCode()` is PHP's own, and 0.) */
    public readonly string $reason;

    /** Always null. */
    public readonly ?int $index;
}
