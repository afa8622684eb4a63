"""What each vendor expects, written by hand from the vendors' own pages: the oracle's table. It shares nothing with the core.

A row of `VENDORS` has

    title, page       the vendor's name, and its own page about this
    variable          the environment variable of the secret
    signs             "id", "email" or "id-or-email"; LOWER in place of an e-mail that the vendor wants in lower case
    scheme            "plain", or "timestamped": the time is signed too and follows the signature
    encoding, key     how the MAC is written; whether the secret is text or the digits of its bytes
    fields            the vendor's names of the id and the signature; where both id and e-mail have a field: of id, e-mail and signature
    call              what a page says, or None where the vendor's page does not show a call that works by itself
    reserved          names of that call which no trait may have; None where the call has no place for traits
    legacy            what the vendor recommends in place of this for new installations

In a call, ID, SIGNATURE and TOKEN are JavaScript strings: TOKEN is the public token of the account. FIELD is the name of the id's field,
MORE the traits as further members of an object, TRAITS the traits alone. A loader stands before it where a site token is given.
"""

JWT = "a JSON Web Token, which this version does not make"

LOADER = (
    "!function(g,s,q,r,d){r=g[r]=g[r]||function(){(r.q=r.q||[]).push(arguments)};d=s.createElement(q);"
    "q=s.getElementsByTagName(q)[0];d.src='https://d1l6p2sc9645hc.cloudfront.net/tracker.js';"
    "q.parentNode.insertBefore(d,q)}(window,document,'script','_gs');"
)
LOADERS = {"gosquared": f"{LOADER}\n_gs(TOKEN);"}


def vendor(title, variable, fields, call, reserved, page, **more):
    row = {"title": title, "variable": variable, "fields": fields.split(), "call": call, "reserved": reserved, "page": page}
    row["reserved"] = None if reserved is None else set(reserved.split())
    return {**row, "signs": "id", "lower": False, "scheme": "plain", "encoding": "hex", "key": "text", "legacy": None, **more}


def settings(name, member, members):
    """An object that the vendor's script reads when it starts. What the page has put there stays."""
    inner = f"Object.assign((window.{name}||{{}}).{member}||{{}},{{{members}}})"
    return f'window.{name}=Object.assign(window.{name}||{{}},{{"{member}":{inner}}});'


EMAIL, LOWER, EITHER = {"signs": "email"}, {"signs": "email", "lower": True}, {"signs": "id-or-email"}

VENDORS = {
    "gosquared": vendor(
        "GoSquared",
        "GOSQUARED_SECURE_MODE_SECRET",
        "id auth",
        '_gs("identify",{"id":IDMORE});\n_gs("auth",SIGNATURE);',
        "id",
        "https://www.gosquared.com/docs/javascript-tracking-code/secure-mode/",
    ),
    "chameleon": vendor(
        "Chameleon",
        "CHAMELEON_VERIFICATION_SECRET",
        "uid uid_hash",
        'chmln.identify(ID,{"uid_hash":SIGNATUREMORE});',
        "uid uid_hash",
        "https://help.chameleon.io/en/articles/4281577-using-identity-verification-encoding-uids",
        scheme="timestamped",
    ),
    "intercom": vendor(
        "Intercom",
        "INTERCOM_IDENTITY_VERIFICATION_SECRET",
        "user_id user_hash",
        'Intercom("boot",{"app_id":TOKEN,"user_id":ID,"user_hash":SIGNATUREMORE});',
        "app_id user_id user_hash",
        "https://www.intercom.com/help/en/articles/183-enable-identity-verification-for-web-and-mobile",
        legacy=JWT,
    ),
    "helpscout": vendor(
        "Help Scout",
        "HELPSCOUT_BEACON_SECRET",
        "email signature",
        'Beacon("identify",{"email":ID,"signature":SIGNATUREMORE});',
        "email signature",
        "https://developer.helpscout.com/beacon-2/web/secure-mode/",
        **EMAIL,
    ),
    "chatwoot": vendor(
        "Chatwoot",
        "CHATWOOT_IDENTITY_VALIDATION_SECRET",
        "identifier identifier_hash",
        'window.addEventListener("chatwoot:ready",function(){window.$chatwoot.setUser(ID,{"identifier_hash":SIGNATUREMORE});});',
        "identifier identifier_hash",
        "https://www.chatwoot.com/docs/product/channels/live-chat/sdk/setup",
    ),
    "front": vendor(
        "Front",
        "FRONT_CHAT_IDENTITY_SECRET",
        "email userHash",
        'FrontChat("init",{"chatId":TOKEN,"email":ID,"userHash":SIGNATUREMORE});',
        "chatId email userHash",
        "https://dev.frontapp.com/docs/identify-users",
        **EMAIL,
    ),
    "pylon": vendor(
        "Pylon",
        "PYLON_IDENTITY_VERIFICATION_SECRET",
        "email email_hash",
        settings("pylon", "chat_settings", '"app_id":TOKEN,"email":ID,"email_hash":SIGNATUREMORE'),
        "app_id email email_hash",
        "https://docs.usepylon.com/pylon-docs/chat-widget/identity-verification",
        **EMAIL,
        key="hex",
    ),
    "gleap": vendor(
        "Gleap",
        "GLEAP_IDENTITY_VERIFICATION_SECRET",
        "userId userHash",
        "Gleap.identify(ID,{TRAITS},SIGNATURE);",
        "",
        "https://docs.gleap.io/documentation/guides/enforce-identity-verification",
    ),
    "novu": vendor(
        "Novu",
        "NOVU_API_SECRET",
        "subscriberId subscriberHash",
        None,
        None,
        "https://docs.novu.co/platform/inbox/prepare-for-production",
    ),
    "launchdarkly": vendor(
        "LaunchDarkly",
        "LAUNCHDARKLY_SDK_SECRET",
        "key hash",
        None,
        None,
        "https://launchdarkly.com/docs/sdk/features/secure-mode",
    ),
    "castle": vendor(
        "Castle",
        "CASTLE_API_SECRET",
        "id secure",
        '_castle("setUser",{"id":IDMORE});\n_castle("secure",SIGNATURE);',
        "id",
        "https://castle.io/docs/securing_requests",
        legacy="Castle's current script, which takes no signature",
    ),
    "chatbase": vendor(
        "Chatbase",
        "CHATBASE_VERIFICATION_SECRET",
        "user_id user_hash",
        'window.chatbase("identify",{"user_id":ID,"user_hash":SIGNATURE,"user_metadata":{TRAITS}});',
        "",
        "https://www.chatbase.co/docs/developer-guides/identity-verification",
        legacy=JWT,
    ),
    "churnkey": vendor(
        "Churnkey",
        "CHURNKEY_API_SECRET",
        "customerId authHash",
        None,
        None,
        "https://docs.churnkey.co/cancel-flows/quick-start-guide",
    ),
    "unlayer": vendor(
        "Unlayer",
        "UNLAYER_PROJECT_SECRET",
        "id signature",
        None,
        None,
        "https://docs.unlayer.com/docs/security",
    ),
    "featurebase": vendor(
        "Featurebase",
        "FEATUREBASE_IDENTITY_VERIFICATION_SECRET",
        "userId email userHash",
        'Featurebase("identify",{"organization":TOKEN,FIELD:ID,"userHash":SIGNATUREMORE});',
        "organization userId email userHash",
        "https://help.featurebase.app/articles/4543540-set-up-identity-verification",
        **EITHER,
        legacy=JWT,
    ),
    "yourgpt": vendor(
        "YourGPT",
        "YOURGPT_WIDGET_SECRET",
        "ext_user_id user_hash",
        '$yourgptChatbot.set("contact:data",{"ext_user_id":ID,"user_hash":SIGNATUREMORE});',
        "ext_user_id user_hash",
        "https://docs.yourgpt.ai/chatbot/developer-guide/identity-verification",
    ),
    "onesignal": vendor(
        "OneSignal",
        "ONESIGNAL_REST_API_SECRET",
        "external_user_id external_user_id_auth_hash",
        "OneSignal.push(function(){OneSignal.setExternalUserId(ID,SIGNATURE);});",
        None,
        "https://documentation.onesignal.com/v9.0/docs/identity-verification",
        legacy="version 5 of OneSignal's SDKs, whose tokens are signed with ES256",
    ),
    "eucera": vendor(
        "Eucera",
        "EUCERA_IDENTITY_VERIFICATION_SECRET",
        "id userHash",
        None,
        None,
        "https://eucera.readme.io/docs/hmac-identity-verification",
    ),
    "eixam": vendor(
        "EIXAM",
        "EIXAM_APP_SECRET",
        "externalUserId userHash",
        None,
        None,
        "https://sdk.eixam.io/js-signing",
    ),
    "pipeback": vendor(
        "Pipeback",
        "PIPEBACK_WORKSPACE_SECRET",
        "email signature",
        settings("$pipeback", "user", '"email":ID,"signature":SIGNATUREMORE'),
        "email signature",
        "https://help.pipeback.com/en-US/articles/identity-verification",
        **EMAIL,
    ),
    "acquire": vendor(
        "Acquire",
        "ACQUIRE_USER_VERIFICATION_SECRET",
        "email user_hash",
        '(window.acquire=window.acquire||[]).push({"user_hash":SIGNATURE,"userDetails":{"email":IDMORE}});',
        "email",
        "https://developer.acquire.io/js-api/js-live-chat-api/user-verification",
        **EMAIL,
    ),
    "customerly": vendor(
        "Customerly",
        "CUSTOMERLY_VERIFICATION_SECRET",
        "email email_hash",
        'customerly.load({"app_id":TOKEN,"email":ID,"email_hash":SIGNATUREMORE});',
        "app_id email email_hash",
        "https://docs.customerly.io/en/live-chat/setting-up-identity-verification-for-web-and-mobile-on-customerly",
        **LOWER,
    ),
    "tawk": vendor(
        "tawk.to",
        "TAWK_SECURE_MODE_SECRET",
        "email hash",
        settings("Tawk_API", "visitor", '"email":ID,"hash":SIGNATUREMORE'),
        "email hash",
        "https://help.tawk.to/article/how-to-generate-a-hash-for-javascript-api",
        **EMAIL,
    ),
    "crisp": vendor(
        "Crisp",
        "CRISP_IDENTITY_VERIFICATION_SECRET",
        "email signature",
        '$crisp.push(["set","user:email",[ID,SIGNATURE]]);',
        None,
        "https://docs.crisp.chat/guides/chatbox-sdks/web-sdk/identity-verification",
        **EMAIL,
    ),
    "plain": vendor(
        "Plain",
        "PLAIN_CHAT_SECRET",
        "email emailHash",
        None,
        None,
        "https://www.plain.com/docs/chat/authentication",
        **EMAIL,
    ),
    "magicbell": vendor(
        "MagicBell",
        "MAGICBELL_API_SECRET",
        "userExternalId userEmail userKey",
        None,
        None,
        "https://www.magicbell.com/docs/hmac-authentication",
        **EITHER,
        lower=True,
        encoding="base64",
        legacy=JWT,
    ),
    "engagespot": vendor(
        "Engagespot",
        "ENGAGESPOT_API_SECRET",
        "userId userSignature",
        None,
        None,
        "https://documentation.engagespot.co/docs/hmac-authentication/enabling-hmac-authentication/",
        encoding="base64",
    ),
    "suprsend": vendor(
        "SuprSend",
        "SUPRSEND_INBOX_SECRET",
        "distinct_id subscriber_id",
        None,
        None,
        "https://docs.suprsend.com/docs/hmac-authentication",
        encoding="base64url",
        legacy="SuprSend's newer SDKs, whose tokens are signed with ES256",
    ),
    "talkjs": vendor(
        "TalkJS",
        "TALKJS_IDENTITY_VERIFICATION_SECRET",
        "id signature",
        None,
        None,
        "https://talkjs.com/docs/Features/Security_Settings/Identity_Verification/",
        legacy=JWT,
    ),
    "harpy": vendor(
        "Harpy",
        "HARPY_IDENTITY_VERIFICATION_SECRET",
        "uid uid_hash",
        'harpy.identify(ID,{"uid_hash":SIGNATUREMORE});',
        "uid uid_hash",
        "https://github.com/chamaeleonidae/harpy-docs/blob/main/identity-verification.mdx",
    ),
    "ensoras": vendor(
        "Ensoras",
        "ENSORAS_WIDGET_SECRET",
        "email hash",
        'Ensoras("identify",{"email":ID,"hash":SIGNATURE});',
        None,
        "https://docs.ensoras.com/identity-verification",
        **LOWER,
    ),
}
