//! The providers, as data: all that is particular to a vendor is in its row. A new provider is a new row.

#[cfg(test)]
mod markdown;

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
    /// What PROVIDERS.md says beyond the row.
    #[cfg(test)]
    pub(crate) notes: Notes,
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
        #[cfg(test)]
        notes: Notes::EMPTY,
    };
}

/// For PROVIDERS.md, in Markdown; no artifact contains it. What was not read in the vendor's own pages is left out.
#[cfg(test)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Notes {
    /// The vendor's name for the secret.
    pub(crate) secret: &'static str,
    /// Where the vendor shows it, and how many there are.
    pub(crate) place: Option<&'static str>,
    /// What the page says when a user logs out.
    pub(crate) logout: Option<&'static str>,
    /// What happens to a wrong signature.
    pub(crate) refusal: Option<&'static str>,
    /// What else a customer must know, a sentence or two each.
    pub(crate) remarks: &'static [&'static str],
}

#[cfg(test)]
impl Notes {
    const EMPTY: Notes = Notes { secret: "", place: None, logout: None, refusal: None, remarks: &[] };
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

static PROVIDERS: &[Provider] = &[
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
        }),
        #[cfg(test)]
        notes: Notes {
            secret: "Secure Mode Secret",
            place: Some("in the project's settings, Secure Mode; one per project"),
            logout: Some(r#"`_gs("unidentify")`"#),
            refusal: Some(
                "What is sent is ignored, without an error; unsigned events are ignored once Secure Mode is on.",
            ),
            remarks: &[
                "The id may be an e-mail. GoSquared's own SDKs sign `email:` and the e-mail for a person who has no other id: sign the string that the page sends.",
                "The same setting covers the project's mobile apps.",
            ],
        },
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
        #[cfg(test)]
        notes: Notes {
            secret: "verification secret",
            place: Some("in the account's identity verification settings; one per account"),
            logout: Some("`chmln.clear()`"),
            refusal: Some("Status 401 once enforcement is on."),
            remarks: &[
                "The first verified request from any page with the account's token, staging included, switches enforcement on for all of them, for good.",
                "Its account token, API secret and webhook secret are other values.",
            ],
        },
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
        #[cfg(test)]
        notes: Notes {
            secret: "Identity verification secret, in newer workspaces the Messenger API secret",
            place: Some("in Settings, Channels, Messenger, Install; web, iOS and Android have one each"),
            refusal: Some("Once it is enforced, the Messenger does not load for a user without a valid hash."),
            remarks: &[
                "`user_id` wins where an e-mail is sent too: sign the `user_id`.",
                "On phones upper-case digits are refused.",
            ],
            ..Notes::EMPTY
        },
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
        #[cfg(test)]
        notes: Notes {
            secret: "secret key",
            place: Some("in the Beacon's settings, Contact, Support history security; one per Beacon"),
            remarks: &["The setting is one switch for the whole Beacon."],
            ..Notes::EMPTY
        },
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
        #[cfg(test)]
        notes: Notes {
            secret: "Identity Validation token (`hmac_token`)",
            place: Some("in the inbox's settings; one per inbox"),
            logout: Some("`window.$chatwoot.reset()`"),
            refusal: Some(
                "Status 401. Without a signature the user is accepted, unless the inbox enforces identity validation.",
            ),
            remarks: &[
                "The vendor wants one of `email`, `name` and `avatar_url` among the traits.",
                "The page waits for the event `chatwoot:ready`: put the snippet before the loader.",
                "Chatwoot under other names (Akece, OneHash) works alike: name a variable of your own.",
            ],
        },
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
        #[cfg(test)]
        notes: Notes {
            secret: "identity secret",
            place: Some("in Front's settings"),
            refusal: Some("Verification fails: the hash is mandatory for a user who is identified."),
            remarks: &["`site_token` is the chat's id.", "Add `useDefaultLauncher` as a trait."],
            ..Notes::EMPTY
        },
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
        #[cfg(test)]
        notes: Notes {
            secret: r#"Identity Verification Secret, of the kind "HMAC email hash""#,
            place: Some("in the Chat Widget's settings; shown once"),
            refusal: Some("Without one there are no old chats."),
            remarks: &[
                r#"The secret is hex digits, which are decoded; the secret of the kind "JWT" is another and is not."#,
                "The settings are read when the vendor's script starts: put the snippet before it.",
                "`site_token` is the app's id.",
            ],
            ..Notes::EMPTY
        },
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
        #[cfg(test)]
        notes: Notes {
            secret: "secret",
            place: Some("one per project"),
            logout: Some("`Gleap.clearIdentity()`"),
            refusal: Some("The user is not identified: the SDK's promise is rejected."),
            ..Notes::EMPTY
        },
        ..Provider::EMPTY
    },
    Provider {
        name: "novu",
        title: "Novu",
        secret_variable: "NOVU_API_SECRET",
        documentation: "https://docs.novu.co/platform/inbox/prepare-for-production",
        secret: "the API secret key of your Novu environment",
        fields: Fields::of("subscriberId", "subscriberHash"),
        #[cfg(test)]
        notes: Notes {
            secret: "API secret key",
            place: Some("in API Keys; one per environment"),
            refusal: Some("An API error, once HMAC encryption is on for the in-app integration."),
            remarks: &[
                "The secret is the key of the vendor's server API, which opens far more than this signature.",
                "Pass the fields to the Inbox component.",
            ],
            ..Notes::EMPTY
        },
        ..Provider::EMPTY
    },
    Provider {
        name: "launchdarkly",
        title: "LaunchDarkly",
        secret_variable: "LAUNCHDARKLY_SDK_SECRET",
        documentation: "https://launchdarkly.com/docs/sdk/features/secure-mode",
        secret: "the server's SDK key of your LaunchDarkly environment",
        fields: Fields::of("key", "hash"),
        #[cfg(test)]
        notes: Notes {
            secret: "SDK key of the server",
            place: Some("in the environment's keys"),
            remarks: &[
                "The secret is the key of the server SDK: it opens the whole environment to reading.",
                "What is signed is the key of a context of the kind `user`. For another kind pass the canonical key that the SDKs document, such as `org:orgtest`.",
                "Pass `hash` with the context to the client's `identify`.",
            ],
            ..Notes::EMPTY
        },
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
        #[cfg(test)]
        notes: Notes {
            secret: "API Secret",
            place: Some("in the Dashboard's settings; one per environment"),
            refusal: Some("Events without a right signature are dropped once Secure Mode is on."),
            remarks: &["In older accounts the first right signature switches Secure Mode on."],
            ..Notes::EMPTY
        },
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
        #[cfg(test)]
        notes: Notes {
            secret: "verification secret",
            place: Some("in the agent's Embed settings; one per agent"),
            refusal: Some("The id is left out of the agent's action requests, without an error."),
            remarks: &["Traits go into `user_metadata`, which holds 1,000 characters."],
            ..Notes::EMPTY
        },
        ..Provider::EMPTY
    },
    Provider {
        name: "churnkey",
        title: "Churnkey",
        secret_variable: "CHURNKEY_API_SECRET",
        documentation: "https://docs.churnkey.co/cancel-flows/quick-start-guide",
        secret: "the API key of your Churnkey app",
        fields: Fields::of("customerId", "authHash"),
        #[cfg(test)]
        notes: Notes {
            secret: "API key",
            place: Some("in Settings, Organization, Cancel Flow API Keys; one per app, live and test"),
            remarks: &[
                "The secret is a key of the vendor's API, which may open more than this signature.",
                "The id is the payment provider's customer (Stripe's `cus_...`), for Paddle the subscription.",
                "Pass the fields to `churnkey.init` when the customer clicks.",
            ],
            ..Notes::EMPTY
        },
        ..Provider::EMPTY
    },
    Provider {
        name: "unlayer",
        title: "Unlayer",
        secret_variable: "UNLAYER_PROJECT_SECRET",
        documentation: "https://docs.unlayer.com/docs/security",
        secret: "the Project Secret of your Unlayer project",
        fields: Fields::of("id", "signature"),
        #[cfg(test)]
        notes: Notes {
            secret: "Project Secret",
            place: Some("in the project's settings; one per project"),
            refusal: Some("The signature is rejected."),
            remarks: &["Pass the fields as `user` to `unlayer.init`, beside its other settings."],
            ..Notes::EMPTY
        },
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
        #[cfg(test)]
        notes: Notes {
            secret: "identity verification secret (`iv_...`)",
            place: Some("in Settings, Identity Verification; one per organization"),
            refusal: Some("Values that are not signed are rejected in organizations that are secure by default."),
            remarks: &["`site_token` is the organization's name.", "The JSON Web Token's secret is another one."],
            ..Notes::EMPTY
        },
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
        #[cfg(test)]
        notes: Notes {
            secret: "Secret Key",
            place: Some("in Widget, Settings; one per widget"),
            refusal: Some("Once it is enabled, the hash must be valid."),
            remarks: &[
                "The first of `ext_user_id`, e-mail and phone that the page sends is what must be signed: this snippet sends `ext_user_id`.",
            ],
            ..Notes::EMPTY
        },
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
        #[cfg(test)]
        notes: Notes {
            secret: "REST API Key",
            place: Some("in Settings, Keys & IDs; one per app"),
            logout: Some("set the external user id to the empty string with the old id's hash"),
            remarks: &[
                "For the SDKs 3 and 4 alone.",
                "The secret is the key of the vendor's server API, which opens far more than this signature.",
                "The setting takes up to 10 minutes to take effect.",
            ],
            ..Notes::EMPTY
        },
        ..Provider::EMPTY
    },
    Provider {
        name: "eucera",
        title: "Eucera",
        secret_variable: "EUCERA_IDENTITY_VERIFICATION_SECRET",
        documentation: "https://eucera.readme.io/docs/hmac-identity-verification",
        secret: "Eucera's secret key",
        fields: Fields::of("id", "userHash"),
        #[cfg(test)]
        notes: Notes {
            secret: "secret",
            place: Some("in Settings, Identity Verification"),
            refusal: Some("The user is rejected and not tracked, once it is enforced."),
            remarks: &["Pass the fields in `user` to `eucera.identify`, beside the `subscription` that it needs."],
            ..Notes::EMPTY
        },
        ..Provider::EMPTY
    },
    Provider {
        name: "eixam",
        title: "EIXAM",
        secret_variable: "EIXAM_APP_SECRET",
        documentation: "https://sdk.eixam.io/js-signing",
        secret: "EIXAM's App Secret",
        fields: Fields::of("externalUserId", "userHash"),
        #[cfg(test)]
        notes: Notes { secret: "App Secret", ..Notes::EMPTY },
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
        #[cfg(test)]
        notes: Notes {
            secret: "secret key",
            place: Some("in the workspace's settings; one per workspace"),
            remarks: &["The settings are read when the vendor's script starts: put the snippet before it."],
            ..Notes::EMPTY
        },
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
        #[cfg(test)]
        notes: Notes {
            secret: "secret key",
            place: Some("in the Chat widget code, Visitor authentication; one per account"),
            logout: Some("`acquireIO.logoutVisitor()`"),
            remarks: &["Put the snippet before the vendor's script, or right behind it."],
            ..Notes::EMPTY
        },
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
        #[cfg(test)]
        notes: Notes {
            secret: "Verification Secret Key",
            place: Some("on request from their support"),
            refusal: Some("Nobody can authenticate without it once it is enabled."),
            remarks: &["`site_token` is the project's id.", "`customerly.update` takes the same fields."],
            ..Notes::EMPTY
        },
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
        #[cfg(test)]
        notes: Notes {
            secret: "JavaScript API key",
            place: Some("in Administration, Overview, JavaScript API, Secure Mode; one per property"),
            refusal: Some("Status 401 in the browser's console."),
            remarks: &[
                "The settings are read when the vendor's script starts: put the snippet before it.",
                "`Tawk_API.login`, which signs an id, is not what this makes.",
            ],
            ..Notes::EMPTY
        },
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
        #[cfg(test)]
        notes: Notes {
            secret: "identity verification key",
            place: Some("one per website"),
            logout: Some(r#"`$crisp.push(["do","session:reset",[false]])`"#),
            refusal: Some("The e-mail only loses its mark of a verified one."),
            remarks: &["It marks the e-mail and does not bind the session. It needs a paid plan."],
        },
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
        #[cfg(test)]
        notes: Notes {
            secret: "secret",
            place: Some("in Settings, Chat"),
            refusal: Some("The e-mail is accepted only with its hash."),
            remarks: &["Pass the fields in `customerDetails` to `Plain.init`."],
            ..Notes::EMPTY
        },
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
        #[cfg(test)]
        notes: Notes {
            secret: "API secret",
            place: Some("in the project's Settings; one per project"),
            remarks: &[
                "The secret is the key of the vendor's server API, which opens far more than this signature.",
                "The vendor's own SDKs do not lower-case the e-mail; its documentation says that it must be.",
            ],
            ..Notes::EMPTY
        },
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
        #[cfg(test)]
        notes: Notes {
            secret: "API secret",
            place: Some("one per app"),
            remarks: &[
                "The secret is the key of the vendor's server API, which opens far more than this signature.",
                "Pass the fields to `new Engagespot`.",
            ],
            ..Notes::EMPTY
        },
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
        #[cfg(test)]
        notes: Notes {
            secret: "Inbox Secret, called Shared Secret on the Inbox vendor's page",
            place: Some("in the Inbox vendor's page; one per workspace"),
            refusal: Some("There are no notifications."),
            remarks: &["The secret looks like base64url and is text.", "The fields are for the older inbox."],
            ..Notes::EMPTY
        },
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
        #[cfg(test)]
        notes: Notes {
            secret: "secret key",
            place: Some("in the dashboard's Settings; test and live have one each"),
            refusal: Some("Requests are blocked once identity verification is on."),
            remarks: &[
                "The same key signs tokens and gives full access to the account.",
                "Pass `signature` to `new Talk.Session`, `id` to its `Talk.User`.",
            ],
            ..Notes::EMPTY
        },
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
        #[cfg(test)]
        notes: Notes {
            secret: "secret key",
            refusal: Some("The user is rejected once it is enabled."),
            remarks: &["Not Chameleon's, though by the same company: no time is signed."],
            ..Notes::EMPTY
        },
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
        #[cfg(test)]
        notes: Notes {
            secret: "widget secret",
            place: Some("in Channels, Live Chat Widget, Identity Verification"),
            refusal: Some("The visitor stays unverified: chat and search, no account's data."),
            remarks: &["Define the queue of the vendor's page before the snippet, and its script behind it."],
            ..Notes::EMPTY
        },
        ..Provider::EMPTY
    },
];

/// Every provider, in the order in which they were added.
pub const fn providers() -> &'static [Provider] {
    PROVIDERS
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
