//! The providers, as data: all that is particular to a vendor is in its row. A new provider is a new row.

use crate::encoding::Encoding;
use crate::scheme::Scheme;

/// A vendor that verifies identities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Provider {
    /// The name that [`Signer::new`](crate::Signer::new) takes: exact, lower case.
    pub name: &'static str,
    /// The name that the vendor writes itself.
    pub title: &'static str,
    /// What its signature signs.
    pub scheme: Scheme,
    /// How its signature writes the MAC.
    pub encoding: Encoding,
    /// What the vendor calls a user by.
    pub identifier: Identifier,
    /// How the secret stands for the key.
    pub key_form: KeyForm,
    /// What the vendor recommends in place of this signature for new installations.
    pub legacy: Option<&'static str>,
    /// The environment variable that [`Signer::from_env`](crate::Signer::from_env) reads.
    pub secret_variable: &'static str,
    /// The vendor's own page about it.
    pub documentation: &'static str,
    /// Whether `A` to `Z` of an e-mail become `a` to `z` before it is signed and before the page gets it.
    pub(crate) lowercase_email: bool,
    /// The vendor's name for the secret, and where it is: what an error tells to pass.
    pub(crate) secret: &'static str,
    /// A public value of the vendor that is mistaken for the secret.
    pub(crate) public_token: Option<PublicToken>,
    /// The vendor's names of the id and the signature.
    pub(crate) fields: Fields,
    /// What the page says; none where the vendor's documentation shows no call that works by itself.
    pub(crate) page: Option<Page>,
}

/// What a vendor calls a user by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Identifier {
    /// An id: any string, an e-mail or a phone number included.
    Id,
    /// An e-mail: anything else is `email-expected`.
    Email,
    /// Either. The vendor has a field for each, and a string of an e-mail's form goes into the e-mail's.
    IdOrEmail,
}

impl Identifier {
    /// `id`, `email` or `id-or-email`.
    pub const fn name(self) -> &'static str {
        match self {
            Identifier::Id => "id",
            Identifier::Email => "email",
            Identifier::IdOrEmail => "id-or-email",
        }
    }
}

/// How a secret stands for the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyForm {
    /// The key is the secret's bytes.
    Text,
    /// The secret is the hex digits of the key's bytes, in either case.
    Hex,
}

impl KeyForm {
    /// `text` or `hex`.
    pub const fn name(self) -> &'static str {
        match self {
            KeyForm::Text => "text",
            KeyForm::Hex => "hex",
        }
    }
}

/// A value that every page of the customer's site shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PublicToken {
    /// `#` is one or more digits, `?` a letter.
    pub(crate) form: &'static str,
    pub(crate) problem: &'static str,
}

/// The vendor's names of the id, of the e-mail where that has a field of its own, and of the signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fields {
    pub(crate) id: &'static str,
    pub(crate) email: &'static str,
    pub(crate) signature: &'static str,
}

impl Fields {
    const fn of(id: &'static str, signature: &'static str) -> Self {
        Fields { id, email: id, signature }
    }
}

/// How a page passes the identity to the vendor's script.
///
/// A statement is JavaScript, one line, as the vendor documents it. In it, `@id`, `@signature` and `@token` are replaced by
/// strings in quotation marks, `@field` by the name of the id's field, `@more` by the traits as further members of an object,
/// each after a comma, and `@traits` by the traits alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) statements: &'static [&'static str],
    /// What the site token is, where a statement or the loader has one.
    pub(crate) site_token: Option<&'static str>,
    /// Statements that load the vendor's script, written where a site token is given.
    pub(crate) loader: &'static [&'static str],
    /// Names that no trait may have: the call writes them. None where the call has no place for traits.
    pub(crate) reserved: Option<&'static [&'static str]>,
}

impl Page {
    const EMPTY: Page = Page { statements: &[], site_token: None, loader: &[], reserved: None };
}

impl Provider {
    /// What most rows have in common.
    const EMPTY: Provider = Provider {
        name: "",
        title: "",
        scheme: Scheme::Plain,
        encoding: Encoding::Hex,
        identifier: Identifier::Id,
        key_form: KeyForm::Text,
        legacy: None,
        secret_variable: "",
        documentation: "",
        lowercase_email: false,
        secret: "",
        public_token: None,
        fields: Fields::of("", ""),
        page: None,
    };
}

/// A settings object that the vendor's script reads when it starts. What the page has put there stays.
macro_rules! settings {
    ($name:literal, $member:literal, $members:literal) => {
        concat!(
            "window.",
            $name,
            "=Object.assign(window.",
            $name,
            "||{},{\"",
            $member,
            "\":Object.assign((window.",
            $name,
            "||{}).",
            $member,
            "||{},{",
            $members,
            "})});"
        )
    };
}

/// The vendor's own, over https and on one line.
const GOSQUARED_LOADER: &str = "!function(g,s,q,r,d){r=g[r]=g[r]||function(){(r.q=r.q||[]).push(arguments)};\
     d=s.createElement(q);q=s.getElementsByTagName(q)[0];\
     d.src='https://d1l6p2sc9645hc.cloudfront.net/tracker.js';\
     q.parentNode.insertBefore(d,q)}(window,document,'script','_gs');";

const JWT: &str = "a JSON Web Token, which this version does not make";

static PROVIDERS: [Provider; 31] = [
    Provider {
        name: "gosquared",
        title: "GoSquared",
        secret_variable: "GOSQUARED_SECURE_MODE_SECRET",
        documentation: "https://www.gosquared.com/docs/javascript-tracking-code/secure-mode/",
        secret: "the secret from GoSquared's Secure Mode settings",
        public_token: Some(PublicToken {
            form: "GSN-#-?",
            problem: "has the form of GoSquared's public project token",
        }),
        fields: Fields::of("id", "auth"),
        page: Some(Page {
            statements: &[r#"_gs("identify",{"id":@id@more});"#, r#"_gs("auth",@signature);"#],
            site_token: Some("GoSquared's project token, such as GSN-123456-A"),
            loader: &[GOSQUARED_LOADER, "_gs(@token);"],
            reserved: Some(&["id"]),
            ..Page::EMPTY
        }),
        ..Provider::EMPTY
    },
    Provider {
        name: "chameleon",
        title: "Chameleon",
        scheme: Scheme::Timestamped,
        secret_variable: "CHAMELEON_VERIFICATION_SECRET",
        documentation: "https://help.chameleon.io/en/articles/4281577-using-identity-verification-encoding-uids",
        secret: "the secret from Chameleon's identity verification settings",
        fields: Fields::of("uid", "uid_hash"),
        page: Some(Page {
            statements: &[r#"chmln.identify(@id,{"uid_hash":@signature@more});"#],
            reserved: Some(&["uid", "uid_hash"]),
            ..Page::EMPTY
        }),
        ..Provider::EMPTY
    },
    Provider {
        name: "intercom",
        title: "Intercom",
        legacy: Some(JWT),
        secret_variable: "INTERCOM_IDENTITY_VERIFICATION_SECRET",
        documentation: "https://www.intercom.com/help/en/articles/183-enable-identity-verification-for-web-and-mobile",
        secret: "Intercom's identity verification secret, now called Messenger API secret",
        fields: Fields::of("user_id", "user_hash"),
        page: Some(Page {
            statements: &[r#"Intercom("boot",{"app_id":@token,"user_id":@id,"user_hash":@signature@more});"#],
            site_token: Some("Intercom's app id"),
            reserved: Some(&["app_id", "user_hash", "user_id"]),
            ..Page::EMPTY
        }),
        ..Provider::EMPTY
    },
    Provider {
        name: "helpscout",
        title: "Help Scout",
        identifier: Identifier::Email,
        secret_variable: "HELPSCOUT_BEACON_SECRET",
        documentation: "https://developer.helpscout.com/beacon-2/web/secure-mode/",
        secret: "the Secure Mode key of your Help Scout Beacon",
        fields: Fields::of("email", "signature"),
        page: Some(Page {
            statements: &[r#"Beacon("identify",{"email":@id,"signature":@signature@more});"#],
            reserved: Some(&["email", "signature"]),
            ..Page::EMPTY
        }),
        ..Provider::EMPTY
    },
    Provider {
        name: "chatwoot",
        title: "Chatwoot",
        secret_variable: "CHATWOOT_IDENTITY_VALIDATION_SECRET",
        documentation: "https://www.chatwoot.com/docs/product/channels/live-chat/sdk/setup",
        secret: "the Identity Validation token of your Chatwoot inbox",
        fields: Fields::of("identifier", "identifier_hash"),
        page: Some(Page {
            statements: &[
                r#"window.addEventListener("chatwoot:ready",function(){window.$chatwoot.setUser(@id,{"identifier_hash":@signature@more});});"#,
            ],
            reserved: Some(&["identifier", "identifier_hash"]),
            ..Page::EMPTY
        }),
        ..Provider::EMPTY
    },
    Provider {
        name: "front",
        title: "Front",
        identifier: Identifier::Email,
        secret_variable: "FRONT_CHAT_IDENTITY_SECRET",
        documentation: "https://dev.frontapp.com/docs/identify-users",
        secret: "Front Chat's identity secret",
        fields: Fields::of("email", "userHash"),
        page: Some(Page {
            statements: &[r#"FrontChat("init",{"chatId":@token,"email":@id,"userHash":@signature@more});"#],
            site_token: Some("Front's chat id"),
            reserved: Some(&["chatId", "email", "userHash"]),
            ..Page::EMPTY
        }),
        ..Provider::EMPTY
    },
    Provider {
        name: "pylon",
        title: "Pylon",
        identifier: Identifier::Email,
        key_form: KeyForm::Hex,
        secret_variable: "PYLON_IDENTITY_VERIFICATION_SECRET",
        documentation: "https://docs.usepylon.com/pylon-docs/chat-widget/identity-verification",
        secret: "Pylon's Identity Verification Secret, of the kind HMAC email hash",
        fields: Fields::of("email", "email_hash"),
        page: Some(Page {
            statements: &[settings!(
                "pylon",
                "chat_settings",
                r#""app_id":@token,"email":@id,"email_hash":@signature@more"#
            )],
            site_token: Some("Pylon's app id"),
            reserved: Some(&["app_id", "email", "email_hash"]),
            ..Page::EMPTY
        }),
        ..Provider::EMPTY
    },
    Provider {
        name: "gleap",
        title: "Gleap",
        secret_variable: "GLEAP_IDENTITY_VERIFICATION_SECRET",
        documentation: "https://docs.gleap.io/documentation/guides/enforce-identity-verification",
        secret: "Gleap's identity verification secret",
        fields: Fields::of("userId", "userHash"),
        page: Some(Page {
            statements: &[r#"Gleap.identify(@id,{@traits},@signature);"#],
            reserved: Some(&[]),
            ..Page::EMPTY
        }),
        ..Provider::EMPTY
    },
    Provider {
        name: "novu",
        title: "Novu",
        secret_variable: "NOVU_API_SECRET",
        documentation: "https://docs.novu.co/platform/inbox/prepare-for-production",
        secret: "the API secret key of your Novu environment",
        fields: Fields::of("subscriberId", "subscriberHash"),
        ..Provider::EMPTY
    },
    Provider {
        name: "launchdarkly",
        title: "LaunchDarkly",
        secret_variable: "LAUNCHDARKLY_SDK_SECRET",
        documentation: "https://launchdarkly.com/docs/sdk/features/secure-mode",
        secret: "the server's SDK key of your LaunchDarkly environment",
        fields: Fields::of("key", "hash"),
        ..Provider::EMPTY
    },
    Provider {
        name: "castle",
        title: "Castle",
        legacy: Some("Castle's current script, which takes no signature"),
        secret_variable: "CASTLE_API_SECRET",
        documentation: "https://castle.io/docs/securing_requests",
        secret: "Castle's API Secret",
        fields: Fields::of("id", "secure"),
        page: Some(Page {
            statements: &[r#"_castle("setUser",{"id":@id@more});"#, r#"_castle("secure",@signature);"#],
            reserved: Some(&["id"]),
            ..Page::EMPTY
        }),
        ..Provider::EMPTY
    },
    Provider {
        name: "chatbase",
        title: "Chatbase",
        legacy: Some(JWT),
        secret_variable: "CHATBASE_VERIFICATION_SECRET",
        documentation: "https://www.chatbase.co/docs/developer-guides/identity-verification",
        secret: "the verification secret of your Chatbase agent",
        fields: Fields::of("user_id", "user_hash"),
        page: Some(Page {
            statements: &[
                r#"window.chatbase("identify",{"user_id":@id,"user_hash":@signature,"user_metadata":{@traits}});"#,
            ],
            reserved: Some(&[]),
            ..Page::EMPTY
        }),
        ..Provider::EMPTY
    },
    Provider {
        name: "churnkey",
        title: "Churnkey",
        secret_variable: "CHURNKEY_API_SECRET",
        documentation: "https://docs.churnkey.co/cancel-flows/quick-start-guide",
        secret: "the API key of your Churnkey app",
        fields: Fields::of("customerId", "authHash"),
        ..Provider::EMPTY
    },
    Provider {
        name: "unlayer",
        title: "Unlayer",
        secret_variable: "UNLAYER_PROJECT_SECRET",
        documentation: "https://docs.unlayer.com/docs/security",
        secret: "the Project Secret of your Unlayer project",
        fields: Fields::of("id", "signature"),
        ..Provider::EMPTY
    },
    Provider {
        name: "featurebase",
        title: "Featurebase",
        identifier: Identifier::IdOrEmail,
        legacy: Some(JWT),
        secret_variable: "FEATUREBASE_IDENTITY_VERIFICATION_SECRET",
        documentation: "https://help.featurebase.app/articles/4543540-set-up-identity-verification",
        secret: "Featurebase's identity verification secret",
        fields: Fields { id: "userId", email: "email", signature: "userHash" },
        page: Some(Page {
            statements: &[r#"Featurebase("identify",{"organization":@token,@field:@id,"userHash":@signature@more});"#],
            site_token: Some("Featurebase's organization"),
            reserved: Some(&["email", "organization", "userHash", "userId"]),
            ..Page::EMPTY
        }),
        ..Provider::EMPTY
    },
    Provider {
        name: "yourgpt",
        title: "YourGPT",
        secret_variable: "YOURGPT_WIDGET_SECRET",
        documentation: "https://docs.yourgpt.ai/chatbot/developer-guide/identity-verification",
        secret: "the Secret Key of your YourGPT widget",
        fields: Fields::of("ext_user_id", "user_hash"),
        page: Some(Page {
            statements: &[r#"$yourgptChatbot.set("contact:data",{"ext_user_id":@id,"user_hash":@signature@more});"#],
            reserved: Some(&["ext_user_id", "user_hash"]),
            ..Page::EMPTY
        }),
        ..Provider::EMPTY
    },
    Provider {
        name: "onesignal",
        title: "OneSignal",
        legacy: Some("version 5 of OneSignal's SDKs, whose tokens are signed with ES256"),
        secret_variable: "ONESIGNAL_REST_API_SECRET",
        documentation: "https://documentation.onesignal.com/v9.0/docs/identity-verification",
        secret: "the REST API Key of your OneSignal app",
        fields: Fields::of("external_user_id", "external_user_id_auth_hash"),
        page: Some(Page {
            statements: &[r#"OneSignal.push(function(){OneSignal.setExternalUserId(@id,@signature);});"#],
            ..Page::EMPTY
        }),
        ..Provider::EMPTY
    },
    Provider {
        name: "eucera",
        title: "Eucera",
        secret_variable: "EUCERA_IDENTITY_VERIFICATION_SECRET",
        documentation: "https://eucera.readme.io/docs/hmac-identity-verification",
        secret: "Eucera's secret key",
        fields: Fields::of("id", "userHash"),
        ..Provider::EMPTY
    },
    Provider {
        name: "eixam",
        title: "EIXAM",
        secret_variable: "EIXAM_APP_SECRET",
        documentation: "https://sdk.eixam.io/js-signing",
        secret: "EIXAM's App Secret",
        fields: Fields::of("externalUserId", "userHash"),
        ..Provider::EMPTY
    },
    Provider {
        name: "pipeback",
        title: "Pipeback",
        identifier: Identifier::Email,
        secret_variable: "PIPEBACK_WORKSPACE_SECRET",
        documentation: "https://help.pipeback.com/en-US/articles/identity-verification",
        secret: "the secret key of your Pipeback workspace",
        fields: Fields::of("email", "signature"),
        page: Some(Page {
            statements: &[settings!("$pipeback", "user", r#""email":@id,"signature":@signature@more"#)],
            reserved: Some(&["email", "signature"]),
            ..Page::EMPTY
        }),
        ..Provider::EMPTY
    },
    Provider {
        name: "acquire",
        title: "Acquire",
        identifier: Identifier::Email,
        secret_variable: "ACQUIRE_USER_VERIFICATION_SECRET",
        documentation: "https://developer.acquire.io/js-api/js-live-chat-api/user-verification",
        secret: "the secret key of your Acquire account",
        fields: Fields::of("email", "user_hash"),
        page: Some(Page {
            statements: &[
                r#"(window.acquire=window.acquire||[]).push({"user_hash":@signature,"userDetails":{"email":@id@more}});"#,
            ],
            reserved: Some(&["email"]),
            ..Page::EMPTY
        }),
        ..Provider::EMPTY
    },
    Provider {
        name: "customerly",
        title: "Customerly",
        identifier: Identifier::Email,
        lowercase_email: true,
        secret_variable: "CUSTOMERLY_VERIFICATION_SECRET",
        documentation: "https://docs.customerly.io/en/live-chat/setting-up-identity-verification-for-web-and-mobile-on-customerly",
        secret: "the Verification Secret Key that Customerly's support issues",
        fields: Fields::of("email", "email_hash"),
        page: Some(Page {
            statements: &[r#"customerly.load({"app_id":@token,"email":@id,"email_hash":@signature@more});"#],
            site_token: Some("Customerly's app id"),
            reserved: Some(&["app_id", "email", "email_hash"]),
            ..Page::EMPTY
        }),
        ..Provider::EMPTY
    },
    Provider {
        name: "tawk",
        title: "tawk.to",
        identifier: Identifier::Email,
        secret_variable: "TAWK_SECURE_MODE_SECRET",
        documentation: "https://help.tawk.to/article/how-to-generate-a-hash-for-javascript-api",
        secret: "the JavaScript API key from tawk.to's Secure Mode",
        fields: Fields::of("email", "hash"),
        page: Some(Page {
            statements: &[settings!("Tawk_API", "visitor", r#""email":@id,"hash":@signature@more"#)],
            reserved: Some(&["email", "hash"]),
            ..Page::EMPTY
        }),
        ..Provider::EMPTY
    },
    Provider {
        name: "crisp",
        title: "Crisp",
        identifier: Identifier::Email,
        secret_variable: "CRISP_IDENTITY_VERIFICATION_SECRET",
        documentation: "https://docs.crisp.chat/guides/chatbox-sdks/web-sdk/identity-verification",
        secret: "Crisp's identity verification key",
        fields: Fields::of("email", "signature"),
        page: Some(Page { statements: &[r#"$crisp.push(["set","user:email",[@id,@signature]]);"#], ..Page::EMPTY }),
        ..Provider::EMPTY
    },
    Provider {
        name: "plain",
        title: "Plain",
        identifier: Identifier::Email,
        secret_variable: "PLAIN_CHAT_SECRET",
        documentation: "https://www.plain.com/docs/chat/authentication",
        secret: "Plain's Chat secret",
        fields: Fields::of("email", "emailHash"),
        ..Provider::EMPTY
    },
    Provider {
        name: "magicbell",
        title: "MagicBell",
        encoding: Encoding::Base64,
        identifier: Identifier::IdOrEmail,
        lowercase_email: true,
        legacy: Some(JWT),
        secret_variable: "MAGICBELL_API_SECRET",
        documentation: "https://www.magicbell.com/docs/hmac-authentication",
        secret: "the API secret of your MagicBell project",
        fields: Fields { id: "userExternalId", email: "userEmail", signature: "userKey" },
        ..Provider::EMPTY
    },
    Provider {
        name: "engagespot",
        title: "Engagespot",
        encoding: Encoding::Base64,
        secret_variable: "ENGAGESPOT_API_SECRET",
        documentation: "https://documentation.engagespot.co/docs/hmac-authentication/enabling-hmac-authentication/",
        secret: "the API secret of your Engagespot app",
        fields: Fields::of("userId", "userSignature"),
        ..Provider::EMPTY
    },
    Provider {
        name: "suprsend",
        title: "SuprSend",
        encoding: Encoding::Base64Url,
        legacy: Some("SuprSend's newer SDKs, whose tokens are signed with ES256"),
        secret_variable: "SUPRSEND_INBOX_SECRET",
        documentation: "https://docs.suprsend.com/docs/hmac-authentication",
        secret: "the Inbox Secret of your SuprSend workspace",
        fields: Fields::of("distinct_id", "subscriber_id"),
        ..Provider::EMPTY
    },
    Provider {
        name: "talkjs",
        title: "TalkJS",
        legacy: Some(JWT),
        secret_variable: "TALKJS_IDENTITY_VERIFICATION_SECRET",
        documentation: "https://talkjs.com/docs/Features/Security_Settings/Identity_Verification/",
        secret: "TalkJS's secret key",
        fields: Fields::of("id", "signature"),
        ..Provider::EMPTY
    },
    Provider {
        name: "harpy",
        title: "Harpy",
        secret_variable: "HARPY_IDENTITY_VERIFICATION_SECRET",
        documentation: "https://github.com/chamaeleonidae/harpy-docs/blob/main/identity-verification.mdx",
        secret: "the Harpy secret key",
        fields: Fields::of("uid", "uid_hash"),
        page: Some(Page {
            statements: &[r#"harpy.identify(@id,{"uid_hash":@signature@more});"#],
            reserved: Some(&["uid", "uid_hash"]),
            ..Page::EMPTY
        }),
        ..Provider::EMPTY
    },
    Provider {
        name: "ensoras",
        title: "Ensoras",
        identifier: Identifier::Email,
        lowercase_email: true,
        secret_variable: "ENSORAS_WIDGET_SECRET",
        documentation: "https://docs.ensoras.com/identity-verification",
        secret: "the widget secret from Ensoras",
        fields: Fields::of("email", "hash"),
        page: Some(Page { statements: &[r#"Ensoras("identify",{"email":@id,"hash":@signature});"#], ..Page::EMPTY }),
        ..Provider::EMPTY
    },
];

/// Every provider, in the order in which they were added.
pub const fn providers() -> &'static [Provider] {
    &PROVIDERS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_consistent() {
        for row in providers() {
            let name = row.name;
            assert_eq!(providers().iter().filter(|other| other.name == name).count(), 1, "{name}");
            assert!(name.bytes().all(|b| b.is_ascii_lowercase()) && !row.title.is_empty(), "{name}");
            assert!(row.secret_variable.ends_with("_SECRET") && row.documentation.starts_with("https://"), "{name}");
            assert!(row.scheme == Scheme::Plain || row.encoding == Encoding::Hex, "{name}");
            assert_eq!(row.fields.id != row.fields.email, row.identifier == Identifier::IdOrEmail, "{name}");
            assert!(!row.lowercase_email || row.identifier != Identifier::Id, "{name}");
            assert!(!row.secret.is_empty() && !row.fields.signature.is_empty(), "{name}");
            let Some(page) = row.page else { continue };
            let has =
                |placeholder: &str| page.statements.iter().chain(page.loader).any(|line| line.contains(placeholder));
            assert!(has("@id") && has("@signature"), "{name}");
            let placeholders = page.statements.iter().chain(page.loader).flat_map(|line| line.split('@').skip(1));
            for rest in placeholders {
                let known = ["id", "signature", "token", "field", "more", "traits"];
                let end = rest.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(rest.len());
                assert!(known.contains(&&rest[..end]), "{name}: {rest}");
            }
            assert_eq!(has("@token"), page.site_token.is_some(), "{name}");
            assert_eq!(has("@more") || has("@traits"), page.reserved.is_some(), "{name}");
            assert!(
                page.statements.iter().chain(page.loader).all(|line| line.is_ascii() && !line.contains('\n')),
                "{name}"
            );
        }
    }
}
