//! The page of mistakes: what each looks like and how it happens. What to do, `mistake` says.

use super::mistake::{self, Mistake};

const HEAD: &str = "\
# Mistakes that `explain` names

Made of the codes by `cargo test -p personsig` with `UPDATE=1`; do not edit it. For each code: what is said, what the
signature looks like, how it comes about, what to do.

The codes come in this order. More than one may be named: then each explains the signature, or all of them together do.
";

/// What it looks like, and how it happens.
fn details(mistake: Mistake) -> (&'static str, &'static str) {
    match mistake {
        Mistake::Valid => (
            "64 lower-case hex digits, for Chameleon with a hyphen and a time, and `verify` accepts it.",
            "Nothing is wrong on this side. A provider that refuses it holds another secret (of another project, environment or platform), or gets another id: the page was cached, an earlier user's session is still open, or the logout was never sent.",
        ),
        Mistake::ValidWithFallback => (
            "As `valid`, made with a secret that is now a fallback.",
            "A rotation is under way and the program that signed has not got the new secret: a worker that was not restarted, a second host, a page from a cache.",
        ),
        Mistake::Expired => (
            "A right signature with an old time.",
            "A page with a signature in it lies in a cache (a CDN, `Cache-Control: public`, a static build, a tab that stayed open), or the server's clock is behind.",
        ),
        Mistake::FromTheFuture => (
            "A right signature with a time to come.",
            "The clock of the server that signs is ahead, a local time was taken for Unix time, or the time of an expiry was signed, as in a JSON Web Token.",
        ),
        Mistake::TimeZone => (
            "The time is wrong by whole hours, or by a half or a quarter as well; or the time that was signed is, and not the one that was sent.",
            "`mktime` of a UTC date, Python's `datetime.utcnow().timestamp()`, a date from a database without its zone.",
        ),
        Mistake::MissingSignature => (
            "Nothing, or an empty string.",
            "The template's variable has another name than the controller's; the field is called `userHash` here and `user_hash` there; a visitor is not logged in.",
        ),
        Mistake::SignatureIsTheId => (
            "The id itself.",
            "The id was put into both fields, or a helper returns its argument when no secret is set.",
        ),
        Mistake::NotASignature => (
            "`[object Object]`, `b'...'`, `Some(\"...\")`, `Array`, HTML, `{{hash}}`, a JSON Web Token, a bcrypt hash, a UUID, a URL, an e-mail address, `YOUR_SIGNATURE`, `#NAME?`, the sentence of an error, the secret.",
            "JavaScript: an object or a Promise in a template. Python: `str(bytes)`. Rust: `{:?}`. PHP: an array in a string. Java: an object without `toString`. A spreadsheet's formula. Or the page or the message of an error came instead of the answer.",
        ),
        Mistake::SwappedIdAndSignature => (
            "An id in the form of a signature, a signature without one.",
            "`explain(signature, id)`, or `verify` called so: both are text, and no type tells them apart.",
        ),
        Mistake::OtherIdentifier => (
            "The right form; the digits are those of another identifier that was passed as `also`.",
            "The e-mail address was signed and the number is sent, or the reverse; or a cached page shows another user's signature.",
        ),
        Mistake::WrongScheme => (
            "`HEX` for a provider that wants `HEX-T`, or the reverse.",
            "Code for GoSquared was taken for Chameleon, or the reverse.",
        ),
        Mistake::EmptyKey => (
            "The right form, other digits.",
            "The variable is not set where the program runs: PHP's empty `$_ENV`, Laravel's `env()` behind `config:cache`, Docker without `--env`, systemd without `EnvironmentFile`; or the file of the secret holds a newline and nothing else.",
        ),
        Mistake::PlaceholderKey => (
            "The right form, other digits.",
            "`String(process.env.NAME)` is `undefined`; `str(os.environ.get(...))` is `None`; a sample's `mysecret` was left; a page or a plan of Terraform shows `(sensitive value)`; the variable's or the file's name was used in place of its content, such as `${NAME}` or `{{ NAME }}` that nothing replaced, or `env(NAME)` in quotation marks.",
        ),
        Mistake::PaddedKey => (
            "The right form, other digits.",
            "`echo secret > file` ends it with a newline; a secret copied from a browser brings a no-break space; Windows' editors put a byte order mark in front, and `\\r\\n` at the end; PowerShell's `Out-File -Encoding utf8` does both.",
        ),
        Mistake::QuotedKey => (
            "The right form, other digits.",
            "`docker --env-file`, systemd and GitHub's secrets keep quotation marks that a shell removes; Python's `str(bytes)` adds `b'...'`; word processors make them curly; `<SECRET>` of a sample was filled in with its brackets; `;` or `,` was copied from a line of code; a store of secrets returns `{\"NAME\":\"value\"}`.",
        ),
        Mistake::PrefixedKey => (
            "The right form, other digits.",
            "`Bearer `, `sha256=`, `whsec_` or `base64:` was taken along from a sample of another vendor, or cut off a secret that really begins so; the whole line `NAME=value` or `Secret: value` was taken for the value; or it was pasted twice.",
        ),
        Mistake::HexKey => (
            "The right form, other digits.",
            "Node `Buffer.from(secret, 'hex')`, Python `bytes.fromhex`, PHP `hex2bin` or `pack('H*')`; or `openssl dgst -macopt hexkey:`. The secret is text that may look like hex.",
        ),
        Mistake::Base64Key => (
            "The right form, other digits.",
            "`Buffer.from(secret, 'base64')`, `base64_decode`, `Base64.decode64`: lenient decoders take any text; or Kubernetes' `data:` was read without decoding.",
        ),
        Mistake::KeyCase => (
            "The right form, other digits.",
            "WordPress' `sanitize_key`, a column or a form that keeps text in one case, `tolower` of a whole line of settings.",
        ),
        Mistake::KeyEscaped => (
            "The right form, other digits.",
            "`esc_html` or `htmlspecialchars` before the secret is stored makes `&amp;` of `&`; `urldecode` of what is decoded already loses `%2B` and `+`; `json_encode` writes `\\/`, `addslashes` `\\'`; `$$` for Compose that nothing replaced.",
        ),
        Mistake::KeyCut => (
            "The right form, other digits.",
            "In `.env` files `#` (in Node's `--env-file` anywhere) and white space begin a comment or end the value; a shell, Docker Compose and PHP's double quotes replace `$name` by nothing; Compose wants `$$` for `$`; `split('=')` of `NAME=value` loses what follows a second `=`; `;` ends a value in `.ini` files and connection strings, `&` in a query, `,` in a list.",
        ),
        Mistake::KeyCharset => (
            "The right form, other digits.",
            "C# `Encoding.Unicode.GetBytes`, of the secret alone or of the id too, PowerShell 5's `>`, Java `getBytes()` of an old Windows; SQL Server's `nvarchar`; text that was read as Latin-1.",
        ),
        Mistake::KeyHashed => (
            "The right form, other digits.",
            "Samples for encryption hash a password into a key, and so do some webhooks' samples.",
        ),
        Mistake::SwappedKeyAndMessage => (
            "The right form, other digits.",
            "PHP `hash_hmac('sha256', $secret, $id)`; Ruby `OpenSSL::HMAC.hexdigest` and Python `hmac.new` want the key first, too; others want it last. Or one variable is passed twice.",
        ),
        Mistake::NoHmac => (
            "64 digits of SHA-256, or 32, 40 or 128 of MD5, SHA-1 or SHA-512.",
            "`sha256(secret + id)`, `md5($id . $secret)`, `crypto.createHash` in place of `createHmac`, SQL Server's `HASHBYTES`.",
        ),
        Mistake::WrongCall => (
            "More than 64 digits; in hex, the first are the id's own bytes.",
            "Go `mac.Sum([]byte(id))`: `Sum` appends the sum of what was written, and nothing was.",
        ),
        Mistake::TimestampMissing => ("`HEX` alone.", "A sample of a provider without times was used for Chameleon."),
        Mistake::TimestampNotSent => (
            "`HEX` alone, or `HEX-undefined`.",
            "The time was signed, and the template prints the digits alone, or a variable that has no time.",
        ),
        Mistake::TimestampNotSigned => ("`HEX-T`.", "The time was added to the signature, not to the message."),
        Mistake::TimestampDiffers => {
            ("`HEX-T`.", "The clock was read twice, or the signature was kept for some seconds and the time was not.")
        }
        Mistake::TimestampUnit => (
            "`HEX-T` with a time of 13 or more digits, a point or a date; or other digits.",
            "JavaScript `Date.now()`, Java `currentTimeMillis()`, Python `time.time()`, a `Date` in a string, PHP `date('c')`, Ruby `Time.now.to_s`, `date +%Y%m%d%H%M%S`.",
        ),
        Mistake::TimestampSeparator => (
            "`HEX.T`, `HEX:T`, `HEXT`, `T-HEX`, `HEX - T`, `42-T-HEX`, `t=T,v1=HEX`; or other digits.",
            "Another vendor's form (`t=...,v1=...` of `T.id`), a template with spaces in it, the two in the wrong order.",
        ),
        Mistake::LostLeadingZeros => (
            "Fewer than 64 digits.",
            "Java `new BigInteger(1, mac).toString(16)` or `%032x`; `%x` for each byte in C, Go or Ruby; `byte.toString(16)` in JavaScript.",
        ),
        Mistake::UpperCase => {
            ("`A` to `F`.", ".NET `Convert.ToHexString`, SQL, `%X`, Java `HexFormat.of().withUpperCase()`.")
        }
        Mistake::OtherEncoding => (
            "Base64, base32, decimal or octal numbers, bits, signs that cannot be read, `\\x93\\xE5`, twice as many digits; or digits in another order.",
            "`digest('base64')`, PHP's fourth argument `true`, Java `Arrays.toString(mac)`, `new String(mac)`, Ruby `digest.inspect`, `unpack('h*')`, .NET `BigInteger`, `od -c`, `xxd -b`, hex of hex; another provider's form.",
        ),
        Mistake::Decorated => (
            "The right digits, and something with them: `0x`, `sha256=`, hyphens between bytes, a file's name, quotation marks, `%22`, `&quot;`.",
            ".NET `BitConverter.ToString`, `openssl dgst`, `sha256sum`, `xxd`, `hexdump -C`, SQL Server's `0x`, a template's escapes, JSON printed into HTML.",
        ),
        Mistake::Truncated => (
            "40 to 63 digits, 27 to 42 characters where the provider's encoding is base64, or a time with its end missing.",
            "A column of 40 or 50 characters, `substr`, a field that was cut in a log.",
        ),
        Mistake::OtherHash => (
            "32, 40, 56, 96 or 128 digits; or the first 64 of these.",
            "HMAC with MD5, SHA-1, SHA-224, SHA-384 or SHA-512: a default, or another vendor's sample.",
        ),
        Mistake::IdPadded => (
            "The right form, other digits.",
            "`gets` without `chomp`, `echo id |` without `-n`, `echo -n` of a shell that does not know `-n` and prints it, `'\\n'` in single quotation marks, a newline behind the id or behind the time, the blank before cmd.exe's pipe, a column or a buffer of fixed width, `trim` on one side alone.",
        ),
        Mistake::IdCase => (
            "The right form, other digits.",
            "E-mail addresses in lower case on one side; a UUID in capitals from .NET or SQL Server.",
        ),
        Mistake::IdQuoted => (
            "The right form, other digits.",
            "`JSON.stringify(id)`, `json_encode`, Python `repr`, Ruby `inspect`, Rust `{:?}`.",
        ),
        Mistake::IdEscaped => (
            "The right form, other digits.",
            "The signed text came from a template, a URL, JSON or SQL: `&#64;`, `%40`, `+` for a space, `\\u0027`, `\\'`, `''`.",
        ),
        Mistake::IdNormalised => (
            "The right form, other digits; the id has an accent or the like.",
            "macOS' file names, `unicodedata.normalize`, a database's collation.",
        ),
        Mistake::IdCharset => (
            "The right form, other digits.",
            "`Encoding.Unicode`, `getBytes(\"ISO-8859-1\")`, VARCHAR in Latin-1, MySQL's `latin1`, which is Windows-1252, `utf8_encode` of UTF-8.",
        ),
        Mistake::IdNumberFormat => (
            "The right form, other digits; the id is a number.",
            "pandas' `42.0`, spreadsheets' `1.23E+15` and 15 digits with zeros behind, JavaScript beyond 2^53, `number_format`, leading zeros.",
        ),
        Mistake::IdNotText => (
            "The right form, the same digits for every user.",
            "`String(undefined)`, `str(None)`, a Promise that was not awaited, Django's `AnonymousUser`: nobody is logged in, or the property has another name; `{{user.id}}` or `${user_id}` that no template engine filled.",
        ),
        Mistake::IdForm => (
            "The right form, other digits.",
            "A UUID without hyphens or as bytes, `new ObjectId('...')` or its 12 bytes, `Some(42)`, `(42,)`, `UserId { id: 42 }`, `id=42`, `user_42`, `/api/users/42`, `gid://...`, an id of GraphQL decoded from base64, `{\"id\":42}`, PHP `json_encode($user)`, Python `bytes(42)`, Go `string(42)` and `%!s(int=42)`, SQL's `x'...'`, a telephone number without its `+`, an id joined with another identifier, an id that was hashed, or signed, before.",
        ),
        Mistake::NoneKnown => (
            "Anything.",
            "Most often the secret or the id is another one than the program has: one secret for each platform, environment, inbox or workspace; an identifier that was not passed as `also`; two mistakes that are not tried together; a time with a fraction that was signed and not sent.",
        ),
    }
}

/// All of it.
pub(super) fn text() -> String {
    let entry = |mistake: &Mistake| {
        let (code, message, fix) = mistake.texts();
        let (looks, happens) = details(*mistake);
        let end = if message.ends_with('.') { "" } else { "." };
        let of_hex = mistake.texts_of_hex_keys().map(|(message, fix)| {
            format!("- **Where the provider's secret is hex digits that are decoded:** {message} **Fix:** {fix}\n")
        });
        let lower = mistake.fix_of_lower_case();
        let lower = lower.map(|fix| format!("- **Where the provider wants e-mails in lower case:** **Fix:** {fix}\n"));
        let form = (*mistake == Mistake::NoneKnown).then(|| {
            let time = mistake::FIX_OF_UNKNOWN_WITH_TIME.trim_start_matches(fix).trim();
            let form = mistake::FIX_WITHOUT_FORM;
            format!(
                "- **Where a time is signed:** **Fix:** {time}\n- **Where it does not have a signature's form:** **Fix:** {form}\n"
            )
        });
        let time = (*mistake == Mistake::Valid)
            .then(|| format!("- **Where a finding about the time follows:** **Fix:** {}\n", mistake::FIX_OF_TIME));
        let more = of_hex.or(lower).or(form).or(time).unwrap_or_default();
        format!(
            "\n## {code}\n\n{message}{end}\n\n- **Looks like:** {looks}\n- **Happens:** {happens}\n- **Fix:** {fix}\n{more}"
        )
    };
    std::iter::once(HEAD.into()).chain(mistake::ALL.iter().map(entry)).collect()
}
