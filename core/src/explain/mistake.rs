//! The codes, in the order in which they are reported, and what is said to a person.

macro_rules! mistakes {
    ($($mistake:ident $code:literal $message:literal $fix:tt)*) => {
        /// A code. Their order is the order of findings.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(super) enum Mistake { $($mistake,)* }

        pub(super) const CODES: &[&str] = &[$($code,)*];

        /// All of them, in the same order.
        pub(super) const ALL: &[Mistake] = &[$(Mistake::$mistake,)*];

        impl Mistake {
            /// Its name, what happened, what to do. Nothing here may depend on a value.
            pub(super) fn texts(self) -> (&'static str, &'static str, &'static str) {
                match self { $(Mistake::$mistake => ($code, $message, $fix),)* }
            }
        }
    };
}

impl Mistake {
    /// What happened and what to do at providers whose secret is hex digits that are decoded, where that differs.
    pub(super) fn texts_of_hex_keys(self) -> Option<(&'static str, &'static str)> {
        match self {
            Mistake::HexKey => Some((
                "The secret's hex digits were the key, or what was decoded from them was decoded or written in hex again.",
                "This provider's secret is decoded from hex first: decode it once, and use the bytes as the key.",
            )),
            Mistake::Base64Key => Some((
                "Base64 was decoded or written before the key was used.",
                "This provider's secret is decoded from hex, not from base64: use the decoded bytes as the key.",
            )),
            Mistake::KeyHashed => Some((
                "A hash was the key.",
                "Decode the secret from hex, and use the bytes as the key: HMAC hashes them itself.",
            )),
            Mistake::KeyCharset => Some((
                "The key went through a character encoding.",
                "Decode the secret from hex, and use the bytes as the key: they are not text and have no encoding.",
            )),
            _ => None,
        }
    }

    /// What to do at providers that want an e-mail in lower case, where that differs.
    pub(super) fn fix_of_lower_case(self) -> Option<&'static str> {
        (self == Mistake::IdCase).then_some(
            "This provider wants an e-mail address in lower case: lower-case it before it is signed, and send the same.",
        )
    }
}

/// What to do about `valid` where a finding about the time follows.
pub(super) const FIX_OF_TIME: &str =
    "The secret and the id are right: only the time is wrong, as the next finding says.";

/// What follows `not-a-signature` where one of the secrets came. Only who holds the whole secret can see it.
pub(super) const IS_SECRET: &str = " It is the secret itself: if it has reached a page, replace it at the provider.";

/// What `id-form` says where the id and another identifier were signed together.
pub(super) const IS_JOINED: &str = "The id and another identifier were joined, and signed together.";

/// What follows the last finding where a fallback secret was the key, or was made into it.
pub(super) const BY_FALLBACK: &str = " It was made with a fallback secret.";

macro_rules! fix_of_unknown {
    () => {
        "Compare the secret with the one that the provider shows: many have one per platform, environment, inbox or \
         workspace. Compare the id with the one that the page sends. Then pass this user's other identifiers as also: \
         each is compared exactly, and in lower case."
    };
}

/// What to do about `no-known-mistake`.
const FIX_OF_UNKNOWN: &str = fix_of_unknown!();

/// The same where a time is signed.
pub(super) const FIX_OF_UNKNOWN_WITH_TIME: &str =
    concat!(fix_of_unknown!(), " Sign whole seconds, without a fraction.");

/// What to do about `no-known-mistake` where the text does not have a signature's form.
pub(super) const FIX_WITHOUT_FORM: &str =
    "Send the whole text that sign returned; look at the place where it is written into the page.";

/// A set of mistakes, a bit for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Mistakes(u64);

const _: () = assert!(ALL.len() <= u64::BITS as usize);

impl From<Mistake> for Mistakes {
    fn from(mistake: Mistake) -> Self {
        Mistakes(1_u64.unbounded_shl(mistake as u32))
    }
}

impl std::ops::BitOr for Mistakes {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Mistakes(self.0 | other.0)
    }
}

impl Mistakes {
    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) fn count(self) -> u32 {
        self.0.count_ones()
    }

    pub(super) fn has(self, mistake: Mistake) -> bool {
        self.0 & Mistakes::from(mistake).0 != 0
    }

    pub(super) fn without(self, mistake: Mistake) -> Self {
        Mistakes(self.0 & !Mistakes::from(mistake).0)
    }

    /// In the order of the codes.
    pub(super) fn iter(self) -> impl Iterator<Item = Mistake> {
        ALL.iter().copied().filter(move |mistake| self.has(*mistake))
    }
}

mistakes! {
    Valid "valid"
        "The signature is right by the secret that this program has."
        "If the provider refuses it, the provider has another secret or the page sends another id: look for an earlier \
         user's session, a cached page, a logout that the provider was not told of, or the secret of another project."
    ValidWithFallback "valid-with-fallback"
        "The signature is this user's, made with an older secret that is now a fallback."
        "Give the program that signs the current secret, and drop the fallback when this is no longer seen."
    Expired "expired"
        "The signature is too old" // its age follows
        "Sign whenever a page is made, and keep pages with a signature out of caches."
    FromTheFuture "from-the-future"
        "The signature is from the future" // its distance follows
        "Let a time server set the clocks of both machines."
    TimeZone "time-zone"
        "A time is off by as much as a time zone: a local time was taken for Unix time, or the time of an expiry was signed."
        "Ask the system for the Unix time of this moment; do not compute it from a local date, and add nothing to it."
    MissingSignature "missing-signature"
        "No signature came."
        "Send the whole text that sign returned; check the name of the field that carries it."
    SignatureIsTheId "signature-is-the-id"
        "The id was sent in the signature's place."
        "Send what sign returned for the id; check the order of the arguments."
    NotASignature "not-a-signature"
        "What came is some other value turned into text, or a signature inside a language's notation for one."
        "Send the text that sign returned and nothing else; look at the place where it is written into the page."
    SwappedIdAndSignature "swapped-id-and-signature"
        "The id and the signature changed places in this very call."
        "Pass the id first and the signature second."
    OtherIdentifier "other-identifier"
        "Another identifier was signed: another name of this user, such as the e-mail address, or another user."
        "Sign exactly the id that the page sends. If it is another user's, a cache stores pages of logged-in users."
    WrongScheme "wrong-scheme"
        "It is right for the other kind of provider: with a time where none belongs, or without one."
        "Sign with the provider that will check the signature."
    EmptyKey "empty-key"
        "It was made with an empty secret."
        "The program that signs found no secret: check the variable's name, and that the process sees it. \
         In PHP, $_ENV is empty by default; getenv() is not."
    PlaceholderKey "placeholder-key"
        "It was made with a placeholder in the secret's place."
        "Give the program that signs the secret that the provider shows."
    PaddedKey "padded-key"
        "It was made with white space or a byte order mark at an end of the secret."
        "Remove the newline or the space where the secret is stored; often a file or a variable has one too many."
    QuotedKey "quoted-key"
        "It was made with quotation marks, brackets or JSON round the secret, or with a separator behind it."
        "Store the secret as the provider shows it, and let no quotation marks, brackets or separators become part of it."
    PrefixedKey "prefixed-key"
        "It was made with a prefix before the secret, or without its own, or with the secret twice."
        "Use the secret as the provider shows it: nothing put in front, nothing taken away."
    HexKey "hex-key"
        "The secret was decoded from hex, or turned into hex, before it was used."
        "Use the secret's characters as they are."
    Base64Key "base64-key"
        "The secret was decoded from base64, or turned into base64, before it was used."
        "Use the secret's characters as they are."
    KeyCase "key-case"
        "It was made with the secret in other upper and lower case."
        "Use the secret letter by letter as the provider shows it; look for a form, a database or a function that changes case."
    KeyEscaped "key-escaped"
        "It was made with the secret as it is escaped for a page, an address, JSON or a string, or with its own escapes undone."
        "Use the secret as the provider shows it: store it where nothing escapes or decodes it."
    KeyCut "key-cut"
        "It was made with the secret cut off at `#`, `$`, `=`, `;`, `&`, `,` or white space, with `$` for its `$$`, or \
         without a `$name` in it."
        "Put the secret in single quotation marks where it is stored, so that nothing in it has a meaning; \
         split NAME=value at the first `=` alone."
    KeyCharset "key-charset"
        "The secret was turned into bytes in another character encoding than UTF-8, such as UTF-16."
        "Turn the secret into UTF-8 bytes; in .NET, Encoding.UTF8 and not Encoding.Unicode."
    KeyHashed "key-hashed"
        "A hash of the secret was the key."
        "Use the secret's characters as they are: HMAC hashes them itself."
    SwappedKeyAndMessage "swapped-key-and-message"
        "The secret and the id changed places, or one of them stands in both."
        "The secret is the key and the id is the message; check the order of the arguments."
    NoHmac "no-hmac"
        "It is a plain hash, not an HMAC."
        "Use the HMAC function with SHA-256; hashing the secret and the id together is something else."
    WrongCall "wrong-call"
        "The id was not hashed: it stands before the HMAC of nothing."
        "In Go, pass the id to Write, then call Sum(nil): Sum appends to its argument and does not hash it."
    TimestampMissing "timestamp-missing"
        "The id alone was signed: the time is missing in what was signed and in what was sent."
        "Sign the id, a hyphen and the time; send the digits, a hyphen and the same time."
    TimestampNotSent "timestamp-not-sent"
        "The time was signed, but not sent."
        "Send the digits, a hyphen and the time that was signed."
    TimestampNotSigned "timestamp-not-signed"
        "The time was sent, but not signed."
        "Sign the id, a hyphen and the time that is sent."
    TimestampDiffers "timestamp-differs"
        "The time that was signed is up to a minute away from the time that was sent."
        "Read the clock once, and use that value in both places."
    TimestampUnit "timestamp-unit"
        "A time is not in whole seconds: it is in milliseconds or finer, has a fraction, is a written date, or is no time at all."
        "Use Unix time in whole seconds, in what is signed and in what is sent."
    TimestampSeparator "timestamp-separator"
        "The time is joined by something else than a hyphen, or stands before the id."
        "Sign the id, a hyphen and the time; send the digits, a hyphen and the time."
    LostLeadingZeros "lost-leading-zeros"
        "Zeros are missing: the digest, or each byte of it, was printed as a number without its leading zeros."
        "Print two digits for every byte, 64 in all: %02x for a byte, %064x for the whole."
    UpperCase "upper-case"
        "It has upper-case letters."
        "Print it in lower case."
    OtherEncoding "other-encoding"
        "The digest is not written as this provider writes it, or it was encoded twice."
        "Write the digest's bytes once: in lower-case hex, or where the provider has another encoding, in that."
    Decorated "decorated"
        "Something stands round or between its digits: separators, white space, quotation marks, a prefix or escapes."
        "Send exactly the text that sign returned."
    Truncated "truncated"
        "Its end is missing."
        "Make room for all of it, 76 characters at most, wherever it is stored or sent."
    OtherHash "other-hash"
        "It was made with another hash function than SHA-256."
        "Choose SHA-256."
    IdPadded "id-padded"
        "What was signed has white space or the like at an end, of the id or behind the time, or the id lost its own."
        "Sign exactly the id that the page sends; look for a newline or a space where it is read."
    IdCase "id-case"
        "The id was signed with other upper and lower case."
        "Sign exactly the id that the page sends, letter by letter."
    IdQuoted "id-quoted"
        "The id was signed with quotation marks round it, or without its own."
        "Sign the id itself, not its JSON or what a debugger prints."
    IdEscaped "id-escaped"
        "The id was signed as it is escaped for HTML, a URL, JSON or a string, or with its own escapes undone."
        "Sign the id itself; escape it only where it is written into a page or an address."
    IdNormalised "id-normalised"
        "The id was signed in another Unicode normal form: an accented letter can be one character or two."
        "Sign the very characters that the page sends; let neither side normalise them."
    IdCharset "id-charset"
        "The id was signed in another character encoding than UTF-8."
        "Turn the id into UTF-8 bytes before it is signed."
    IdNumberFormat "id-number-format"
        "The id's number was signed in another notation."
        "Keep ids as text or integers; they must not pass through a floating-point number or a display format."
    IdNotText "id-not-text"
        "What was signed is the word for a value that is not there, or a template that nothing filled."
        "The id was missing when it was signed; look at the place where it is read."
    IdForm "id-form"
        "The id was signed in another form: a UUID written otherwise, a type's name round it, a prefix, JSON, its bytes, its hash."
        "Sign exactly the characters that the page sends as the id."
    NoneKnown "no-known-mistake"
        "No known mistake made this" // what follows depends on the form
        FIX_OF_UNKNOWN
}
